"""The command that guards the law: what it refuses, what it warns of, what it prints."""

from __future__ import annotations

import re
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


def test_a_figure_that_no_source_gives_is_listed_though_its_text_is_sure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = make_root(tmp_path)
    path = tmp_path / "x.yaml"
    text = path.read_text("utf-8")
    assert "    value: 3\n" in text
    path.write_text(text.replace("    value: 3\n", "    not_established: true\n"), "utf-8")
    assert run(options, today=date(2026, 6, 1)) == 0
    assert "not established: x from 2020-01-01: Parce que" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("unit", "value", "reason"),
    [
        ("working_days", "-1", "cannot be negative"),
        ("working_days", "true", "whole number"),
        ("patients", "1.5", "a float is not allowed"),
        ("times", "'2'", "whole number"),
        ("ml_per_min", "null", "the first value cannot be an end"),
        ("holidays", "{'02-30': Un jour}", "day is out of range|must be in range"),
        ("holidays", "{easter: Pâques}", "a holiday is written"),
        ("holidays", "[07-14]", "a list of codes"),
    ],
)
def test_each_unit_refuses_what_it_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], unit: str, value: str, reason: str
) -> None:
    options = make_root(tmp_path)
    path = tmp_path / "x.yaml"
    text = path.read_text("utf-8").replace("unit: days", f"unit: {unit}").replace("value: 3", f"value: {value}")
    path.write_text(text, "utf-8")
    assert run(options, today=date(2026, 6, 1)) == 1
    assert re.search(f"refused: x: .*({reason})", capsys.readouterr().out)


def test_without_a_day_the_clock_tells_it(tmp_path: Path) -> None:
    assert run([*make_root(tmp_path, reviewed="2020-01-02"), "--strict"]) == 1


def test_the_table_of_the_docs_shows_every_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*make_root(tmp_path, certainty="disputed"), "--table"]) == 0
    printed = capsys.readouterr().out
    assert "| 2020-01-01 | 3\u00a0jours | discutée | [T](https://example.org) |" in printed
    assert "> 2020-01-01 : Parce que" in printed
