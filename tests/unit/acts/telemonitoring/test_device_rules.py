"""A device is given to whom it serves (R-37)."""

from __future__ import annotations

from datetime import date

from telemed.acts.telemonitoring.model.pathway import MinimumDatum, PathwayVersion, SilenceWindow
from telemed.acts.telemonitoring.rules.devices import check_device
from telemed.law.parameter import Certainty, Reference

PRESSURE = MinimumDatum("pressure", "Pression", ("systolic_pressure", "diastolic_pressure"))
WEIGHT = MinimumDatum("weight", "Poids", ("weight",))
VERSION = PathwayVersion(
    date(2023, 7, 1),
    (PRESSURE, WEIGHT),
    (),
    SilenceWindow(1, frozenset()),
    (Reference("Arrêté", ""),),
    Certainty.CONFIRMED,
)


def refused(signals: set[str], others: set[str]) -> list[str]:
    return [reason.code for reason in check_device(VERSION, frozenset(signals), frozenset(others)).refusals]


def test_it_must_bring_something_of_what_is_missing() -> None:
    assert refused({"body_temperature"}, set()) == ["telemonitoring.device_useless"]
    assert refused({"weight"}, {"weight"}) == ["telemonitoring.device_useless"]
    assert refused({"weight"}, set()) == []
    assert refused({"systolic_pressure"}, {"weight"}) == []
    assert refused({"diastolic_pressure"}, {"systolic_pressure", "weight"}) == []


def test_once_nothing_is_missing_any_may_come_along() -> None:
    assert refused({"body_temperature"}, {"weight", "systolic_pressure", "diastolic_pressure"}) == []
