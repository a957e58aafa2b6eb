"""Amounts in integer cents, and how they are written in French."""

from __future__ import annotations


def format_euros(cents: int) -> str:
    """`2300` gives `23,00 €`, with a narrow no-break space between thousands and a no-break space before the sign."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros:,}".replace(",", "\u202f") + f",{rest:02d}\u00a0€"
