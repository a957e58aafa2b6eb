"""Builds what people look at of a follow-up: its picture and its sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.acts.telemonitoring.formats.packaged import load_default_rules
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.service.charting import Charts
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService
from telemed.acts.telemonitoring.service.sheets import SheetService
from telemed.app.ground import Ground


@dataclass(frozen=True)
class Sheets:
    """The use cases of the sheet."""

    charts: Charts
    sheets: SheetService


def build_sheets(
    ground: Ground, catalogue: Catalogue, pathways: Mapping[str, Pathway], questionnaires: QuestionnaireService
) -> Sheets:
    """Raises PathwayError if the rules that come with the service do not fit its pathways."""
    charts = Charts(clock=ground.clock, catalogue=catalogue, pathways=pathways, questionnaires=questionnaires)
    return Sheets(
        charts=charts,
        sheets=SheetService(
            database=ground.database,
            clock=ground.clock,
            journal=ground.journal,
            charts=charts,
            defaults=load_default_rules(pathways, catalogue),
        ),
    )
