"""Builds télésurveillance: what comes in from devices, where it is kept, and the follow-ups that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from telemed.acts.teleconsultation.service.booking import BookingService
from telemed.acts.telemonitoring.jobs import PartitionJob
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.service.alert_pictures import AlertPictures
from telemed.acts.telemonitoring.service.devices import DeviceService
from telemed.acts.telemonitoring.service.doors import DoorService
from telemed.acts.telemonitoring.service.follow_ups import FollowUpService
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.adapters.bookings import TeleconsultationBookings
from telemed.app.ground import Ground
from telemed.app.packaged import what_is_followed
from telemed.app.telemonitoring.care import Care, build_care, give_care
from telemed.app.telemonitoring.entrance import Entrance, build_entrance, give_entrance
from telemed.app.telemonitoring.keying import Keying, build_keying, give_keying
from telemed.app.telemonitoring.sheets import Sheets, build_sheets
from telemed.app.telemonitoring.triage import Triage, build_triage, give_triage
from telemed.app.telemonitoring.watching import Watching, build_watching, give_watching
from telemed.kernel.messages import Channel, MessageSender
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Telemonitoring:
    """The catalogue and the pathways as they were checked at start, and the use cases of télésurveillance."""

    catalogue: Catalogue
    pathways: Mapping[str, Pathway]
    ingestion: Ingestion
    partitions: PartitionJob
    care: Care
    watching: Watching
    triage: Triage
    pictures: AlertPictures
    sheets: Sheets
    entrance: Entrance
    keying: Keying

    @property
    def devices(self) -> DeviceService:
        return self.entrance.devices

    @property
    def doors(self) -> DoorService:
        return self.entrance.doors

    @property
    def follow_ups(self) -> FollowUpService:
        return self.care.follow_ups

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="telemonitoring.partitions",
                trigger=every(hours=12),
                run=self.partitions.run,
                lateness=timedelta(hours=12),
                why="the tables of this month's observations and of the next ones are there before them",
            ),
            Job(
                id="telemonitoring.histories",
                trigger=every(minutes=1),
                run=self.entrance.histories.work.run,
                lateness=timedelta(hours=1),
                why="a file of past measures is kept or taken back whole, whatever became of the process that began",
            ),
            *self.care.jobs(),
            *self.triage.jobs(),
            *self.watching.jobs(),
        ]


def build_telemonitoring(
    ground: Ground, *, booking: BookingService, senders: Mapping[Channel, MessageSender]
) -> Telemonitoring:
    """Raises PathwayError if the catalogue or a pathway is not borne out by the law."""
    followed = what_is_followed()
    catalogue, pathways = followed.catalogue, followed.pathways
    triage = build_triage(ground, TeleconsultationBookings(booking), senders)
    watching = build_watching(ground, followed, triage.book)
    ingestion = Ingestion(database=ground.database, writer=RowWriter(catalogue), watcher=watching.watcher)
    entrance = build_entrance(ground, catalogue, pathways, ingestion)
    care = build_care(ground, followed, entrance.bearing)
    care.steps.followers += (entrance.bearing, watching.silence)
    keying = build_keying(ground, followed, ingestion)
    return Telemonitoring(
        catalogue=catalogue,
        pathways=pathways,
        ingestion=ingestion,
        partitions=PartitionJob(database=ground.database, clock=ground.clock),
        care=care,
        watching=watching,
        triage=triage,
        pictures=AlertPictures(database=ground.database, catalogue=catalogue, pathways=pathways),
        sheets=build_sheets(ground, followed, keying.questionnaires),
        entrance=entrance,
        keying=keying,
    )


def give_telemonitoring(app: web.Application, built: Telemonitoring) -> None:
    """Its services, under the keys by which the routes find them."""
    give_care(app, built.care)
    give_triage(app, built.triage)
    give_watching(app, built.watching)
    give_entrance(app, built.entrance)
    give_keying(app, built.keying, built.catalogue)
