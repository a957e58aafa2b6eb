"""« Quelqu'un maintenant ? » from outside: people with open pages are rung, one answers, two talk, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar
from yarl import URL

from signaling.client import JoinRefused, RoomClient
from telemed.acts.teleexpertise.model import Case, EndReason, RefusalReason, State, Target, Urgency
from telemed.acts.teleexpertise.model.live import RING, CallEnd, CallState, LiveCall
from telemed.acts.teleexpertise.store import CallStore
from telemed.consent.model import ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, NotFound
from tests.fixtures.http import Api, Reply, open_session
from tests.fixtures.streams import Stream, open_stream
from tests.integration.acts.teleexpertise.conftest import CONTENT, Scene, ids_of
from tests.integration.acts.teleexpertise.duty import Duty
from tests.integration.api.test_stream import serving

pytestmark = pytest.mark.asyncio


@dataclass
class Desk:
    """The service as its people see it: each with a page open."""

    scene: Scene
    api: Api
    base: str
    http: ClientSession
    pages: AsyncExitStack
    streams: dict[Caller, Stream] = field(default_factory=dict)

    async def open_page(self, who: Caller, *, is_there: bool = True) -> Stream:
        token = await open_session(self.scene.services, who)
        self.streams[who] = await self.pages.enter_async_context(open_stream(self.base, token))
        if is_there:
            said = await self.api.call("PUT", "/experts/me/presence", {"minutes": 60}, by=who)
            assert said.body["is_there"] is True
            assert (await self.streams[who].next())["kind"] == "presence.changed"
        return self.streams[who]

    async def ring(self, case: Case, **body: Any) -> Reply:
        return await self.api.call("POST", f"/teleexpertises/{case.id}/live", body, by=self.scene.asker)

    async def answer(self, who: Caller, call: str) -> Reply:
        return await self.api.call("POST", f"/teleexpertise-calls/{call}/answer", by=who)

    async def hears(self, who: Caller, kind: str) -> dict[str, Any]:
        """The next thing of this kind that the person's page is told."""
        while True:
            told = await self.streams[who].next()
            if told["kind"] == kind:
                return told

    def seat(self, who: Caller, case: Case) -> RoomClient:
        async def token() -> str:
            issued = await self.api.call("POST", f"/teleexpertises/{case.id}/room-token", by=who)
            if issued.status != 201:
                raise JoinRefused(issued.code, None)
            return str(issued.body["token"])

        return RoomClient(self.http, f"{self.base.replace('http', 'ws', 1)}/rooms/socket", get_token=token)


@asynccontextmanager
async def open_desk(scene: Scene) -> AsyncIterator[Desk]:
    async with (
        serving(scene.services) as base,
        ClientSession(cookie_jar=DummyCookieJar()) as http,
        AsyncExitStack() as pages,
    ):
        yield Desk(scene, Api(scene.services, http, URL(f"{base}/")), base, http, pages)


async def test_the_first_to_answer_talks_and_nobody_else(scene: Scene) -> None:
    case = await scene.sent(scene.midwife)
    async with open_desk(scene) as desk:
        await desk.open_page(scene.asker, is_there=False)
        for expert in (scene.expert, scene.second):
            await desk.open_page(expert)
        call = (await desk.ring(case)).body
        assert (call["state"], len(call["rings"])) == ("ringing", 2)
        for expert in (scene.expert, scene.second):
            assert (await desk.hears(expert, "ring"))["subject"] == call["id"]
        shown = (await desk.api.call("GET", "/teleexpertise-ring", by=scene.second)).body
        assert (shown["call_id"], shown["asker"]["full_name"]) == (call["id"], "Mme Léa MARCHAND")
        for secret in ("LEROY", "Jeanne", "lésion", str(scene.patient.id)):
            assert secret not in str(shown)
        path = f"/teleexpertises/{case.id}"
        assert (await desk.api.call("GET", path, by=scene.second)).status == 404  # not his before he answers
        replies = await asyncio.gather(*(desk.answer(one, call["id"]) for one in (scene.expert, scene.second)))
        [won], [lost] = ([one for one in replies if one.status == status] for status in (200, 409))
        winner, other = (scene.expert, scene.second) if replies[0] is won else (scene.second, scene.expert)
        assert lost.code == "teleexpertise.taken"
        assert won.body["call"]["state"] == "open"
        assert (won.body["teleexpertise"]["state"], won.body["teleexpertise"]["owner"]) == ("accepted", "requis")
        assert won.body["teleexpertise"]["due_at"] == won.body["teleexpertise"]["deadline"]
        for person in (winner, other):
            assert (await desk.hears(person, "ring.over"))["subject"] == call["id"]
        assert (await desk.hears(scene.asker, "call.changed"))["subject"] == str(case.id)
        assert (await desk.api.call("GET", path, by=other)).status == 404
        assert (await desk.api.call("POST", f"{path}/room-token", by=other)).status == 404
        async with desk.seat(scene.asker, case) as asker, desk.seat(winner, case) as requis:
            assert asker.is_admitted
            assert requis.is_admitted
            await asker.send("chat", text="Vous voyez la photo ?")
            assert (await requis.expect("chat"))["text"] == "Vous voyez la photo ?"
            ended = await desk.api.call("POST", f"{path}/live/end", by=winner)
            assert (ended.body["state"], ended.body["end"]) == ("ended", "hung_up")
            await asker.expect("closed")
        assert (await desk.api.call("POST", f"{path}/room-token", by=scene.asker)).code == "room.closed"
        ledger = (await desk.api.call("GET", f"{path}/continuity", by=scene.asker)).body["entries"]
        assert {(line["seat"], line["kind"]) for line in ledger} >= {("requerant", "joined"), ("requis", "joined")}
        moves = await scene.moves(case)
        assert [(move.step.value, move.reason) for move in moves[-1:]] == [("accept", "ring")]
        assert (await scene.now(case)).state is State.ACCEPTED  # hanging up ends the call, not the case


