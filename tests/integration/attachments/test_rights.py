"""Who adds, sees and takes away: both sides while the case is in their hands, nobody else; each opening is traced."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from telemed.acts.teleexpertise.model import Case, EndReason, RefusalReason
from telemed.attachments.store import AttachmentStore
from telemed.kernel.caller import Caller
from telemed.kernel.ids import new_id
from telemed.trace.store import TraceStore
from tests.fixtures.people import make_draft
from tests.fixtures.pictures import make_dicom, make_png
from tests.integration.api.test_lists import counted
from tests.integration.attachments.conftest import Desk

pytestmark = pytest.mark.asyncio


async def joined(desk: Desk, case: Case, *, by: Caller | None = None) -> dict[str, Any]:
    reply = await desk.join(case, make_png(), name="plaie.png", by=by)
    assert reply.status == 200, reply.content
    body: dict[str, Any] = reply.body
    return body


async def sent(desk: Desk) -> tuple[Case, dict[str, Any]]:
    """A request that left to the expert, with a file."""
    scene = desk.scene
    case = await scene.draft()
    one = await joined(desk, case)
    await scene.consent(case)
    assert scene.expert.id is not None
    return (await scene.expertise.requests.send(scene.asker, case.id, [scene.expert.id])).case, one


def addresses(one: dict[str, Any]) -> list[str]:
    return [f"/attachments/{one['id']}", one["thumbnail_url"], one["shown_url"], one["original_url"]]


async def test_a_file_of_a_draft_is_the_requerants_alone(desk: Desk) -> None:
    one = await joined(desk, await desk.scene.draft())
    for other in (desk.scene.expert, desk.scene.people.doctor):
        assert {(await desk.get(path, by=other)).status for path in addresses(one)} == {404}
    assert {(await desk.get(path, by=desk.scene.people.secretary)).status for path in addresses(one)} == {403}
    assert (await desk.api.call("GET", one["original_url"])).status == 401


async def test_whoever_holds_the_case_sees_and_adds_once_he_accepted(desk: Desk) -> None:
    case, one = await sent(desk)
    scene, path = desk.scene, f"/teleexpertises/{case.id}/attachments"
    assert {(await desk.get(address, by=scene.expert)).status for address in addresses(one)} == {200}
    assert {(await desk.get(address, by=scene.second)).status for address in addresses(one)} == {404}
    early = await desk.api.call("POST", path, {"name": "a.png", "length": 10}, by=scene.expert)
    assert (early.status, early.code) == (409, "attachment.closed")
    await scene.expertise.answers.accept(scene.expert, case.id)
    own = await joined(desk, case, by=scene.expert)
    assert [item["is_mine"] for item in await desk.listed(case)] == [True, False]
    assert (await desk.get(own["original_url"])).status == 200


async def test_a_colleague_who_lost_the_case_sees_nothing_any_more(desk: Desk) -> None:
    case, one = await sent(desk)
    await desk.scene.expertise.answers.refuse(desk.scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    assert {(await desk.get(path, by=desk.scene.expert)).status for path in addresses(one)} == {404}
    case, one = await sent(desk)
    desk.scene.clock.advance(timedelta(days=8))
    replies = [await desk.get(path, by=desk.scene.expert) for path in addresses(one)]
    assert {(reply.status, reply.body["code"]) for reply in replies} == {(409, "teleexpertise.lapsed")}


async def test_nothing_is_added_to_a_case_that_ended(desk: Desk) -> None:
    case, one = await sent(desk)
    begun = await desk.begin(case, 1000)
    await desk.scene.expertise.requests.withdraw(desk.scene.asker, case.id, EndReason.MISTAKE)
    path = f"/teleexpertises/{case.id}/attachments"
    reply = await desk.api.call("POST", path, {"name": "a.png", "length": 10}, by=desk.scene.asker)
    assert (reply.status, reply.code) == (409, "attachment.closed")
    assert (await desk.send(begun["id"], bytes(1000))).body["code"] == "attachment.closed"
    assert (await desk.get(one["original_url"])).status == 200


async def test_only_its_author_sends_or_takes_away_a_file(desk: Desk) -> None:
    case, one = await sent(desk)
    await desk.scene.expertise.answers.accept(desk.scene.expert, case.id)
    reply = await desk.call("DELETE", f"/attachments/{one['id']}", by=desk.scene.expert)
    assert (reply.status, reply.body["code"]) == (403, "attachment.not_author")
    begun = await desk.begin(case, 1000)
    assert (await desk.send(begun["id"], bytes(1000), by=desk.scene.expert)).status == 404


async def test_before_the_sending_a_file_goes_and_may_come_back(desk: Desk) -> None:
    case = await desk.scene.draft()
    one = await joined(desk, case)
    assert (await desk.call("DELETE", f"/attachments/{one['id']}", by=desk.scene.asker)).status == 204
    assert await desk.listed(case) == []
    assert (await desk.get(one["original_url"])).body["code"] == "attachment.not_ready"
    back = await desk.call("POST", f"/attachments/{one['id']}/restoration", by=desk.scene.asker)
    assert (back.status, back.body["state"]) == (200, "kept")
    again = await desk.call("POST", f"/attachments/{one['id']}/restoration", by=desk.scene.asker)
    assert (again.status, again.body["code"]) == (409, "attachment.not_removed")


async def test_after_the_sending_a_file_is_hidden_with_its_reason_and_kept(desk: Desk) -> None:
    case, one = await sent(desk)
    asker, path = desk.scene.asker, f"/attachments/{one['id']}"
    kept = desk.files()
    assert (await desk.call("DELETE", path, by=asker)).body["code"] == "attachment.sent"
    assert (await desk.api.call("POST", f"{path}/withdrawal", {"reason": "x"}, by=asker)).status == 422
    gone = await desk.api.call("POST", f"{path}/withdrawal", {"reason": "Photo d'un autre patient."}, by=asker)
    assert (gone.status, gone.body["state"]) == (200, "withdrawn")
    for who in (asker, desk.scene.expert):
        [shown] = await desk.listed(case, by=who)
        assert (shown["withdrawal"], shown["original_url"]) == ("Photo d'un autre patient.", None)
        for address in addresses(one)[1:]:
            assert (await desk.get(address, by=who)).body["code"] == "attachment.withdrawn"
    await desk.attachments.sweep.run()
    assert desk.files() == kept


async def test_every_opening_is_traced_with_its_patient_and_without_a_name(desk: Desk) -> None:
    _, one = await sent(desk)
    for path in addresses(one):
        await desk.get(path, by=desk.scene.expert)
    await desk.get(one["original_url"], by=desk.scene.second)
    async with desk.services.database.read() as session:
        entries = await TraceStore(session).page(before=None, limit=200, patient_id=desk.scene.patient.id)
    of_expert = [entry.note.action for entry in entries if entry.note.actor_id == desk.scene.expert.id]
    assert of_expert[:4] == ["attachment.download", "attachment.show", "attachment.thumbnail", "attachment.read"]
    refused = next(entry for entry in entries if entry.note.actor_id == desk.scene.second.id)
    assert (refused.note.action, refused.outcome.value, refused.code) == ("attachment.download", "refused", "not_found")
    assert refused.note.resource == f"attachment:{one['id']}"
    assert "plaie" not in repr(entries)


async def test_after_a_merge_a_file_is_compared_with_the_person_of_the_kept_record(desk: Desk) -> None:
    scene = desk.scene
    case = await scene.draft()
    before = await desk.join(case, make_dicom(name="LEROY^Jeanne", born="19550312"))
    kept, _ = await scene.services.patients.create(scene.people.secretary, make_draft(phone="+33639985678"))
    await scene.services.merges.merge(scene.people.secretary, kept.id, scene.patient.id, is_confirmed=True)
    after = await desk.join(case, make_dicom(name="MARTIN^Jeanne", born="19550312"))
    assert [len(reply.body["warnings"]) for reply in (before, after)] == [0, 1]
    assert (await desk.get(before.body["original_url"])).status == 200


async def test_the_list_costs_the_same_whatever_its_length(desk: Desk) -> None:
    case = await desk.scene.draft()
    one = await joined(desk, case)
    counts = []
    for files in (1, 5, 40):
        async with desk.services.database.begin() as uow:
            store = AttachmentStore(uow.session)
            kept = await store.find(UUID(one["id"]))
            assert kept is not None
            for _ in range(files):
                copy = replace(kept, id=new_id())
                await store.add(copy)
                await store.set_pictures(copy.id, kept.pictures)
        with counted(desk.services.database) as statements:
            await desk.listed(case)
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2] <= 20
