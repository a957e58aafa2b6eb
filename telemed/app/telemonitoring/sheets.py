"""Builds what people look at of a follow-up: its picture and its sheet."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.acts.telemonitoring.service.charting import Charts
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService
from telemed.acts.telemonitoring.service.sheets import SheetService
from telemed.app.ground import Ground
from telemed.app.packaged import Followed


@dataclass(frozen=True)
class Sheets:
    """The use cases of the sheet."""

    charts: Charts
    sheets: SheetService


def build_sheets(ground: Ground, followed: Followed, questionnaires: QuestionnaireService) -> Sheets:
    charts = Charts(
        clock=ground.clock, catalogue=followed.catalogue, pathways=followed.pathways, questionnaires=questionnaires
    )
    return Sheets(
        charts=charts,
        sheets=SheetService(
            database=ground.database,
            clock=ground.clock,
            journal=ground.journal,
            charts=charts,
            defaults=followed.rules,
        ),
    )
