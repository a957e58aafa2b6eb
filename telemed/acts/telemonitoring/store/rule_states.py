"""What rules remember of patients, and what they found: read and written by the group, in one statement each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.evidence import Evidence, Finding, FindingKind, Known, to_milliseconds
from telemed.acts.telemonitoring.rules.findings import remember
from telemed.acts.telemonitoring.tables.rulebook import FindingRow, RuleStatesRow
from telemed.kernel.ids import new_id
from telemed.storage.driver import FEW, Driver, list_places, open_driver

Pair = tuple[UUID, UUID]
"""A follow-up and a version of a rule."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_READ = "SELECT follow_up_id, states, is_unread FROM telemonitoring_rule_states WHERE follow_up_id = ANY($1::uuid[])"
_READ_SQLITE = (
    "SELECT s.follow_up_id, s.states, s.is_unread FROM json_each(?) AS wanted "
    "CROSS JOIN telemonitoring_rule_states AS s ON s.follow_up_id = wanted.value"
)
_READ_STANDING = (
    "SELECT f.id, b.version, s.states, s.is_unread FROM telemonitoring_follow_ups AS f "
    "LEFT JOIN telemonitoring_rule_books AS b ON b.practice_id = f.practice_id AND b.pathway = f.pathway "
    "LEFT JOIN telemonitoring_rule_states AS s ON s.follow_up_id = f.id WHERE f.id = ANY($1::uuid[])"
)
_INSERT = "INSERT INTO telemonitoring_rule_states (follow_up_id, states, is_unread)"
_OR_UPDATE = "ON CONFLICT (follow_up_id) DO UPDATE SET states = excluded.states, is_unread = excluded.is_unread"
_WRITE = f"{_INSERT} SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::boolean[]) {_OR_UPDATE}"  # noqa: S608
_WRITE_SQLITE = f"{_INSERT} VALUES (?, ?, ?) {_OR_UPDATE}"


def to_instant(milliseconds: int) -> datetime:
    """An instant as rules count it, back."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


class Found(NamedTuple):
    """A finding, of whom and by which version."""

    pair: Pair
    finding: Finding


class Remembered(NamedTuple):
    """What the rules of a patient remember; `is_unread`: one of them must be read again from its start."""

    states: bytes
    is_unread: bool


class Standing(NamedTuple):
    """Where the rules of a patient are: the version of their book, and what they remember; None where there is none."""

    book_version: int | None
    remembered: Remembered | None


class RuleStateStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def read(self, follow_ups: Collection[UUID]) -> dict[UUID, Remembered]:
        """What the rules of these patients remember. Their follow-ups are locked."""
        driver = await open_driver(self._session)
        if driver is not None:
            read = await driver.fetch(_READ, list(follow_ups))
            return {follow_up_id: Remembered(states, is_unread) for follow_up_id, states, is_unread in read}
        connection = await self._session.connection()
        names = {follow_up_id.hex: follow_up_id for follow_up_id in follow_ups}
        rows: Iterable[Any] = await connection.exec_driver_sql(_READ_SQLITE, (orjson.dumps(list(names)).decode(),))
        return {names[row[0]]: Remembered(row[1], bool(row[2])) for row in rows}

    async def write(self, remembered: Mapping[UUID, Remembered]) -> None:
        """Keep it, in order of follow-up."""
        if not remembered:
            return
        driver = await open_driver(self._session)
        if driver is not None:
            await write_on_postgresql(driver, remembered)
            return
        rows = [(one.hex, states, is_unread) for one, (states, is_unread) in remembered.items()]
        await (await self._session.connection()).exec_driver_sql(_WRITE_SQLITE, rows)

    async def unread(self, *, limit: int) -> list[UUID]:
        """Whose rules must be read again, though nothing may come any more."""
        row = RuleStatesRow
        query = select(col(row.follow_up_id)).where(col(row.is_unread)).order_by(col(row.follow_up_id)).limit(limit)
        return list(await self._session.scalars(query))

    async def forget(self, follow_up_id: UUID) -> None:
        """Its rules read nothing any more."""
        await self._session.execute(delete(RuleStatesRow).where(col(RuleStatesRow.follow_up_id) == follow_up_id))

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
        query = query.where(col(row.follow_up_id).in_({pair[0] for pair in pairs}))
        told: dict[Pair, list[Finding]] = {}
        for one in await self._session.scalars(query.order_by(col(row.id))):
            told.setdefault((one.follow_up_id, one.rule_version_id), []).append(_to_finding(one))
        return {pair: remember((), findings) for pair, findings in told.items()}


async def read_standing(driver: Driver, follow_ups: Collection[UUID]) -> dict[UUID, Standing]:
    """Both of what a group asks of its patients, whose follow-ups are locked."""
    found = await driver.fetch(_READ_STANDING, list(follow_ups))
    return {
        follow_up_id: Standing(version, None if states is None else Remembered(states, is_unread))
        for follow_up_id, version, states, is_unread in found
    }


async def write_on_postgresql(driver: Driver, remembered: Mapping[UUID, Remembered]) -> None:
    """As `RuleStateStore.write`, of some at least."""
    rows = [(one, *remembered[one]) for one in sorted(remembered)]
    if len(rows) <= FEW:
        await driver.execute(_write_each(len(rows)), *chain.from_iterable(rows))
    else:
        await driver.execute(_WRITE, *zip(*rows, strict=True))


@cache
def _write_each(count: int) -> str:
    return f"{_INSERT} VALUES {list_places(count, 3)} {_OR_UPDATE}"


def _to_finding(row: FindingRow) -> Finding:
    since, at, received = (to_milliseconds(instant) for instant in (row.since, row.at, row.received_at))
    return Finding(FindingKind(row.kind), since, at, received, tuple(Evidence(*one) for one in row.evidence))
