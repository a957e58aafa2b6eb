"""Builds the team's work: alerts, their lists, what time does to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from telemed.acts.telemonitoring.ports.alerts import Bookings
from telemed.acts.telemonitoring.routes.alert_actions import ALERT_ACTIONS, MUTES
from telemed.acts.telemonitoring.routes.alerts import ALERT_LISTS, ALERT_WORK
from telemed.acts.telemonitoring.routes.quality import QUALITY
from telemed.acts.telemonitoring.service.alert_actions import AlertActions
from telemed.acts.telemonitoring.service.alert_book import Alerts
from telemed.acts.telemonitoring.service.alert_lists import AlertLists
from telemed.acts.telemonitoring.service.alert_sweep import AlertSweep
from telemed.acts.telemonitoring.service.alert_work import AlertDesk, AlertWork
from telemed.acts.telemonitoring.service.mutes import MuteService
from telemed.acts.telemonitoring.service.quality import QualityService
from telemed.acts.telemonitoring.service.team_times import TeamTimes
from telemed.app.ground import Ground, common
from telemed.app.packaged import what_is_followed
from telemed.kernel.messages import Channel, MessageSender
from telemed.professionals.service.telling import Teller
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Triage:
    """The use cases around alerts; `book` is where findings go."""

    book: Alerts
    work: AlertWork
    lists: AlertLists
    actions: AlertActions
    mutes: MuteService
    sweep: AlertSweep
    quality: QualityService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="telemonitoring.alerts",
                trigger=every(seconds=30),
                run=self.sweep.run,
                lateness=timedelta(minutes=5),
                why="open alerts when their team comes in, tell higher what nobody handles in time",
            )
        ]


def build_triage(ground: Ground, bookings: Bookings, senders: Mapping[Channel, MessageSender]) -> Triage:
    """Raises ValueError if the delays are not fit to be used."""
    times = TeamTimes(table=what_is_followed().triage, law=ground.law)
    desk = AlertDesk(**common(ground), times=times)
    return Triage(
        book=Alerts(clock=ground.clock, times=times),
        work=AlertWork(desk),
        lists=AlertLists(**common(ground)),
        actions=AlertActions(desk, bookings),
        mutes=MuteService(desk),
        quality=QualityService(database=ground.database, journal=ground.journal),
        sweep=AlertSweep(desk, Teller(senders), ground.settings.public_url),
    )


def give_triage(app: web.Application, triage: Triage) -> None:
    """Under the keys by which the routes find them."""
    app[ALERT_LISTS] = triage.lists
    app[ALERT_WORK] = triage.work
    app[ALERT_ACTIONS] = triage.actions
    app[MUTES] = triage.mutes
    app[QUALITY] = triage.quality
