"""Experts in number: people, profiles, lines, shifts and their openings, for tests and benches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import insert

from telemed.experts.model import (
    Line,
    Membership,
    Profile,
    Roster,
    window_at,
)
from telemed.experts.rules.openings import openings_of
from telemed.experts.store import HoursStore, LineStore
from telemed.experts.store.openings import opening_values
from telemed.experts.store.profiles import profile_values
from telemed.experts.tables import OpeningRow, ProfileRow
from telemed.kernel.caller import Role
from telemed.kernel.ids import new_id
from telemed.professionals.model import Profession
from telemed.professionals.tables import PracticeRow, ProfessionalRow
from telemed.storage.engine import Database
from tests.hours import make_profile, make_shift

SPECIALTIES = ("G15_10/SM15", "G15_10/SM04", "G15_10/SM38", "G15_10/SM32", "G15_10/SM41", "G15_10/SM48")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Crowd:
    """Who was put in the database."""

    professional_ids: tuple[UUID, ...]
    line_ids: tuple[UUID, ...]
    openings: int


async def fill_experts(
    database: Database,
    count: int,
    *,
    now: datetime,
    practices: int = 0,
    lines: int = 0,
    shifts: int = 2,
    specialties: Sequence[str] = SPECIALTIES,
    seed: int = 0,
) -> Crowd:
    """Put `count` open experts in the database, each with weekly shifts and the openings made of them.

    Practices are one for ten people unless said; each line holds ten people of one specialty, in order. The same seed
    gives the same hours.
    """
    chance, places = random.Random(seed), [new_id() for _ in range(practices or max(1, count // 10))]
    await _add_practices(database, places)
    ids: list[UUID] = []
    by_line: list[UUID] = []
    made = 0
    people = (
        make_profile(number, practice_id=places[number % len(places)], specialty_code=specialty)
        for number in range(count)
        for specialty in (specialties[(number // 10) % len(specialties)],)
    )
    while some := list(islice(people, _AT_ONCE)):
        rosters = [_with_shifts(one, now, shifts, chance) for one in some]
        teams = list(_teams(rosters[: max(0, lines - len(by_line)) * 10], now))
        rosters = [_in_team(roster, teams) for roster in rosters]
        made += await _add(database, rosters, teams, now)
        ids += [one.professional_id for one in some]
        by_line += [line.id for line in teams]
    return Crowd(tuple(ids), tuple(by_line), made)


def _with_shifts(profile: Profile, now: datetime, count: int, chance: random.Random) -> Roster:
    first = (now - timedelta(days=30)).date()
    shifts = []
    for _ in range(count):
        days = ",".join(sorted(chance.sample(_DAYS[:6], chance.randint(1, 3)), key=_DAYS.index))
        start, minutes = chance.randrange(7 * 60, 19 * 60, 30), chance.choice((120, 180, 240))
        rule = f"FREQ=WEEKLY;BYDAY={days}"
        shifts.append(make_shift(profile.professional_id, first, start=start, minutes=minutes, rule=rule))
    return Roster(profile, shifts=tuple(shifts))


def _teams(rosters: Sequence[Roster], now: datetime) -> Iterator[Line]:
    for start in range(0, len(rosters) - 9, 10):
        first = rosters[start].profile
        yield Line(new_id(), first.practice_id, f"Ligne {start // 10 + 1}", first.abilities, first.place, now)


def _in_team(roster: Roster, teams: Sequence[Line]) -> Roster:
    """The last shift of a member is for his line."""
    own = [line for line in teams if line.abilities == roster.profile.abilities]
    if not own or not roster.shifts:
        return roster
    line = own[int(roster.profile.rpps) // 10 % len(own)]
    *personal, last = roster.shifts
    return replace(roster, lines={line.id: line}, shifts=(*personal, replace(last, line_id=line.id)))


async def _add_practices(database: Database, ids: Sequence[UUID]) -> None:
    row = {"territory": "metropole", "facility_type": "SA08", "address": {"lines": [], "postal_code": "", "city": ""}}
    async with database.begin() as uow:
        await uow.session.execute(
            insert(PracticeRow), [row | {"id": one, "name": f"Cabinet {number}"} for number, one in enumerate(ids, 1)]
        )


async def _add(database: Database, rosters: Sequence[Roster], teams: Sequence[Line], now: datetime) -> int:
    window = window_at(now)
    openings = [opening_values(one) for roster in rosters for one in openings_of(roster, window)]
    kept = {"changed_at": now, "kept_until": window.end}
    async with database.begin() as uow:
        session = uow.session
        await session.execute(insert(ProfessionalRow), [_person(roster.profile) for roster in rosters])
        profiles = [roster.profile for roster in rosters]
        await session.execute(
            insert(ProfileRow),
            [{"professional_id": one.professional_id} | profile_values(one) | kept for one in profiles],
        )
        for line in teams:
            await LineStore(session).add(line)
        for roster in rosters:
            for line_id in roster.lines:
                await LineStore(session).add_member(Membership(line_id, roster.profile.professional_id, now, now))
        await HoursStore(session).add_shifts(shift for roster in rosters for shift in roster.shifts)
        for start in range(0, len(openings), 5_000):
            await session.execute(insert(OpeningRow), openings[start : start + 5_000])
    return len(openings)


def _person(profile: Profile) -> dict[str, object]:
    return {
        "id": profile.professional_id,
        "practice_id": profile.practice_id,
        "family_name": f"Expert{profile.rpps[-6:]}",
        "given_name": "Camille",
        "roles": f",{Role.DOCTOR.value},",
        "title": "DR",
        "rpps": profile.rpps,
        "profession": Profession.MEDECIN.value,
        "specialty_code": profile.abilities.specialty_code,
        "sector": "sector_1",
    }
