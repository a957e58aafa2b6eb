"""What the pages of télésurveillance call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.service.devices import DeviceService
from telemed.acts.telemonitoring.service.education import EducationService
from telemed.acts.telemonitoring.service.follow_ups import FollowUpService
from telemed.acts.telemonitoring.service.histories import HistoryService
from telemed.acts.telemonitoring.service.increases import IncreaseService
from telemed.acts.telemonitoring.service.monitoring_reports import MonitoringReports
from telemed.acts.telemonitoring.service.practices import PracticeCareService
from telemed.acts.telemonitoring.service.quarantine import QuarantineService
from telemed.acts.telemonitoring.service.report_sending import ReportSending
from telemed.acts.telemonitoring.service.sheets import SheetService
from telemed.acts.telemonitoring.service.teams import TeamService
from telemed.acts.telemonitoring.service.thresholds import ThresholdService


@dataclass(frozen=True)
class TelemonitoringServices:
    """The use cases behind Surveillance, and how many bytes a file of measures has at most."""

    catalogue: Catalogue
    pathways: Mapping[str, Pathway]
    follow_ups: FollowUpService
    thresholds: ThresholdService
    increases: IncreaseService
    teams: TeamService
    education: EducationService
    practices: PracticeCareService
    devices: DeviceService
    quarantine: QuarantineService
    histories: HistoryService
    sheets: SheetService
    reports: MonitoringReports
    largest_file: int
    sending: ReportSending
