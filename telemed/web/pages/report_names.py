"""How addresses and people name the reports of a follow-up: by month, or the end."""

from __future__ import annotations

from aiohttp import web

_END = "fin"


def name_of_month(month: int | None) -> str:
    """`3`, or `fin`."""
    return _END if month is None else str(month)


def month_of_name(name: str) -> int | None:
    """The month of an address, None for the end. Raises HTTPNotFound for anything else."""
    if name == _END:
        return None
    if name.isascii() and name.isdecimal() and len(name) <= 3:
        return int(name)
    raise web.HTTPNotFound


def label_of_month(month: int | None) -> str:
    """`1er mois`, or `Fin du suivi`."""
    if month is None:
        return "Fin du suivi"
    return f"{'1er' if month == 1 else f'{month}e'} mois"
