"""The survivors that docs/explanation/mutation.md explains: changes of the code that change nothing one could see."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.shared import ROOT

PAGE = ROOT / "docs" / "explanation" / "mutation.md"
_CELL = re.compile(r"(?<!\\)\|")
_KEY = re.compile(r"(?P<module>[\w.]+)\.x(?:ǁ(?P<owner>\w+)ǁ|_)(?P<function>\w+?)__mutmut_\d+")


@dataclass(frozen=True)
class Change:
    """What a mutation does to a function: the lines as written, and as changed."""

    module: str
    function: str
    written: str
    changed: str

    def __str__(self) -> str:
        return f"{self.module}.{self.function}\n    - {self.written}\n    + {self.changed}"


def explained() -> dict[Change, str]:
    """Each explained change with its reason: the rows of the page's table."""
    rows = [_cells(line) for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    return {Change(*(_code(cell) for cell in row[:4])): row[4] for row in rows}


def change_of(mutant: str, diff: str) -> Change:
    """The change of a mutant of mutmut, from its name and its unified diff. Raises ValueError on another name."""
    named = _KEY.fullmatch(mutant)
    if named is None:
        raise ValueError(f"not the name of a mutant: {mutant}")
    function = f"{named['owner']}.{named['function']}" if named["owner"] else named["function"]
    return Change(named["module"], function, _lines(diff, "-"), _lines(diff, "+"))


def _lines(diff: str, sign: str) -> str:
    lines = [line[1:].strip() for line in diff.splitlines() if line.startswith(sign)]
    return " ".join(line for line in lines if not line.startswith(sign * 2)).strip()


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]


def _code(cell: str) -> str:
    return cell.strip("`").strip()
