"""Past measures in a CSV file: one line each, read on its own, so that a bad line is told and spoils no other."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from telemed.acts.telemonitoring.formats.fhir.observation import Reading, notes_of
from telemed.acts.telemonitoring.formats.measures import (
    Measure,
    keep_words,
    measure_count,
    measure_quantity,
    read_number,
)
from telemed.acts.telemonitoring.formats.times import read_fhir_time
from telemed.acts.telemonitoring.model.observation import Observation, Signal, SignalKind
from telemed.acts.telemonitoring.model.receipt import IssueKind, Receipt, Unreadable

COLUMNS = ("measured_at", "signal", "value", "unit", "device")
MAX_LINES = 200_000


def decode_history(content: bytes, subject: str, reading: Reading) -> Iterator[Receipt]:
    """Each line of a UTF-8 file with a header of `COLUMNS`, separated by semicolons or commas, in order.

    `value` may have a decimal comma. Raises Unreadable on the file itself: encoding, header, number of lines.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(IssueKind.STRUCTURE, "csv.encoding", "Ce fichier n'est pas en UTF-8.") from error
    if "\x00" in text:
        raise Unreadable(IssueKind.STRUCTURE, "csv.encoding", "Un caractère nul n'a pas sa place ici.")
    header, *lines = text.splitlines() or [""]
    if len(lines) > MAX_LINES:
        raise Unreadable(IssueKind.TOO_LONG, "csv.too_long", f"Au plus {MAX_LINES} lignes.")
    separator = ";" if ";" in header else ","
    if tuple(name.strip() for name in header.split(separator)) != COLUMNS:
        raise Unreadable(IssueKind.STRUCTURE, "csv.header", f"La première ligne est {';'.join(COLUMNS)}.", "ligne 1")
    return (
        _line(line, separator, Sender(subject, reading), f"ligne {number}")
        for number, line in enumerate(lines, 2)
        if line.strip()
    )


class Sender(NamedTuple):
    """Whose history it is, and how it is read."""

    subject: str
    reading: Reading


def _line(line: str, separator: str, sender: Sender, place: str) -> Receipt:
    try:
        row = next(csv.reader([line], delimiter=separator))
        observation = _observation(row, sender, place)
    except csv.Error:
        return Receipt(issues=(Unreadable(IssueKind.STRUCTURE, "csv.columns", "Ligne illisible.", place).issue,))
    except Unreadable as unreadable:
        return Receipt(issues=(unreadable.issue,))
    return Receipt((observation,), tuple(notes_of(observation, place)))


def _observation(row: list[str], sender: Sender, place: str) -> Observation:
    if len(row) != len(COLUMNS):
        raise Unreadable(IssueKind.STRUCTURE, "csv.columns", f"{len(COLUMNS)} colonnes sont attendues.", place)
    at, name, value, unit, device = (cell.strip() for cell in row)
    signal = sender.reading.catalogue.find(name)
    if signal is None:
        raise Unreadable(IssueKind.CODE_INVALID, "code.missing", "Ce signal n'est pas au catalogue.", place)
    measured_at, precision = read_fhir_time(at, sender.reading.territory, place)
    measure = _measure(signal, value, unit, place)
    coding = signal.codings[0]
    return Observation(
        device=device,
        subject=sender.subject,
        code=f"{coding.system}|{coding.code}",
        component="",
        measured_at=measured_at,
        signal=signal.name,
        value=measure.value,
        answer=measure.answer,
        precision=precision,
        raw=measure.raw,
        quarantine=measure.quarantine,
    )


def _measure(signal: Signal, value: str, unit: str, place: str) -> Measure:
    if not value:
        raise Unreadable(IssueKind.REQUIRED, "value.missing", "Il faut une valeur.", place)
    if signal.kind is SignalKind.ANSWER:
        return Measure(answer=keep_words(value, place))
    number = read_number(value, place)
    return measure_quantity(signal, number, unit, place) if signal.unit else measure_count(signal, number, place)
