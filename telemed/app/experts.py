"""Builds experts: who can be asked for an opinion, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telemed.app.ground import Ground
from telemed.experts.service.keeping import KeepingService
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Experts:
    """The use cases of experts."""

    keeping: KeepingService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="experts.keep",
                trigger=every(hours=6),
                run=self.keeping.run,
                lateness=timedelta(hours=6),
                why="openings reach five weeks ahead, whoever changed nothing meanwhile",
            )
        ]


def build_experts(ground: Ground) -> Experts:
    return Experts(keeping=KeepingService(database=ground.database, clock=ground.clock))
