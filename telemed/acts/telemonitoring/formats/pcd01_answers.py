"""What a sender of HL7 v2 is answered: an ACK that says whether it is kept, and each fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from telemed.acts.telemonitoring.formats.hl7v2 import Segment, read_segments
from telemed.acts.telemonitoring.model.doors import Received
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity, Unreadable

_LONGEST = 199
_SEVERITIES = {IssueSeverity.ERROR: "E", IssueSeverity.WARNING: "W", IssueSeverity.INFORMATION: "I"}
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})\[(\d+)\](?:-(\d+))?")
_SEPARATORS = re.compile(r"[|^~\\&\x00-\x1f]")
_CODES = {
    IssueKind.REQUIRED: "101^Required field missing^HL70357",
    IssueKind.VALUE: "102^Data type error^HL70357",
    IssueKind.CODE_INVALID: "103^Table value not found^HL70357",
    IssueKind.NOT_SUPPORTED: "200^Unsupported message type^HL70357",
    IssueKind.FORBIDDEN: "204^Unknown key identifier^HL70357",
}
_OTHER = "207^Application internal error^HL70357"
_NO_ERROR = "0^Message accepted^HL70357"
_REJECTED = frozenset({"hl7.type", "hl7.header", "hl7.encoding", "hl7.too_long"})
"""What no sending again would mend: it is another message than those taken here (HL7 v2.6, 2.9.2.2)."""

_LONGEST_HEADER = 10_000


def write_ack(content: bytes, received: Received, *, at: datetime, control_id: str) -> bytes:
    """`AA`: all is kept; `AE`: some is, or the sender must change something; `AR`: it is no message that is taken here.

    What the header of the message says is given back: who sent it, and its control id (MSH-10).
    """
    header = _header(content)
    sender, theirs, version = "", _control_id(content), "2.6"
    if header is not None:
        sender, theirs, version = _safe(header.field(3)), _safe(header.field(10)), _safe(header.field(12)) or "2.6"
    is_other = header is None or any(issue.code in _REJECTED for issue in received.issues)
    code = "AR" if is_other else "AE" if received.is_faulty else "AA"
    stamp = at.strftime("%Y%m%d%H%M%S+0000")
    lines = [
        f"MSH|^~\\&|Telemed||{sender}||{stamp}||ACK^R01^ACK|{control_id}|P|{version}",
        f"MSA|{code}|{theirs}",
        *_errors(received),
    ]
    return ("\r".join(lines) + "\r").encode()


def _errors(received: Received) -> Iterator[str]:
    for issue in (*received.issues, *(one for entry in received.entries for one in entry.issues)):
        code = _CODES.get(issue.kind, _OTHER) if issue.severity is IssueSeverity.ERROR else _NO_ERROR
        severity = _SEVERITIES[issue.severity]
        yield f"ERR||{_place(issue)}|{code}|{severity}|{issue.code}|||{_escaped(issue.text)}"


def _place(issue: Issue) -> str:
    """ERR-2: segment, its position, field."""
    found = _PLACE.match(issue.place)
    return "^".join(part for part in found.groups() if part) if found else ""


def _header(content: bytes) -> Segment | None:
    try:
        return read_segments(_first_line(content))[0]
    except Unreadable:
        return None


def _first_line(content: bytes) -> bytes:
    return content[:_LONGEST_HEADER].lstrip(b"\x0b\r\n ").replace(b"\n", b"\r").partition(b"\r")[0]


def _control_id(content: bytes) -> str:
    """MSH-10 of a message whose separators are not ours, so that its sender knows which one is refused."""
    line = _first_line(content).decode("utf-8", "replace")
    fields = line.split(line[3]) if line.startswith("MSH") and len(line) > 3 else []
    return _safe(_SEPARATORS.sub("", fields[9])) if len(fields) > 9 else ""


def _safe(field: str) -> str:
    return field[:_LONGEST]


def _escaped(text: str) -> str:
    for char, escape in (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("&", "\\T\\"), ("~", "\\R\\")):
        text = text.replace(char, escape)
    return text
