"""Builds the reports of follow-ups, once documents are there to keep them."""

from __future__ import annotations

from telemed.acts.telemonitoring.service.monitoring_reports import MonitoringReports
from telemed.app.ground import Ground
from telemed.app.telemonitoring import Telemonitoring
from telemed.documents.service import Registry


def build_monitoring_reports(ground: Ground, built: Telemonitoring, registry: Registry) -> MonitoringReports:
    return MonitoringReports(
        database=ground.database,
        journal=ground.journal,
        charts=built.sheets.charts,
        catalogue=built.catalogue,
        pathways=built.pathways,
        registry=registry,
    )
