"""A database that holds verified persons and merges already: the links and the persons are made of them."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import select, text

from billing.tables import QuotaLinkRow, QuotaPersonRow
from telemed.app import Services
from telemed.patients.model import Patient
from telemed.storage.engine import Database
from telemed.storage.migrate import _config, upgrade
from tests.fixtures.people import People, make_draft
from tests.integration.patients.test_one_person import NIR, OTHER_NIR, call_insi, check_card

pytestmark = pytest.mark.asyncio


async def kept(database: Database) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    async with database.read() as session:
        links, persons = await session.scalars(select(QuotaLinkRow)), await session.scalars(select(QuotaPersonRow))
        return (
            {(one.patient_id, one.other_id, one.cause) for one in links},
            {(one.patient_id, one.person_id) for one in persons},
        )


async def test_what_is_kept_comes_back_as_it_was(
    services: Services, people: People, patient: Patient, database: Database
) -> None:
    elsewhere, _ = await services.patients.create(people.stranger, make_draft())
    twin, _ = await services.patients.create(people.secretary, make_draft(phone="+33639985679"))
    alone, _ = await services.patients.create(people.stranger, make_draft(given="Marie"))
    for caller, record, matricule in (
        (people.doctor, patient, NIR),
        (people.stranger, elsewhere, NIR),
        (people.stranger, alone, OTHER_NIR),
    ):
        await call_insi(services, caller, record, matricule)
        await check_card(services, caller, record)
    await services.merges.merge(people.doctor, patient.id, twin.id, is_confirmed=True)
    before = await kept(database)
    first, *others = sorted([patient.id, elsewhere.id, twin.id])
    assert before[1] == {(one, first) for one in others}
    assert len(before[0]) == 4
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda one: command.downgrade(_config(one), "0020"))
        merged = (await connection.execute(text("SELECT count(*) FROM billing_quota_persons"))).scalar()
    assert merged == 1
    await upgrade(database)
    assert await kept(database) == before
