"""What a report of télésurveillance must hold before it is sealed."""

from __future__ import annotations

from telemed.documents.model import MonitoringReport
from telemed.documents.rules.expertise import check_address, check_consent, check_people, check_words
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn

_LAW = "CSS, art. L. 162-48 à L. 162-57"


def check_monitoring(report: MonitoringReport) -> Decision:
    """May this report be sealed?"""
    facts, words = report.facts, report.content
    return combine(
        (
            check_people(facts.author),
            check_consent(facts.consent, None),
            check_address(facts.patient),
            _check_days(report),
            check_words(
                words.conclusion, Reason("report.conclusion_missing", "Le rapport doit comporter une conclusion.", _LAW)
            ),
            ALLOWED if facts.signals else warn(Reason("report.no_measure", "Aucune mesure sur cette période.", _LAW)),
        )
    )


def _check_days(report: MonitoringReport) -> Decision:
    facts = report.facts
    if facts.first_day <= facts.last_day and facts.started_at < facts.ended_at:
        return ALLOWED
    return refuse(Reason("report.time_reversed", "La période du rapport est vide.", _LAW))


def monitoring_texts(report: MonitoringReport) -> str:
    """All that the doctor and his team wrote, in one text."""
    words = report.content
    return "\n".join([words.conclusion, words.conduct, *(one.words for one in report.facts.events)])
