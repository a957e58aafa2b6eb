"""The command that guards the law: what it refuses, what it warns of, what it prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from telemed.law.check import run

FILE = """description: Un mot
unit: days
reviewed_on: {reviewed}
values:
  2020-01-01:
    value: 3
    published_on: 2020-01-01
    certainty: {certainty}
    note: Parce que
    references: [{{title: T, address: "https://example.org"}}]
"""


def make_root(tmp_path: Path, *, reviewed: str = "2026-05-23", certainty: str = "confirmed") -> list[str]:
    (tmp_path / "x.yaml").write_text(FILE.format(reviewed=reviewed, certainty=certainty), "utf-8")
    return ["--root", str(tmp_path)]


def test_the_packaged_law_is_fit_for_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], today=date(2026, 11, 22)) == 0
    printed = capsys.readouterr().out
    assert "0 overdue" in printed
    assert "disputed: sick_leave/max_days from 2024-01-01" in printed


def test_quiet_says_nothing_when_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--quiet"], today=date(2026, 11, 22)) == 0
    assert capsys.readouterr().out == ""


def test_an_unsourced_value_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = make_root(tmp_path)
    path = tmp_path / "x.yaml"
    path.write_text(path.read_text("utf-8").replace('[{title: T, address: "https://example.org"}]', "[]"), "utf-8")
    assert run([*options, "--quiet"], today=date(2026, 11, 22)) == 1
    assert "refused: x: value of 2020-01-01: at least one reference" in capsys.readouterr().out


@pytest.mark.parametrize(("today", "overdue"), [(date(2026, 11, 22), False), (date(2026, 11, 23), True)])
def test_a_review_is_overdue_the_day_after_six_months(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], today: date, overdue: bool
) -> None:
    options = make_root(tmp_path)
    assert run([*options, "--quiet"], today=today) == 0
    assert ("overdue: x" in capsys.readouterr().out) is overdue
    assert run([*options, "--strict"], today=today) == int(overdue)


def test_a_review_in_the_future_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(make_root(tmp_path, reviewed="2026-11-23"), today=date(2026, 11, 22)) == 1
    assert "after today" in capsys.readouterr().out


def test_uncertain_values_are_listed_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(make_root(tmp_path, certainty="single_source"), today=date(2026, 6, 1)) == 0
    assert "single source: x from 2020-01-01: Parce que" in capsys.readouterr().out


def test_without_a_day_the_clock_tells_it(tmp_path: Path) -> None:
    assert run([*make_root(tmp_path, reviewed="2020-01-02"), "--strict"]) == 1


def test_the_table_of_the_docs_shows_every_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*make_root(tmp_path, certainty="disputed"), "--table"]) == 0
    printed = capsys.readouterr().out
    assert "| 2020-01-01 | 3\u00a0jours | discutée | [T](https://example.org) |" in printed
    assert "> 2020-01-01 : Parce que" in printed
