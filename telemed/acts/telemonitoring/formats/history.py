"""Past measures in a CSV file: one line each, read on its own, so that a bad line is told and spoils no other."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from telemed.acts.telemonitoring.formats.fhir.observation import Reading, notes_of
from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.formats.measures import (
    Measure,
    keep_words,
    measure_count,
    measure_quantity,
    read_number,
)
from telemed.acts.telemonitoring.formats.times import OLDEST, read_fhir_time
from telemed.acts.telemonitoring.model.observation import Catalogue, Observation, Precision, Signal, SignalKind
from telemed.acts.telemonitoring.model.receipt import IssueKind, Receipt, Unreadable
from telemed.acts.telemonitoring.model.units import UNITS
from telemed.kernel.clock import Territory, is_ambiguous, resolve_local

COLUMNS = ("measured_at", "signal", "value", "unit", "device")
FRENCH_COLUMNS = ("date", "mesure", "valeur", "unité", "appareil")
MAX_LINES = 200_000
_NAMES = dict(zip((*COLUMNS, *FRENCH_COLUMNS, "unite"), (*range(5), *range(5), 3), strict=True))
_WALL = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: +(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")
_WRITTEN = {format_unit(code): code for code in UNITS} | {
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "oz": "[oz_av]",
    "°F": "[degF]",
    "bpm": "/min",
    "cmH2O": "cm[H2O]",
}
"""Units as people write them in a spreadsheet."""
_FOREIGN = {
    b"PK\x03\x04": "C'est un classeur de tableur : enregistrez-le comme CSV, puis choisissez ce CSV.",
    b"\xff\xfe": "Ce fichier est en UTF-16 : enregistrez-le comme CSV UTF-8.",
    b"\xfe\xff": "Ce fichier est en UTF-16 : enregistrez-le comme CSV UTF-8.",
}


def decode_history(content: bytes, subject: str, reading: Reading) -> Iterator[Receipt]:
    """Each line of a file with a header of `COLUMNS` or `FRENCH_COLUMNS` in any order, separated by semicolons, commas
    or tabs. UTF-8, or what a French spreadsheet writes instead (Windows-1252).

    `value` may have a decimal comma; a signal is said by its name or its label. Raises Unreadable on the file itself:
    encoding, header, number of lines.
    """
    header, *lines = _text(content).splitlines() or [""]
    if len(lines) > MAX_LINES:
        text = f"Au plus {MAX_LINES // 1000} 000 lignes : coupez ce fichier en plusieurs."
        raise Unreadable(IssueKind.TOO_LONG, "csv.too_long", text)
    separator = next((one for one in ";\t" if one in header), ",")
    sheet = _Sheet(separator, _places(header, separator), subject, reading, _labels(reading.catalogue))
    return (_line(line, sheet, f"ligne {number}") for number, line in enumerate(lines, 2))


def _text(content: bytes) -> str:
    for start, text in _FOREIGN.items():
        if content.startswith(start):
            raise Unreadable(IssueKind.STRUCTURE, "csv.encoding", text)
    try:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("windows-1252")
    except UnicodeDecodeError as error:
        raise Unreadable(IssueKind.STRUCTURE, "csv.encoding", "Ce fichier n'est pas en UTF-8.") from error
    if "\x00" in text:
        raise Unreadable(IssueKind.STRUCTURE, "csv.encoding", "Ce fichier n'est pas un texte : choisissez un CSV.")
    return text


def _places(header: str, separator: str) -> tuple[int, ...]:
    """Where each of `COLUMNS` stands."""
    names = [_NAMES.get(name.strip(' "\t').lower()) for name in header.split(separator)]
    if sorted(one for one in names if one is not None) != list(range(5)) or len(names) != len(COLUMNS):
        text = f"La première ligne est {';'.join(FRENCH_COLUMNS)}, ou {';'.join(COLUMNS)}."
        raise Unreadable(IssueKind.STRUCTURE, "csv.header", text, "ligne 1")
    return tuple(names.index(number) for number in range(5))


def _labels(catalogue: Catalogue) -> Mapping[str, Signal]:
    return {signal.label.casefold(): signal for signal in catalogue}


class _Sheet(NamedTuple):
    """How the lines of a file are read, and whose history it is."""

    separator: str
    places: tuple[int, ...]
    subject: str
    reading: Reading
    labels: Mapping[str, Signal]


def _line(line: str, sheet: _Sheet, place: str) -> Receipt:
    """A blank one says nothing."""
    if not line.strip():
        return Receipt()
    try:
        row = next(csv.reader([line], delimiter=sheet.separator))
        observation = _observation(row, sheet, place)
    except csv.Error:
        return Receipt(issues=(Unreadable(IssueKind.STRUCTURE, "csv.columns", "Ligne illisible.", place).issue,))
    except Unreadable as unreadable:
        return Receipt(issues=(unreadable.issue,))
    return Receipt((observation,), tuple(notes_of(observation, place)))


def _observation(row: list[str], sheet: _Sheet, place: str) -> Observation:
    if len(row) != len(COLUMNS):
        raise Unreadable(IssueKind.STRUCTURE, "csv.columns", f"{len(COLUMNS)} colonnes sont attendues.", place)
    at, name, value, unit, device = (row[number].strip() for number in sheet.places)
    signal = sheet.reading.catalogue.find(name) or sheet.labels.get(name.replace("\u2019", "'").casefold())
    if signal is None:
        raise Unreadable(IssueKind.CODE_INVALID, "code.missing", "Cette mesure n'est pas au catalogue.", place)
    measured_at, precision = _time(at, sheet.reading.territory, place)
    measure = _measure(signal, value, unit, place)
    coding = signal.codings[0]
    return Observation(
        device=device,
        subject=sheet.subject,
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


def _time(text: str, territory: Territory, place: str) -> tuple[datetime, Precision]:
    """As devices write it; or as a spreadsheet does, `25/11/2026 08:30`, by the clock where the patient lives."""
    wall = _WALL.fullmatch(text)
    if wall is None:
        return read_fhir_time(text, territory, place)
    day, month, year, hour, minute, second = (int(part) if part else None for part in wall.groups())
    if hour is None:
        return read_fhir_time(f"{year}-{month:02}-{day:02}", territory, place)
    try:
        local = datetime(year or 0, month or 0, day or 0, hour, minute or 0, second or 0)  # noqa: DTZ001 - a wall time
        instant = resolve_local(local, territory)
    except ValueError as error:
        raise Unreadable(IssueKind.VALUE, "time.unreadable", "Cette date n'existe pas.", place) from error
    if is_ambiguous(local, territory):
        said = "Cette nuit-là l'heure change et celle-ci existe deux fois : écrivez-la avec son décalage (+01:00)."
        raise Unreadable(IssueKind.VALUE, "time.ambiguous", said, place)
    if not OLDEST.year <= instant.year < 2200:
        raise Unreadable(IssueKind.VALUE, "time.impossible", "Cette date est impossible.", place)
    return instant, Precision.INSTANT


def _measure(signal: Signal, value: str, unit: str, place: str) -> Measure:
    if not value:
        raise Unreadable(IssueKind.REQUIRED, "value.missing", "Il faut une valeur.", place)
    if signal.kind is SignalKind.ANSWER:
        return Measure(answer=keep_words(value, place))
    number = read_number(value, place)
    if not signal.unit:
        return measure_count(signal, number, place)
    return measure_quantity(signal, number, unit if unit in UNITS else _WRITTEN.get(unit, unit), place)
