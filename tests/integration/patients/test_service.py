"""Records of patients: who may, what is kept, what falls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from telemed.app import Services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from telemed.kernel.identifiers import InsOid, parse_matricule
from telemed.kernel.ids import new_id
from telemed.patients.model import (
    CheckMethod,
    DoubtReason,
    IdentityProof,
    IdentityStatus,
    InsiAnswer,
    InsiSource,
    Patient,
    Resemblance,
    UsedNames,
    is_attending_doctor,
    parse_birth_date,
)
from telemed.patients.store import PatientStore
from telemed.security.keyring import CannotOpenError
from telemed.storage.engine import Database, violated_constraint
from tests.fixtures.people import TRAITS, People, make_draft

pytestmark = pytest.mark.asyncio
MATRICULE = parse_matricule("255032901912345", InsOid.NIR_TEST)


def make_answer(clock: FrozenClock, *, oid: InsOid = InsOid.NIR_TEST) -> InsiAnswer:
    return InsiAnswer(replace(MATRICULE, oid=oid), TRAITS, InsiSource.TRAITS_SEARCH, clock.now())


async def check(services: Services, caller: Caller, patient: Patient) -> Patient:
    done = await services.patients.record_identity_check(
        caller, patient.id, proof=IdentityProof.NATIONAL_CARD, method=CheckMethod.IN_PERSON
    )
    return done.patient


async def qualify(services: Services, caller: Caller, patient: Patient, clock: FrozenClock) -> Patient:
    await check(services, caller, patient)
    return await services.patients.record_insi_answer(caller, patient.id, make_answer(clock))


async def changes(services: Services, people: People, patient: Patient) -> list[tuple[str, str]]:
    history = await services.patients.identity_history(people.doctor, patient.id)
    return [(version.change.value, version.identity.status.value) for version in history]


async def test_a_new_patient_is_provisional_and_read_back_whole(
    services: Services, people: People, patient: Patient
) -> None:
    read = await services.patients.get(people.doctor, patient.id)
    assert read == patient
    assert (read.identity.status, read.full_name) == (IdentityStatus.PROV, "LEROY Jeanne")


async def test_nothing_of_a_patient_is_readable_in_the_database(services: Services, patient: Patient) -> None:
    async with services.database.read() as session:
        rows = [*(await session.execute(text("SELECT * FROM patients"))).all()]
        rows += (await session.execute(text("SELECT * FROM patient_identity_versions"))).all()
    kept = repr(rows).upper()
    assert patient.identity.traits.birth_name == "LEROY"
    assert not [word for word in ("LEROY", "JEANNE", "1955-03-12", "639981234", "EXEMPLE") if word in kept]


@pytest.mark.parametrize("who", ["auditor", "administrator"])
async def test_a_role_that_does_not_care_opens_no_record(
    services: Services, people: People, patient: Patient, who: str
) -> None:
    with pytest.raises(Forbidden):
        await services.patients.get(getattr(people, who), patient.id)


async def test_another_practice_s_record_does_not_exist(services: Services, people: People, patient: Patient) -> None:
    with pytest.raises(NotFound):
        await services.patients.get(people.stranger, patient.id)
    assert await services.patients.page(people.stranger) == []


async def test_every_access_is_traced_also_a_refused_one(services: Services, people: People, patient: Patient) -> None:
    await services.patients.get(people.doctor, patient.id)
    for refused in (people.stranger, people.auditor):
        with pytest.raises(DomainError):
            await services.patients.get(refused, patient.id)
    entries = await services.trace.page(people.auditor, patient_id=patient.id)
    reads = [
        (entry.note.actor_id, entry.outcome, entry.code) for entry in entries if entry.note.action == "patient.read"
    ]
    assert reads == [
        (people.auditor.id, "refused", "forbidden"),
        (people.stranger.id, "refused", "not_found"),
        (people.doctor.id, "done", ""),
    ]
    assert (await services.trace.verify()).is_intact


async def test_a_check_validates_and_insi_qualifies(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    checked = await check(services, people.secretary, patient)
    qualified = await services.patients.record_insi_answer(people.doctor, patient.id, make_answer(clock))
    assert [checked.identity.status, qualified.identity.status] == ["VALI", "QUAL"]
    assert qualified.identity.exchangeable_matricule == MATRICULE
    assert await changes(services, people, patient) == [
        ("insi_answered", "QUAL"),
        ("checked", "VALI"),
        ("created", "PROV"),
    ]


async def test_a_corrected_trait_drops_qualification_and_keeps_the_former_one(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    qualified = await qualify(services, people.doctor, patient, clock)
    married = replace(TRAITS, birth_name="LE ROY")
    amended = await services.patients.amend(
        people.secretary, patient.id, lambda draft: replace(draft, traits=married), version=qualified.version
    )
    assert amended.identity.status is IdentityStatus.PROV
    history = await services.patients.identity_history(people.doctor, patient.id)
    assert [version.identity.traits.birth_name for version in history] == ["LE ROY", "LEROY", "LEROY", "LEROY"]


async def test_a_changed_phone_drops_nothing(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    qualified = await qualify(services, people.doctor, patient, clock)
    contact = replace(patient.contact, phone="+33639985678")
    amended = await services.patients.amend(
        people.secretary, patient.id, lambda draft: replace(draft, contact=contact), version=qualified.version
    )
    assert (amended.identity.status, amended.contact.phone) == (IdentityStatus.QUAL, "+33639985678")
    assert len(await changes(services, people, patient)) == 3


async def test_nia_becoming_nir_keeps_the_former_in_history(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    await check(services, people.doctor, patient)
    await services.patients.record_insi_answer(people.doctor, patient.id, make_answer(clock, oid=InsOid.NIA))
    last = await services.patients.record_insi_answer(people.doctor, patient.id, make_answer(clock, oid=InsOid.NIR))
    history = await services.patients.identity_history(people.doctor, patient.id)
    oids = [version.identity.matricule.oid for version in history if version.identity.matricule]
    assert last.identity.status is IdentityStatus.QUAL
    assert oids == [InsOid.NIR, InsOid.NIA]


async def test_a_doubt_lasts_until_a_document_is_checked_again(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    await qualify(services, people.doctor, patient, clock)
    doubted = await services.patients.raise_doubt(people.secretary, patient.id, DoubtReason.BORROWED)
    assert doubted.identity.status is IdentityStatus.PROV
    for refused in (
        services.patients.prepare_insi_call(people.doctor, patient.id),
        services.patients.record_insi_answer(people.doctor, patient.id, make_answer(clock)),
    ):
        with pytest.raises(Refused) as caught:
            await refused
        assert [reason.code for reason in caught.value.decision.refusals] == ["identity.doubtful"]
    assert (await qualify(services, people.doctor, patient, clock)).identity.status is IdentityStatus.QUAL


async def test_a_card_shown_on_video_is_noted_and_validates_nothing(
    services: Services, people: People, patient: Patient
) -> None:
    done = await services.patients.record_identity_check(
        people.doctor, patient.id, proof=IdentityProof.PASSPORT, method=CheckMethod.ON_VIDEO
    )
    assert (done.patient.identity.status, [reason.code for reason in done.warnings]) == (
        IdentityStatus.PROV,
        ["identity.seen_on_video"],
    )
    newest = (await services.patients.identity_history(people.doctor, patient.id))[0]
    assert newest.noted is not None
    assert (newest.identity.status, newest.noted.proof) == (IdentityStatus.PROV, IdentityProof.PASSPORT)


async def test_two_people_who_edit_at_once_do_not_undo_each_other(
    services: Services, people: People, patient: Patient
) -> None:
    used = UsedNames(family="Le Gall")
    await services.patients.amend(people.doctor, patient.id, lambda d: replace(d, used=used), version=1)
    with pytest.raises(Conflict) as caught:
        await services.patients.amend(people.secretary, patient.id, lambda d: replace(d, used=UsedNames()), version=1)
    assert caught.value.code == "patient.changed"
    assert (await services.patients.get(people.doctor, patient.id)).used == used


async def test_a_twin_is_pointed_out_and_a_duplicate_too(services: Services, people: People, patient: Patient) -> None:
    twin = replace(TRAITS, birth_given_names=("LOUISE",))
    _twin, of_twin = await services.patients.create(people.doctor, make_draft(twin, given="Louise"))
    _again, of_again = await services.patients.create(people.doctor, make_draft(replace(TRAITS, birth_name="LE-ROY")))
    assert [(found.patient_id, found.resemblance) for found in of_twin] == [
        (patient.id, Resemblance.SAME_NAME_AND_DATE)
    ]
    assert [found.resemblance for found in of_again] == [Resemblance.SAME_TRAITS, Resemblance.SAME_NAME_AND_DATE]


async def test_another_practice_s_records_are_no_duplicates(
    services: Services, people: People, patient: Patient
) -> None:
    _created, duplicates = await services.patients.create(people.stranger, make_draft())
    assert duplicates == []
    assert await services.patients.duplicates(people.doctor, patient.id) == []


async def test_the_database_refuses_two_qualified_records_of_one_person(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    await qualify(services, people.doctor, patient, clock)
    second, _ = await services.patients.create(people.doctor, make_draft())
    await check(services, people.doctor, second)
    with pytest.raises(Conflict) as caught:
        await services.patients.record_insi_answer(people.doctor, second.id, make_answer(clock))
    assert caught.value.code == "identity.matricule_taken"
    third, _ = await services.patients.create(people.stranger, make_draft())
    assert (await qualify(services, people.stranger, third, clock)).identity.status is IdentityStatus.QUAL


async def test_the_database_refuses_a_qualification_without_both_axes(services: Services, patient: Patient) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with services.database.begin() as uow:
            await uow.session.execute(text("UPDATE patients SET qualified_index = traits_index"))
    assert violated_constraint(caught.value) == "ck_patients_qualified_has_both_axes"
    assert patient.identity.status is IdentityStatus.PROV


@pytest.mark.parametrize("table", ["patient_identity_versions", "patient_attending_doctors"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET patient_id = patient_id", "DELETE FROM {}"])
async def test_history_cannot_be_rewritten(
    services: Services, people: People, patient: Patient, table: str, statement: str
) -> None:
    await services.patients.set_attending_doctor(people.doctor, patient.id, rpps=None, name="", from_on=None)
    with pytest.raises(DBAPIError, match="append-only"):
        async with services.database.begin() as uow:
            await uow.session.execute(text(statement.format(table)))


async def test_sealed_traits_moved_to_another_row_do_not_open(
    services: Services, people: People, patient: Patient
) -> None:
    other, _ = await services.patients.create(people.doctor, make_draft(replace(TRAITS, birth_name="MARTIN")))
    async with services.database.begin() as uow:
        await uow.session.execute(text("UPDATE patients SET traits = (SELECT min(traits) FROM patients)"))
    moved = 0
    for patient_id in (patient.id, other.id):
        try:
            await services.patients.get(people.doctor, patient_id)
        except CannotOpenError:
            moved += 1
    assert moved == 1


async def test_a_test_matricule_is_refused_in_production(
    services: Services, people: People, database: Database
) -> None:
    from telemed.app import build_services
    from telemed.settings import Environment

    production = services.settings.model_copy(update={"environment": Environment.PRODUCTION})
    strict = build_services(production, clock=services.clock, database=database)
    with pytest.raises(Refused) as caught:
        await strict.patients.create(people.doctor, replace(make_draft(), matricule=MATRICULE))
    assert [reason.code for reason in caught.value.decision.refusals] == ["identity.test_matricule"]


async def test_patients_are_found_by_whole_words_of_any_name_and_by_birth_date(
    services: Services, people: People, patient: Patient
) -> None:
    draft = replace(make_draft(replace(TRAITS, birth_name="NOEL-LEFEVRE")), used=UsedNames("Le Gall", "Zoé"))
    other, _ = await services.patients.create(people.doctor, draft)
    async with services.database.read() as session:
        store = PatientStore(session)

        async def find(name: str | None = None, born: str | None = None) -> set[object]:
            date_of_birth = parse_birth_date(born) if born else None
            return {
                found.id
                for found in await store.page(people.practice.id, name=name, birth_date=date_of_birth, limit=10)
            }

        assert await find("leroy") == {patient.id}
        assert await find("noël") == await find("Noël-Lefèvre") == await find("le gall") == {other.id}
        assert await find("zoe lefevre") == {other.id}
        assert await find("ler") == await find("leroy zoe") == set()
        assert await find(born="1955-03-12") == {patient.id, other.id}
        assert await find("leroy", "1955-03-12") == {patient.id}
        assert await find("leroy", "1955-03-13") == set()


@pytest.mark.parametrize("length", [1, 40])
async def test_a_list_takes_as_many_statements_whatever_its_length(
    services: Services, people: People, length: int
) -> None:
    for number in range(length):
        traits = replace(TRAITS, birth_date=parse_birth_date(str(1950 + number)))
        await services.patients.create(people.doctor, make_draft(traits))
    statements: list[str] = []
    event.listen(
        services.database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2])
    )
    assert len(await services.patients.page(people.doctor, limit=40)) == length
    assert len([statement for statement in statements if "patients" in statement]) == 1
    assert len(statements) <= 5


async def test_pages_follow_each_other(services: Services, people: People) -> None:
    created = [(await services.patients.create(people.doctor, make_draft()))[0].id for _ in range(5)]
    first = await services.patients.page(people.doctor, limit=2)
    second = await services.patients.page(people.doctor, after=first[-1].id, limit=10)
    assert [found.id for found in [*first, *second]] == created


async def test_the_attending_doctor_is_known_day_by_day(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    doctor = people.doctor.rpps or ""
    await services.patients.set_attending_doctor(
        people.secretary, patient.id, rpps=doctor, name="Dr Claire Moreau", from_on=date(2026, 1, 1)
    )
    clock.advance(timedelta(minutes=1))
    history = await services.patients.set_attending_doctor(people.doctor, patient.id, rpps=None, name="", from_on=None)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 24), date(2026, 11, 25)]
    assert [is_attending_doctor(history, doctor, day) for day in days] == [None, True, True, False]


async def test_the_future_gives_birth_to_nobody(services: Services, people: People) -> None:
    tomorrow = replace(TRAITS, birth_date=parse_birth_date("2026-11-26"))
    with pytest.raises(Refused):
        await services.patients.create(people.doctor, make_draft(tomorrow))


async def test_an_unknown_patient_and_a_caller_without_practice(services: Services, people: People) -> None:
    with pytest.raises(NotFound):
        await services.patients.get(people.doctor, new_id())
    with pytest.raises(Forbidden):
        await services.patients.create(SYSTEM, make_draft())
