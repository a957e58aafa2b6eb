"""Merging duplicates over HTTP: who may, what refuses, what follows, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from telemed.app import Services, build_services
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.identifiers import InsOid, Matricule, parse_matricule
from telemed.kernel.ids import new_id
from telemed.patients.model import CheckMethod, IdentityProof, InsiAnswer, InsiSource, Patient, Sex
from telemed.patients.store import PatientStore
from telemed.security.keyring import Keyring
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.storage.outbox import OutboxRow
from tests.fixtures.http import Api
from tests.fixtures.people import TRAITS, People, make_draft

pytestmark = pytest.mark.asyncio
NIR = parse_matricule("180032B02040123", InsOid.NIR_TEST)
OTHER_NIR = parse_matricule("275126322074974", InsOid.NIR_TEST)


@pytest_asyncio.fixture
async def twin(services: Services, people: People, patient: Patient) -> Patient:
    """The same person, recorded twice."""
    created, _ = await services.patients.create(people.secretary, make_draft(phone="+33639985678"))
    return created


async def qualify(services: Services, caller: Caller, patient: Patient, matricule: Matricule) -> None:
    traits = patient.identity.traits
    answer = InsiAnswer(matricule, traits, InsiSource.TRAITS_SEARCH, services.clock.now())
    await services.patients.record_insi_answer(caller, patient.id, answer)
    await services.patients.record_identity_check(
        caller, patient.id, proof=IdentityProof.NATIONAL_CARD, method=CheckMethod.IN_PERSON
    )


async def merge(api: Api, by: Caller, kept: Patient, absorbed: Patient, **more: Any) -> Any:
    body = {"absorbed_id": str(absorbed.id), **more}
    return await api.call("POST", f"/patients/{kept.id}/merge", body, by=by)


async def undo(api: Api, by: Caller, kept: Patient, absorbed: Patient) -> Any:
    return await api.call("POST", f"/patients/{kept.id}/merge/undo", {"absorbed_id": str(absorbed.id)}, by=by)


async def listed(api: Api, by: Caller, query: str = "") -> list[str]:
    reply = await api.call("GET", f"/patients{query}", by=by)
    return [item["id"] for item in reply.body["items"]]


async def test_who_may_merge_and_undo(api: Api, people: People, patient: Patient, twin: Patient) -> None:
    body = {"absorbed_id": str(twin.id)}
    for method, path, sent in [
        ("POST", f"/patients/{patient.id}/merge", body),
        ("POST", f"/patients/{patient.id}/merge/undo", body),
        ("GET", f"/patients/{patient.id}/merges", None),
    ]:
        assert (await api.call(method, path, sent)).status == 401
        for caller in (people.auditor, people.administrator):
            assert (await api.call(method, path, sent, by=caller)).status == 403
        assert (await api.call(method, path, sent, by=people.stranger)).status == 404
        assert (await api.call(method, path, sent, by=people.secretary)).status in (200, 201)


async def test_an_absorbed_record_leaves_lists_and_says_where_it_went(
    api: Api, people: People, patient: Patient, twin: Patient
) -> None:
    merged = await merge(api, people.secretary, patient, twin)
    assert (merged.status, merged.body["change"], merged.body["absorbed_id"]) == (201, "merged", str(twin.id))
    assert merged.body["by"] == str(people.secretary.id)
    for query in ("", "?name=leroy", "?birth_date=1955-03-12"):
        assert await listed(api, people.doctor, query) == [str(patient.id)]
    alike = await api.call("GET", f"/patients/{patient.id}/possible-duplicates", by=people.doctor)
    assert alike.body == {"possible_duplicates": []}
    gone = await api.call("GET", f"/patients/{twin.id}", by=people.doctor)
    assert (gone.status, gone.reasons) == (409, ["patient.merged"])
    assert gone.body["reasons"][0]["compared"] == {"merged_into": str(patient.id)}
    change = await api.call("PATCH", f"/patients/{twin.id}", {"version": 2, "email": None}, by=people.doctor)
    assert (change.status, change.reasons) == (409, ["patient.merged"])


async def test_undoing_brings_it_back_and_history_keeps_both(
    api: Api, people: People, patient: Patient, twin: Patient
) -> None:
    await merge(api, people.secretary, patient, twin)
    assert (await undo(api, people.doctor, patient, twin)).body["change"] == "undone"
    assert await listed(api, people.doctor) == [str(patient.id), str(twin.id)]
    assert (await api.call("GET", f"/patients/{twin.id}", by=people.doctor)).status == 200
    again = await undo(api, people.doctor, patient, twin)
    assert (again.status, again.code) == (409, "patient.not_merged")
    await merge(api, people.secretary, patient, twin)
    page = await api.call("GET", f"/patients/{patient.id}/merges?limit=2", by=people.doctor)
    assert [item["change"] for item in page.body["items"]] == ["merged", "undone"]
    cursor = page.body["next_cursor"]
    rest = await api.call("GET", f"/patients/{patient.id}/merges?limit=2&cursor={cursor}", by=people.doctor)
    assert [item["change"] for item in rest.body["items"]] == ["merged"]
    assert rest.body["next_cursor"] is None


async def test_what_is_refused_in_any_case(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    itself = await merge(api, people.doctor, patient, patient, is_confirmed=True)
    assert (itself.status, itself.reasons) == (409, ["patient.merge_self"])
    third, _ = await services.patients.create(people.secretary, make_draft())
    assert (await merge(api, people.doctor, patient, twin)).status == 201
    for kept, absorbed in ((twin, third), (third, twin)):
        chained = await merge(api, people.doctor, kept, absorbed, is_confirmed=True)
        assert (chained.status, chained.reasons) == (409, ["patient.merged"])
    elsewhere, _ = await services.patients.create(people.stranger, make_draft())
    assert (await merge(api, people.doctor, patient, elsewhere, is_confirmed=True)).status == 404
    assert (await merge(api, people.doctor, patient, replace(twin, id=new_id()), is_confirmed=True)).status == 404
    assert (await api.call("POST", f"/patients/{patient.id}/merge", {}, by=people.doctor)).status == 422


async def test_two_qualified_matricules_are_two_persons(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    await qualify(services, people.doctor, patient, NIR)
    await qualify(services, people.doctor, twin, OTHER_NIR)
    refused = await merge(api, people.doctor, patient, twin, is_confirmed=True)
    assert (refused.status, refused.reasons) == (409, ["patient.merge_two_persons"])


async def test_twins_are_merged_only_by_who_has_compared_them(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    brother = make_draft(replace(TRAITS, birth_given_names=("JEAN",), sex=Sex.MALE), given="Jean")
    other, _ = await services.patients.create(people.secretary, brother)
    warned = await merge(api, people.doctor, patient, other)
    assert (warned.status, warned.reasons) == (409, ["patient.merge_twins"])
    assert warned.body["reasons"][0]["compared"] == {"traits": "first_given_name, sex"}
    assert len(await listed(api, people.doctor)) == 2
    assert (await merge(api, people.doctor, patient, other, is_confirmed=True)).status == 201


async def test_the_better_verified_record_should_be_kept(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    await qualify(services, people.doctor, twin, NIR)
    warned = await merge(api, people.doctor, patient, twin)
    assert warned.reasons == ["patient.merge_better_absorbed"]
    assert (await merge(api, people.doctor, twin, patient)).status == 201


async def test_the_matricule_of_an_absorbed_record_may_be_the_kept_ones(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    await qualify(services, people.doctor, twin, NIR)
    await merge(api, people.doctor, patient, twin, is_confirmed=True)
    await qualify(services, people.doctor, patient, NIR)
    refused = await undo(api, people.doctor, patient, twin)
    assert (refused.status, refused.code) == (409, "identity.matricule_taken")


async def test_quotas_follow_at_once_and_part_again(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    rpps = people.doctor.rpps or ""

    async def settle(whose: Patient) -> bool:
        async with services.database.begin() as uow:
            done = await services.quotas.settle_within(
                uow, act_id=new_id(), code="TE2", rpps=rpps, patient_id=whose.id, day=date(2026, 11, 25)
            )
        return done.is_granted

    assert [await settle(one) for one in (patient, patient, twin, twin)] == [True] * 4
    await merge(api, people.doctor, patient, twin)
    assert [await settle(one) for one in (patient, twin)] == [False, False]
    await undo(api, people.doctor, patient, twin)
    assert [await settle(one) for one in (patient, twin)] == [True, True]


async def test_an_act_of_an_absorbed_record_shows_the_person(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    await merge(api, people.doctor, patient, twin)
    async with services.database.read() as session:
        store = PatientStore(session)
        found, record = await store.find(twin.id), await store.find_record(twin.id)
        many = await store.find_many([twin.id, patient.id, new_id()])
    assert found is not None
    assert record is not None
    assert (found.id, record.id, record.merged_into) == (patient.id, twin.id, patient.id)
    assert {asked: one.id for asked, one in many.items()} == {twin.id: patient.id, patient.id: patient.id}
    assert (await services.patients.names(people.doctor, [twin.id]))[twin.id].id == patient.id
    absorbed = await services.merges.absorbed(people.doctor, patient.id)
    assert [one.id for one in absorbed] == [twin.id]


async def test_a_merge_is_traced_on_both_records_also_when_refused(
    api: Api, people: People, patient: Patient, twin: Patient
) -> None:
    await merge(api, people.doctor, patient, twin)
    await merge(api, people.doctor, patient, twin)
    for one, other in ((patient, twin), (twin, patient)):
        trace = await api.call("GET", f"/trace?patient_id={one.id}", by=people.auditor)
        lines = [line for line in trace.body["items"] if line["action"] == "patient.merge"]
        assert [(line["outcome"], line["code"]) for line in lines] == [("refused", "refused"), ("done", "")]
        assert lines[1]["details"] == {"is_kept": one is patient, "other_id": str(other.id)}


async def test_what_happened_is_left_for_whoever_subscribes(
    settings: Settings,
    database_url: str,
    keyring: Keyring,
    clock: FrozenClock,
    people: People,
    patient: Patient,
    twin: Patient,
) -> None:
    names = ("patient.merged", "patient.merge_undone")
    database = Database(database_url, keyring, subscriptions=dict.fromkeys(names, ("someone",)))
    merges = build_services(settings, clock=clock, database=database).merges
    await merges.merge(people.doctor, patient.id, twin.id, is_confirmed=False)
    await merges.undo(people.doctor, patient.id, twin.id)
    async with database.read() as session:
        rows = (await session.scalars(select(OutboxRow).order_by(col(OutboxRow.id)))).all()
    await database.close()
    assert tuple(row.name for row in rows) == names
    assert rows[0].payload == {
        "version": 1,
        "practice_id": str(patient.practice_id),
        "kept_id": str(patient.id),
        "absorbed_id": str(twin.id),
    }


@pytest.mark.parametrize("change", ["UPDATE patient_merges SET change = 'undone'", "DELETE FROM patient_merges"])
async def test_the_history_of_merges_never_changes(
    api: Api, services: Services, people: People, patient: Patient, twin: Patient, change: str
) -> None:
    await merge(api, people.doctor, patient, twin)
    with pytest.raises(IntegrityError, match="append-only"):
        async with services.database.begin() as uow:
            await uow.session.execute(text(change))


async def test_the_medecin_traitant_declared_under_either_record_is_the_persons(
    services: Services, people: People, patient: Patient, twin: Patient
) -> None:
    """R-17: the latest start counts, whichever record it was declared under; each has its own back once parted."""
    rpps, by = people.doctor.rpps or "", people.secretary
    third, _ = await services.patients.create(by, make_draft(phone="+33639985679"))
    for whose, doctor, start in ((twin, rpps, date(2026, 3, 1)), (patient, "10100000099", date(2025, 1, 1))):
        await services.patients.set_attending_doctor(by, whose.id, rpps=doctor, name="Dr Nom", from_on=start)

    async def own() -> set[UUID]:
        async with services.database.read() as session:
            every = [patient.id, twin.id, third.id]
            return await PatientStore(session).own_patients(rpps, every, date(2026, 11, 25))

    async def starts(whose: Patient) -> list[int]:
        return [entry.from_on.year for entry in await services.patients.attending_doctors(by, whose.id)]

    assert (await own(), await starts(patient), await starts(twin)) == ({twin.id}, [2025], [2026])
    await services.merges.merge(by, patient.id, twin.id, is_confirmed=True)
    assert (await own(), await starts(patient)) == ({twin.id, patient.id}, [2025, 2026])
    await services.merges.merge(by, third.id, patient.id, is_confirmed=True)
    assert (await own(), await starts(third)) == ({twin.id, patient.id, third.id}, [2025, 2026])
    await services.merges.undo(by, third.id, patient.id)
    assert (await own(), await starts(third)) == ({twin.id, patient.id}, [])
    await services.merges.undo(by, patient.id, twin.id)
    assert (await own(), await starts(patient), await starts(twin)) == ({twin.id}, [2025], [2026])
