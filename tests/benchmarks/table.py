"""How a measurement is told: a table, its unit in the column's name, and what bounds it."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Table:
    """`rows` hold cells as they will be printed; `bound` says what the figures cannot go beyond, and why."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bound: str = ""

    def __str__(self) -> str:
        """As Markdown, so that a run can be pasted into docs/reference/performance.md."""
        widths = [max(map(len, cells)) for cells in zip(self.columns, *self.rows, strict=True)]
        lines = [_line(self.columns, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
        lines += [_line(row, widths) for row in self.rows]
        return "\n".join([f"### {self.title}", "", *lines, *(["", self.bound] if self.bound else [])])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def median(values: Sequence[float]) -> float:
    """Of at least five rounds, so that one noisy round decides nothing."""
    return statistics.median(values)


def figure(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.3g}"


def say(name: str, row: Sequence[str]) -> None:
    """A row of a long run as soon as it is known, where progress is told."""
    print(f"bench: {name}: {' · '.join(row)}", file=sys.stderr, flush=True)
