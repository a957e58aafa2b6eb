"""Every state, move and outcome of a télé-expertise has its words: a page never meets one that it cannot say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from telemed.acts.teleexpertise.model import (
    Actor,
    CareSetting,
    CareUrgency,
    Case,
    CaseContent,
    EndReason,
    Offer,
    Outcome,
    RefusalReason,
    Side,
    State,
    Step,
    Urgency,
    Via,
)
from telemed.kernel.clock import Territory
from telemed.web import expertise_words
from telemed.web.views.frame import Tone

NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)
ASKER, EXPERT = UUID(int=1), UUID(int=2)
CASE = Case(
    UUID(int=9),
    UUID(int=8),
    Side(ASKER, UUID(int=3), "1", Territory.METROPOLE),
    State.DRAFT,
    CaseContent("?"),
    NOW,
    NOW,
)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("actor", [Actor.REQUERANT, Actor.REQUIS])
def test_every_state_is_said_to_both_sides(state: State, actor: Actor) -> None:
    case = replace(CASE, state=state)
    assert expertise_words.state(case, actor).label
    assert expertise_words.sentence(case, actor).endswith(".")
    assert expertise_words.gesture(case, actor)
    assert bool(expertise_words.due_what(case)) == (state not in (State.CLOSED, State.WITHDRAWN, State.EXPIRED))


def test_every_move_and_every_choice_has_words() -> None:
    said = [
        *(expertise_words.step(one)[0] for one in Step if one is not Step.EDIT),
        *(expertise_words.outcome(one).label for one in Outcome),
        *(expertise_words.urgency(one) for one in Urgency),
        *(expertise_words.refusal(one) for one in RefusalReason),
        *(expertise_words.setting(one) for one in CareSetting),
        *(expertise_words.care_urgency(one) for one in CareUrgency),
    ]
    assert all(said)


@pytest.mark.parametrize("reason", EndReason)
def test_an_end_without_an_answer_says_why_when_nobody_chose_it(reason: EndReason) -> None:
    case = replace(CASE, state=State.EXPIRED, end_reason=reason)
    own = expertise_words.sentence(replace(case, end_reason=None), Actor.REQUERANT)
    chosen = [choice.value for choice in expertise_words.WITHDRAWALS]
    assert (expertise_words.sentence(case, Actor.REQUERANT) == own) == (reason in chosen)


@pytest.mark.parametrize(
    ("hours", "tone"), [(-1.0, Tone.NOW), (1.9, Tone.NOW), (2.0, Tone.SOON), (23.9, Tone.SOON), (24.0, Tone.PLAIN)]
)
def test_the_time_left_grows_loud(hours: float, tone: Tone) -> None:
    assert expertise_words.due_tone(NOW + timedelta(hours=hours), NOW) is tone
    assert expertise_words.due_tone(None, NOW) is Tone.PLAIN


def test_who_is_handed_a_case_is_told_so_and_who_holds_it_is_not() -> None:
    offer = Offer(UUID(int=5), Side(EXPERT, UUID(int=4), "2", Territory.METROPOLE), NOW, NOW, via=Via.HANDOVER)
    case = replace(CASE, state=State.ACCEPTED, offers=(offer,))
    assert expertise_words.state(case, Actor.REQUIS, EXPERT).label == "On vous la passe"
    assert expertise_words.state(case, Actor.REQUIS, ASKER).label == "Avis à rendre"
