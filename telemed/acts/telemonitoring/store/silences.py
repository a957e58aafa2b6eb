"""Silence: when to look at each follow-up, what came last, and the gaps that were told of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Uuid, column, delete, exists, func, insert, literal, select, update, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.rules.silence import Gap, SilenceCause
from telemed.acts.telemonitoring.store.last_said import last_said
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.acts.telemonitoring.tables.rulebook import SilenceCheckRow, SilenceRow
from telemed.storage.types import UtcDateTime

DEVICE_STATE = "device_state"


@dataclass(frozen=True)
class KeptGap:
    """A gap as it is kept; `repeated_at`: when people were last told that it lasts."""

    id: UUID
    follow_up_id: UUID
    repeated_at: datetime
    gap: Gap


@dataclass(frozen=True)
class LastWords:
    """What a patient's devices said last: a measure of the pathway, and how they said that they are."""

    measured_at: datetime | None
    state_at: datetime | None
    state: str | None


class SilenceStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def adopt(self, now: datetime) -> int:
        """Watch every follow-up that takes data and is not watched yet; how many were not."""
        row, check = FollowUpRow, SilenceCheckRow
        states = [state.value for state in TAKES_DATA]
        is_watched = exists().where(col(check.follow_up_id) == col(row.id))
        query = select(col(row.id), literal(now, UtcDateTime)).where(col(row.state).in_(states), ~is_watched)
        added = await self._session.execute(insert(check).from_select(["follow_up_id", "check_at"], query))
        return getattr(added, "rowcount", 0)

    async def due(self, now: datetime, *, among: Collection[UUID] | None = None, limit: int) -> list[UUID]:
        """Whom to look at, those due first; of some, once they are locked, those whom nobody has looked at since."""
        row = SilenceCheckRow
        query = select(col(row.follow_up_id)).where(col(row.check_at) <= now)
        if among is not None:
            query = query.where(col(row.follow_up_id).in_(among))
        return list(await self._session.scalars(query.order_by(col(row.check_at), col(row.follow_up_id)).limit(limit)))

    async def set_checks(self, checks: Mapping[UUID, datetime | None]) -> None:
        """When to look again; None: never."""
        row = SilenceCheckRow
        over = [one for one, at in checks.items() if at is None]
        if over:
            await self._session.execute(delete(row).where(col(row.follow_up_id).in_(over)))
        by_instant: dict[datetime, list[UUID]] = {}
        for one, at in checks.items():
            if at is not None:
                by_instant.setdefault(at, []).append(one)
        for at, some in by_instant.items():
            await self._session.execute(update(row).where(col(row.follow_up_id).in_(some)).values(check_at=at))

    async def look_now(self, follow_up_id: UUID, now: datetime) -> None:
        """Something changed: watch it, and look at it at the next sweep."""
        await self._session.merge(SilenceCheckRow(follow_up_id=follow_up_id, check_at=now))
        await self._session.flush()

    async def last_words(self, since: Mapping[UUID, datetime], signals: Iterable[str]) -> dict[UUID, LastWords]:
        """Of each follow-up since its instant, one look into an index for each signal."""
        if not since:
            return {}
        asked = (
            values(column("follow_up_id", Uuid), column("since", UtcDateTime), name="asked")
            .data(list(since.items()))
            .cte("asked")
        )
        measured = [last_said(asked, signal, "measured_at", since=asked.c.since) for signal in sorted(signals)]
        state = [last_said(asked, DEVICE_STATE, what, since=asked.c.since) for what in ("measured_at", "answer")]
        query = select(asked.c.follow_up_id, *state, *measured)
        found = {}
        for follow_up_id, state_at, answer, *instants in await self._session.execute(query):
            known = [instant for instant in instants if instant is not None]
            found[follow_up_id] = LastWords(max(known, default=None), state_at, answer)
        return found

    async def contacts(self, follow_ups: Collection[UUID], since: datetime) -> dict[UUID, datetime]:
        """When the devices of these last said anything at all, since an instant."""
        if not follow_ups:
            return {}
        row = ObservationRow
        query = select(col(row.follow_up_id), func.max(row.measured_at)).where(col(row.measured_at) >= since)
        query = query.where(col(row.follow_up_id).in_(follow_ups)).group_by(col(row.follow_up_id))
        found = await self._session.execute(query)
        return {row[0]: row[1] for row in found.all()}

    async def lasting(self, follow_ups: Collection[UUID]) -> dict[UUID, KeptGap]:
        """The gaps of these that have no end yet."""
        row = SilenceRow
        query = select(row).where(col(row.follow_up_id).in_(follow_ups), col(row.last_day).is_(None))
        return {one.follow_up_id: _to_gap(one) for one in await self._session.scalars(query)}

    async def of(self, follow_up_id: UUID, *, before: UUID | None = None, limit: int) -> Sequence[KeptGap]:
        """The gaps of a follow-up, the last told first."""
        row = SilenceRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id)
        if before is not None:
            query = query.where(col(row.id) < before)
        return [_to_gap(one) for one in await self._session.scalars(query.order_by(col(row.id).desc()).limit(limit))]

    async def add(self, kept: KeptGap) -> None:
        gap = kept.gap
        self._session.add(
            SilenceRow(
                id=kept.id,
                follow_up_id=kept.follow_up_id,
                first_day=gap.first_day,
                cause=gap.cause.value,
                told_at=gap.told_at,
                repeated_at=kept.repeated_at,
                late_days=[],
            )
        )
        await self._session.flush()

    async def save(self, kept: KeptGap) -> None:
        """Its end, what came late, when it was told again."""
        row, gap = SilenceRow, kept.gap
        late = [day.isoformat() for day in sorted(gap.late_days)]
        changed = {"last_day": gap.last_day, "late_days": late, "repeated_at": kept.repeated_at}
        await self._session.execute(update(row).where(col(row.id) == kept.id).values(**changed))


def _to_gap(row: SilenceRow) -> KeptGap:
    late = frozenset(date.fromisoformat(day) for day in row.late_days)
    gap = Gap(row.first_day, row.told_at, SilenceCause(row.cause), row.last_day, late)
    return KeptGap(row.id, row.follow_up_id, row.repeated_at, gap)
