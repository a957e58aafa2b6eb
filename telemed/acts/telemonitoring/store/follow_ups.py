"""Follow-ups: found, written over the version that was read, listed, watched, and woken by time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.care import EndReason, FollowUp, Plan
from telemed.acts.telemonitoring.model.evidence import Thresholds, ThresholdVersion
from telemed.acts.telemonitoring.model.follow_up import FOLLOW_UP_STANDINGS, FollowUpState
from telemed.acts.telemonitoring.model.watched import Watched
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Conflict
from telemed.kernel.period import DayRange
from telemed.storage.engine import violated_constraint

_STALE = "Ce suivi a changé entre-temps : relisez-le."


class FollowUpStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, follow_up_id: UUID, *, lock: bool = False) -> FollowUp | None:
        """One follow-up, locked until the end of the transaction if asked; what was read before is read again.

        Rows that point at it can be added meanwhile: measures do not wait for people.
        """
        query = select(FollowUpRow).where(col(FollowUpRow.id) == follow_up_id)
        query = query.execution_options(populate_existing=True)
        row = await self._session.scalar(query.with_for_update(key_share=True) if lock else query)
        return _to_follow_up(row) if row else None

    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, FollowUp]:
        """Those of `ids` that exist, in one statement."""
        return {row.id: _to_follow_up(row) for row in await self._rows(ids)}

    async def find_watched(self, ids: Collection[UUID]) -> dict[UUID, Watched]:
        """What rules need of those of `ids` that exist, in one statement."""
        return {row.id: _to_watched(row) for row in await self._rows(ids)}

    async def add(self, follow_up: FollowUp) -> None:
        """Raises Conflict `telemonitoring.already_followed` when one of this patient and pathway lives."""
        self._session.add(FollowUpRow(id=follow_up.id, **_values(follow_up)))
        try:
            await self._session.flush()
        except IntegrityError as err:
            raise _explained(err) from err

    async def save(self, follow_up: FollowUp, former: FollowUp) -> FollowUp:
        """Write over the version that was read. Raises Conflict (`stale`) if another came first."""
        saved = replace(follow_up, version=former.version + 1)
        row = FollowUpRow
        query = update(row).where(col(row.id) == saved.id, col(row.version) == former.version).values(**_values(saved))
        try:
            result = await self._session.execute(query)
        except IntegrityError as err:
            raise _explained(err) from err
        if getattr(result, "rowcount", 0) != 1:
            raise Conflict(_STALE, code="stale")
        return saved

    async def touch(self, ids: Collection[UUID]) -> None:
        """Something else that rules need of these has changed: whoever keeps them in memory reads them again."""
        row = FollowUpRow
        for one in sorted(set(ids)):
            await self._session.execute(update(row).where(col(row.id) == one).values(version=col(row.version) + 1))

    async def page(
        self,
        practice_id: UUID,
        *,
        patient_ids: Collection[UUID] | None = None,
        states: Collection[FollowUpState] = (),
        before: UUID | None = None,
        limit: int,
    ) -> list[FollowUp]:
        """Follow-ups of a practice, the newest first."""
        row = FollowUpRow
        query = select(row).where(col(row.practice_id) == practice_id)
        if patient_ids is not None:
            query = query.where(col(row.patient_id).in_(set(patient_ids)))
        if states:
            query = query.where(col(row.state).in_([state.value for state in states]))
        if before is not None:
            query = query.where(col(row.id) < before)
        rows = await self._session.scalars(query.order_by(col(row.id).desc()).limit(limit))
        return [_to_follow_up(row) for row in rows]

    async def around(
        self, practice_id: UUID, follow_up_id: UUID, *, states: Collection[FollowUpState]
    ) -> tuple[UUID | None, UUID | None]:
        """The follow-ups of these states just before and just after one, the newest first."""
        row = FollowUpRow
        kept = (col(row.practice_id) == practice_id, col(row.state).in_([state.value for state in states]))
        query = select(col(row.id)).where(*kept).limit(1)
        before = await self._session.scalar(query.where(col(row.id) > follow_up_id).order_by(col(row.id)))
        after = await self._session.scalar(query.where(col(row.id) < follow_up_id).order_by(col(row.id).desc()))
        return before, after

    async def of_patients(self, patient_ids: Iterable[UUID]) -> list[FollowUp]:
        """Every follow-up of a person's records, the oldest first."""
        query = select(FollowUpRow).where(col(FollowUpRow.patient_id).in_(set(patient_ids)))
        return [_to_follow_up(row) for row in await self._session.scalars(query.order_by(col(FollowUpRow.id)))]

    async def woken(self, now: datetime, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Any]:
        """(wakes_at, id) of those that time has something to do with by `now`, the oldest first."""
        row = FollowUpRow
        query = select(col(row.wakes_at), col(row.id)).where(col(row.wakes_at) <= now)
        if after is not None:
            later = (col(row.wakes_at) == after[0]) & (col(row.id) > after[1])
            query = query.where((col(row.wakes_at) > after[0]) | later)
        query = query.order_by(col(row.wakes_at), col(row.id)).limit(limit)
        return (await self._session.execute(query)).all()

    async def _rows(self, ids: Collection[UUID]) -> Iterable[FollowUpRow]:
        if not ids:
            return ()
        query = select(FollowUpRow).where(col(FollowUpRow.id).in_(set(ids)))
        return await self._session.scalars(query.execution_options(populate_existing=True))


