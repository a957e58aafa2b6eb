"""Public holidays of each zone, against another library over a generation."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from telemed.law.calendar import CalendarZone, find_holiday
from tests.the_law import LAW as THE_LAW

LAW = THE_LAW.on(date(2026, 11, 22))
SUBDIVISIONS = {
    CalendarZone.METROPOLE: (None,),
    CalendarZone.ALSACE_MOSELLE: ("57", "6AE"),
    CalendarZone.GUADELOUPE: ("971",),
    CalendarZone.MARTINIQUE: ("972",),
    CalendarZone.GUYANE: ("973",),
    CalendarZone.LA_REUNION: ("974",),
    CalendarZone.MAYOTTE: ("976",),
}
CUSTOMARY = {"Mi-Carême", "Fête de Victor Schoelcher"}
"""Days off by custom in the Antilles, which the text does not name; so is Good Friday there."""


def customary(zone: CalendarZone) -> set[str]:
    antilles = zone in (CalendarZone.GUADELOUPE, CalendarZone.MARTINIQUE)
    return CUSTOMARY | {"Vendredi saint"} if antilles else set()


@pytest.mark.parametrize("zone", SUBDIVISIONS)
def test_the_holidays_are_those_of_the_holidays_package_over_a_generation(zone: CalendarZone) -> None:
    days = [date(2018, 1, 1) + timedelta(days=n) for n in range((date(2041, 1, 1) - date(2018, 1, 1)).days)]
    ours = {day for day in days if find_holiday(day, zone, LAW)}
    for subdivision in SUBDIVISIONS[zone]:
        known = holidays.country_holidays("FR", subdiv=subdivision, years=range(2018, 2041), language="fr")
        theirs = {day for day in known if not set(known[day].split("; ")) <= customary(zone)}
        assert ours == theirs
