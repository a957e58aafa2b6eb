"""Rules read what is kept, in the transaction that keeps it: once, whatever the order, the process or the restart."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.evidence import Sample, Thresholds, to_milliseconds
from telemed.acts.telemonitoring.model.observation import ObservationStatus
from telemed.acts.telemonitoring.model.rule import Answer, AtLeast, Rule, Side, Threshold, Trend, TrendMeasure
from telemed.acts.telemonitoring.model.rule_book import RuleVersion
from telemed.acts.telemonitoring.rules.findings import start
from telemed.acts.telemonitoring.rules.reading import make_change
from telemed.acts.telemonitoring.rules.watching import Watch, advance
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.app import Services
from telemed.kernel.clock import Territory
from telemed.patients.model import Patient as Person
from telemed.storage.engine import Database, sync_engine_of
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.watched import (
    KeptAlerts,
    copied,
    find_history,
    find_state,
    keep_rules,
    make_measure,
    make_way_in,
)
from tests.unit.acts.telemonitoring.arriving import Patient

pytestmark = pytest.mark.asyncio
DAY = timedelta(days=1)
ABOVE, BELOW = Side
AMENDED, GONE = ObservationStatus.AMENDED, ObservationStatus.ENTERED_IN_ERROR


def threshold(signal: str = "weight", side: Side = ABOVE, limit: int = 80, **fields: Any) -> Threshold:
    unit = "kg" if signal == "weight" else "/min"
    return Threshold(signal=signal, unit=unit, side=side, limit=Decimal(limit), **fields)


def trend(measure: TrendMeasure, side: Side = ABOVE, limit: int = 3, **fields: Any) -> Trend:
    return Trend(signal="weight", unit="kg", measure=measure, side=side, limit=Decimal(limit), **fields)


SHORT = Answer(signal="device_state", among=("failure",), fresh_hours=12)
CONDITIONS = (
    threshold(margin=Decimal(1)),
    threshold(count=2, of=3, lasting_minutes=600),
    threshold("heart_rate", BELOW, 60),
    trend(TrendMeasure.DELTA, days=3),
    trend(TrendMeasure.SLOPE, BELOW, -1, days=4, points=3),
    trend(TrendMeasure.AVERAGE, limit=80, days=2, margin=Decimal(1)),
    SHORT,
    AtLeast(count=2, of=(threshold(fresh_hours=12), threshold("heart_rate", limit=90, fresh_hours=12), SHORT)),
)


def make_rules() -> list[Rule]:
    return [
        Rule(name=f"rule_{number}", label="Règle", severity="soon", when=when, repeat_hours=12, late_hours=24)  # type: ignore[arg-type]
        for number, when in enumerate(CONDITIONS)
    ]


def make_flood(follow_up: FollowUp, begin: datetime, chance: random.Random, count: int) -> list[Arrival]:
    """Twelve days of three signals from two devices: mostly in order, some late, doubled, corrected or taken back."""
    found: list[tuple[float, Arrival]] = []
    for number in range(count):
        hour = 12 * 24 * number / count + chance.random()
        at, delay = begin + timedelta(hours=round(hour, 2)), chance.choice([0, 0, 0, 0, 0, 2, 30, 200])
        signal = chance.choice(["weight", "weight", "heart_rate", "device_state"])
        value = chance.randint(74, 86) if signal == "weight" else chance.randint(50, 100)
        answer = chance.choice(["failure", "on"]) if signal == "device_state" else None
        said: dict[str, Any] = {"signal": signal, "answer": answer, "device": chance.randint(1, 2)}
        first = make_measure(follow_up, at, None if answer else value, received=_later(at, delay), **said)
        found.append((hour + delay, first))
        if chance.random() < 0.15:
            again = delay + chance.choice([0, 1, 50])
            status = chance.choice([AMENDED, GONE, ObservationStatus.FINAL])
            other = None if answer else value + chance.randint(-5, 5)
            correction = make_measure(follow_up, at, other, received=_later(at, again), status=status, **said)
            found.append((hour + again, correction))
        if chance.random() < 0.1:
            found.append((hour + delay + 1, copied(first)))
    return [arrival for _, arrival in sorted(found, key=lambda one: one[0])]


def _later(at: datetime, hours: float) -> datetime:
    return at + timedelta(hours=hours, seconds=5)


def cut(arrivals: Sequence[Arrival], chance: random.Random) -> Iterator[Sequence[Arrival]]:
    start = 0
    while start < len(arrivals):
        size = chance.randint(1, 7)
        yield arrivals[start : start + size]
        start += size


@dataclass
class Shadow:
    """The same rule moved in memory by the same batches, without database."""

    version: RuleVersion
    begin: int
    patient: Patient = field(init=False)

    def __post_init__(self) -> None:
        self.patient = Patient(self.version.rule)
        self.patient.watch = Watch(self.patient.watch.program, Thresholds(), self.begin)

    def receive(self, batch: Sequence[Arrival], taken: Sequence[Taken]) -> None:
        arrived, gone = dict[tuple[int, str, str], Sample](), dict[tuple[int, str, str], Sample]()
        signals = self.patient.watch.program.signals
        fresh = (Taken.NEW, Taken.CORRECTED)
        mine = [
            one for one, what in zip(batch, taken, strict=True) if what in fresh and one.observation.signal in signals
        ]
        for arrival in mine:
            change = make_change(arrival.device_id, arrival.observation, Territory.METROPOLE, is_correction=False)
            order = change.place.order
            arrived.pop(order, None)
            gone.pop(order, None)
            if change.sample is None:
                gone[order] = self.patient.kept.get(order, change.place)
            else:
                arrived[order] = change.sample
        if mine:
            received = max(to_milliseconds(one.received_at) for one in mine)
            self.patient.receive(arrived.values(), received, gone.values())


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_told_is_what_the_machine_tells_in_memory(
    services: Services, people: People, patient: Person, seed: int
) -> None:
    """Batch after batch, by either of two processes, one of which starts anew now and then."""
    chance, begin = random.Random(seed), services.clock.now()
    follow_up = await make_follow_up(services, people.doctor, patient)
    versions = await keep_rules(services, follow_up, make_rules(), begin)
    shadows = [Shadow(version, to_milliseconds(begin)) for version in versions]
    alerts = KeptAlerts()
    ways = [make_way_in(services, alerts), make_way_in(services, alerts)]
    for batch in cut(make_flood(follow_up, begin, chance, 150), chance):
        if chance.random() < 0.1:
            ways[0] = make_way_in(services, alerts)
        taken = await chance.choice(ways).take(batch)
        for shadow in shadows:
            shadow.receive(batch, taken)
    for shadow in shadows:
        kept = await find_state(services, follow_up, shadow.version)
        assert kept is None or kept.progress.machine == shadow.patient.following.progress.machine
        told = [
            (one.kind, to_milliseconds(one.since), to_milliseconds(one.at), one.evidence)
            for one in alerts.told
            if one.rule_version_id == shadow.version.id
        ]
        expected = [(one.kind, one.since, one.at, one.evidence) for one in shadow.patient.findings]
        assert sorted(told) == sorted(expected)
    assert len(alerts.told) > 30


async def test_several_processes_at_once_tell_each_episode_once(
    services: Services, people: People, patient: Person
) -> None:
    """Three processes, each with its part of one flood, some of it sent to two of them."""
    chance, begin = random.Random(7), services.clock.now()
    follow_up = await make_follow_up(services, people.doctor, patient)
    versions = await keep_rules(services, follow_up, make_rules(), begin)
    flood, alerts = make_flood(follow_up, begin, chance, 150), KeptAlerts()

    async def send(way_in: Ingestion, arrivals: Sequence[Arrival]) -> None:
        for batch in cut(arrivals, random.Random(len(arrivals))):
            await way_in.take(batch)

    parts = [[copied(one) for one in flood if chance.random() < 0.5] for _ in range(3)]
    await asyncio.gather(*(send(make_way_in(services, alerts), part) for part in parts))
    await make_way_in(services, alerts).take(flood)
    for version in versions:
        kept, watch = (
            await find_state(services, follow_up, version),
            Shadow(version, to_milliseconds(begin)).patient.watch,
        )
        history = await find_history(services, follow_up, watch.program.signals, begin)
        whole, _ = advance(watch, start(watch.program).progress, history)
        assert kept is not None
        assert kept.progress.machine == whole.machine
        told = [one for one in alerts.told if one.rule_version_id == version.id]
        fired = [one.since for one in told if one.kind.value == "fired"]
        withdrawn = [one.since for one in told if one.kind.value == "withdrawn"]
        assert all(fired.count(since) <= 1 + withdrawn.count(since) for since in fired)


async def test_an_episode_fires_once_repeats_and_ends(services: Services, people: People, patient: Person) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
    alerts, begin = KeptAlerts(), services.clock.now()
    way_in = make_way_in(services, alerts)
    for number, kilograms in enumerate([79, 81, 82, 79]):
        measure = make_measure(follow_up, begin + number * DAY, kilograms)
        assert await way_in.take([measure]) == [Taken.NEW]
        assert await way_in.take([copied(measure)]) == [Taken.DUPLICATE]
    assert alerts.of("weight_high") == ["fired", "repeated", "ended"]
    (fired, *_) = alerts.told
    assert (fired.patient_id, fired.evidence) == (patient.id, (("weight", 81_000_000, 80_000_000),))


async def test_nothing_fires_against_a_limit_set_after_the_measure(
    services: Services, people: People, patient: Person
) -> None:
    """R-35: the limit comes at noon; what was measured in the morning and arrives later is no worry."""
    follow_up = await make_follow_up(services, people.doctor, patient)
    alerts, begin = KeptAlerts(), services.clock.now()
    way_in = make_way_in(services, alerts)
    await way_in.take([make_measure(follow_up, begin + timedelta(minutes=1), 90)])
    services.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    await services.telemonitoring.care.thresholds.set(people.doctor, follow_up.id, [make_limit()], reason="Sortie")
    await way_in.take([make_measure(follow_up, begin + timedelta(minutes=2), 91)])
    assert alerts.told == []
    await way_in.take([make_measure(follow_up, begin + timedelta(minutes=61), 92)])
    assert [one.evidence[0].value for one in alerts.told] == [92_000_000]


async def test_stale_data_wake_nobody_and_are_written_down(services: Services, people: People, patient: Person) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
    alerts, begin = KeptAlerts(), services.clock.now()
    way_in = make_way_in(services, alerts)
    await way_in.take([make_measure(follow_up, begin + timedelta(minutes=5), 90, received=begin + 3 * DAY)])
    assert alerts.of("weight_high") == ["late"]
    await way_in.take([make_measure(follow_up, begin + 3 * DAY + timedelta(hours=1), 90)])
    assert alerts.of("weight_high") == ["late", "fired"]


async def test_a_rule_that_fails_costs_no_measure_and_is_read_again(
    services: Services, people: People, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours: the state is spoiled. The measure is kept, the other rules read it, and a job mends the rule."""
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
    watching, begin = services.telemonitoring.watching, services.clock.now()
    alerts = KeptAlerts()
    monkeypatch.setattr(watching.watcher, "_alerts", alerts)
    take = services.telemonitoring.ingestion.take
    await take([make_measure(follow_up, begin + timedelta(minutes=1), 79)])
    await _spoil(services.database)
    assert await take([make_measure(follow_up, begin + timedelta(minutes=2), 90)]) == [Taken.NEW]
    assert alerts.told == []
    services.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]
    await watching.rereading.run()
    await watching.rereading.run()
    assert alerts.of("weight_high") == ["fired"]


