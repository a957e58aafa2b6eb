"""An exported trace: whoever holds it can tell whether a line was changed, taken out or put in."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from telemed.trace.formats import verify_lines
from telemed.trace.model import GENESIS, Entry, Note, Outcome, hash_entry
from telemed.trace.schemas import TraceEntry


def export(number: int) -> list[bytes]:
    """The lines of a chain as the API gives them."""
    lines, previous = [], GENESIS
    for turn in range(1, number + 1):
        note = Note("test.write", "professional", UUID(int=turn), "10100000016", None, details={"b": turn, "a": None})
        at = datetime(2026, 11, 25, 11, 0, turn, 500, tzinfo=UTC)
        entry = Entry(turn, at, note, Outcome.DONE if turn % 2 else Outcome.REFUSED, "" if turn % 2 else "not_found")
        previous = hash_entry(entry, previous)
        kept = Entry(entry.number, entry.at, note, entry.outcome, entry.code, previous)
        lines.append(TraceEntry.of(kept).model_dump_json().encode() + b"\n")
    return lines


def test_an_export_is_intact_and_says_its_last_hash() -> None:
    lines = export(5)
    verdict = verify_lines(lines)
    assert (verdict.entries, verdict.is_intact) == (5, True)
    assert verdict.head == orjson.loads(lines[-1])["hash"]


def test_no_entry_is_an_intact_chain_of_none() -> None:
    assert (verify_lines([]).entries, verify_lines([]).head) == (0, GENESIS.hex())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "test.read"),
        ("actor_id", None),
        ("rpps", "10100000024"),
        ("outcome", "done"),
        ("at", "2026-11-25T12:00:00Z"),
        ("details", {"a": 1}),
        ("code", ""),
        ("hash", "00" * 32),
    ],
)
def test_a_changed_entry_is_found(field: str, value: object) -> None:
    lines = export(5)
    lines[3] = orjson.dumps(orjson.loads(lines[3]) | {field: value})
    assert verify_lines(lines).broken_at == 4


def test_a_missing_or_an_unreadable_line_is_found() -> None:
    lines = export(5)
    assert verify_lines(lines[:2] + lines[3:]).broken_at == 3
    assert verify_lines([*lines[:2], b"[]\n", *lines[2:]]).broken_at == 3
    assert verify_lines([*lines[:2], b"{\n", *lines[2:]]).broken_at == 3
    assert verify_lines([lines[0], lines[0]]).broken_at == 2


def test_an_export_that_begins_later_is_chained_from_its_first_line() -> None:
    lines = export(6)
    assert verify_lines(lines[2:]).is_intact
    lines[4] = orjson.dumps(orjson.loads(lines[4]) | {"action": "x"})
    assert verify_lines(lines[2:]).broken_at == 5
