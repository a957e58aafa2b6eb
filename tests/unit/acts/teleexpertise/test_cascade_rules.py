"""Whom the cascade asks next, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from telemed.acts.teleexpertise.model import (
    PACES,
    Cascade,
    Case,
    Outcome,
    RefusalReason,
    Side,
    State,
    Step,
    Target,
    Turn,
    Urgency,
    Via,
)
from telemed.acts.teleexpertise.rules.cascade import (
    check_target,
    choose,
    enter,
    find_handover,
    goes_on,
    has_time,
    next_stage,
    open_cascade,
    options,
    wait,
    wish_of,
)
from telemed.acts.teleexpertise.rules.delays import clock_step, due_of, reminder_at
from telemed.acts.teleexpertise.rules.offers import accepted_by
from telemed.acts.teleexpertise.rules.standings import changes_of
from telemed.kernel.clock import Territory
from tests.unit.acts.teleexpertise.making import CONTENT, EXPERT, NOON, make_case, make_offer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINE = UUID(int=50)
OTHER = Side(UUID(int=5), UUID(int=20), "10100000081", Territory.METROPOLE)


def asked(urgency: Urgency = Urgency.WEEK, state: State = State.SENT, **changes: Any) -> Case:
    content = replace(CONTENT, urgency=urgency, specialty_code="G15_10/SM15")
    dates: dict[str, Any] = {"deadline": NOON + 7 * DAY, "expires_at": NOON + 9 * DAY}
    return replace(make_case(state), content=content, **(dates | changes))


def cascade(stage: Via = Via.TERRITORY, **changes: object) -> Cascade:
    line_id = LINE if stage is Via.LINE else None
    return replace(Cascade(stage, NOON + DAY, Territory.METROPOLE, line_id), **changes)  # type: ignore[arg-type]


def turn(number: int, after: timedelta = timedelta(0), *, by_himself: bool = False) -> Turn:
    return Turn(Side(UUID(int=number), UUID(int=20), str(number), Territory.METROPOLE), NOON + after, by_himself)


@pytest.mark.parametrize(
    ("target", "stage", "lasts"),
    [
        (Target((EXPERT.professional_id,)), Via.COLLEAGUE, timedelta(hours=48)),
        (Target((EXPERT.professional_id,), line_id=LINE), Via.COLLEAGUE, timedelta(hours=48)),
        (Target(line_id=LINE), Via.LINE, timedelta(hours=5)),
        (Target(territory=Territory.LA_REUNION), Via.TERRITORY, timedelta(hours=48)),
    ],
)
def test_where_a_search_begins(target: Target, stage: Via, lasts: timedelta) -> None:
    first = open_cascade(asked(), target, NOON, 5 * HOUR if stage is Via.LINE else None)
    assert (first.stage, first.until, first.line_id) == (stage, NOON + lasts, target.line_id)
    assert first.territory is (target.territory or Territory.METROPOLE)


def test_no_stage_goes_past_the_deadline() -> None:
    case = asked(deadline=NOON + HOUR, expires_at=NOON + 2 * HOUR)
    assert enter(cascade(), case, Via.TERRITORY, NOON, None).until == NOON + HOUR
    assert enter(cascade(), case, Via.LINE, NOON, 3 * HOUR).until == NOON + HOUR
    assert [has_time(cascade(), case, NOON + offset) for offset in (0 * HOUR, HOUR)] == [True, False]
    assert not has_time(cascade(until=NOON), case, NOON)
    with pytest.raises(ValueError, match="draft"):
        enter(cascade(), asked(deadline=None), Via.LINE, NOON, None)


def test_the_order_of_stages() -> None:
    case, named = asked(), cascade(Via.COLLEAGUE)
    assert next_stage(replace(named, line_id=LINE), case) is Via.LINE
    assert next_stage(named, case) is Via.TERRITORY
    assert next_stage(cascade(Via.LINE), case) is Via.TERRITORY
    assert next_stage(cascade(Via.TERRITORY), case) is None
    assert next_stage(replace(named, line_id=LINE, widens=False), case) is None
    assert next_stage(named, make_case()) is None


def test_one_after_the_other_but_where_hours_count() -> None:
    turns = tuple(turn(number) for number in range(1, 6))
    one = choose(asked(), cascade(), turns, NOON)
    several = choose(asked(Urgency.HOURS), cascade(), turns, NOON)
    assert one is not None
    assert several is not None
    assert (len(one.turns), len(several.turns)) == (1, PACES[Urgency.HOURS].at_once)
    assert (one.until, several.until) == (NOON + 12 * HOUR, NOON + timedelta(minutes=10))
    assert choose(asked(), cascade(), (), NOON) is None


def test_who_comes_later_is_asked_alone_and_has_his_time() -> None:
    late = choose(asked(Urgency.HOURS), cascade(), (turn(1, 2 * HOUR), turn(2, 3 * HOUR)), NOON)
    assert late is not None
    assert ([one.to.rpps for one in late.turns], late.until) == (["1"], NOON + 2 * HOUR + timedelta(minutes=10))
    assert choose(asked(), cascade(until=NOON + HOUR), (turn(1, HOUR),), NOON) is None
    short = choose(asked(), cascade(until=NOON + HOUR), (turn(1, HOUR / 2),), NOON)
    assert short is not None
    assert short.until == NOON + HOUR


def test_who_takes_what_comes_is_asked_alone() -> None:
    chosen = choose(asked(Urgency.HOURS), cascade(), (turn(1), turn(2, by_himself=True), turn(3)), NOON)
    assert chosen is not None
    assert [one.to.rpps for one in chosen.turns] == ["2"]


def test_a_line_is_looked_at_again_until_its_time_is_over() -> None:
    case = asked(Urgency.HOURS)
    looked = [wait(case, cascade(Via.LINE, until=NOON + left), NOON).cascade.look_at for left in (HOUR, HOUR / 60)]
    assert looked == [NOON + timedelta(minutes=5), NOON + timedelta(minutes=1)]
    queued = asked(state=State.QUEUED, cascade=wait(case, cascade(Via.LINE), NOON).cascade)
    queued = replace(queued, due_at=due_of(queued))
    assert (queued.due_at, reminder_at(queued, NOON)) == (NOON + timedelta(minutes=5), None)
    assert clock_step(queued, NOON + timedelta(minutes=5)) is Step.LOOK


@pytest.mark.parametrize("reason", RefusalReason)
def test_a_refusal_that_says_not_me_goes_on(reason: RefusalReason) -> None:
    said_of_himself = reason in (RefusalReason.UNAVAILABLE, RefusalReason.OUT_OF_SKILL, RefusalReason.OTHER)
    assert goes_on(reason) is said_of_himself


def test_nobody_is_asked_twice_and_a_territory_needs_a_specialty() -> None:
    case = asked(offers=(make_offer(NOON, Outcome.LAPSED), make_offer(NOON, Outcome.OVERTAKEN, OTHER)))
    assert wish_of(case, cascade(), NOON).but_rpps == {EXPERT.rpps, OTHER.rpps}
    assert wish_of(case, cascade(Via.LINE), NOON).line_id == LINE
    assert check_target(case, Target(territory=Territory.METROPOLE)).is_allowed
    refused = check_target(make_case(), Target(territory=Territory.METROPOLE))
    assert [reason.code for reason in refused.refusals] == ["teleexpertise.specialty_missing"]
    assert check_target(make_case(), Target(line_id=LINE)).is_allowed


def test_what_the_requerant_may_do_when_nobody_holds_it() -> None:
    assert options(asked(state=State.SENT)) == ("ask_colleague", "ask_line", "ask_territory", "withdraw")
    assert options(make_case(State.REFUSED)) == ("ask_colleague", "ask_line", "withdraw")
    assert options(asked(state=State.OFFERED)) == ()


def test_a_handover_is_due_before_the_answer_and_takes_the_acceptance_over() -> None:
    mine = replace(make_offer(NOON + DAY, Outcome.ACCEPTED), settled_at=NOON)
    proposed = replace(make_offer(NOON + HOUR, to=OTHER), via=Via.HANDOVER)
    case = asked(state=State.ACCEPTED, offers=(mine, proposed), requis=EXPERT)
    case = replace(case, due_at=due_of(case))
    assert (find_handover(case), case.due_at, clock_step(case, NOON + HOUR)) == (proposed, NOON + HOUR, Step.LAPSE)
    after = accepted_by(case, proposed, NOON)
    assert [one.outcome for one in after] == [Outcome.HANDED_OVER, Outcome.ACCEPTED]
    taken = replace(case, offers=after, requis=OTHER)
    changes = {change.professional_id: change for change in changes_of(case, taken, NOON)}
    first, second = changes[EXPERT.professional_id], changes[OTHER.professional_id]
    assert (first.open_cases, first.settled) == (-1, None)
    assert (second.pending, second.open_cases, second.accepted) == (-1, 1, 1)
