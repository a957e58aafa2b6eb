"""The export of a follow-up: one JSON object a line, each saying what it is; the last line counts the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.consent.model import ConsentRecord
from telemed.patients.model import Patient

FORMAT = "telemed-follow-ups"
VERSION = 1
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def write_head(patient: Patient, follow_up_ids: Iterable[UUID], at: datetime) -> bytes:
    """The first line: of whom, of which follow-ups, when."""
    traits = patient.identity.traits
    person = {
        "patient_id": patient.id,
        "birth_name": traits.birth_name,
        "birth_given_names": list(traits.birth_given_names),
        "birth_date": str(traits.birth_date),
    }
    head = {"format": FORMAT, "version": VERSION, "exported_at": at, "follow_ups": list(follow_up_ids)}
    return write_line("export", head | {"patient": person})


def write_tail(counts: Mapping[str, int]) -> bytes:
    """The last line: without it, the file is cut short."""
    return write_line("end", {"counts": dict(counts)})


def write_line(kind: str, fields: Mapping[str, Any]) -> bytes:
    """One line. Fields without a value are left out."""
    kept = {name: _plain(value) for name, value in fields.items() if value is not None}
    return _ENCODER.encode({"record": kind} | kept) + b"\n"


def write_consent(record: ConsentRecord) -> bytes:
    """A consent, a refusal or a withdrawal; the words are named by their hash."""
    fields = {
        "id": record.id,
        "act_kind": record.act_kind.value,
        "follow_up_id": record.act_id,
        "decision": record.decision.value,
        "channel": record.channel.value,
        "by": record.by.value,
        "at": record.at,
        "wording_version": record.wording_version,
        "wording_sha256": record.wording_sha256,
        "recorded_by": record.recorded_by,
        "representative_name": record.representative_name,
    }
    return write_line("consent", fields)


def explain_observation(row: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A row of an observation as somebody reads it: the value in the unit of its signal, and both by name."""
    fields = {name: value for name, value in row.items() if name not in ("is_known", "is_day", "value", "code")}
    signal = catalogue.find(row["signal"]) if row["is_known"] else None
    if signal is None:
        fields["code"] = fields.pop("signal")
        return fields
    if row["value"] is not None:
        fields |= {"value": Decimal(row["value"]) / MILLION, "unit": signal.unit or None}
    return fields | {"label": signal.label, "is_day_only": row["is_day"] or None, "code": row["code"]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
