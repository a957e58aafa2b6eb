"""A report of télésurveillance, whole."""

from __future__ import annotations

from datetime import UTC, date, datetime

from telemed.documents.model import (
    AlertFacts,
    ConsentChannel,
    ConsentFacts,
    DatedWords,
    MonitoringFacts,
    MonitoringReport,
    MonitoringWords,
    SignalFigures,
    VitalSign,
)
from telemed.kernel.clock import Territory
from tests.unit.documents.making import SET_ID, make_doctor, make_patient, make_place

AT = datetime(2026, 10, 5, 7, 30, tzinfo=UTC)


def make_monitoring() -> MonitoringReport:
    facts = MonitoringFacts(
        follow_up_id=SET_ID,
        patient=make_patient(),
        author=make_doctor(),
        custodian=make_place(),
        territory=Territory.METROPOLE,
        pathway="Insuffisance cardiaque chronique",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        started_at=datetime(2026, 9, 30, 22, tzinfo=UTC),
        ended_at=datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC),
        month=2,
        prescriber="Dr Anne Petit",
        device="CORDIVA, Exploitant Santé",
        received=28,
        expected=31,
        consent=ConsentFacts(AT, ConsentChannel.ORAL, "2026-01-01", "le patient"),
        signals=(SignalFigures("Poids", "28 en 28 jours", "de 71,2 à 74,4 kg,", "moyenne 72,5", "73,1"),),
        alerts=(AlertFacts("1. Poids au-dessus du seuil", "à voir bientôt", AT, "suivie d'effet"),),
        events=(DatedWords(date(2026, 10, 12), "A. Séance d'accompagnement <30 min>"),),
        vitals=(
            VitalSign("29463-7", "Poids", "72.4", "kg", AT),
            VitalSign("8480-6", "Pression artérielle systolique", "132", "mm[Hg]", AT),
            VitalSign("20564-1", "Saturation en O2", "96", "%", AT),
            VitalSign("8310-5", "Température corporelle", "36.8", "Cel", AT),
        ),
    )
    return MonitoringReport(facts, MonitoringWords("Poids stable.", "Poursuivre."))
