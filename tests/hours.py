"""A profile and a shift, for tests of experts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from telemed.experts.model import Abilities, Place, Profile, Shift
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id


def make_profile(number: int, *, practice_id: UUID, specialty_code: str, **changes: object) -> Profile:
    profile = Profile(
        professional_id=new_id(),
        practice_id=practice_id,
        rpps=f"{20_000_000_000 + number}",
        abilities=Abilities(specialty_code),
        place=Place(Territory.METROPOLE),
        is_open=True,
        capacity_per_day=10,
    )
    return replace(profile, **changes)  # type: ignore[arg-type]  # the fields of a profile


def make_shift(
    professional_id: UUID, first_on: date, *, start: int = 9 * 60, minutes: int = 180, rule: str = "", **changes: object
) -> Shift:
    shift = Shift(new_id(), professional_id, first_on, start, minutes, "Europe/Paris", rule)
    return replace(shift, **changes)  # type: ignore[arg-type]  # the fields of a shift
