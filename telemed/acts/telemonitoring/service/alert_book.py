"""Makes alerts of what rules tell: opens, repeats, notes on; each once, in the transaction that found it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.model.evidence import FindingKind
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.model.triage import Alert, AlertEvent, KeptMute, Moved, level_of
from telemed.acts.telemonitoring.rules.deadlines import TeamTime
from telemed.acts.telemonitoring.rules.mutes import Heard, hear
from telemed.acts.telemonitoring.rules.triage import note, open_alert, repeat
from telemed.acts.telemonitoring.service.alert_news import tell_alerts
from telemed.acts.telemonitoring.service.team_times import TeamTimes
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.mutes import MuteStore
from telemed.kernel.clock import Clock
from telemed.kernel.ids import new_id
from telemed.storage.uow import UnitOfWork

_WAKES = (FindingKind.FIRED, FindingKind.REPEATED)


@dataclass
class _Page:
    """What one call writes: alerts as they were found and as they are, and everything else to keep."""

    now: datetime
    known: dict[tuple[UUID, str], Alert]
    teams: dict[UUID, TeamTime]
    mutes: list[KeptMute]
    current: dict[tuple[UUID, str], Alert] = field(default_factory=dict)
    added: dict[UUID, Alert] = field(default_factory=dict)
    moved: dict[UUID, tuple[Alert, Alert]] = field(default_factory=dict)
    events: list[AlertEvent] = field(default_factory=list)
    muted: list[tuple[Told, KeptMute]] = field(default_factory=list)
    lifted: set[UUID] = field(default_factory=set)


class Alerts:
    """The book of alerts (port `AlertBook`)."""

    def __init__(self, *, clock: Clock, times: TeamTimes) -> None:
        self._clock = clock
        self._times = times

    async def record(self, uow: UnitOfWork, told: Sequence[Told]) -> None:
        """In order; ten statements at most, and those of the live events, however many there are."""
        if not told:
            return
        now, store, mutes = self._clock.now(), AlertStore(uow.session), MuteStore(uow.session)
        page = _Page(
            now=now,
            known=await store.latest([(one.follow_up_id, one.cause) for one in told]),
            teams=await self._times.find(uow.session, {one.practice_id for one in told}),
            mutes=await mutes.in_force({one.follow_up_id for one in told if one.kind in _WAKES}, now),
        )
        page.current = dict(page.known)
        for one in told:
            _write(page, one)
        await mutes.lift(page.lifted, now, None)
        await FollowUpStore(uow.session).touch({one.follow_up_id for one in page.mutes if one.id in page.lifted})
        await store.save(list(page.added.values()), list(page.moved.values()), page.events)
        await mutes.keep_muted(page.muted, now)
        changed = [*page.added.values(), *(after for _, after in page.moved.values())]
        await tell_alerts(uow, changed, now)


def _write(page: _Page, told: Told) -> None:
    """One finding: on the open alert of its cause, on the last closed one where it says what came of it, or anew."""
    latest, team = page.current.get((told.follow_up_id, told.cause)), page.teams[told.practice_id]
    if told.kind not in _WAKES:
        if latest is not None:
            _put(page, latest, note(latest, told, now=page.now))
    elif latest is not None and latest.is_open:
        _lift(page, told)
        _put(page, latest, repeat(latest, told, now=page.now, team=team))
    elif not _is_muted(page, told):
        moved = open_alert(told, alert_id=new_id(), former=latest, now=page.now, team=team)
        page.added[moved.alert.id] = moved.alert
        page.current[moved.alert.key] = moved.alert
        page.events.append(moved.event)


def _put(page: _Page, former: Alert, moved: Moved) -> None:
    alert = moved.alert
    page.current[alert.key] = alert
    page.events.append(moved.event)
    if alert.id in page.added:
        page.added[alert.id] = alert
    else:
        first, _ = page.moved.get(alert.id, (former, former))
        page.moved[alert.id] = first, alert


def _is_muted(page: _Page, told: Told) -> bool:
    """Is somebody not to be told? A worse value lifts the mute, and is told."""
    holding = _lift(page, told)
    if holding is not None:
        page.muted.append((told, holding))
    return holding is not None


def _lift(page: _Page, told: Told) -> KeptMute | None:
    """Lift the mutes that a value is worse than. Gives the last made of those that hold it back."""
    level, holding = level_of(told.evidence), None
    for mute in page.mutes:
        if mute.id in page.lifted or mute.follow_up_id != told.follow_up_id:
            continue
        heard = hear(mute, told.cause, told.direction, level, now=page.now)
        if heard is Heard.WORSE:
            page.lifted.add(mute.id)
        elif heard is Heard.MUTED:
            holding = holding or mute
    return holding
