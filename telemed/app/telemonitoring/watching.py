"""Builds what reads observations: the rules, on arrival and over past data, and what watches over silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from telemed.acts.telemonitoring.ports.watching import AlertBook
from telemed.acts.telemonitoring.routes.rulebook import DRY_RUNS, RULES, SILENCES
from telemed.acts.telemonitoring.service.dry_runs import DryRuns
from telemed.acts.telemonitoring.service.roster import Roster
from telemed.acts.telemonitoring.service.rulebook import RuleService
from telemed.acts.telemonitoring.service.silence import SilenceWatch
from telemed.acts.telemonitoring.service.watching import RereadJob, RuleWatcher
from telemed.app.ground import Ground, common
from telemed.app.packaged import Followed
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Watching:
    """The use cases of rules."""

    watcher: RuleWatcher
    rules: RuleService
    dry_runs: DryRuns
    rereading: RereadJob
    silence: SilenceWatch

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="telemonitoring.silence",
                trigger=every(minutes=1),
                run=self.silence.run,
                lateness=timedelta(minutes=30),
                why="nobody who is followed goes unheard without somebody being told (R-34)",
            ),
            Job(
                id="telemonitoring.silence_adopt",
                trigger=every(minutes=15),
                run=self.silence.adopt,
                lateness=timedelta(hours=1),
                why="every follow-up that takes data is watched for silence, however it began",
            ),
            Job(
                id="telemonitoring.reread",
                trigger=every(minutes=10),
                run=self.rereading.run,
                lateness=timedelta(hours=1),
                why="rules that could not be evaluated read the history again: no alert is lost by a fault of ours",
            ),
        ]


def build_watching(ground: Ground, followed: Followed, alerts: AlertBook) -> Watching:
    catalogue, pathways, defaults = followed.catalogue, followed.pathways, followed.rules
    watcher = RuleWatcher(roster=Roster(defaults), alerts=alerts)
    return Watching(
        watcher=watcher,
        rules=RuleService(**common(ground), catalogue=catalogue, pathways=pathways, defaults=defaults),
        dry_runs=DryRuns(**common(ground), catalogue=catalogue),
        rereading=RereadJob(database=ground.database, clock=ground.clock, watcher=watcher),
        silence=SilenceWatch(**common(ground), pathways=pathways, alerts=alerts),
    )


def give_watching(app: web.Application, watching: Watching) -> None:
    """Its services, under the keys by which the routes find them."""
    app[RULES] = watching.rules
    app[DRY_RUNS] = watching.dry_runs
    app[SILENCES] = watching.silence
