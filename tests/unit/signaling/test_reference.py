"""docs/reference/signaling-protocol.md and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from signaling import limits
from signaling.codes import FATAL, FINAL_CLOSES, CloseCode, ErrorCode
from signaling.limits import Limits
from signaling.messages import _BODIES, _JOIN_KEYS, CLIENT_TYPES, NUMBERED, SERVER_TYPES
from signaling.ports import LedgerKind

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/reference/signaling-protocol.md").read_text(encoding="utf-8")
SCRIPT = (ROOT / "telemed/web/static/js/signaling.js").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"^##+ ", PAGE.partition(f"## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> dict[str, list[str]]:
    """The first table of a section: its rows by their first cell, without backquotes."""
    table = [line for line in section(title).splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {row[0].strip("`"): row[1:] for row in cells}


def words(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_every_message_of_a_client_is_described_and_no_other() -> None:
    assert rows("From the client").keys() == CLIENT_TYPES


def test_every_message_of_the_server_is_described_and_no_other() -> None:
    assert rows("From the server").keys() == SERVER_TYPES


@pytest.mark.parametrize("kind", sorted(CLIENT_TYPES))
def test_each_message_has_the_fields_and_the_number_that_are_described(kind: str) -> None:
    number, fields, _meaning = rows("From the client")[kind]
    known = _JOIN_KEYS | {"token", "resume"} if kind == "join" else _BODIES[kind][0]
    assert (number == "n") is (kind in NUMBERED)
    assert known - {"type", "n"} <= words(fields)


def test_every_error_is_described_with_its_close_code_and_no_other() -> None:
    described = {code: row[0] for code, row in rows("Errors").items()}
    assert described == {code.value: str(FATAL[code].value) if code in FATAL else "" for code in ErrorCode}


def test_every_close_code_is_described_and_no_other_and_those_that_stop_stop() -> None:
    described = rows("Close codes")
    assert described.keys() == {str(code.value) for code in CloseCode}
    assert {code for code, row in described.items() if row[1].startswith("stops")} == {
        str(code.value) for code in FINAL_CLOSES
    }


def test_every_kind_of_the_ledger_is_described() -> None:
    assert {kind.value for kind in LedgerKind} <= words(section("From the client"))


def test_the_bounds_are_those_of_the_code() -> None:
    text = section("Limits").replace(",", "")
    default = Limits()
    for bound in (
        limits.MAX_FRAME_BYTES,
        limits.MAX_SDP_CHARS,
        limits.MAX_SDP_MEDIA,
        limits.MAX_CANDIDATE_CHARS,
        int(default.messages_per_second),
        default.burst_messages,
        int(default.flood_seconds),
        default.errors_per_socket,
        int(default.ping_after_seconds),
        int(default.silent_after_seconds),
        int(default.session_kept_seconds),
    ):
        assert re.search(rf"\b{bound}\b", text), bound
    assert f"at most {limits.MAX_CHAT_CHARS}" in PAGE or f"1–{limits.MAX_CHAT_CHARS:,}" in PAGE


def test_the_browser_module_speaks_the_same_version_and_stops_at_the_same_closes() -> None:
    assert f"const VERSION = {limits.PROTOCOL_VERSION};" in SCRIPT
    (final,) = re.findall(r"const FINAL = new Set\(\[([^\]]*)\]\)", SCRIPT)
    assert {int(code) for code in final.split(",")} == {code.value for code in FINAL_CLOSES}
