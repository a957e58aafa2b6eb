"""One person verified in two practices has one quota there; nobody else is taken for him."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
import pytest_asyncio

from telemed.app import Services
from telemed.kernel.caller import Caller
from telemed.kernel.identifiers import InsOid, Matricule, parse_matricule
from telemed.kernel.ids import new_id
from telemed.patients.model import CheckMethod, DoubtReason, IdentityProof, InsiAnswer, InsiSource, Patient
from tests.fixtures.people import People, make_draft

pytestmark = pytest.mark.asyncio
NIR = parse_matricule("180032B02040123", InsOid.NIR_TEST)
OTHER_NIR = parse_matricule("275126322074974", InsOid.NIR_TEST)


@pytest_asyncio.fixture
async def elsewhere(services: Services, people: People, patient: Patient) -> Patient:
    """The same traits, recorded in another practice."""
    created, _ = await services.patients.create(people.stranger, make_draft(phone="+33639985678"))
    assert created.practice_id != patient.practice_id
    return created


async def call_insi(services: Services, caller: Caller, patient: Patient, matricule: Matricule = NIR) -> None:
    answer = InsiAnswer(matricule, patient.identity.traits, InsiSource.TRAITS_SEARCH, services.clock.now())
    await services.patients.record_insi_answer(caller, patient.id, answer)


async def check_card(services: Services, caller: Caller, patient: Patient) -> None:
    await services.patients.record_identity_check(
        caller, patient.id, proof=IdentityProof.NATIONAL_CARD, method=CheckMethod.IN_PERSON
    )


async def settle(services: Services, *records: Patient) -> list[bool]:
    """An opinion of one requis for each of these records, in turn: which may be billed?"""
    granted = []
    for record in records:
        async with services.database.begin() as uow:
            done = await services.quotas.settle_within(
                uow, act_id=new_id(), code="TE2", rpps="10100000099", patient_id=record.id, day=date(2026, 11, 25)
            )
        granted.append(done.is_granted)
    return granted


async def test_the_limit_is_the_persons_once_both_practices_have_verified_him(
    services: Services, people: People, patient: Patient, elsewhere: Patient
) -> None:
    """R-18: four a year for one patient, whoever asks; what was granted before stays."""
    assert await settle(services, patient, patient, elsewhere, elsewhere) == [True] * 4
    for caller, record in ((people.doctor, patient), (people.stranger, elsewhere)):
        await call_insi(services, caller, record)
    assert await settle(services, patient) == [True], "INSi alone does not verify a person"
    for caller, record in ((people.doctor, patient), (people.stranger, elsewhere)):
        await check_card(services, caller, record)
    assert await settle(services, patient, elsewhere) == [False, False]
    await services.patients.raise_doubt(people.stranger, elsewhere.id, DoubtReason.BORROWED)
    assert await settle(services, elsewhere, elsewhere, patient) == [True, True, True]
    await check_card(services, people.stranger, elsewhere)
    await call_insi(services, people.stranger, elsewhere)
    assert await settle(services, patient, elsewhere) == [False, False]


async def test_another_matricule_is_another_person(
    services: Services, people: People, patient: Patient, elsewhere: Patient
) -> None:
    for caller, record, matricule in ((people.doctor, patient, NIR), (people.stranger, elsewhere, OTHER_NIR)):
        await call_insi(services, caller, record, matricule)
        await check_card(services, caller, record)
    assert await settle(services, *[patient] * 4, *[elsewhere] * 4) == [True] * 8


async def test_merges_and_matricules_lead_to_one_person(
    services: Services, people: People, patient: Patient, elsewhere: Patient
) -> None:
    """A duplicate of one practice counts with the record of the other, until it is parted."""
    twin, _ = await services.patients.create(people.secretary, make_draft(phone="+33639985679"))
    for caller, record in ((people.doctor, patient), (people.stranger, elsewhere)):
        await call_insi(services, caller, record)
        await check_card(services, caller, record)
    await services.merges.merge(people.doctor, patient.id, twin.id, is_confirmed=True)
    assert await settle(services, twin, elsewhere, patient, twin, elsewhere) == [True] * 4 + [False]
    await services.merges.undo(people.doctor, patient.id, twin.id)
    assert await settle(services, twin, twin, twin) == [True, True, False]
    assert await settle(services, elsewhere, patient) == [True, True]


async def test_two_practices_that_verify_at_once_find_one_person(
    services: Services, people: People, patient: Patient, elsewhere: Patient
) -> None:
    both = ((people.doctor, patient), (people.stranger, elsewhere))
    for caller, record in both:
        await call_insi(services, caller, record)
    await asyncio.gather(*(check_card(services, caller, record) for caller, record in both))
    assert await settle(services, patient, elsewhere, patient, elsewhere, patient) == [True] * 4 + [False]
