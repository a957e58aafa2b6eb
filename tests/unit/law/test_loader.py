"""Each doubt that the loader refuses, one by one, and that it names them all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from telemed.kernel.clock import Territory
from telemed.law.law import Law
from telemed.law.loader import LawError, parse_parameter
from telemed.law.parameter import Certainty, NotEstablished, Reference
from telemed.law.table import describe_value
from telemed.law.units import Unit

GOOD = """
description: Tarif d'un acte
unit: euro_cents
reviewed_on: 2026-01-01
values:
  2022-04-01:
    value: 2000
    published_on: 2021-09-25
    certainty: confirmed
    references:
      - {title: Un texte, address: "https://example.org/texte"}
  2026-01-01:
    territories: {metropole: 2300, mayotte: 2760}
    published_on: null
    certainty: single_source
    note: Une seule page
    references:
      - {title: Un autre, address: "https://example.org/autre"}
"""


def test_a_good_file_is_read_whole() -> None:
    parameter = parse_parameter("acte/tarif", GOOD)
    first, second = parameter.values
    assert (parameter.name, parameter.unit, parameter.reviewed_on) == ("acte/tarif", Unit.EURO_CENTS, date(2026, 1, 1))
    assert (first.since, first.quantity, first.territories) == (date(2022, 4, 1), 2000, None)
    assert first.references == (Reference("Un texte", "https://example.org/texte"),)
    assert second.territories == {Territory.METROPOLE: 2300, Territory.MAYOTTE: 2760}
    assert (second.certainty, second.note, second.published_on) == (Certainty.SINGLE_SOURCE, "Une seule page", None)


def test_a_figure_that_no_source_gives_is_said_and_never_guessed() -> None:
    text = GOOD.replace("territories: {metropole: 2300, mayotte: 2760}", "not_established: true")
    parameter = parse_parameter("acte/tarif", text)
    first, second = parameter.values
    assert (second.is_unknown, second.is_end, first.is_unknown) == (True, False, False)
    assert parameter.on(date(2025, 12, 31)).integer == 2000
    for territory in (None, Territory.METROPOLE):
        with pytest.raises(NotEstablished, match="no known value since 2026-01-01"):
            parameter.on(date(2026, 1, 1), territory)
    assert describe_value(second, Unit.EURO_CENTS) == "non établi"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("description:", "colour: red\ndescription:", "unknown key colour"),
        ("unit: euro_cents\n", "", "missing key unit"),
        ("description: Tarif d'un acte\n", "description: ' '\n", "description must be a text"),
        ("unit: euro_cents", "unit: francs", "unknown unit 'francs'"),
        ("value: 2000", "value: 20.5", "a float is not allowed: 20.5"),
        ("value: 2000", "value: .inf", "a float is not allowed"),
        ("value: 2000", "value: '2000'", "whole number"),
        ("value: 2000", "value: true", "whole number"),
        ("value: 2000", "value: 2000\n    value: 2100", "key written twice: value"),
        ("  2026-01-01:", "  2022-04-01:", "key written twice: 2022-04-01"),
        ("  2026-01-01:", "  2021-01-01:", "out of order"),
        ("  2026-01-01:", "  January:", "first day of effect must be a day"),
        ("  2026-01-01:", "  2026-01-01T00:00:00:", "first day of effect must be a day"),
        ("    value: 2000\n", "", "either value or territories"),
        ("value: 2000", "value: 2000\n    territories: {metropole: 1}", "either value or territories"),
        ("{metropole: 2300, mayotte: 2760}", "{}", "territories is empty"),
        ("{metropole: 2300, mayotte: 2760}", "{corse: 2300}", "unknown territory 'corse'"),
        ("value: 2000", "value: 2000\n    amount: 1", "unknown key amount"),
        ("value: 2000", "value: 2000\n    not_established: true", "only one of them"),
        ("value: 2000", "not_established: true", "a value that is not established needs a note"),
        ("value: 2000", "not_established: false\n    note: x", "not_established is true or is left out"),
        ("published_on: 2021-09-25", "published_on: 25/09/2021", "published_on must be a day"),
        ("published_on: 2021-09-25", "published_on: null", "a confirmed value needs its day of publication"),
        ("published_on: 2021-09-25", "published_on: 2026-02-01", "after the review"),
        ("    certainty: confirmed\n", "", "missing key certainty"),
        ("certainty: confirmed", "certainty: sure", "unknown certainty 'sure'"),
        ("    note: Une seule page\n", "", "a single_source value needs a note"),
        ('      - {title: Un texte, address: "https://example.org/texte"}\n', "      []\n", "at least one reference"),
        ("title: Un texte, ", "", "missing key title"),
        ("https://example.org/texte", "ftp://example.org", "an address starts with https://"),
        ("title: Un texte", "title: Un texte, page: 3", "unknown key page"),
        ("value: 2000", "value: null", "the first value cannot be an end"),
        ("title: Un autre", "title: *a", "aliases are not allowed"),
        ("reviewed_on: 2026-01-01", "reviewed_on: soon", "reviewed_on must be a day"),
        ("value: 2000", "value: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("values:", "values: []\nother:", "unknown key other"),
        ("title: Un texte", "[1]: Un texte", "a key must be a plain value"),
    ],
)
def test_each_doubt_is_refused_with_its_reason(old: str, new: str, reason: str, tmp_path: Path) -> None:
    assert GOOD.count(old) >= 1
    (tmp_path / "tarif.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(LawError) as caught:
        Law.load(tmp_path)
    assert caught.value.faults[0].startswith("tarif: ")
    assert reason in caught.value.faults[0]


def test_an_alias_is_refused() -> None:
    with pytest.raises(ValueError, match="aliases"):
        parse_parameter("x", GOOD.replace("value: 2000", "value: &a 2000").replace("mayotte: 2760", "mayotte: *a"))


@pytest.mark.parametrize("text", ["", "just text", "- a list", "values: []\n", "{}"])
def test_a_file_that_is_no_parameter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a mapping|missing key"):
        parse_parameter("x", text)


def test_values_may_not_be_empty() -> None:
    with pytest.raises(ValueError, match="no value"):
        parse_parameter("x", GOOD[: GOOD.index("values:")] + "values: {}\n")


def test_every_fault_is_named_not_only_the_first(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.yaml").write_text("", "utf-8")
    (tmp_path / "two.yaml").write_text("{unclosed", "utf-8")
    (tmp_path / "three.json").write_text("{}", "utf-8")
    with pytest.raises(LawError) as caught:
        Law.load(tmp_path)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["deep/one", "three", "two"]
    assert "only .yaml files" in caught.value.faults[1]


def test_an_empty_folder_is_no_law(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="no parameter"):
        Law.load(tmp_path)


def test_what_was_loaded_cannot_be_changed() -> None:
    law = Law.load()
    accepted = law.parameter("teleconsultation/codes/accepted_in_report").values[0].quantity
    with pytest.raises(TypeError):
        accepted["TCS"] = "x"  # type: ignore[index]
    with pytest.raises(TypeError):
        law.parameters["x"] = law.parameter("sick_leave/max_days")  # type: ignore[index]
