"""A table as a CSV file that a French spreadsheet opens with a double click, and that cannot run a formula.

UTF-8 with its mark, `;` between cells, lines ended by CR LF, amounts in euros with a decimal comma and nothing else
(`-25,00`), days as `2026-11-25`: every spreadsheet takes that for a day, and it sorts as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

BYTE_ORDER_MARK = "\ufeff"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Euros:
    """An amount of a cell, in whole cents."""

    cents: int


Cell = str | int | date | Euros | None


def write_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The file. Raises ValueError on a row that is not as long as its head."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(name) for name in head])
    for row in rows:
        if len(row) != len(head):
            raise ValueError("a row has as many cells as its head")
        writer.writerow([_cell(cell) for cell in row])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Euros):
        return decimal_comma(cell.cents)
    if isinstance(cell, str):
        return _inert(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def decimal_comma(cents: int) -> str:
    """`2500` gives `25,00`, as a spreadsheet in French reads a number."""
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros},{rest:02d}"


def _inert(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula, and without null characters."""
    shown = text.replace("\x00", "")
    return f"'{shown}" if shown.lstrip(" \u00a0\u202f").startswith(_STARTS_A_FORMULA) else shown
