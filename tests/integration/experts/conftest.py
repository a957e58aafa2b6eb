"""Two dermatologists of a practice with an open profile, and how hours are written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest_asyncio

from telemed.app import Services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.professionals.model import Professional
from tests.fixtures.http import Api
from tests.fixtures.people import People, caller_for, make_doctor

PROFILE = {"is_open": True, "capacity_per_day": 8, "skills": ["dermoscopy"], "languages": ["fr", "en"]}


def hours(first_on: str, start: str = "09:00", minutes: int = 180, rule: str = "", **more: Any) -> dict[str, Any]:
    return {"first_on": first_on, "start": start, "minutes": minutes, "rule": rule, **more}


async def join(services: Services, person: Professional, login: str) -> Caller:
    created, _invitation = await services.professionals.create(SYSTEM, person, login)
    return caller_for(created)


@pytest_asyncio.fixture
async def expert(services: Services, people: People, api: Api) -> Caller:
    """A dermatologist of the first practice, open."""
    person = replace(
        make_doctor(people.practice.id, rpps="10100000081", family_name="Nguyen"), specialty_code="G15_10/SM15"
    )
    caller = await join(services, person, "mai.nguyen")
    reply = await api.call("PUT", "/experts/me", PROFILE, by=caller)
    assert reply.status == 200, reply.body
    return caller
