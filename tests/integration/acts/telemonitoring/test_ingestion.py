"""Observations on disk: each measure once, whatever comes twice, at once, corrected, broken or too much."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.jobs import PartitionJob
from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.model.observation import (
    Comparator,
    Observation,
    ObservationStatus,
    Precision,
    Quarantine,
)
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store import ObservationStore, histories, make_partitions
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.clock import FrozenClock, Territory
from telemed.kernel.errors import TooMany
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database, sync_engine_of
from tests.unit.acts.telemonitoring.making import make_arrival, make_reading

pytestmark = pytest.mark.asyncio
WRITER = RowWriter(make_reading().catalogue)
AMENDED = ObservationStatus.AMENDED
FOLLOW_UP = UUID(int=7)


def make_ingestion(database: Database, *, group_rows: int = 5_000, waiting_rows: int = 50_000) -> Ingestion:
    return Ingestion(database=database, writer=WRITER, group_rows=group_rows, waiting_rows=waiting_rows)


async def history(database: Database) -> list[Kept]:
    async with database.read() as session:
        store, year = ObservationStore(session, WRITER), datetime(2026, 1, 1, tzinfo=UTC)
        return await store.history(FOLLOW_UP, ["weight"], since=year, until=year + timedelta(days=400))


async def count(database: Database) -> int:
    async with database.read() as session:
        return int(await session.scalar(text("SELECT count(*) FROM telemonitoring_observations")) or 0)


async def test_what_comes_again_in_the_batch_or_later_is_kept_once(database: Database) -> None:
    ingestion = make_ingestion(database)
    batch = [make_arrival(70), make_arrival(71, minutes=1), make_arrival(70), make_arrival(72, device=2)]
    assert await ingestion.take(batch) == [Taken.NEW, Taken.NEW, Taken.DUPLICATE, Taken.NEW]
    again = [make_arrival(71, minutes=1), make_arrival(73, minutes=2), make_arrival(70)]
    assert await ingestion.take(again) == [Taken.DUPLICATE, Taken.NEW, Taken.DUPLICATE]
    assert await ingestion.take([]) == []
    assert await count(database) == 4


async def test_corrections_and_conflicts_are_versions_and_one_stands(database: Database) -> None:
    ingestion = make_ingestion(database)
    assert await ingestion.take([make_arrival(170), make_arrival(70, AMENDED)]) == [Taken.NEW, Taken.CORRECTED]
    assert await ingestion.take([make_arrival(99)]) == [Taken.CONFLICT]
    assert await ingestion.take([make_arrival(170), make_arrival(70, AMENDED)]) == [Taken.DUPLICATE] * 2
    (standing,) = await history(database)
    assert (standing.version, standing.observation.value) == (1, 70_000_000)
    gone = make_arrival(70, ObservationStatus.ENTERED_IN_ERROR)
    assert await ingestion.take([gone]) == [Taken.CORRECTED]
    assert [kept.observation.counts for kept in await history(database)] == [False]
    assert await count(database) == 4


async def test_histories_come_one_patient_after_the_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However their measures came among one another, and wherever the rows are cut; corrections made."""
    monkeypatch.setattr(histories, "_ROWS_AT_ONCE", 2)
    people = [UUID(int=number) for number in (1, 2, 3)]
    sent = [
        replace(make_arrival(70 + n, minutes=n), follow_up_id=people[n % 3], device_id=people[n % 3]) for n in range(9)
    ]
    ingestion = make_ingestion(database)
    await ingestion.take(sent)
    await ingestion.take([replace(make_arrival(50, AMENDED, minutes=4), follow_up_id=people[1], device_id=people[1])])
    since = dict.fromkeys([*people, FOLLOW_UP], sent[3].observation.measured_at)
    found = []
    async with database.read() as session:
        everywhere = dict.fromkeys(since, Territory.METROPOLE)
        async for follow_up_id, history in histories.stream_histories(session, since, ["weight"], everywhere):
            found.append((follow_up_id.int, [(one.value or 0) // 1_000_000 for one in history]))
    assert found == [(1, [73, 76]), (2, [50, 77]), (3, [75, 78])]


async def test_everything_that_an_observation_says_comes_back(database: Database) -> None:
    at = datetime(2026, 11, 20, 7, 59, 59, 123456, tzinfo=UTC)
    known = Observation("", "", "http://loinc.org|3141-9", "", at, signal="weight", value=154_000_001)
    full = replace(
        known,
        comparator=Comparator.ABOVE,
        started_at=at - timedelta(hours=8),
        precision=Precision.DAY,
        raw="339.5 [lb_av]",
        quarantine=Quarantine.IMPLAUSIBLE,
        measured_at=at + timedelta(days=1),
    )
    unknown = Observation("", "", "urn:x|1", "urn:x|2", at, answer="« oui »", absent="asked")
    sent = [replace(make_arrival(70), observation=one) for one in (known, full, unknown)]
    assert await make_ingestion(database).take(sent) == [Taken.NEW] * 3
    async with database.read() as session:
        store = ObservationStore(session, WRITER)
        names = ["weight", "urn:x|1"]
        found = await store.history(FOLLOW_UP, names, since=at, until=at + timedelta(days=2))
    assert {kept.observation for kept in found} == {known, full, unknown}
    assert {kept.received_at for kept in found} == {sent[0].received_at}
    async with database.read() as session:
        store = ObservationStore(session, WRITER)
        until = await store.history(FOLLOW_UP, names, since=at, until=full.measured_at)
        versions = await store.versions({one.key for one in sent} | {make_arrival(70, device=2).key})
    assert {kept.observation for kept in until} == {known, unknown}
    assert versions == {one.key: [_as_kept(one)] for one in sent}


def _as_kept(one: Arrival) -> Kept:
    return Kept(one.follow_up_id, one.device_id, one.arrival_id, one.received_at, 0, one.observation)


def _count_transactions(database: Database) -> Callable[[], Awaitable[int]]:
    """How many have kept something: PostgreSQL knows it of each row, on SQLite each takes a connection of the pool."""
    taken = Counter[str]()
    event.listen(sync_engine_of(database).pool, "checkout", lambda *_: taken.update(["checkout"]))

    async def found() -> int:
        if database.is_sqlite:
            return taken.total()
        async with database.read() as session:
            query = text("SELECT count(DISTINCT xmin::text) FROM telemonitoring_observations")
            return int((await session.execute(query)).scalar_one())

    return found


async def test_batches_that_come_together_share_commits(database: Database) -> None:
    groups = _count_transactions(database)
    ingestion = make_ingestion(database)
    answers = await asyncio.gather(*(ingestion.take([make_arrival(70, minutes=n)]) for n in range(200)))
    assert answers == [[Taken.NEW]] * 200
    assert 0 < await groups() <= 10
    assert await count(database) == 200


async def test_a_group_has_a_bound(database: Database) -> None:
    groups = _count_transactions(database)
    ingestion = make_ingestion(database, group_rows=10)
    batches = [[make_arrival(70, minutes=10 * n + k) for k in range(6)] for n in range(8)]
    assert await asyncio.gather(*map(ingestion.take, batches)) == [[Taken.NEW] * 6] * 8
    assert await groups() == 8


async def test_two_processes_that_receive_the_same_flood_keep_it_once(database: Database) -> None:
    """Each batch goes to either, or both, in any order, with corrections among it: each measure is new exactly once."""
    chance = random.Random(5)
    one, two = make_ingestion(database), make_ingestion(database)
    sent = [
        make_arrival(70, chance.choice([ObservationStatus.FINAL, AMENDED]), minutes=chance.randrange(60))
        for _ in range(600)
    ]
    batches = [sent[start : start + 20] for start in range(0, 600, 20)]
    copies = [[replace(arrival, arrival_id=new_id()) for arrival in batch] for batch in batches]
    ways = [
        way.take(batch)
        for pair in zip(batches, copies, strict=True)
        for way, batch in zip((one, two), pair, strict=True)
    ]
    answers = await asyncio.gather(*ways)
    taken = Counter(what for answer in answers for what in answer)
    measures = {(arrival.key, arrival.observation.status) for arrival in sent}
    assert taken[Taken.NEW] == len({arrival.key for arrival in sent})
    assert taken[Taken.DUPLICATE] == 1200 - len(measures)
    assert await count(database) == len(measures)


def broken() -> Arrival:
    """An observation that neither database can hold."""
    arrival = make_arrival(70, minutes=999)
    return replace(arrival, observation=replace(arrival.observation, value=2**70))


async def test_one_batch_that_cannot_be_kept_fails_no_other(database: Database) -> None:
    ingestion = make_ingestion(database)
    batches: Sequence[Sequence[Arrival]] = [
        [make_arrival(70)],
        [make_arrival(70, minutes=1), broken()],
        [make_arrival(70, minutes=2)],
    ]
    results = await asyncio.gather(*map(ingestion.take, batches), return_exceptions=True)
    assert [result for result in results if isinstance(result, list)] == [[Taken.NEW], [Taken.NEW]]
    assert isinstance(results[1], Exception)
    assert await count(database) == 2
    assert await ingestion.take([make_arrival(70, minutes=1)]) == [Taken.NEW]


async def test_beyond_its_bound_the_line_turns_away_and_goes_on(database: Database) -> None:
    ingestion = make_ingestion(database, waiting_rows=10)
    first = asyncio.create_task(ingestion.take([make_arrival(70, minutes=n) for n in range(10)]))
    await asyncio.sleep(0)
    with pytest.raises(TooMany) as refused:
        await ingestion.take([make_arrival(70, minutes=11)])
    assert (refused.value.code, refused.value.retry_after_seconds) == ("telemonitoring.overloaded", 2)
    assert await first == [Taken.NEW] * 10
    assert (
        await ingestion.take([make_arrival(70, minutes=n) for n in range(20)])
        == [Taken.DUPLICATE] * 10 + [Taken.NEW] * 10
    )


async def test_a_sender_who_goes_away_holds_up_nobody(database: Database) -> None:
    ingestion = make_ingestion(database)
    gone = asyncio.create_task(ingestion.take([make_arrival(70)]))
    await asyncio.sleep(0)
    gone.cancel()
    assert await ingestion.take([make_arrival(71, minutes=1)]) == [Taken.NEW]
    await ingestion.close()
    assert gone.cancelled()


@pytest.mark.parametrize(
    "verb", ["UPDATE telemonitoring_observations SET value = 1", "DELETE FROM telemonitoring_observations"]
)
async def test_the_database_changes_and_deletes_nothing(database: Database, verb: str) -> None:
    await make_ingestion(database).take([make_arrival(70)])
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.begin() as uow:
            await uow.session.execute(text(verb))


async def test_months_are_made_ahead_once_and_hold_their_measures(database: Database) -> None:
    """On PostgreSQL; SQLite has one table, and the job has nothing to do."""
    job = PartitionJob(database=database, clock=FrozenClock(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)))
    await job.run()
    await job.run()
    late = replace(
        make_arrival(70),
        observation=replace(make_arrival(70).observation, measured_at=datetime(2019, 2, 3, tzinfo=UTC)),
    )
    assert await make_ingestion(database).take([make_arrival(70), late]) == [Taken.NEW, Taken.NEW]
    if not database.is_sqlite:
        async with database.read() as session:
            query = "SELECT tableoid::regclass::text FROM telemonitoring_observations ORDER BY measured_at"
            places = list(await session.scalars(text(query)))
        assert places == ["telemonitoring_observations_other", "telemonitoring_observations_2026_11"]
    async with database.begin() as uow:
        made = [
            await make_partitions(uow.session, day) for day in (date(2026, 11, 30), date(2026, 12, 1), date(2019, 2, 1))
        ]
    assert made == ([0, 0, 0] if database.is_sqlite else [0, 1, 3])
