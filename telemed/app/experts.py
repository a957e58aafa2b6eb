"""Builds experts: who can be asked for an opinion, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telemed.app.ground import Ground
from telemed.experts.service.keeping import KeepingService
from telemed.experts.service.presence import PresenceService
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Experts:
    """The use cases of experts."""

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
    return Experts(
        keeping=KeepingService(database=ground.database, clock=ground.clock),
        presence=PresenceService(database=ground.database, clock=ground.clock),
    )
