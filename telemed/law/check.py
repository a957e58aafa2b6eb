"""`telemed check-law`: refuse what is unsourced, and name what nobody has compared with the texts for six months."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from telemed.kernel.clock import SystemClock, Territory, civil_date
from telemed.law.law import Law
from telemed.law.loader import PACKAGED, LawError
from telemed.law.parameter import Certainty, Parameter, Value
from telemed.law.table import markdown_table


def run(argv: Sequence[str], *, today: date | None = None) -> int:
    """Check the files and say what was found. 0: fit for use; 1: refused (or overdue for review with --strict)."""
    return check(
        add_options(argparse.ArgumentParser(prog="check-law", description=__doc__)).parse_args(argv), today=today
    )


def check(options: argparse.Namespace, *, today: date | None = None) -> int:
    """The same, from words already parsed by `add_options`."""
    try:
        law = Law.load(options.root)
    except LawError as error:
        _say([f"refused: {fault}" for fault in error.faults])
        return 1
    if options.table:
        _say([markdown_table(law)])
        return 0
    return _report(law, today or civil_date(SystemClock().now(), Territory.METROPOLE), options)


def add_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The words that the command takes; shared with the main command line."""
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong")
    parser.add_argument("--strict", action="store_true", help="a value overdue for review is an error")
    parser.add_argument("--table", action="store_true", help="print every value as the Markdown table of the docs")
    parser.add_argument(
        "--root", type=Path, default=PACKAGED, help="folder of the files (the packaged ones by default)"
    )
    return parser


def find_overdue(law: Law, today: date) -> list[Parameter]:
    """The parameters last reviewed more than six months before `today`."""
    return [parameter for parameter in law if parameter.is_overdue(today)]


def find_reviewed_in_future(law: Law, today: date) -> list[Parameter]:
    """A review dated after `today` is a slip of the pen that would hide an overdue value for months."""
    return [parameter for parameter in law if parameter.reviewed_on > today]


def _report(law: Law, today: date, options: argparse.Namespace) -> int:
    overdue, early = find_overdue(law, today), find_reviewed_in_future(law, today)
    _say([f"refused: {one.name}: reviewed on {one.reviewed_on}, after today" for one in early])
    _say([f"overdue: {one.name}: last reviewed on {one.reviewed_on}" for one in overdue])
    if not options.quiet:
        _say(_uncertain_lines(law))
        _say([f"{len(law.parameters)} parameters, {len(overdue)} overdue for review"])
    return 1 if early or (overdue and options.strict) else 0


def _uncertain_lines(law: Law) -> list[str]:
    return [
        f"{_doubt(value)}: {parameter.name} from {value.since}: {value.note}"
        for parameter in law
        for value in parameter.values
        if value.is_unknown or value.certainty is not Certainty.CONFIRMED
    ]


def _doubt(value: Value) -> str:
    return "not established" if value.is_unknown else value.certainty.replace("_", " ")


def _say(lines: list[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