async def test_whoever_rings_alone_leaves_a_draft_that_goes_on_in_writing(scene: Scene) -> None:
    draft = await scene.draft()
    async with open_desk(scene) as desk:
        no_fallback = await desk.ring(draft)
        assert (no_fallback.status, no_fallback.code) == (422, "invalid")
        fallback = {"colleague_ids": [str(scene.second.id)]}
        refused = await desk.ring(draft, fallback=fallback)
        assert (refused.status, refused.reasons) == (409, ["consent.missing"])
        await scene.consent(draft)
        call = (await desk.ring(draft, fallback=fallback)).body
        assert (call["state"], call["end"], call["rings"]) == ("ended", "nobody_there", [])
    case = await scene.now(draft)
    assert (case.state, ids_of((scene.second,))) == (State.OFFERED, [one.to.professional_id for one in case.pending])


async def test_the_pages_of_a_line_hear_of_what_waits_for_it(scene: Scene) -> None:
    line = await Duty(scene).line(scene.expert, scene.second, on_duty=())
    case = await scene.draft()
    await scene.consent(case)
    async with open_desk(scene) as desk:
        for person in (scene.expert, scene.second):
            await desk.open_page(person, is_there=False)
        await scene.expertise.requests.send(scene.asker, case.id, Target(line_id=line))
        assert (await scene.now(case)).state is State.QUEUED
        for person in (scene.expert, scene.second):
            assert (await desk.hears(person, "inbox.changed"))["subject"] == str(case.id)
        await scene.expertise.answers.pick(scene.expert, case.id)
        assert (await desk.hears(scene.second, "inbox.changed"))["subject"] == str(case.id)


async def rung(scene: Scene, *people: Caller, fallback: Target | None = None, **changes: Any) -> tuple[Case, LiveCall]:
    """A draft that rings at these people, who are there."""
    case = await scene.draft(**changes)
    await scene.consent(case)
    for person in people:
        await scene.services.experts.presence.announce(person, 60)
    target = fallback or Target((scene.midwife.id,)) if scene.midwife.id else Target()
    return case, await scene.expertise.rings.start(scene.asker, case.id, (), target)


async def last(scene: Scene, case: Case) -> LiveCall:
    async with scene.services.database.read() as session:
        found = await CallStore(session).last_of(case.id)
    assert found is not None
    return found


async def test_an_unanswered_ring_goes_on_in_writing_once(scene: Scene) -> None:
    case, call = await rung(scene, scene.expert, scene.second)
    sent = await scene.now(case)
    assert (sent.state, sent.due_at, call.state) == (State.SENT, sent.deadline, CallState.RINGING)
    scene.clock.advance(RING)
    with pytest.raises(Conflict, match="terminé"):
        await scene.expertise.rings.answer(scene.expert, call.id)
    assert await scene.expertise.rings.ringing(scene.expert) is None
    await asyncio.gather(*(scene.expertise.rings.run() for _ in range(3)))
    assert (await last(scene, case)).end is CallEnd.UNANSWERED
    assert {ring.outcome.value for ring in (await last(scene, case)).rings} == {"missed"}
    assert await scene.steps(case) == ["send", "offer"]
    assert [offer.to.professional_id for offer in (await scene.now(case)).pending] == [scene.midwife.id]


async def test_declined_by_all_goes_on_at_once_and_declined_by_one_rings_on(scene: Scene) -> None:
    case, call = await rung(scene, scene.expert, scene.second)
    await scene.expertise.rings.decline(scene.expert, call.id)
    with pytest.raises(Conflict):
        await scene.expertise.rings.answer(scene.expert, call.id)
    assert (await last(scene, case)).state is CallState.RINGING
    await scene.expertise.rings.decline(scene.second, call.id)
    assert (await last(scene, case)).end is CallEnd.DECLINED
    assert (await scene.now(case)).state is State.OFFERED


