"""Everything that is kept of a follow-up, table by table, a piece at a time: what an export holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.storage.tables import metadata

PIECE = 1_000
_PREFIX = "telemonitoring_"
OBSERVATIONS = "telemonitoring_observations"
_CURVE = ("signal", "measured_at", "device_id", "component", "version")
"""The order in which observations are read: that of an index."""

EXPORTED: Mapping[str, str] = MappingProxyType(
    {
        "telemonitoring_follow_ups": "follow_up",
        "telemonitoring_prescriptions": "prescription",
        "telemonitoring_moves": "move",
        "telemonitoring_team": "team_member",
        "telemonitoring_thresholds": "threshold",
        "telemonitoring_silence_settings": "silence_setting",
        "telemonitoring_education": "education_session",
        "telemonitoring_months": "month",
        "telemonitoring_increases": "increase_asked",
        "telemonitoring_assignments": "device_assignment",
        "telemonitoring_askings": "questionnaire_asked",
        "telemonitoring_entries": "entry",
        OBSERVATIONS: "observation",
        "telemonitoring_judgements": "judgement",
        "telemonitoring_histories": "history_import",
        "telemonitoring_rules": "rule",
        "telemonitoring_findings": "finding",
        "telemonitoring_silences": "silence",
        "telemonitoring_alerts": "alert",
        "telemonitoring_alert_events": "alert_event",
        "telemonitoring_mutes": "mute",
        "telemonitoring_muted_findings": "muted_finding",
    }
)
"""The tables of one follow-up, in the order of the export, each with the kind of its lines."""

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "telemonitoring_rule_states": "what rules remember between two measures: made again from the observations",
        "telemonitoring_silence_checks": "when silence is looked at next",
    }
)
"""The tables that bear the id of a follow-up and say nothing of the patient, each with why it is left out."""


class ExportStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(self, name: str, follow_up_id: UUID, after: Sequence[Any] | None) -> list[dict[str, Any]]:
        """The next rows of a table, at most `PIECE`, after the one whose key is given; sealed columns are opened."""
        table = metadata.tables[name]
        columns = [table.c[column] for column in key_of(name)]
        query = select(table).where(_of_follow_up(table, follow_up_id)).order_by(*columns).limit(PIECE)
        if after is not None:
            query = query.where(tuple_(*columns) > tuple_(*after, types=[column.type for column in columns]))
        return [dict(row) for row in (await self._session.execute(query)).mappings()]


def key_of(name: str) -> tuple[str, ...]:
    """The columns that order the rows of a table, and tell them apart within a follow-up."""
    return _CURVE if name == OBSERVATIONS else tuple(column.name for column in metadata.tables[name].primary_key)


def tables_of_follow_ups() -> frozenset[str]:
    """Every table that bears the id of a follow-up, or that of one of its alerts."""
    bearing = {"follow_up_id", "alert_id"}
    found = {name for name, table in metadata.tables.items() if bearing & set(table.c.keys())}
    return frozenset(name for name in found if name.startswith(_PREFIX)) | {"telemonitoring_follow_ups"}


def _of_follow_up(table: Table, follow_up_id: UUID) -> ColumnElement[bool]:
    if table.name == "telemonitoring_follow_ups":
        return table.c.id == follow_up_id
    if "follow_up_id" in table.c:
        return table.c.follow_up_id == follow_up_id
    alerts = metadata.tables["telemonitoring_alerts"]
    return table.c.alert_id.in_(select(alerts.c.id).where(alerts.c.follow_up_id == follow_up_id))
