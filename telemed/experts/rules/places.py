"""Where a postal code is."""

from __future__ import annotations

_CORSICA_NORTH = ("202", "206")


def department_of(postal_code: str) -> str:
    """The department of a French postal code by INSEE's code, empty for what is none.

    Two digits, three overseas; Corsica's begin with 20: those of Haute-Corse with 202 or 206.
    """
    code = postal_code.strip()
    if len(code) != 5 or not code.isdecimal():
        return ""
    if code.startswith("20"):
        return "2B" if code.startswith(_CORSICA_NORTH) else "2A"
    return code[:3] if code.startswith(("97", "98")) else code[:2]
