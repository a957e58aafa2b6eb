"""What is true of every case, of the standings and of the quotas, whatever happened; read anew each time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.rules.quota import find_quota
from billing.tables import QuotaReservationRow
from telemed.acts.teleexpertise.model import (
    END_STATES,
    MOVES,
    STANDINGS,
    Case,
    Move,
    Outcome,
    State,
    Via,
)
from telemed.acts.teleexpertise.store import CaseStore
from telemed.acts.teleexpertise.tables import CaseRow, TimerRow
from telemed.experts.tables import LineTurnRow, StandingRow
from telemed.kernel.clock import Territory, civil_date
from tests.the_law import LAW

_IN_HANDS = (State.ACCEPTED, State.MORE_INFORMATION)
_WITH_OFFER = (State.OFFERED, State.SEEN)


async def check_all(session: AsyncSession, now: datetime, *, is_swept: bool) -> list[Case]:
    cases = await CaseStore(session).with_offers(list(await session.scalars(select(CaseRow))))
    timers = {row.case_id: row.fires_at for row in await session.scalars(select(TimerRow)) if row.kind == "due"}
    for case in cases:
        check_case(case)
        assert timers.get(case.id) == case.due_at
        assert not is_swept or case.due_at is None or case.due_at > now
        check_history(case, await CaseStore(session).moves(case.id, after=0, limit=500))
    await check_standings(session, cases)
    await check_quotas(session, cases, now)
    return cases


def check_case(case: Case) -> None:
    """Owned and due while it lives; one acceptance at most; nobody asked twice by the cascade."""
    is_over = case.state in END_STATES
    assert (case.due_at is None) is is_over is (STANDINGS[case.state] is None)
    taken = [offer.to for offer in case.offers if offer.outcome is Outcome.ACCEPTED]
    assert taken == ([case.requis] if case.requis else [])
    assert bool(case.pending) >= (case.state in _WITH_OFFER)
    assert all(offer.via is Via.HANDOVER for offer in case.pending) or case.requis is None
    assert case.state in (*_WITH_OFFER, *_IN_HANDS) or not case.pending
    assert (case.state is State.QUEUED) == bool(case.cascade and case.cascade.look_at)
    found = [offer.to.rpps for offer in case.offers if offer.via in (Via.LINE, Via.TERRITORY)]
    assert len(found) == len(set(found))
    for offer in case.offers:
        assert case.deadline is not None
        assert offer.via in (Via.COLLEAGUE, Via.HANDOVER) or offer.offered_at < case.deadline


def check_history(case: Case, moves: list[Move]) -> None:
    """Each move is in the table, and begins where the one before it ended."""
    assert [move.position for move in moves] == list(range(1, len(moves) + 1))
    for former, move in pairwise(moves):
        assert former.end is move.start
    for move in moves:
        end, actors = MOVES[move.start, move.step]
        assert move.end is end
        assert move.actor in actors
    assert not moves or moves[-1].end is case.state


async def check_standings(session: AsyncSession, cases: list[Case]) -> None:
    """What is kept of each expert equals what is counted again from the cases."""
    pending = Counter(offer.to.professional_id for case in cases for offer in case.pending)
    open_cases = Counter(one.requis.professional_id for one in cases if one.requis and one.state in _IN_HANDS)
    rows = list(await session.scalars(select(StandingRow)))
    assert {row.professional_id: row.pending for row in rows if row.pending} == dict(pending)
    assert {row.professional_id: row.open_cases for row in rows if row.open_cases} == dict(open_cases)
    turns = sum(row.turns for row in await session.scalars(select(LineTurnRow)))
    assert turns <= sum(offer.via is Via.LINE for case in cases for offer in case.offers)


async def check_quotas(session: AsyncSession, cases: list[Case], now: datetime) -> None:
    """A place is held by who has the case, or had answered it; never more than the limit; none for what is not done."""
    by_id = {case.id: case for case in cases}
    rows = list(await session.scalars(select(QuotaReservationRow)))
    held = [row for row in rows if row.state in ("reserved", "consumed")]
    limit = find_quota(LAW.on(civil_date(now, Territory.METROPOLE)), "TE2")
    assert limit is not None
    for (code, *_), count in Counter((row.code, row.rpps, row.patient_id, row.year) for row in held).items():
        assert count <= limit.limit, code
    for row in held:
        case = by_id[row.act_id]
        assert case.requis is not None
        side = case.requerant if row.code == "RQD" else case.requis
        assert row.rpps == side.rpps
        assert case.state in (*_IN_HANDS, State.ANSWERED, State.CLOSED)
    in_hands = {case.id for case in cases if case.requis and case.state in _IN_HANDS}
    assert {row.act_id for row in rows if row.state in ("reserved", "exhausted")} >= in_hands
