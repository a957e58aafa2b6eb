"""The requis's side: one acceptance exactly, refusals, questions."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model import Outcome, RefusalReason, State, Urgency
from telemed.kernel.errors import Conflict, NotFound
from tests.integration.acts.teleexpertise.conftest import Scene

pytestmark = pytest.mark.asyncio


async def test_of_two_at_once_one_wins_and_the_other_is_told(scene: Scene) -> None:
    case = await scene.sent(scene.expert, scene.second, scene.midwife, urgency=Urgency.HOURS)
    callers = (scene.expert, scene.second, scene.midwife, scene.expert, scene.second)
    attempts = (scene.expertise.answers.accept(caller, case.id) for caller in callers)
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    losses = [result for result in results if isinstance(result, BaseException)]
    assert {getattr(loss, "code", "") for loss in losses} == {"teleexpertise.taken"}
    taken = await scene.now(case)
    assert sorted(offer.outcome for offer in taken.offers) == [
        Outcome.ACCEPTED,
        Outcome.OVERTAKEN,
        Outcome.OVERTAKEN,
    ]
    assert taken.requis is not None
    assert await scene.steps(case) == ["send", "offer", "accept"]


async def test_the_overtaken_reads_the_case_no_more(scene: Scene) -> None:
    case = await scene.sent(scene.expert, scene.second, urgency=Urgency.HOURS)
    await scene.expertise.answers.accept(scene.expert, case.id)
    with pytest.raises(Conflict) as gone:
        await scene.expertise.cases.get(scene.second, case.id)
    assert gone.value.code == "teleexpertise.taken"
    assert await scene.expertise.cases.inbox(scene.second) == []


async def test_a_stranger_does_not_know_the_case(scene: Scene) -> None:
    case = await scene.sent()
    for caller in (scene.second, scene.people.doctor, scene.people.stranger):
        with pytest.raises(NotFound):
            await scene.expertise.cases.get(caller, case.id)
        with pytest.raises(NotFound):
            await scene.expertise.answers.accept(caller, case.id)


async def test_a_refusal_with_its_words_goes_back_to_the_requerant(scene: Scene) -> None:
    case = await scene.sent()
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.NEEDS_EXAMINATION, "à voir en personne")
    view = await scene.expertise.cases.get(scene.asker, case.id)
    [offer] = view.visible_offers
    assert (view.case.state, offer.reason, offer.words) == (
        State.REFUSED,
        RefusalReason.NEEDS_EXAMINATION,
        "à voir en personne",
    )
    assert view.case.due_at == case.deadline
    with pytest.raises(NotFound):
        await scene.expertise.cases.get(scene.expert, case.id)


async def test_while_others_hold_an_offer_a_refusal_leaves_it_to_them(scene: Scene) -> None:
    case = await scene.sent(scene.expert, scene.second, urgency=Urgency.HOURS)
    await scene.expertise.answers.see(scene.expert, case.id)
    declined = await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    assert (declined.state, len(declined.pending)) == (State.SEEN, 1)
    last = await scene.expertise.answers.refuse(scene.second, case.id, RefusalReason.UNAVAILABLE, "")
    assert last.state is State.REFUSED


async def test_who_accepted_may_still_refuse(scene: Scene) -> None:
    case = await scene.accepted()
    refused = await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.INCOMPLETE, "")
    assert (refused.state, refused.requis, refused.accepted_at) == (State.REFUSED, None, None)


async def test_seeing_twice_is_seeing_once(scene: Scene) -> None:
    case = await scene.sent()
    first = await scene.expertise.answers.see(scene.expert, case.id)
    scene.clock.advance(timedelta(minutes=5))
    again = await scene.expertise.answers.see(scene.expert, case.id)
    assert (first.state, again.offers[0].seen_at) == (State.SEEN, first.offers[0].seen_at)
    assert await scene.steps(case) == ["send", "offer", "see"]


async def test_a_colleague_may_open_the_case_while_another_asked_something(scene: Scene) -> None:
    case = await scene.sent(scene.expert, scene.second, urgency=Urgency.HOURS)
    await scene.expertise.answers.ask(scene.expert, case.id, "Une photo ?")
    assert (await scene.expertise.answers.see(scene.second, case.id)).state is State.MORE_INFORMATION
    accepted = (await scene.expertise.answers.accept(scene.second, case.id)).case
    assert accepted.state is State.ACCEPTED


async def test_a_question_after_acceptance_comes_back_to_who_accepted(scene: Scene) -> None:
    case = await scene.accepted()
    asked = await scene.expertise.answers.ask(scene.expert, case.id, "Des antécédents ?")
    assert (asked.state, asked.due_at) == (State.MORE_INFORMATION, case.deadline)
    with pytest.raises(Conflict):
        await scene.expertise.answers.accept(scene.expert, case.id)
    informed = await scene.expertise.requests.inform(scene.asker, case.id, "Aucun.")
    assert (informed.state, informed.requis) == (State.ACCEPTED, case.requis)


async def test_information_gives_the_colleague_a_new_time_box(scene: Scene) -> None:
    case = await scene.sent()
    await scene.expertise.answers.ask(scene.expert, case.id, "Depuis quand ?")
    await scene.pass_time(timedelta(days=3))
    assert (await scene.now(case)).state is State.MORE_INFORMATION
    informed = await scene.expertise.requests.inform(scene.asker, case.id, "Trois mois.")
    assert (informed.state, informed.due_at) == (State.SEEN, scene.clock.now() + timedelta(hours=48))


async def test_nothing_is_given_that_was_not_asked(scene: Scene) -> None:
    case = await scene.sent()
    with pytest.raises(Conflict) as refused:
        await scene.expertise.requests.inform(scene.asker, case.id, "Voici.")
    assert refused.value.code == "teleexpertise.nothing_asked"


async def test_messages_reach_the_other_side_and_only_the_two(scene: Scene) -> None:
    case = await scene.sent()
    messages = scene.expertise.messages
    await messages.write(scene.asker, case.id, "Merci d'avance.")
    await messages.write(scene.expert, case.id, "Je regarde ce soir.")
    page = await messages.page(scene.expert, case.id, after=None, limit=10)
    assert [message.author_id for message in page] == [scene.asker.id, scene.expert.id]
    with pytest.raises(NotFound):
        await messages.page(scene.second, case.id, after=None, limit=10)
    draft = await scene.draft()
    with pytest.raises(Conflict):
        await messages.write(scene.asker, draft.id, "Il y a quelqu'un ?")
