"""From the request to the acknowledged opinion, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from billing.facts import TeleexpertiseFacts
from billing.tables import ClaimRow
from telemed.acts.teleexpertise.model import END_STATES, STANDINGS, State
from telemed.storage.outbox import OutboxRow
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene

pytestmark = pytest.mark.asyncio


async def test_a_nurse_asks_and_a_doctor_of_another_practice_answers(scene: Scene) -> None:
    expertise, clock = scene.expertise, scene.clock
    case = await scene.sent()
    assert (case.state, case.deadline) == (State.OFFERED, clock.now() + timedelta(days=7))
    await expertise.answers.see(scene.expert, case.id)
    await expertise.answers.ask(scene.expert, case.id, "Depuis quand ?")
    await expertise.requests.inform(scene.asker, case.id, "Depuis trois mois.")
    await expertise.answers.accept(scene.expert, case.id)
    draft = await expertise.opinions.save(scene.expert, case.id, OPINION, revision=0)
    await expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    closed = await expertise.requests.close(scene.asker, case.id)
    assert closed.state is State.CLOSED
    assert await scene.steps(case) == [
        "send", "offer", "see", "ask", "inform", "accept", "answer", "close",
    ]  # fmt: skip
    messages = await expertise.messages.page(scene.asker, case.id, after=None, limit=10)
    assert [(message.kind.value, message.text) for message in messages] == [
        ("question", "Depuis quand ?"),
        ("information", "Depuis trois mois."),
    ]


async def test_no_move_leaves_a_living_case_without_owner_or_due_date(scene: Scene) -> None:
    case = await scene.answered()
    await scene.expertise.requests.close(scene.asker, case.id)
    for move in await scene.moves(case):
        standing = STANDINGS[move.end]
        assert (move.owner is None) == (move.due_at is None) == (move.end in END_STATES)
        assert move.owner == (standing.owner if standing else None)


async def test_the_signature_tells_billing_exactly_what_it_reads(scene: Scene) -> None:
    case = await scene.answered()
    assert await scene.deliver()
    async with scene.services.database.read() as session:
        [row] = await session.scalars(select(OutboxRow).where(OutboxRow.name == "teleexpertise.closed"))  # type: ignore[arg-type]
    facts = TeleexpertiseFacts.from_payload(row.payload)
    assert row.done_at is not None
    assert facts.to_payload() == row.payload
    assert (facts.act_id, facts.requerant.rpps, facts.requis.rpps) == (case.id, scene.asker.rpps, scene.expert.rpps)
    assert (facts.requerant.profession, facts.requis.profession) == ("60", "10")
    assert (facts.requested_at, facts.accepted_at, facts.completed_at) == (
        case.sent_at,
        case.accepted_at,
        case.answered_at,
    )


async def test_both_sides_have_their_claim_of_the_day(scene: Scene) -> None:
    case = await scene.answered()
    await scene.deliver()
    async with scene.services.database.read() as session:
        rows = list(await session.scalars(select(ClaimRow).where(ClaimRow.act_id == case.id)))  # type: ignore[arg-type]
    assert {(row.part, row.rpps, row.code, row.amount_cents) for row in rows} == {
        ("opinion", scene.expert.rpps, "TE2", 2_300),
        ("request", scene.asker.rpps, "RQD", 1_000),
    }
