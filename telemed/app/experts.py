"""Builds experts: who can be asked for an opinion, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telemed.adapters.expert_people import DirectoryOfExperts
from telemed.app.ground import Ground, common
from telemed.app.packaged import the_skills
from telemed.experts.service.calendars import CalendarService
from telemed.experts.service.hours import HoursService
from telemed.experts.service.keeping import KeepingService
from telemed.experts.service.lines import LineService
from telemed.experts.service.presence import PresenceService
from telemed.experts.service.profiles import ProfileService
from telemed.experts.service.slots import SlotService
from telemed.experts.service.teams import TeamService
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Experts:
    """The use cases of experts."""

    profiles: ProfileService
    hours: HoursService
    calendars: CalendarService
    lines: LineService
    teams: TeamService
    slots: SlotService
    keeping: KeepingService
    presence: PresenceService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="experts.keep",
                trigger=every(hours=6),
                run=self.keeping.run,
                lateness=timedelta(hours=6),
                why="openings reach five weeks ahead, whoever changed nothing meanwhile",
            ),
            Job(
                id="experts.forget_presences",
                trigger=every(hours=1),
                run=self.presence.forget_old,
                lateness=timedelta(hours=1),
                why="drop who said that he is there and no longer is",
            ),
        ]


def build_experts(ground: Ground) -> Experts:
    people, skills = DirectoryOfExperts(database=ground.database), the_skills()
    lines = LineService(**common(ground), people=people, skills=skills)
    return Experts(
        profiles=ProfileService(**common(ground), law=ground.law, people=people, skills=skills),
        hours=HoursService(**common(ground)),
        calendars=CalendarService(**common(ground)),
        lines=lines,
        teams=TeamService(**common(ground), people=people, lines=lines),
        slots=SlotService(**common(ground), people=people),
        keeping=KeepingService(database=ground.database, clock=ground.clock),
        presence=PresenceService(database=ground.database, clock=ground.clock),
    )
