"""What stands on a day and in a place, and where a word is found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.clock import Territory
from telemed.law.loader import parse_parameter
from telemed.law.parameter import NotEstablished, NotInForce, Parameter
from telemed.law.reading import Standing, fold, read_on, search
from tests.the_law import LAW

TEXT = """
description: Durée d'un délai
unit: days
reviewed_on: 2026-01-01
values:
  2020-01-01:
    value: 3
    published_on: 2019-12-01
    certainty: confirmed
    references: [{title: Un décret, address: "https://example.org"}]
  2022-01-01:
    territories: {metropole: 4, mayotte: 5}
    published_on: null
    certainty: disputed
    note: Deux jours sont donnés
    references: [{title: Un arrêté, address: "https://example.org"}]
  2024-01-01:
    not_established: true
    published_on: 2023-12-01
    certainty: confirmed
    note: Non vu
    references: [{title: Un autre, address: "https://example.org"}]
  2025-01-01:
    value: null
    published_on: 2024-12-01
    certainty: confirmed
    references: [{title: La fin, address: "https://example.org"}]
"""
DELAY = parse_parameter("delais/un", TEXT)
ALL, MAYOTTE, GUYANE = None, Territory.MAYOTTE, Territory.GUYANE


@pytest.mark.parametrize(
    ("day", "territory", "standing", "quantities", "until", "doubtful"),
    [
        (date(2019, 12, 31), ALL, Standing.NOT_YET, {}, date(2020, 1, 1), False),
        (date(2019, 12, 31), GUYANE, Standing.NOT_YET, {}, date(2020, 1, 1), False),
        (date(2020, 1, 1), ALL, Standing.IN_FORCE, {None: 3}, date(2022, 1, 1), False),
        (date(2021, 12, 31), GUYANE, Standing.IN_FORCE, {None: 3}, date(2022, 1, 1), False),
        (
            date(2022, 1, 1),
            ALL,
            Standing.IN_FORCE,
            {Territory.METROPOLE: 4, Territory.MAYOTTE: 5},
            date(2024, 1, 1),
            True,
        ),
        (date(2022, 1, 1), MAYOTTE, Standing.IN_FORCE, {Territory.MAYOTTE: 5}, date(2024, 1, 1), True),
        (date(2022, 1, 1), GUYANE, Standing.NOT_ESTABLISHED, {}, date(2024, 1, 1), True),
        (date(2024, 1, 1), ALL, Standing.NOT_ESTABLISHED, {}, date(2025, 1, 1), True),
        (date(2024, 12, 31), MAYOTTE, Standing.NOT_ESTABLISHED, {}, date(2025, 1, 1), True),
        (date(2025, 1, 1), ALL, Standing.ENDED, {}, None, False),
        (date(2090, 1, 1), GUYANE, Standing.ENDED, {}, None, False),
    ],
)
def test_a_quantity_stands_as_its_value_of_the_day(
    day: date,
    territory: Territory | None,
    standing: Standing,
    quantities: dict[Territory | None, int],
    until: date | None,
    doubtful: bool,
) -> None:
    reading = read_on(DELAY, day, territory)
    assert (reading.standing, dict(reading.quantities), reading.until) == (standing, quantities, until)
    assert reading.is_doubtful is doubtful
    assert (reading.value is None) is (standing is Standing.NOT_YET)
    assert (reading.parameter, reading.territory) == (DELAY, territory)


@given(
    parameter=st.sampled_from(list(LAW)),
    day=st.dates(date(1970, 1, 1), date(2040, 1, 1)),
    territory=st.sampled_from(Territory),
)
def test_a_reading_says_what_a_rule_would_be_given(parameter: Parameter, day: date, territory: Territory) -> None:
    reading = read_on(parameter, day, territory)
    try:
        value = parameter.on(day, territory)
    except NotEstablished:
        assert reading.standing is Standing.NOT_ESTABLISHED
    except NotInForce:
        assert reading.standing in (Standing.NOT_YET, Standing.ENDED)
    else:
        assert reading.standing is Standing.IN_FORCE
        assert list(reading.quantities.values()) == [value.quantity]
        assert reading.until is None or read_on(parameter, reading.until).value is not reading.value
        assert read_on(parameter, value.since).value is reading.value


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True),
        ("duree", True),
        ("DÉLAI durée", True),
        ("delais/un", True),
        ("décret", True),
        ("arrete", True),
        ("deux jours", True),
        ("5 jours", True),
        ("4", True),
        ("d’un delai", True),
        ("decret inconnu", False),
        ("example", False),
        ("xx", False),
        ("decretarrete", False),
    ],
)
def test_every_word_is_looked_for_in_what_a_lawyer_reads(words: str, found: bool) -> None:
    assert search([DELAY], words) == ([DELAY] if found else [])


def test_labels_are_found_by_code_and_by_wording() -> None:
    psychiatry = LAW.parameter("specialties/psychiatry")
    assert search([psychiatry], "G15_10/SM43") == [psychiatry]
    assert search([psychiatry], "psychiatrie enfant") == [psychiatry]
    local = LAW.parameter("calendar/holidays/abolition")
    assert search([local], "esclavage 22 mai") == [local]


def test_the_order_of_the_law_is_kept() -> None:
    found = search(LAW, "tarif")
    assert len(found) > 3
    assert [one.name for one in found] == sorted(one.name for one in found)


def test_letters_are_compared_without_accents_capitals_or_kinds_of_apostrophe() -> None:
    assert fold("L’ÉTÉ à Noël") == fold("l'ete a noel") == "l'ete a noel"


@pytest.mark.parametrize(("days", "overdue"), [(182, False), (183, False), (184, True)])
def test_a_review_is_overdue_after_six_months(days: int, overdue: bool) -> None:
    assert DELAY.is_overdue(date(2026, 1, 1) + timedelta(days=days)) is overdue
