"""Patients whose measures look like those of real ones; the same seed gives the same patients, measure for measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

from telemed.demo.devices.messages import Measured, blood_pressure, own_answer, own_quantity, quantity

Course = Callable[[Random, datetime, int], Iterator[Measured]]
"""Chance, midnight of the first day, days → measures in the order of time."""
DAY = timedelta(days=1)
_SENSOR_MINUTES = 5


def weights(chance: Random, midnight: datetime, days: int) -> Iterator[Measured]:
    """Weight, pressure and pulse of a morning; one patient in four takes on water in the last week."""
    base, pulse, systolic = chance.uniform(55, 95), chance.uniform(60, 80), chance.uniform(110, 140)
    onset = days - chance.randint(4, 7) if chance.random() < 0.25 else days
    water = 0.0
    for day in range(days):
        water += chance.uniform(0.35, 0.8) if day >= onset else 0.0
        at = midnight + day * DAY + timedelta(hours=7, minutes=chance.randint(0, 50), seconds=chance.randint(0, 59))
        top = systolic + chance.gauss(0, 7) + 3 * water
        yield Measured(
            at,
            (
                quantity("29463-7", round(base + chance.gauss(0, 0.25) + water, 1), "kg"),
                blood_pressure(round(top), round(0.62 * top)),
                quantity("8867-4", round(pulse + chance.gauss(0, 4) + 3 * water), "/min"),
            ),
        )


def glucose(chance: Random, midnight: datetime, days: int) -> Iterator[Measured]:
    """A sensor every five minutes, sent by the hour; meals, and in one patient in five nights that fall too low."""
    base, reach = chance.uniform(95, 140), chance.uniform(30, 90)
    falls = chance.random() < 0.2
    for hour in range(24 * days):
        begins = midnight + timedelta(hours=hour)
        low = 45 * math.sin(math.pi * (begins.hour - 1) / 4) if falls and 1 <= begins.hour <= 5 else 0.0
        for minute in range(0, 60, _SENSOR_MINUTES):
            at = begins + timedelta(minutes=minute, seconds=chance.randint(0, 59))
            meal = reach * sum(_after_meal(at.hour + at.minute / 60 - meal) for meal in (8, 12.75, 19.5))
            yield Measured(at, (quantity("99504-3", round(max(40, base + meal - low + chance.gauss(0, 4))), "mg/dL"),))


def _after_meal(hours: float) -> float:
    """Rises within the hour, gone after four."""
    return hours * math.exp(1 - hours) if 0 <= hours <= 4 else 0.0


def nights(chance: Random, midnight: datetime, days: int) -> Iterator[Measured]:
    """What a ventilator tells of each night; one patient in four gives it up bit by bit, one in ten has a leak."""
    used, leak, rate = chance.uniform(6.5, 9), chance.uniform(5, 20), chance.uniform(14, 20)
    gives_up, leaks = chance.random() < 0.25, chance.random() < 0.1
    for day in range(days):
        part = day / max(1, days)
        hours = max(0.0, used + chance.gauss(0, 0.4) - (5 * part if gives_up else 0.0))
        at = midnight + day * DAY + timedelta(hours=7, minutes=chance.randint(0, 59))
        yield Measured(
            at,
            (
                own_quantity("ventilation-time", round(hours, 2), "h"),
                own_quantity(
                    "ventilation-leak", round(max(0, leak + chance.gauss(0, 2) + 40 * part * leaks), 1), "L/min"
                ),
                quantity("9279-1", round(rate + chance.gauss(0, 1.2)), "/min"),
            ),
        )


def implants(chance: Random, midnight: datetime, days: int) -> Iterator[Measured]:
    """A transmission a week: a battery that goes down, and in one patient in eight a lead that breaks."""
    volts, ohms = chance.uniform(2.75, 3.1), chance.uniform(380, 620)
    breaks_on = chance.randint(days // 2, days) if chance.random() < 0.125 else days + 1
    for day in range(chance.randint(0, 6), days, 7):
        at = midnight + day * DAY + timedelta(hours=3, minutes=chance.randint(0, 59))
        lead = 2600.0 if day >= breaks_on else ohms + chance.gauss(0, 12)
        yield Measured(
            at,
            (
                own_answer("implant-transmission", "routine" if day < breaks_on else "alert"),
                own_quantity("implant-battery", round(volts - 0.0004 * day, 3), "V"),
                own_quantity("lead-impedance", round(lead), "Ohm"),
            ),
        )


COHORTS: Mapping[str, Course] = {"weights": weights, "cgm": glucose, "vni": nights, "implants": implants}


def play(cohort: str, seed: int, patient: int, *, midnight: datetime, days: int) -> list[Measured]:
    """One patient's measures."""
    return list(COHORTS[cohort](chance_of(cohort, seed, patient), midnight, days))


def chance_of(cohort: str, seed: int, patient: int) -> Random:
    """Each patient has a chance of his own, so that one more patient changes none of the others."""
    return Random(f"{cohort}/{seed}/{patient}")
