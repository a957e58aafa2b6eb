"""Builds what is keyed in: questionnaires, how often they are asked, entries; and the patient's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup
from telemed.acts.telemonitoring.routes import keying as routes
from telemed.acts.telemonitoring.routes.fhir_questionnaires import FHIR_CATALOGUE
from telemed.acts.telemonitoring.service.askings import AskingService
from telemed.acts.telemonitoring.service.entries import EntryService
from telemed.acts.telemonitoring.service.follow_links import FollowLinkService
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.service.own_page import OwnPageService
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService
from telemed.acts.telemonitoring.service.reminders import ReminderService
from telemed.acts.telemonitoring.service.team_times import TeamTimes
from telemed.app.ground import Ground, common
from telemed.app.packaged import Followed, what_is_followed
from telemed.consent.service import ConsentService
from telemed.kernel.messages import Channel, MessageSender
from telemed.scheduler import Job, every

if TYPE_CHECKING:
    from telemed.app.telemonitoring import Telemonitoring


@dataclass(frozen=True)
class Keying:
    """The use cases of what is asked and keyed in, by the patient or by a nurse on the phone."""

    keyed: Mapping[str, KeyedGroup]
    questionnaires: QuestionnaireService
    askings: AskingService
    entries: EntryService

    @property
    def signals(self) -> frozenset[str]:
        """What can be keyed by hand at all (R-37 asks which of them the follow-up counts on)."""
        return frozenset(signal for group in self.keyed.values() for signal in group.signals)


@dataclass(frozen=True)
class OwnPages:
    """The patient's page of his follow-up: its links, what it shows, its reminders."""

    links: FollowLinkService
    pages: OwnPageService
    reminders: ReminderService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="telemonitoring.reminders",
                trigger=every(minutes=1),
                run=self.reminders.run,
                lateness=timedelta(minutes=30),
                why="remind patients of questions that wait, once for each time they are asked",
            )
        ]


def build_keying(ground: Ground, followed: Followed, ingestion: Ingestion) -> Keying:
    catalogue, keyed = followed.catalogue, followed.keyed
    questionnaires = QuestionnaireService(**common(ground), catalogue=catalogue, packaged=followed.questionnaires)
    askings = AskingService(**common(ground), questionnaires=questionnaires)
    entries = EntryService(
        **common(ground),
        catalogue=catalogue,
        keyed=keyed,
        questionnaires=questionnaires,
        askings=askings,
        ingestion=ingestion,
    )
    return Keying(keyed, questionnaires, askings, entries)


def build_follow_links(ground: Ground, senders: Mapping[Channel, MessageSender]) -> FollowLinkService:
    return FollowLinkService(**common(ground), public_url=ground.settings.public_url, senders=senders)


def build_own_pages(
    ground: Ground,
    telemonitoring: Telemonitoring,
    consents: ConsentService,
    links: FollowLinkService,
) -> OwnPages:
    """What patients find behind their links, which die with the care."""
    keying = telemonitoring.keying
    telemonitoring.care.steps.followers.append(links)
    return OwnPages(
        links=links,
        pages=OwnPageService(
            **common(ground),
            pathways=telemonitoring.pathways,
            keyed=keying.keyed,
            askings=keying.askings,
            times=TeamTimes(table=what_is_followed().triage, law=ground.law),
            consents=consents,
            catalogue=telemonitoring.catalogue,
        ),
        reminders=ReminderService(database=ground.database, clock=ground.clock, askings=keying.askings, links=links),
    )


def give_keying(app: web.Application, keying: Keying, catalogue: Catalogue) -> None:
    """Under the keys by which the routes find them."""
    app[routes.QUESTIONNAIRES] = keying.questionnaires
    app[routes.ASKINGS] = keying.askings
    app[routes.ENTRIES] = keying.entries
    app[FHIR_CATALOGUE] = catalogue


def give_own_pages(app: web.Application, own_pages: OwnPages) -> None:
    app[routes.FOLLOW_LINKS] = own_pages.links
