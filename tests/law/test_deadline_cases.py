"""The cases of tests/law/deadlines against the rule of deadlines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from billing.rules.deadlines import Deadline, keep_until, retransmit_by, transmit_by
from telemed.kernel.clock import civil_date
from telemed.law.calendar import CalendarZone
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW


def find_deadline(given: dict[str, Any], day: date, zone: CalendarZone) -> Deadline:
    law = LAW.on(day)
    match given["quoi"]:
        case "transmettre":
            return transmit_by(day, is_tiers_payant=given["tiers_payant"], zone=zone, law=law)
        case "retransmettre":
            return retransmit_by(day, zone=zone, law=law)
        case "conserver":
            return keep_until(day, law)
    raise ValueError(f"unknown: {given['quoi']}")


@pytest.mark.parametrize("case", read_cases("deadlines"), ids=str)
def test_deadlines(case: Case) -> None:
    """`day` is a day, or an instant whose civil day is that of the zone; `du` that day, `au` the last day in time."""
    given = take(case.facts, quoi="retransmettre", tiers_payant=False, zone="metropole")
    zone = CalendarZone(given["zone"])
    day = case.day if isinstance(case.day, date) else civil_date(datetime.fromisoformat(case.day), zone.territory)
    found = find_deadline(given, day, zone)
    expected = take(case.decision, du=day, au=None, jours=None, mois=None)
    assert (found.counted_from, found.due_on) == (expected["du"], expected["au"])
    numbers = {value.unit.value: value.integer for value in found.basis if value.unit.value != "flag"}
    wanted = {"jours": expected["jours"], "mois": expected["mois"]}
    assert {"jours": numbers.get("days", numbers.get("working_days")), "mois": numbers.get("months")} == wanted