async def test_when_nobody_can_be_asked_in_writing_either_the_requerant_is_told(scene: Scene) -> None:
    target = Target(territory=scene.people.practice.territory)
    case, call = await rung(scene, scene.expert, fallback=target)
    await scene.expertise.calls.end(scene.asker, case.id)
    assert ((await last(scene, case)).end, call.state) == (CallEnd.CANCELLED, CallState.RINGING)
    assert (await scene.now(case)).state is State.SENT
    await scene.deliver()
    assert [message.to for message in scene.mail.messages] == ["lea.marchand@exemple.fr"]


async def test_a_case_taken_in_writing_stops_ringing(scene: Scene) -> None:
    case = await scene.sent()
    await scene.services.experts.presence.announce(scene.second, 60)
    call = await scene.expertise.rings.start(scene.asker, case.id)
    with pytest.raises(Conflict, match="déjà en cours"):
        await scene.expertise.rings.start(scene.asker, case.id)
    await scene.expertise.answers.accept(scene.expert, case.id)
    assert (await last(scene, case)).end is CallEnd.TAKEN
    with pytest.raises(Conflict):
        await scene.expertise.rings.answer(scene.second, call.id)
    assert [offer.outcome.value for offer in (await scene.now(case)).offers] == ["accepted"]


@pytest.mark.parametrize("how", ["withdrawn", "consent"])
async def test_a_case_that_is_over_stops_ringing(scene: Scene, how: str) -> None:
    case, _ = await rung(scene, scene.expert)
    if how == "withdrawn":
        await scene.expertise.requests.withdraw(scene.asker, case.id, EndReason.MISTAKE)
    else:
        await scene.consent(case, ConsentDecision.WITHDRAWN)
    assert (await last(scene, case)).end is CallEnd.CASE_OVER
    assert (await scene.now(case)).state is State.WITHDRAWN


async def test_who_gives_the_case_up_ends_the_call_and_the_cascade_goes_on(scene: Scene) -> None:
    case, call = await rung(scene, scene.expert)
    answered = await scene.expertise.rings.answer(scene.expert, call.id)
    assert (answered.case.state, answered.decision.is_allowed) == (State.ACCEPTED, True)
    await Duty(scene).on(scene.second)
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    assert (await last(scene, case)).end is CallEnd.CASE_OVER
    assert (await scene.now(case)).requis is None


async def test_who_accepted_in_writing_may_be_rung_and_nobody_else(scene: Scene) -> None:
    case = await scene.accepted()
    for person in (scene.expert, scene.second):
        await scene.services.experts.presence.announce(person, 60)
    call = await scene.expertise.rings.start(scene.asker, case.id)
    assert [ring.to.professional_id for ring in call.rings] == [scene.expert.id]
    answered = await scene.expertise.rings.answer(scene.expert, call.id)
    assert answered.call.state is CallState.OPEN
    assert (await scene.steps(case))[-1] == "accept"  # nothing to accept again
    draft = await scene.written(case)
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    assert (await last(scene, case)).state is CallState.OPEN  # one signs while one talks
    scene.clock.advance(timedelta(hours=2))
    await scene.expertise.rings.run()
    assert (await last(scene, case)).end is CallEnd.TOO_LONG


async def test_nobody_is_rung_twice_at_once_nor_in_a_call(scene: Scene) -> None:
    case, call = await rung(scene, scene.expert)
    _, other = await rung(scene, scene.second)
    assert [ring.to.professional_id for ring in other.rings] == [scene.second.id]
    await scene.expertise.rings.answer(scene.expert, call.id)
    _, third = await rung(scene, scene.expert)
    assert third.end is CallEnd.NOBODY_THERE
    with pytest.raises(NotFound):
        await scene.expertise.rings.answer(scene.expert, other.id)
    assert (await last(scene, case)).state is CallState.OPEN


async def test_those_proposed_by_the_finder_ring_first_and_refusals_are_remembered(scene: Scene) -> None:
    assert CONTENT.urgency is Urgency.WEEK
    await Duty(scene).profile(scene.second)
    case = await scene.sent(scene.expert, scene.second, urgency=Urgency.HOURS)
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    for person in (scene.expert, scene.second):
        await scene.services.experts.presence.announce(person, 60)
    call = await scene.expertise.rings.start(scene.asker, case.id)
    assert [ring.to.professional_id for ring in call.rings] == [scene.second.id]  # he holds it in writing too
    answered = await scene.expertise.rings.answer(scene.second, call.id)
    assert [offer.outcome.value for offer in answered.case.offers] == ["refused", "accepted"]
