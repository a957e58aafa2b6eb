"""The quality of alerts as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from telemed.acts.telemonitoring.model.quality import Grouping, Quality
from telemed.kernel.spreadsheet import write_csv

_HEAD = (
    "Alertes",
    "Utiles",
    "Fausses",
    "Techniques",
    "En cours",
    "Répétitions",
    "Non-transmissions",
    "Mises en sourdine",
    "Sourdine (%)",
    "Délai médian (min)",
    "Délai de 9 sur 10 (min)",
)


def quality_csv(by: Grouping, lines: Sequence[Quality], names: Mapping[str, str]) -> bytes:
    """One line each; a patient by his name as the team knows him, a cause by its label."""
    if by is Grouping.CAUSE:
        return write_csv(("Cause", "Libellé", *_HEAD), [(line.key, line.label, *_cells(line)) for line in lines])
    rows = [(str(UUID(line.key)), names.get(line.key, ""), *_cells(line)) for line in lines]
    return write_csv(("Dossier", "Patient", *_HEAD), rows)


def _cells(line: Quality) -> tuple[int | None, ...]:
    return (
        line.fired,
        line.actionable,
        line.false,
        line.technical,
        line.still_open,
        line.repeats,
        line.silences,
        line.muted,
        line.mute_percent,
        line.median_minutes,
        line.p90_minutes,
    )
