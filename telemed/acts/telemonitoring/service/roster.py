"""Who is watched, by which rules: kept in memory by version, so that a measure that comes in asks for little."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.model.evidence import DAY, Thresholds, to_milliseconds
from telemed.acts.telemonitoring.model.progress import LeafState
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.rule_book import DefaultRule, KeptRule, RuleVersion
from telemed.acts.telemonitoring.model.triage import KeptMute
from telemed.acts.telemonitoring.model.watched import Watched
from telemed.acts.telemonitoring.rules.program import Program, compile_rule
from telemed.acts.telemonitoring.rules.watching import Bound, Watch
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.locks import lock_follow_ups
from telemed.acts.telemonitoring.store.mutes import MuteStore
from telemed.acts.telemonitoring.store.rulebook import RuleStore, Shelf
from telemed.kernel.clock import Territory, day_bounds
from telemed.kernel.ids import new_id

KEPT_AFTER = timedelta(days=31)
"""How long a version that is over still reads what comes late from its time: longer than any rule waits."""

_AHEAD_DAYS = 32
"""How far before a window a trend begins to read: a limit may be set so many days ahead, and another one sooner."""


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A version of a rule, ready to read: in force from one millisecond to another (excluded, or None)."""

    id: UUID
    key: str
    rule: Rule
    program: Program
    kinds: tuple[type[LeafState], ...]
    limits: frozenset[str] | None
    lookback: int
    active_from: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Readers:
    """Versions by the signals that they read, and by their keys."""

    of: Mapping[str, tuple[Reader, ...]]
    by_key: Mapping[str, Reader]


@dataclass(frozen=True, slots=True)
class Patient:
    """A follow-up whose data rules read; nothing before `active_from`, its first day."""

    follow_up_id: UUID
    practice_id: UUID
    patient_id: UUID
    pathway: str
    territory: Territory
    thresholds: Thresholds
    limits: Mapping[str, int]
    active_from: int
    version: int
    own: Readers
    mutes: tuple[KeptMute, ...] = ()
    watches: dict[Reader, Watch | None] = field(default_factory=dict, repr=False)

    @property
    def shelf(self) -> Shelf:
        return self.practice_id, self.pathway

    def watch(self, reader: Reader) -> Watch | None:
        """The rule at work for this patient; None while it cannot be true, no threshold that it names being set.

        What was measured before the first of them counts for nothing but a trend, which looks back on its window.
        """
        try:
            return self.watches[reader]
        except KeyError:
            self.watches[reader] = watch = self._watch(reader)
            return watch

    def _watch(self, reader: Reader) -> Watch | None:
        start = max(reader.active_from, self.active_from)
        if reader.limits is not None:
            since = [at for name, at in self.limits.items() if name in reader.limits]
            if not since:
                return None
            start = max(start, min(since) - reader.lookback)
        return Watch(reader.program, self.thresholds, start, reader.until, self._bounds(reader.rule))

    def _bounds(self, rule: Rule) -> tuple[Bound, ...]:
        mine = [one for one in self.mutes if one.cause == rule.name and one.direction is rule.direction]
        return tuple(
            Bound(one.direction, one.bound, to_milliseconds(one.until))
            for one in mine
            if one.direction is not None and one.bound is not None
        )


@dataclass(frozen=True)
class _Book:
    version: int
    readers: Readers