def _explained(err: IntegrityError) -> Exception:
    if violated_constraint(err) == "uq_telemonitoring_follow_ups_living":
        text = "Ce patient est déjà suivi, ou en voie de l'être, pour ce parcours."
        return Conflict(text, code="telemonitoring.already_followed")
    return err


def _values(follow_up: FollowUp) -> dict[str, Any]:
    """The columns of a follow-up, but its id."""
    standing, plan = FOLLOW_UP_STANDINGS[follow_up.state], follow_up.plan
    return {
        "practice_id": follow_up.practice_id,
        "patient_id": follow_up.patient_id,
        "pathway": plan.pathway,
        "state": follow_up.state.value,
        "owner": standing.owner.value if standing else None,
        "due_at": follow_up.due_at,
        "wakes_at": follow_up.wakes_at,
        "territory": plan.territory.value,
        "silence_days": plan.silence_days,
        "dmn": plan.dmn,
        "exploitant": plan.exploitant,
        "hand_signals": sorted(plan.hand_signals),
        "exclusions": sorted(plan.exclusions),
        "is_tiers_payant": plan.is_tiers_payant,
        "created_at": follow_up.created_at,
        "started_on": follow_up.started_on,
        "prescribed_until": follow_up.prescribed_until,
        "months_done": follow_up.months_done,
        "stays": [[_day(stay.first_day), _day(stay.last_day)] for stay in follow_up.stays],
        "thresholds": [[version.since, dict(version.values)] for version in follow_up.thresholds.versions],
        "ended_at": follow_up.ended_at,
        "end_reason": follow_up.end_reason.value if follow_up.end_reason else None,
        "version": follow_up.version,
    }


def _to_follow_up(row: FollowUpRow) -> FollowUp:
    return FollowUp(
        id=row.id,
        practice_id=row.practice_id,
        patient_id=row.patient_id,
        state=FollowUpState(row.state),
        plan=_to_plan(row),
        created_at=row.created_at,
        due_at=row.due_at,
        wakes_at=row.wakes_at,
        started_on=row.started_on,
        prescribed_until=row.prescribed_until,
        months_done=row.months_done,
        stays=_stays(row),
        thresholds=_thresholds(row),
        ended_at=row.ended_at,
        end_reason=EndReason(row.end_reason) if row.end_reason else None,
        version=row.version,
    )


def _to_plan(row: FollowUpRow) -> Plan:
    return Plan(
        pathway=row.pathway,
        silence_days=row.silence_days,
        territory=Territory(row.territory),
        dmn=row.dmn,
        exploitant=row.exploitant,
        hand_signals=frozenset(row.hand_signals),
        exclusions=frozenset(row.exclusions),
        is_tiers_payant=row.is_tiers_payant,
    )


def _to_watched(row: FollowUpRow) -> Watched:
    return Watched(
        follow_up_id=row.id,
        practice_id=row.practice_id,
        patient_id=row.patient_id,
        territory=Territory(row.territory),
        pathway=row.pathway,
        state=FollowUpState(row.state),
        started_on=row.started_on,
        silence_days=row.silence_days,
        thresholds=_thresholds(row),
        version=row.version,
        stays=_stays(row),
    )


def _thresholds(row: FollowUpRow) -> Thresholds:
    return Thresholds(tuple(ThresholdVersion(since, values) for since, values in row.thresholds))


def _stays(row: FollowUpRow) -> tuple[DayRange, ...]:
    ends = ((first, last) for first, last in row.stays)
    return tuple(DayRange(date.fromisoformat(one), date.fromisoformat(two) if two else None) for one, two in ends)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
