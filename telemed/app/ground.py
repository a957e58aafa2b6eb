"""What every service of a process stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Ground:
    """Settings, time, records, trace and law of one process."""

    settings: Settings
    clock: Clock
    database: Database
    journal: Journal
    law: Law


class Common(TypedDict):
    database: Database
    clock: Clock
    journal: Journal


def common(ground: Ground) -> Common:
    """What most services ask for."""
    return {"database": ground.database, "clock": ground.clock, "journal": ground.journal}
