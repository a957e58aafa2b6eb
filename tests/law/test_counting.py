"""How many cases a lawyer can read, that each is run by a test, and that each trap of money or dates has its own."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

from tests.law.cases import FOLDER, read_yaml
from tests.shared import ROOT

_BILLING = {
    "accompaniment",
    "cap",
    "cap_day",
    "deadlines",
    "derogation",
    "quota",
    "tariff",
    "teleexpertise",
    "telemonitoring",
    "transmission",
}
_TRAPS_OF_MONEY_AND_DATES = {*range(1, 14), 16, *range(29, 35), 38, 39, 42}
_ROW = re.compile(r"^\| (\d+) \| .* \| (.*) \|$", re.MULTILINE)


@cache
def written() -> list[tuple[Path, dict[str, object]]]:
    """Each case with the file that it stands in, relative to the folder of cases."""
    files = sorted(FOLDER.rglob("*.yaml"))
    return [(path.relative_to(FOLDER), case) for path in files for case in read_yaml(path)]


def test_at_least_120_cases_are_about_billing() -> None:
    cases = [case for path, case in written() if path.parts[0] in _BILLING]
    assert len(cases) >= 120
    said = Counter(str(sorted(case.items(), key=lambda item: item[0])) for case in cases)
    assert max(said.values()) == 1, "the same case twice counts once"


def test_every_case_has_a_name_of_its_own_and_a_text() -> None:
    names = Counter((path.parts[0], case["name"]) for path, case in written())
    assert [name for name, times in names.items() if times > 1] == []
    assert all(str(case["text"]).strip() for _, case in written())


def test_every_case_is_read_by_a_test() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    read = set(re.findall(r'read_cases\(\s*"([^"]+)"', tests))
    unread = [path for path, _ in written() if not any(str(path.parent).startswith(kind) for kind in read)]
    assert sorted(map(str, set(unread))) == []


def test_each_trap_of_money_or_dates_is_stepped_on_by_a_case() -> None:
    page = (ROOT / "docs" / "explanation" / "traps.md").read_text("utf-8")
    rows = {int(trap): re.findall(r"« ([^»]+) »", cases) for trap, cases in _ROW.findall(page)}
    assert set(rows) == _TRAPS_OF_MONEY_AND_DATES
    names = {case["name"] for _, case in written()}
    assert {
        trap: [name for name in said if name not in names]
        for trap, said in rows.items()
        if not said or set(said) - names
    } == {}