async def _spoil(database: Database) -> None:
    async with database.begin() as uow:
        found = await uow.session.execute(text("SELECT states FROM telemonitoring_rule_states"))
        spoiled = bytes(found.scalar_one()).replace(b'":[[', b'":[["spoiled",')
        await uow.session.execute(text("UPDATE telemonitoring_rule_states SET states = :s"), {"s": spoiled})


async def test_a_group_costs_the_same_number_of_statements_for_ten_patients_as_for_one(
    services: Services, people: People
) -> None:
    alerts, begin, counts = KeptAlerts(), services.clock.now(), list[int]()
    way_in, followed = make_way_in(services, alerts), list[FollowUp]()
    for number in (1, 9):
        for _ in range(number):
            person, _ = await services.patients.create(people.doctor, make_draft())
            followed.append(await make_follow_up(services, people.doctor, person, limits=[make_limit()]))
        for minutes in range(2):
            at = begin + timedelta(minutes=10 * number + minutes)
            await way_in.take([make_measure(one, at, 70) for one in followed])
        later = [make_measure(one, begin + timedelta(minutes=10 * number + 2), 70) for one in followed]
        with counted(services.database) as statements:
            await way_in.take(later)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_more_patients_than_are_kept_in_memory_lose_nothing(services: Services, people: People) -> None:
    alerts, begin, followed = KeptAlerts(), services.clock.now(), list[FollowUp]()
    for _ in range(4):
        person, _ = await services.patients.create(people.doctor, make_draft())
        followed.append(await make_follow_up(services, people.doctor, person, limits=[make_limit()]))
    way_in = make_way_in(services, alerts, room=2)
    for minutes, kilograms in ((1, 79), (2, 90), (3, 91)):
        at = begin + timedelta(minutes=minutes)
        await way_in.take([make_measure(one, at, kilograms) for one in followed[: minutes + 1]])
    assert Counter(alerts.of("weight_high")) == {"fired": 4}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements of a block."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = sync_engine_of(database)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("table", ["telemonitoring_rules", "telemonitoring_findings", "telemonitoring_rule_versions"])
async def test_rules_and_what_they_found_are_never_deleted(
    services: Services, people: People, patient: Person, table: str
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
    await make_way_in(services, KeptAlerts()).take([make_measure(follow_up, services.clock.now() + DAY, 90)])
    with pytest.raises(DBAPIError, match="append-only"):
        async with services.database.begin() as uow:
            await uow.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of ours
