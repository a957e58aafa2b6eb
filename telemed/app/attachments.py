"""Builds attachments: the vault, the process apart that makes pictures, the antivirus that the settings name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telemed.acts.teleexpertise.service.attachments import CaseAttachments
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.adapters.clamd.client import ClamdClient, parse_clamd_url
from telemed.adapters.pictures.client import PictureProcess
from telemed.app.ground import Ground
from telemed.attachments.model import OwnerKind
from telemed.attachments.ports import Antivirus
from telemed.attachments.service import (
    ArrivalService,
    AttachmentGround,
    CheckService,
    ReadingService,
    RemovalService,
    SweepService,
)
from telemed.scheduler import Job, every
from telemed.settings import PREFIX, Settings, SettingsError
from telemed.storage.files import FileVault


@dataclass(frozen=True)
class Attachments:
    """The use cases of what is joined to acts."""

    arrivals: ArrivalService
    reading: ReadingService
    removal: RemovalService
    checks: CheckService
    sweep: SweepService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="attachments.sweep",
                trigger=every(minutes=1),
                run=self.sweep.run,
                lateness=timedelta(minutes=10),
                why="forget uploads that were abandoned, files that were removed; check what still waits for it",
            ),
            Job(
                id="attachments.find_strays",
                trigger=every(hours=6),
                run=self.sweep.find_strays,
                lateness=timedelta(hours=6),
                why="take away the files that a crash left without a row",
            ),
            Job(
                id="attachments.forget_void",
                trigger=every(hours=6),
                run=self.sweep.forget_void,
                lateness=timedelta(hours=6),
                why="take away the files of requests that are over and never left",
            ),
        ]


def build_attachments(ground: Ground, casework: Casework, *, antivirus: Antivirus | None = None) -> Attachments:
    """`antivirus` replaces the one that the settings name."""
    base = AttachmentGround(
        database=ground.database,
        clock=ground.clock,
        journal=ground.journal,
        vault=FileVault(ground.settings.files_dir),
        owners={OwnerKind.TELEEXPERTISE: CaseAttachments(casework=casework)},
    )
    pictures = PictureProcess()
    checks = CheckService(base, pictures=pictures, antivirus=antivirus or open_antivirus(ground.settings))
    return Attachments(
        arrivals=ArrivalService(base, checks),
        reading=ReadingService(base, pictures=pictures),
        removal=RemovalService(base),
        checks=checks,
        sweep=SweepService(base, checks),
    )


def open_antivirus(settings: Settings) -> ClamdClient | None:
    """The antivirus of the settings, None where none is named. Raises SettingsError."""
    if not settings.clamd_url:
        return None
    try:
        return ClamdClient(parse_clamd_url(settings.clamd_url))
    except ValueError as err:
        raise SettingsError(f"{PREFIX}CLAMD_URL: {err}") from None
