"""A death in the words of the pages."""

from __future__ import annotations

from telemed.patients.model import DeathSource
from telemed.patients.service import Deaths
from telemed.web import french
from telemed.web.views.frame import Choice
from telemed.web.views.patients import DeathCard

SOURCES = {
    DeathSource.CERTIFICATE: "Certificat de décès",
    DeathSource.CIVIL_REGISTRY: "État civil",
    DeathSource.FACILITY: "Établissement de santé",
    DeathSource.RELATIVE: "Proche",
    DeathSource.OTHER: "Autre",
}
SOURCE_CHOICES = tuple(Choice(source.value, label) for source, label in SOURCES.items())


def death_card(deaths: Deaths, *, may_record: bool) -> DeathCard:
    """What is known of it, and what each line said."""
    current = deaths.current
    return DeathCard(
        died_on=current.died_on if current else None,
        source=SOURCES[current.source] if current and current.source else "",
        sources=SOURCE_CHOICES,
        may_record=may_record,
        lines=tuple(
            (
                one.recorded_at,
                f"Décès le {french.format_date(one.died_on)}, {SOURCES[one.source].lower()}"
                if one.died_on and one.source
                else f"Noté à tort\u00a0: {one.reason}",
            )
            for one in deaths.lines
        ),
    )