class Roster:
    """What is kept here is checked against the database each time; it only spares reading it again.

    A practice that has no rules yet for a pathway is given those that the service comes with.
    """

    def __init__(self, defaults: Mapping[str, tuple[DefaultRule, ...]], *, room: int = 100_000) -> None:
        self._defaults = defaults
        self._room = room
        self._patients: dict[UUID, Patient | None] = {}
        self._versions: dict[UUID, int] = {}
        self._books: dict[Shelf, _Book] = {}

    async def call(self, session: AsyncSession, ids: Collection[UUID], at: datetime) -> dict[UUID, Patient]:
        """Those of `ids` that are watched, locked until the end of the transaction."""
        versions = await lock_follow_ups(session, ids)
        kept = {one: self._patients[one] for one, version in versions.items() if self._versions.get(one) == version}
        stale = versions.keys() - kept.keys()
        if stale:
            kept |= await self._read_patients(session, stale, at)
        return {one: patient for one, patient in kept.items() if patient is not None}

    async def readers(self, session: AsyncSession, shelves: Iterable[Shelf], at: datetime) -> dict[Shelf, Readers]:
        """The general rules of these books, as they are now. Called once the patients are locked: a rule that another
        process has read by then is seen here too."""
        wanted = set(shelves)
        store = RuleStore(session)
        versions = await store.book_versions({practice_id for practice_id, _ in wanted})
        found = {shelf: book.readers for shelf in wanted if (book := self._fresh(shelf, versions)) is not None}
        missing = sorted(wanted - versions.keys())
        for shelf in missing:
            await begin_book(session, shelf, self._defaults)
        stale = {shelf: versions.get(shelf, 0) for shelf in wanted - found.keys()}
        for shelf, read in (await store.read_books(stale, retired_after=at - KEPT_AFTER)).items():
            found[shelf] = _by_signal(read.versions)
            if shelf not in missing:  # one that was begun here is not committed yet
                self._books[shelf] = _Book(read.version, found[shelf])
        return found

    def recall(self, versions: Mapping[UUID, int]) -> dict[UUID, Patient] | None:
        """As `call`, of follow-ups that are locked, from memory alone; None where it does not know one as it is now."""
        if any(self._versions.get(one) != version for one, version in versions.items()):
            return None
        return {one: patient for one in versions if (patient := self._patients[one]) is not None}

    def recall_readers(self, versions: Mapping[Shelf, int | None]) -> dict[Shelf, Readers] | None:
        """As `readers`, from memory alone."""
        found = {}
        for shelf in versions:
            book = self._fresh(shelf, versions)
            if book is None:
                return None
            found[shelf] = book.readers
        return found

    def _fresh(self, shelf: Shelf, versions: Mapping[Shelf, int | None]) -> _Book | None:
        book = self._books.get(shelf)
        return book if book is not None and book.version == versions.get(shelf) else None

    async def _read_patients(
        self, session: AsyncSession, ids: Collection[UUID], at: datetime
    ) -> dict[UUID, Patient | None]:
        watched = await FollowUpStore(session).find_watched(ids)
        own = await RuleStore(session).read_own(ids, retired_after=at - KEPT_AFTER)
        mutes: dict[UUID, tuple[KeptMute, ...]] = {}
        for mute in await MuteStore(session).in_force(ids, at, lock=False):
            mutes[mute.follow_up_id] = (*mutes.get(mute.follow_up_id, ()), mute)
        read = {one: _patient(found, own.get(one, ()), mutes.get(one, ())) for one, found in watched.items()}
        for one, patient in read.items():
            self._patients.pop(one, None)
            self._patients[one], self._versions[one] = patient, watched[one].version
        while len(self._patients) > self._room:
            oldest = next(iter(self._patients))
            del self._patients[oldest], self._versions[oldest]
        return read


async def begin_book(session: AsyncSession, shelf: Shelf, defaults: Mapping[str, tuple[DefaultRule, ...]]) -> None:
    """Lock the book of a practice for a pathway, which begins with the rules that the service comes with."""
    store = RuleStore(session)
    if await store.begin_book(shelf):
        await store.add(_as_kept(default, shelf) for default in defaults.get(shelf[1], ()))


def _as_kept(default: DefaultRule, shelf: Shelf) -> KeptRule:
    rule_id = new_id()
    version = RuleVersion(new_id(), rule_id, 1, default.rule, None, default.since)
    return KeptRule(rule_id, *shelf, None, default.rule.name, version, default.mandatory)


def _patient(watched: Watched, own: Iterable[RuleVersion], mutes: tuple[KeptMute, ...]) -> Patient | None:
    if not watched.takes_data or watched.started_on is None:
        return None
    start, _ = day_bounds(watched.started_on, watched.territory)
    return Patient(
        watched.follow_up_id,
        watched.practice_id,
        watched.patient_id,
        watched.pathway,
        watched.territory,
        watched.thresholds,
        _first_set(watched.thresholds),
        to_milliseconds(start),
        watched.version,
        _by_signal(own),
        mutes,
    )


def _first_set(thresholds: Thresholds) -> dict[str, int]:
    """Since when there has been a limit of each name."""
    found: dict[str, int] = {}
    for version in thresholds.versions:
        for name in version.values:
            found.setdefault(name, version.since)
    return found


def make_reader(version: RuleVersion) -> Reader:
    program = compile_rule(version.rule)
    until = None if version.retired_at is None else to_milliseconds(version.retired_at)
    return Reader(
        version.id,
        version.id.hex,
        version.rule,
        program,
        program.kinds,
        program.limits,
        (program.longest + _AHEAD_DAYS) * DAY if program.longest else 0,
        to_milliseconds(version.active_from),
        until,
    )


def _by_signal(versions: Iterable[RuleVersion]) -> Readers:
    found: dict[str, tuple[Reader, ...]] = {}
    readers = [make_reader(version) for version in versions]
    for reader in readers:
        for signal in reader.program.leaves_of:
            found[signal] = (*found.get(signal, ()), reader)
    return Readers(found, {reader.key: reader for reader in readers})
