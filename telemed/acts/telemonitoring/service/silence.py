"""The sweep of silence: nobody who is followed goes unheard without somebody being told (R-34)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.evidence import Evidence, FindingKind
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.model.pathway import MandatoryAlert, Pathway, PathwayVersion
from telemed.acts.telemonitoring.model.told import SILENCE, Told
from telemed.acts.telemonitoring.model.watched import Watched
from telemed.acts.telemonitoring.ports.watching import AlertBook
from telemed.acts.telemonitoring.rules.silence import Gap, Transmissions, fill_gap, find_gap, find_overdue_at
from telemed.acts.telemonitoring.service.care_access import open_follow_up
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.histories import read_histories
from telemed.acts.telemonitoring.store.locks import lock_follow_ups
from telemed.acts.telemonitoring.store.silences import KeptGap, LastWords, SilenceStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date, day_bounds
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_AT_ONCE = 200
_OFF = frozenset(("off", "unplugged"))
"""The answers of `device_state` by which a device says that it stops."""

_AGAIN = timedelta(hours=24)
_SOON = timedelta(minutes=5)
"""How often a gap that lasts is looked at: its end is told within that."""

log = structlog.get_logger("telemonitoring")


@dataclass(frozen=True)
class _Look:
    """One follow-up, what came of it last, and the gap that lasts, if one does."""

    watched: Watched
    version: PathwayVersion
    words: LastWords
    lasting: KeptGap | None
    contact_at: datetime | None
    now: datetime

    @property
    def since(self) -> datetime:
        return _start(self.watched)

    @property
    def tomorrow(self) -> datetime:
        """The next midnight where the patient lives."""
        territory = self.watched.territory
        return day_bounds(civil_date(self.now, territory), territory)[1]

    @property
    def transmissions(self) -> Transmissions:
        last = self.words.measured_at or self.since
        contact_at = self.contact_at
        is_off = self.words.state in _OFF and contact_at is not None and self.words.state_at == contact_at
        return Transmissions(civil_date(last, self.watched.territory), contact_at, is_off)


class SilenceWatch:
    """Each follow-up that takes data is looked at once a day, at its midnight; one that is silent, every few minutes.

    Several processes may sweep at once: who is looked at is locked, and what is told commits with it.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        pathways: Mapping[str, Pathway],
        alerts: AlertBook,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._pathways = pathways
        self._alerts = alerts

    async def run(self) -> None:
        """The periodic job."""
        count = await self.sweep()
        if count:
            log.info("telemonitoring.silence_swept", count=count)

    async def sweep(self) -> int:
        """Look at whoever is due; how many were."""
        done = 0
        while True:
            async with self._database.begin() as uow:
                count = await self._sweep_some(uow)
            done += count
            if count < _AT_ONCE:
                return done

    async def adopt(self) -> None:
        """The periodic job that leaves nobody out, whatever started a follow-up."""
        async with self._database.begin() as uow:
            count = await SilenceStore(uow.session).adopt(self._clock.now())
        if count:
            log.info("telemonitoring.silence_adopted", count=count)

    async def changed(self, uow: UnitOfWork, former: FollowUp | None, saved: FollowUp) -> None:
        """A follow-up started, stopped, or waits for other data: look at it at the next sweep."""
        states = {saved.state} if former is None else {former.state, saved.state}
        is_same = len(states) == 1 and former is not None and former.plan.silence_days == saved.plan.silence_days
        if not is_same and not TAKES_DATA.isdisjoint(states):
            await SilenceStore(uow.session).look_now(saved.id, self._clock.now())

    async def gaps(
        self, caller: Caller, follow_up_id: UUID, *, before: UUID | None = None, limit: int
    ) -> Sequence[KeptGap]:
        """The silences of a follow-up that were told of, the last one first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_silences")
            return await SilenceStore(uow.session).of(follow_up_id, before=before, limit=limit)

    async def _sweep_some(self, uow: UnitOfWork) -> int:
        now, store = self._clock.now(), SilenceStore(uow.session)
        found = await store.due(now, limit=_AT_ONCE)
        if not found:
            return 0
        await lock_follow_ups(uow.session, found)
        due = await store.due(now, among=found, limit=_AT_ONCE)
        watched = await FollowUpStore(uow.session).find_watched(due)
        living = [one for one in watched.values() if one.takes_data and one.started_on is not None]
        checks: dict[UUID, datetime | None] = dict.fromkeys(due)
        told: list[Told] = []
        lasting = await store.lasting(due)
        for look in await self._look(store, living, lasting, now):
            checks[look.watched.follow_up_id] = await self._judge(uow, look, told)
        for gap in lasting.values():
            if checks[gap.follow_up_id] is None:
                await self._end_with_care(store, watched[gap.follow_up_id], gap)
        await store.set_checks(checks)
        if told:
            await self._alerts.record(uow, sorted(told, key=lambda one: (one.follow_up_id, one.since)))
        return len(found)

    async def _look(
        self, store: SilenceStore, living: Sequence[Watched], lasting: Mapping[UUID, KeptGap], now: datetime
    ) -> list[_Look]:
        """What came last of each: two statements a pathway and civil day, whatever the number of its patients."""
        looks = []
        days = {one.follow_up_id: civil_date(now, one.territory) for one in living}
        for pathway, day in sorted({(one.pathway, days[one.follow_up_id]) for one in living}):
            some = [one for one in living if (one.pathway, days[one.follow_up_id]) == (pathway, day)]
            version = self._pathways[pathway].on(day)
            words = await store.last_words({one.follow_up_id: _start(one) for one in some}, version.silence.signals)
            contacts = await store.contacts(
                [one.follow_up_id for one in some], now - timedelta(days=version.silence.days)
            )
            for one in some:
                follow_up_id = one.follow_up_id
                gap, contact_at = lasting.get(follow_up_id), contacts.get(follow_up_id)
                looks.append(_Look(one, version, words[follow_up_id], gap, contact_at, now))
        return looks

    async def _judge(self, uow: UnitOfWork, look: _Look, told: list[Told]) -> datetime:
        """Tell what is to be told of one follow-up; gives when to look again."""
        store, watched, now = SilenceStore(uow.session), look.watched, look.now
        lasting = look.lasting
        if lasting is not None:
            lasting = await self._fill(uow, look, lasting, told)
        overdue_at = find_overdue_at(look.transmissions, watched.silence_days, watched.territory, watched.stays)
        if overdue_at is None or now < overdue_at:
            at = look.tomorrow if overdue_at is None else min(overdue_at, look.tomorrow)
            return at if lasting is None else min(at, now + _SOON)
        gap = find_gap(look.transmissions, overdue_at, now, timedelta(days=look.version.silence.days))
        assert gap is not None  # noqa: S101 - it is overdue
        if lasting is None:
            await store.add(KeptGap(new_id(), watched.follow_up_id, now, gap))
            told.append(_tell(look, FindingKind.FIRED, gap))
        elif now - lasting.repeated_at >= _AGAIN:
            await store.save(replace(lasting, repeated_at=now))
            told.append(_tell(look, FindingKind.REPEATED, replace(lasting.gap, cause=gap.cause)))
        return min(look.tomorrow, now + _SOON)

    async def _fill(self, uow: UnitOfWork, look: _Look, kept: KeptGap, told: list[Told]) -> KeptGap | None:
        """What came since of the days of a gap; gives the gap while it lasts."""
        watched, first = look.watched, day_bounds(kept.gap.first_day, look.watched.territory)[0]
        one = watched.follow_up_id
        found = await read_histories(uow.session, {one: first}, look.version.silence.signals, {one: watched.territory})
        days = {date.fromordinal(sample.day) for sample in found.get(one, ())}
        gap = fill_gap(kept.gap, days, watched.territory)
        if gap == kept.gap:
            return kept
        filled = replace(kept, gap=gap)
        await SilenceStore(uow.session).save(filled)
        if gap.last_day is None:
            return filled
        told.append(_tell(look, FindingKind.ENDED, gap))
        return None

    async def _end_with_care(self, store: SilenceStore, watched: Watched, kept: KeptGap) -> None:
        """Nobody is expected to send anything any more: the gap ends where the follow-up does."""
        today = civil_date(self._clock.now(), watched.territory)
        await store.save(replace(kept, gap=replace(kept.gap, last_day=max(today, kept.gap.first_day))))


def _start(watched: Watched) -> datetime:
    assert watched.started_on is not None  # noqa: S101 - whoever takes data has started
    return day_bounds(watched.started_on, watched.territory)[0]


def _tell(look: _Look, kind: FindingKind, gap: Gap) -> Told:
    """Silence as people are told of it: why, where it is known, and for how many days."""
    watched, now = look.watched, look.now
    days = (civil_date(now, watched.territory) - gap.first_day).days
    return Told(
        follow_up_id=watched.follow_up_id,
        practice_id=watched.practice_id,
        patient_id=watched.patient_id,
        pathway=watched.pathway,
        cause=SILENCE,
        label=_alert(look.version).label,
        severity=Severity.SOON,
        direction=None,
        rule_version_id=None,
        kind=kind,
        since=day_bounds(gap.first_day, watched.territory)[0],
        at=now,
        received_at=now,
        told_at=now,
        evidence=(Evidence("silence", gap.cause.value, days),),
    )


def _alert(version: PathwayVersion) -> MandatoryAlert:
    return next(alert for alert in version.alerts if alert.is_silence)
