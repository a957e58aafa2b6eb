"""Consents: on which words, by whom, never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord
from telemed.consent.rules import check_consent
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient, parse_birth_date
from telemed.storage.engine import violated_constraint
from tests.fixtures.people import TRAITS, People

pytestmark = pytest.mark.asyncio
KIND = ActKind.TELECONSULTATION
GIVEN, REFUSED, WITHDRAWN = ConsentDecision.GIVEN, ConsentDecision.REFUSED, ConsentDecision.WITHDRAWN


def visitor(act: Teleconsultation) -> Caller:
    return Caller(CallerKind.PATIENT, act.patient_id, act.practice_id, act_id=act.id)


async def decide(
    services: Services,
    caller: Caller,
    act: Teleconsultation,
    decision: ConsentDecision = GIVEN,
    *,
    sha256: str | None = None,
    by: ConsentBy = ConsentBy.PATIENT,
    representative: str | None = None,
) -> ConsentRecord:
    async with services.database.begin() as uow:
        return await services.consents.decide_on_page_within(
            uow,
            caller,
            patient_id=act.patient_id,
            act_kind=KIND,
            act_id=act.id,
            decision=decision,
            wording_sha256=sha256 or services.consents.wording().sha256,
            by=by,
            representative_name=representative,
        )


async def is_allowed(services: Services, act: Teleconsultation) -> bool:
    async with services.database.begin() as uow:
        facts = await services.consents.facts_within(uow, patient_id=act.patient_id, act_kind=KIND, act_id=act.id)
    return check_consent(facts, services.clock.now()).is_allowed


async def test_a_consent_keeps_the_words_the_instant_and_the_way(
    services: Services, people: People, act: Teleconsultation, clock: FrozenClock
) -> None:
    record = await decide(services, visitor(act), act)
    kept = (await services.consents.page(people.doctor, act.patient_id))[0]
    words = services.consents.find_wording(KIND, kept.wording_sha256)
    assert kept == record
    assert (kept.channel, kept.by, kept.at, kept.recorded_by) == (
        ConsentChannel.PATIENT_PAGE,
        ConsentBy.PATIENT,
        clock.now(),
        None,
    )
    assert words is not None
    assert "L. 1111-4" in words.text


async def test_given_then_withdrawn_then_given_again(
    services: Services, act: Teleconsultation, clock: FrozenClock
) -> None:
    seen = [await is_allowed(services, act)]
    for decision in (GIVEN, WITHDRAWN, GIVEN, REFUSED):
        clock.advance(timedelta(minutes=1))
        await decide(services, visitor(act), act, decision)
        seen.append(await is_allowed(services, act))
    assert seen == [False, True, False, True, False]


async def test_there_must_be_something_to_withdraw(services: Services, act: Teleconsultation) -> None:
    with pytest.raises(Conflict) as caught:
        await decide(services, visitor(act), act, WITHDRAWN)
    assert caught.value.code == "consent.nothing_to_withdraw"


async def test_words_that_are_not_in_force_are_not_consented_to(services: Services, act: Teleconsultation) -> None:
    with pytest.raises(Conflict) as caught:
        await decide(services, visitor(act), act, sha256="0" * 64)
    assert caught.value.code == "consent.wording_changed"
    assert not await is_allowed(services, act)


async def test_a_link_decides_for_its_own_act_only(services: Services, people: People, act: Teleconsultation) -> None:
    for caller in (replace(visitor(act), act_id=new_id()), replace(visitor(act), id=new_id()), people.doctor):
        with pytest.raises(Forbidden):
            await decide(services, caller, act)
    assert not await is_allowed(services, act)


async def test_a_representative_is_named_and_the_name_is_sealed(
    services: Services, people: People, act: Teleconsultation
) -> None:
    with pytest.raises(Invalid):
        await decide(services, visitor(act), act, by=ConsentBy.LEGAL_REPRESENTATIVE, representative="  ")
    await decide(services, visitor(act), act, by=ConsentBy.LEGAL_REPRESENTATIVE, representative="Paule Leroy")
    async with services.database.read() as session:
        kept = repr((await session.execute(text("SELECT * FROM consents"))).all())
    assert "Paule" not in kept
    assert (await services.consents.page(people.doctor, act.patient_id))[0].representative_name == "Paule Leroy"


async def test_a_doctor_records_what_was_said_aloud(services: Services, people: People, act: Teleconsultation) -> None:
    record = await services.consents.record_oral(
        people.doctor, patient_id=act.patient_id, act_kind=KIND, act_id=act.id, decision=GIVEN
    )
    assert (record.channel, record.recorded_by) == (ConsentChannel.ORAL_TO_PROFESSIONAL, people.doctor.id)
    assert await is_allowed(services, act)


@pytest.mark.parametrize(
    ("who", "error"),
    [("stranger", NotFound), ("auditor", Forbidden), ("administrator", Forbidden)],
)
async def test_others_record_and_read_nothing(
    services: Services, people: People, act: Teleconsultation, who: str, error: type[Exception]
) -> None:
    caller = getattr(people, who)
    with pytest.raises(error):
        await services.consents.record_oral(
            caller, patient_id=act.patient_id, act_kind=KIND, act_id=act.id, decision=GIVEN
        )
    with pytest.raises(error):
        await services.consents.page(caller, act.patient_id)


async def test_an_act_of_nobody_is_not_consented_to(services: Services, people: People, patient: Patient) -> None:
    with pytest.raises(NotFound):
        await services.consents.record_oral(
            people.doctor, patient_id=patient.id, act_kind=KIND, act_id=new_id(), decision=GIVEN
        )


async def test_a_minor_alone_is_pointed_out_on_the_day_before_eighteen_and_not_on_the_day(
    services: Services, people: People, act: Teleconsultation, patient: Patient, clock: FrozenClock
) -> None:
    born = replace(TRAITS, birth_date=parse_birth_date("2008-11-26"))
    await services.patients.amend(people.doctor, patient.id, lambda d: replace(d, traits=born), version=1)
    minors = []
    for _day in range(2):
        async with services.database.begin() as uow:
            facts = await services.consents.facts_within(uow, patient_id=patient.id, act_kind=KIND, act_id=act.id)
        minors.append(facts.is_minor)
        clock.advance(timedelta(days=1))
    assert minors == [True, False]


@pytest.mark.parametrize("statement", ["UPDATE consents SET decision = 'given'", "DELETE FROM consents"])
async def test_what_was_decided_cannot_be_rewritten(services: Services, act: Teleconsultation, statement: str) -> None:
    await decide(services, visitor(act), act, REFUSED)
    with pytest.raises(DBAPIError, match="append-only"):
        async with services.database.begin() as uow:
            await uow.session.execute(text(statement))


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("by", "'legal_representative'", "ck_consents_representative_named"),
        ("channel", "'oral_to_professional'", "ck_consents_oral_has_witness"),
    ],
)
async def test_the_database_wants_a_name_and_a_witness(
    services: Services, act: Teleconsultation, column: str, value: str, constraint: str
) -> None:
    record = await decide(services, visitor(act), act)
    columns = "id, patient_id, act_kind, act_id, decision, channel, by, at, wording_version, wording_sha256"
    values = columns.replace("id,", ":new,", 1).replace(f" {column},", f" {value},", 1)
    ids = {"new": new_id(), "old": record.id}
    bound = {name: given.hex if services.database.is_sqlite else given for name, given in ids.items()}
    insert = text(f"INSERT INTO consents ({columns}) SELECT {values} FROM consents WHERE id = :old")  # noqa: S608
    with pytest.raises(IntegrityError) as caught:
        async with services.database.begin() as uow:
            await uow.session.execute(insert, bound)
    assert violated_constraint(caught.value) == constraint
