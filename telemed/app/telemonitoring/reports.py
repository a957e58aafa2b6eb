"""Builds the reports of follow-ups, once documents are there to keep them: drawn up, signed, sent, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.acts.telemonitoring.service.ended_telling import EndedTelling
from telemed.acts.telemonitoring.service.monitoring_reports import MonitoringReports
from telemed.acts.telemonitoring.service.own_reports import OwnReportService
from telemed.acts.telemonitoring.service.report_sending import ReportSending
from telemed.app.documents import Documents
from telemed.app.ground import Ground, common
from telemed.app.telemonitoring import Telemonitoring
from telemed.kernel.messages import Channel, MessageSender
from telemed.professionals.service.telling import Teller


@dataclass(frozen=True)
class Reports:
    """The use cases of reports: `written` by doctors, `sent`, `own` of patients; `ended` says that one is due."""

    written: MonitoringReports
    sent: ReportSending
    own: OwnReportService
    ended: EndedTelling


def build_reports(
    ground: Ground, built: Telemonitoring, documents: Documents, senders: Mapping[Channel, MessageSender]
) -> Reports:
    sending = ReportSending(**common(ground), deliveries=documents.deliveries)
    return Reports(
        written=MonitoringReports(
            database=ground.database,
            journal=ground.journal,
            charts=built.sheets.charts,
            catalogue=built.catalogue,
            pathways=built.pathways,
            registry=documents.registry,
            sending=sending,
        ),
        sent=sending,
        own=OwnReportService(database=ground.database, journal=ground.journal, archive=documents.archive),
        ended=EndedTelling(
            database=ground.database, teller=Teller(senders), public_url=ground.settings.public_url.rstrip("/")
        ),
    )
