"""What rules remember of patients, and what they found: read and written by the group, in one statement each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.evidence import Evidence, Finding, FindingKind, Known, to_milliseconds
from telemed.acts.telemonitoring.rules.findings import remember
from telemed.acts.telemonitoring.tables.rulebook import FindingRow, RuleStateRow
from telemed.kernel.ids import new_id

Pair = tuple[UUID, UUID]
"""A follow-up and a version of a rule."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ARRAYS: tuple[BindParameter[Any], ...] = (bindparam("follow_ups"), bindparam("versions"))
_READ = text(
    "SELECT s.follow_up_id, s.rule_version_id, s.state "
    "FROM unnest(CAST(:follow_ups AS uuid[]), CAST(:versions AS uuid[])) AS wanted (follow_up_id, rule_version_id) "
    "JOIN telemonitoring_rule_states AS s USING (follow_up_id, rule_version_id)"
).bindparams(*_ARRAYS)
_WRITE = text(
    "INSERT INTO telemonitoring_rule_states (follow_up_id, rule_version_id, state) "
    "SELECT * FROM unnest(CAST(:follow_ups AS uuid[]), CAST(:versions AS uuid[]), CAST(:states AS bytea[])) "
    "ON CONFLICT (follow_up_id, rule_version_id) DO UPDATE SET state = excluded.state"
).bindparams(*_ARRAYS, bindparam("states"))
_WRITE_SQLITE = (
    "INSERT INTO telemonitoring_rule_states (follow_up_id, rule_version_id, state) VALUES (?, ?, ?) "
    "ON CONFLICT (follow_up_id, rule_version_id) DO UPDATE SET state = excluded.state"
)
_AT_ONCE = 400


def to_instant(milliseconds: int) -> datetime:
    """An instant as rules count it, back."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


class Found(NamedTuple):
    """A finding, of whom and by which version."""

    pair: Pair
    finding: Finding


class RuleStateStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, pairs: Collection[Pair]) -> dict[Pair, bytes]:
        """The states of these, where there are some to go on from; their follow-ups are locked."""
        if not pairs:
            return {}
        connection = await self._session.connection()
        if connection.dialect.name == "postgresql":
            follow_ups, versions = zip(*pairs, strict=True)
            arrays = {"follow_ups": list(follow_ups), "versions": list(versions)}
            rows = (await connection.execute(_READ, arrays)).all()
        else:
            rows = await self._read_sqlite(connection, list(pairs))
        return {(row[0], row[1]): bytes(row[2]) for row in rows if row[2] is not None}

    async def write(self, states: Mapping[Pair, bytes | None]) -> None:
        """Keep them, in order of follow-up. None: to be read again from the start."""
        if not states:
            return
        pairs = sorted(states)
        connection = await self._session.connection()
        if connection.dialect.name == "postgresql":
            follow_ups, versions = zip(*pairs, strict=True)
            arrays = {"follow_ups": follow_ups, "versions": versions, "states": [states[pair] for pair in pairs]}
            await connection.execute(_WRITE, arrays)
        else:
            rows = [(pair[0].hex, pair[1].hex, states[pair]) for pair in pairs]
            await connection.exec_driver_sql(_WRITE_SQLITE, rows)

    async def unread(self, *, limit: int) -> list[Pair]:
        """Those that must be read again from their start."""
        row = RuleStateRow
        query = select(col(row.follow_up_id), col(row.rule_version_id)).where(col(row.state).is_(None))
        found = await self._session.execute(
            query.order_by(col(row.follow_up_id), col(row.rule_version_id)).limit(limit)
        )
        return [(follow_up_id, version_id) for follow_up_id, version_id in found]

    async def add_findings(self, found: Iterable[Found]) -> None:
        self._session.add_all(
            FindingRow(
                id=new_id(),
                follow_up_id=pair[0],
                rule_version_id=pair[1],
                kind=finding.kind.value,
                since=to_instant(finding.since),
                at=to_instant(finding.at),
                received_at=to_instant(finding.received),
                evidence=[list(one) for one in finding.evidence],
            )
            for pair, finding in found
        )
        await self._session.flush()

    async def known(self, pairs: Collection[Pair]) -> dict[Pair, tuple[Known, ...]]:
        """All that was ever told of these."""
        if not pairs:
            return {}
        row = FindingRow
        query = select(row).where(tuple_(col(row.follow_up_id), col(row.rule_version_id)).in_(list(pairs)))
        told: dict[Pair, list[Finding]] = {}
        for one in await self._session.scalars(query.order_by(col(row.id))):
            told.setdefault((one.follow_up_id, one.rule_version_id), []).append(_to_finding(one))
        return {pair: remember((), findings) for pair, findings in told.items()}

    async def _read_sqlite(self, connection: AsyncConnection, pairs: Sequence[Pair]) -> list[Any]:
        row, found = RuleStateRow, list[Any]()
        columns = tuple_(col(row.follow_up_id), col(row.rule_version_id))
        for start in range(0, len(pairs), _AT_ONCE):
            some = pairs[start : start + _AT_ONCE]
            query = select(col(row.follow_up_id), col(row.rule_version_id), col(row.state))
            query = query.where(col(row.follow_up_id).in_({pair[0] for pair in some}), columns.in_(some))
            found += (await connection.execute(query)).all()
        return found


def _to_finding(row: FindingRow) -> Finding:
    since, at, received = (to_milliseconds(instant) for instant in (row.since, row.at, row.received_at))
    return Finding(FindingKind(row.kind), since, at, received, tuple(Evidence(*one) for one in row.evidence))
