"""A death over HTTP and on the pages: who records it, what it stops at once, how it is corrected; nothing is erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.model.care import EndReason, FollowUp
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.service.askings import AskingDraft
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden, Refused
from telemed.kernel.messages import Channel
from telemed.patients.model import DeathSource, Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_draft_follow_up, make_follow_up
from tests.integration.acts.telemonitoring.equipped import equip

pytestmark = pytest.mark.asyncio
BODY = {"died_on": "2026-11-24", "source": "relative"}


async def state_of(services: Services, people: People, follow_up: FollowUp) -> tuple[FollowUpState, EndReason | None]:
    found = await services.telemonitoring.follow_ups.get(people.doctor, follow_up.id)
    return found.state, found.end_reason


async def test_a_carer_records_corrects_and_takes_a_death_back(api: Api, people: People, patient: Patient) -> None:
    path = f"/patients/{patient.id}/death"
    assert (await api.call("GET", path, by=people.secretary)).body == {"died_on": None, "source": None, "history": []}
    assert (await api.call("PUT", path, BODY, by=people.secretary)).status == 403
    assert (await api.call("PUT", path, BODY, by=people.stranger)).status == 404
    for wrong in ("2026-11-26", "1955-03-11"):
        refused = await api.call("PUT", path, BODY | {"died_on": wrong}, by=people.nurse)
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "died_on")
    assert (await api.call("PUT", path, BODY | {"source": "rumour"}, by=people.nurse)).status == 422
    none = await api.call("POST", f"{path}/cancellation", {"reason": "x"}, by=people.nurse)
    assert (none.status, none.code) == (409, "patient.not_deceased")
    noted = await api.call("PUT", path, BODY, by=people.nurse)
    assert (noted.status, noted.body["died_on"], noted.body["source"]) == (200, "2026-11-24", "relative")
    better = {"died_on": "2026-11-23", "source": "certificate"}
    assert (await api.call("PUT", path, better, by=people.doctor)).body["died_on"] == "2026-11-23"
    begun = await api.call(
        "POST", "/follow-ups", {"patient_id": str(patient.id), "pathway": "insuffisance_cardiaque"}, by=people.doctor
    )
    assert (begun.status, begun.code) == (409, "patient.deceased")
    back = await api.call("POST", f"{path}/cancellation", {"reason": "Homonyme"}, by=people.doctor)
    assert (back.body["died_on"], [one["died_on"] for one in back.body["history"]]) == (
        None,
        [None, "2026-11-23", "2026-11-24"],
    )
    assert back.body["history"][0]["reason"] == "Homonyme"
    assert back.body["history"][2]["recorded_by"] == str(people.nurse.id)


async def test_it_stops_at_once_all_that_follows_the_patient_and_erases_nothing(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    heart = await make_follow_up(services, people.doctor, patient)
    draft = await make_draft_follow_up(services, people.doctor, patient, pathway="diabete")
    worn = await equip(services, people.doctor, heart)
    link = await services.own_pages.links.make_link(people.secretary, heart.id)
    opened = await services.own_pages.links.open(link.rpartition("/")[2], "1955-03-12")
    asked = (await services.telemonitoring.keying.askings.of_follow_up(people.nurse, heart.id))[0]
    await services.telemonitoring.keying.askings.set(
        people.nurse,
        heart.id,
        AskingDraft(asked.known.id, 1, remind_at=clock.now().time().replace(tzinfo=None), channel=Channel.SMS),
    )
    with pytest.raises(Conflict) as alone:
        await services.telemonitoring.follow_ups.stop(
            people.doctor, heart.id, end_reason=EndReason.DEATH, reason="Appel de la fille"
        )
    assert alone.value.code == "telemonitoring.death_unrecorded"
    with pytest.raises(Forbidden):
        await services.deaths.record(
            people.secretary, patient.id, died_on=clock.now().date(), source=DeathSource.RELATIVE
        )
    await services.deaths.record(people.nurse, patient.id, died_on=clock.now().date(), source=DeathSource.RELATIVE)
    assert await state_of(services, people, heart) == (FollowUpState.ENDED, EndReason.DEATH)
    assert await state_of(services, people, draft) == (FollowUpState.DROPPED, EndReason.DEATH)
    assert await services.own_pages.links.authenticate(opened.token) is None
    standing = await services.telemonitoring.devices.get(people.doctor, worn.device_id)
    assert standing.assignment is None
    assert all(one.revoked_at is not None for one in standing.credentials)
    clock.advance(timedelta(days=3))
    await services.own_pages.reminders.run()
    await services.telemonitoring.watching.silence.sweep()
    async with services.database.read() as session:
        counts = [
            await session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - names of ours
            for table in ("link_deliveries", "telemonitoring_alerts", "telemonitoring_askings", "visit_links")
        ]
    assert counts == [0, 0, 1, 1]
    with pytest.raises(DBAPIError):
        async with services.database.begin() as uow:
            await uow.session.execute(text("DELETE FROM patient_deaths"))
    await services.deaths.take_back(people.doctor, patient.id, reason="Homonyme")
    again = await services.telemonitoring.follow_ups.create(
        people.doctor, patient.id, PlanDraft("insuffisance_cardiaque")
    )
    assert again.state is FollowUpState.DRAFT


@pytest.mark.parametrize("is_dead_kept", [True, False])
async def test_a_record_merged_with_that_of_a_dead_person_is_followed_no_more(
    services: Services, people: People, patient: Patient, clock: FrozenClock, *, is_dead_kept: bool
) -> None:
    other, _ = await services.patients.create(people.secretary, make_draft())
    heart, draft = (
        await make_follow_up(services, people.doctor, other),
        await make_draft_follow_up(services, people.doctor, other, pathway="diabete"),
    )
    worn = await equip(services, people.doctor, heart)
    link = await services.own_pages.links.make_link(people.secretary, heart.id)
    opened = await services.own_pages.links.open(link.rpartition("/")[2], "1955-03-12")
    await services.deaths.record(people.doctor, patient.id, died_on=clock.now().date(), source=DeathSource.RELATIVE)
    pair = (patient.id, other.id) if is_dead_kept else (other.id, patient.id)
    with pytest.raises(Refused) as by_whom:
        await services.merges.merge(people.secretary, *pair, is_confirmed=True)
    with pytest.raises(Refused) as unread:
        await services.merges.merge(people.doctor, *pair, is_confirmed=False)
    refused = [err.value.decision.refusals[0].code for err in (by_whom, unread)]
    assert refused == ["patient.merge_needs_carer", "patient.merge_deceased"]
    assert await state_of(services, people, heart) == (FollowUpState.ACTIVE, None)
    await services.merges.merge(people.doctor, *pair, is_confirmed=True)
    ended = [(FollowUpState.ENDED, EndReason.DEATH), (FollowUpState.DROPPED, EndReason.DEATH)]
    assert [await state_of(services, people, one) for one in (heart, draft)] == ended
    assert await services.own_pages.links.authenticate(opened.token) is None
    assert (await services.telemonitoring.devices.get(people.doctor, worn.device_id)).assignment is None
    await services.merges.undo(people.secretary, *pair)
    assert [await state_of(services, people, one) for one in (heart, draft)] == ended
    again = await services.telemonitoring.follow_ups.create(
        people.doctor, other.id, PlanDraft("insuffisance_cardiaque")
    )
    assert again.state is FollowUpState.DRAFT


async def test_it_is_of_the_person_whichever_record_it_was_noted_under(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    other, _ = await services.patients.create(people.secretary, make_draft())
    followed = await make_follow_up(services, people.doctor, other)
    await services.merges.merge(people.secretary, patient.id, other.id, is_confirmed=True)
    await services.deaths.record(people.doctor, patient.id, died_on=clock.now().date(), source=DeathSource.FACILITY)
    assert await state_of(services, people, followed) == (FollowUpState.ENDED, EndReason.DEATH)
    await services.merges.undo(people.secretary, patient.id, other.id)
    assert (await services.deaths.read(people.doctor, other.id)).current is None
    kept = (await services.deaths.read(people.doctor, patient.id)).current
    assert kept is not None
    assert kept.source is DeathSource.FACILITY
