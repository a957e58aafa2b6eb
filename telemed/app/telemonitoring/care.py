"""Builds the life of follow-ups: enrolment, limits, team, papers and hours of a practice, clock, months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from telemed.acts.telemonitoring.ports.care import Supplies
from telemed.acts.telemonitoring.routes import keys
from telemed.acts.telemonitoring.service.education import EducationService
from telemed.acts.telemonitoring.service.enrolments import Enrolments
from telemed.acts.telemonitoring.service.exports import ExportService
from telemed.acts.telemonitoring.service.follow_up_consents import FollowUpConsents
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.service.follow_up_timers import FollowUpTimers
from telemed.acts.telemonitoring.service.follow_ups import FollowUpService
from telemed.acts.telemonitoring.service.increases import IncreaseService
from telemed.acts.telemonitoring.service.months import MonthCloser
from telemed.acts.telemonitoring.service.practices import PracticeCareService
from telemed.acts.telemonitoring.service.retention import RetentionService
from telemed.acts.telemonitoring.service.teams import TeamService
from telemed.acts.telemonitoring.service.thresholds import ThresholdService
from telemed.app.ground import Ground, common
from telemed.app.packaged import Followed
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Care:
    """The use cases of follow-ups. What must hear of each of their changes joins `steps.followers`."""

    steps: FollowUpSteps
    follow_ups: FollowUpService
    thresholds: ThresholdService
    teams: TeamService
    practices: PracticeCareService
    increases: IncreaseService
    education: EducationService
    exports: ExportService
    consents: FollowUpConsents
    timers: FollowUpTimers
    retention: RetentionService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="telemonitoring.follow_ups",
                trigger=every(minutes=5),
                run=self.timers.run,
                lateness=timedelta(minutes=30),
                why="close months, lapse, flag, close and drop follow-ups when their time has come",
            ),
            Job(
                id="telemonitoring.retention",
                trigger=every(hours=24),
                run=self.retention.run,
                lateness=timedelta(hours=24),
                why="erase the months of observations that no record has to keep any more (R-53)",
            ),
        ]


def build_care(ground: Ground, followed: Followed, supplies: Supplies) -> Care:
    """`supplies` is what the devices given to a patient can measure."""
    catalogue, pathways = followed.catalogue, followed.pathways
    clock, law, database = ground.clock, ground.law, ground.database
    months = MonthCloser(clock=clock, law=law, pathways=pathways)
    steps = FollowUpSteps(clock=clock, journal=ground.journal, months=months)
    enrolments = Enrolments(clock=clock, law=law, pathways=pathways, supplies=supplies, months=months)
    return Care(
        steps=steps,
        follow_ups=FollowUpService(
            database=database, steps=steps, enrolments=enrolments, law=law, pathways=pathways, catalogue=catalogue
        ),
        thresholds=ThresholdService(
            database=database, steps=steps, catalogue=catalogue, pathways=pathways, defaults=followed.rules
        ),
        teams=TeamService(database=database, steps=steps),
        practices=PracticeCareService(**common(ground), law=law, pathways=pathways),
        increases=IncreaseService(database=database, steps=steps, law=law, pathways=pathways),
        education=EducationService(**common(ground)),
        exports=ExportService(**common(ground), catalogue=catalogue),
        consents=FollowUpConsents(steps=steps),
        timers=FollowUpTimers(database=database, steps=steps),
        retention=RetentionService(**common(ground), law=law),
    )


def give_care(app: web.Application, care: Care) -> None:
    """The use cases, under the keys by which the routes find them."""
    app[keys.FOLLOW_UPS] = care.follow_ups
    app[keys.THRESHOLDS] = care.thresholds
    app[keys.TEAMS] = care.teams
    app[keys.PRACTICE_CARE] = care.practices
    app[keys.EDUCATION] = care.education
    app[keys.INCREASES] = care.increases
    app[keys.EXPORTS] = care.exports
