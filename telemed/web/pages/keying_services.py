"""The use cases behind what is keyed in: the patient's own page, and the pages of the team about it."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.service.askings import AskingService
from telemed.acts.telemonitoring.service.entries import EntryService
from telemed.acts.telemonitoring.service.follow_links import FollowLinkService
from telemed.acts.telemonitoring.service.follow_ups import FollowUpService
from telemed.acts.telemonitoring.service.own_page import OwnPageService
from telemed.acts.telemonitoring.service.own_reports import OwnReportService
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService


@dataclass(frozen=True)
class KeyingServices:
    catalogue: Catalogue
    questionnaires: QuestionnaireService
    askings: AskingService
    entries: EntryService
    links: FollowLinkService
    own: OwnPageService
    own_reports: OwnReportService
    follow_ups: FollowUpService
