"""The copy of an invoice as it is kept sealed: its FSE, its DRE, and what it says apart from number and date."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from billing.model.exchange import DreRecord, FseRecord, TransmissionMode

_NOT_SAID = {"number", "made_at"}


def write_copy(fse: FseRecord, dre: DreRecord | None) -> str:
    """The copy of an electronic invoice, as text."""
    return _dump({"fse": _plain(fse), "dre": None if dre is None else _plain(dre)})


def read_copy(text: str) -> tuple[FseRecord, DreRecord | None]:
    """The records of a copy. Raises ValueError on anything else than what `write_copy` wrote."""
    raw = json.loads(text)
    fse = raw["fse"] | {
        "mode": TransmissionMode(raw["fse"]["mode"]),
        "executed_on": date.fromisoformat(raw["fse"]["executed_on"]),
        "made_at": datetime.fromisoformat(raw["fse"]["made_at"]),
    }
    return FseRecord(**fse), None if raw["dre"] is None else DreRecord(**raw["dre"])


def write_paper(said: dict[str, str | int | None]) -> str:
    """The copy of a paper sheet: it is not an FSE."""
    return _dump({"paper": said})


def what_is_said(fse: FseRecord, dre: DreRecord | None, organism: str) -> str:
    """Everything that an invoice says but its number and date: two with the same text are the same unchanged (R-45)."""
    said = {name: value for name, value in _plain(fse).items() if name not in _NOT_SAID}
    complementary = None if dre is None else {"insurer": dre.insurer, "contract": dre.contract}
    return _dump({"fse": said, "dre": complementary, "organism": organism})


def _plain(record: FseRecord | DreRecord) -> dict[str, Any]:
    found = {one.name: getattr(record, one.name) for one in fields(record)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def _dump(raw: dict[str, Any]) -> str:
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
