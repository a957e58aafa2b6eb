"""The value of a day: the day before, the day of, the day after, and never a default."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.clock import Territory
from telemed.law.loader import parse_parameter
from telemed.law.parameter import (
    Certainty,
    LawOfDay,
    NotEstablished,
    NotInForce,
    Parameter,
    Reference,
    UnknownParameter,
    Value,
)
from telemed.law.units import Unit
from tests.the_law import LAW

TEXT = (Reference("Un texte", "https://example.org"),)


def make_value(since: date, quantity: int | None) -> Value:
    return Value(since, quantity, None, TEXT, since, Certainty.CONFIRMED)


def make_parameter(*values: Value, unit: Unit = Unit.DAYS) -> Parameter:
    return Parameter("x", "Une grandeur", unit, date(2026, 1, 1), values)


THREE = make_parameter(
    make_value(date(2020, 1, 1), 5), make_value(date(2022, 4, 1), 3), make_value(date(2024, 2, 29), None)
)


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2020, 1, 1), 5), (date(2022, 3, 31), 5), (date(2022, 4, 1), 3), (date(2024, 2, 28), 3)]
)
def test_a_value_holds_from_its_first_day_to_the_eve_of_the_next(day: date, expected: int) -> None:
    assert THREE.on(day).integer == expected


@pytest.mark.parametrize(("day", "reason"), [(date(2019, 12, 31), "before"), (date(2024, 2, 29), "no longer")])
def test_outside_its_days_a_value_is_not_in_force_rather_than_zero(day: date, reason: str) -> None:
    with pytest.raises(NotInForce, match=reason):
        THREE.on(day)


@given(
    days=st.lists(st.dates(date(2018, 1, 1), date(2030, 1, 1)), unique=True, min_size=1, max_size=6),
    asked=st.dates(date(2017, 1, 1), date(2031, 1, 1)),
)
def test_the_value_is_that_of_the_latest_day_of_effect_reached(days: list[date], asked: date) -> None:
    parameter = make_parameter(*(make_value(day, day.toordinal()) for day in sorted(days)))
    reached = [day for day in days if day <= asked]
    if not reached:
        with pytest.raises(NotInForce):
            parameter.on(asked)
    else:
        assert parameter.on(asked).integer == max(reached).toordinal()


def test_a_territorial_value_needs_a_territory_that_has_a_known_figure() -> None:
    tariff = LAW.parameter("teleconsultation/tariffs/tcg")
    day = date(2026, 11, 22)
    found = tariff.on(day, Territory.METROPOLE)
    assert (found.integer, found.territory, found.since) == (2500, Territory.METROPOLE, date(2024, 12, 22))
    with pytest.raises(NotEstablished):
        tariff.on(day, Territory.MARTINIQUE)
    with pytest.raises(ValueError, match="depends on the territory"):
        tariff.on(day)


def test_a_value_that_holds_everywhere_ignores_the_territory() -> None:
    found = THREE.on(date(2023, 1, 1), Territory.MAYOTTE)
    assert (found.integer, found.territory, found.references, found.text) == (3, None, TEXT, "3\u00a0jours")


def test_typed_access_refuses_another_type() -> None:
    number = THREE.on(date(2023, 1, 1))
    for access in ("flag", "code", "labels"):
        with pytest.raises(TypeError):
            getattr(number, access)
    law = LAW.on(date(2026, 11, 22))
    flag = law.value("teleconsultation/video_required")
    with pytest.raises(TypeError):
        _ = flag.integer
    assert flag.flag is True
    assert law.value("teleconsultation/codes/other").code == "TC"
    assert law.value("sick_leave/exempt_prescribers").labels["medecin_traitant"] == "Médecin traitant du patient"


def test_the_law_of_a_day_asks_every_parameter_for_that_day() -> None:
    law = LawOfDay(date(2022, 3, 31), {"x": THREE})
    assert law.value("x").integer == 5
    assert LawOfDay(date(2022, 3, 31) + timedelta(days=1), {"x": THREE}).value("x").integer == 3
    with pytest.raises(UnknownParameter):
        law.value("y")


def test_find_is_silent_only_where_no_text_is_in_force() -> None:
    assert LawOfDay(date(2019, 1, 1), {"x": THREE}).find("x") is None
    assert LawOfDay(date(2023, 1, 1), {"x": THREE}).find("x") is not None
    with pytest.raises(UnknownParameter):
        LawOfDay(date(2023, 1, 1), {"x": THREE}).find("y")
    law = LAW.on(date(2026, 1, 1))
    with pytest.raises(NotEstablished):
        law.find("teleconsultation/tariffs/tcg", Territory.GUYANE)


def test_law_gives_its_parameters_in_order_and_refuses_an_unknown_name() -> None:
    law = LAW
    names = [parameter.name for parameter in law]
    assert names == sorted(names)
    assert len(names) == len(law.parameters) >= 20
    with pytest.raises(UnknownParameter):
        law.parameter("nowhere")


def test_an_end_is_read_as_an_end() -> None:
    parameter = LAW.parameter("teleconsultation/reimbursement/prior_visit_months")
    assert parameter.on(date(2022, 3, 31)).integer == 12
    with pytest.raises(NotInForce):
        parameter.on(date(2022, 4, 1))


def test_a_description_is_kept() -> None:
    text = "description: Un mot\nunit: flag\nreviewed_on: 2026-01-01\nvalues:\n  2020-01-01:\n    value: true\n"
    text += "    published_on: 2020-01-01\n    certainty: confirmed\n    references: [{title: T, address: 'https://e.org'}]\n"
    assert parse_parameter("a/b", text).description == "Un mot"
