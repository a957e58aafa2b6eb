"""What a sender of FHIR is answered: an OperationOutcome, or a bundle with one outcome an entry."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from telemed.acts.telemonitoring.formats.fhir.outcome import write_outcome
from telemed.acts.telemonitoring.model.doors import EntryOutcome, Received, Said
from telemed.acts.telemonitoring.model.receipt import Issue

_TAKEN = msgspec.json.encode(write_outcome(()))
_PLAIN = {status: f'{{"response":{{"status":"{status} {HTTPStatus(status).phrase}"'.encode() for status in (200, 201)}


def write_answer(received: Received) -> bytes:
    """The resource that answers, as JSON."""
    if received.issues or received.said is Said.OBSERVATION:
        issues = received.issues or tuple(issue for entry in received.entries for issue in entry.issues)
        return write_issues(issues)
    kind = f"{received.said.value}-response".encode()
    if not received.entries:
        return b'{"resourceType":"Bundle","type":"' + kind + b'"}'
    entries = b",".join(_entry(entry) for entry in received.entries)
    return b'{"resourceType":"Bundle","type":"' + kind + b'","entry":[' + entries + b"]}"


def write_issues(issues: Iterable[Issue]) -> bytes:
    """An OperationOutcome as JSON."""
    told = tuple(issues)
    return msgspec.json.encode(write_outcome(told)) if told else _TAKEN


def _entry(entry: EntryOutcome) -> bytes:
    head = _PLAIN.get(entry.status)
    if head is None:
        head = f'{{"response":{{"status":"{entry.status} {HTTPStatus(entry.status).phrase}"'.encode()
    if entry.location:
        head += b',"location":"' + entry.location.encode() + b'"'
    if entry.issues:
        head += b',"outcome":' + write_issues(entry.issues)
    return head + b"}}"
