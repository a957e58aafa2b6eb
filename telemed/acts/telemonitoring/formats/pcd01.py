"""IHE PCD-01 (Continua WAN): an HL7 v2.6 ORU^R01 whose OBX segments are IEEE 11073 objects, one inside another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telemed.acts.telemonitoring.formats.catalogue import MDC
from telemed.acts.telemonitoring.formats.fhir.observation import Reading, notes_of
from telemed.acts.telemonitoring.formats.hl7v2 import Segment, read_segments
from telemed.acts.telemonitoring.formats.measures import Measure, keep_words, measure_quantity, read_number
from telemed.acts.telemonitoring.formats.times import read_hl7_time
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus, Precision, SignalKind
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, Receipt, Unreadable

UNITS = {
    "263872": "g",
    "263875": "kg",
    "263904": "[lb_av]",
    "263441": "cm",
    "263424": "m",
    "263520": "[in_i]",
    "264096": "kg/m2",
    "266016": "mm[Hg]",
    "265987": "kPa",
    "262688": "%",
    "264864": "/min",
    "264928": "/min",
    "268192": "Cel",
    "266560": "[degF]",
    "264274": "mg/dL",
    "266866": "mmol/L",
}
"""IEEE 11073-10101 dimensions (partition 4) → UCUM."""

_STATUSES = {
    "R": ObservationStatus.FINAL,
    "F": ObservationStatus.FINAL,
    "": ObservationStatus.FINAL,
    "P": ObservationStatus.PRELIMINARY,
    "S": ObservationStatus.PRELIMINARY,
    "C": ObservationStatus.CORRECTED,
    "D": ObservationStatus.ENTERED_IN_ERROR,
    "W": ObservationStatus.ENTERED_IN_ERROR,
}
_ATTRIBUTES = frozenset({"68220", "67975", "68219", "67977", "68218", "67990", "67978", "68217", "531970", "531969"})
"""What a device says of itself and of its clock: no measure."""


@dataclass
class _Context:
    """What the segments read so far say of those to come: OBX-4 is a path, and a child inherits from its parents."""

    subject: str = ""
    request_time: str = ""
    times: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    found: dict[Observation, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def decode_pcd01(content: bytes, reading: Reading) -> Receipt:
    """The measures of one message. A bad OBX is told and spoils nothing; a message without any good one is refused."""
    try:
        segments = read_segments(content)
        _check_header(segments[0])
    except Unreadable as unreadable:
        return Receipt(issues=(unreadable.issue,))
    context = _Context()
    for segment in segments:
        try:
            _take(segment, context, reading)
        except Unreadable as unreadable:
            context.issues.append(unreadable.issue)
    return Receipt(tuple(context.found), tuple(context.issues), tuple(context.found.values()))


def _check_header(header: Segment) -> None:
    if header.component(9, 1) != "ORU" or header.component(9, 2) != "R01":
        raise Unreadable(IssueKind.NOT_SUPPORTED, "hl7.type", "Un message ORU^R01 est attendu.", header.place(9))


def _take(segment: Segment, context: _Context, reading: Reading) -> None:
    if segment.name == "PID":
        context.subject = f"{segment.component(3, 4)}|{segment.component(3, 1)}"
    elif segment.name == "OBR":
        context.request_time = segment.field(7)
        context.times, context.devices, context.groups = {}, {}, {}
    elif segment.name == "OBX":
        _take_object(segment, context, reading)


def _take_object(segment: Segment, context: _Context, reading: Reading) -> None:
    path = segment.field(4)
    if segment.field(14):
        context.times[path] = segment.field(14)
    if segment.field(18):
        context.devices[path] = f"{segment.component(18, 2)}|{segment.component(18, 1)}"
    if segment.field(11) == "X" or not segment.field(5):
        context.groups[path] = segment.component(3, 1)  # a device, a channel or a compound: it holds, it says nothing
    elif segment.component(3, 1) not in _ATTRIBUTES:
        observation = _observation(segment, context, reading)
        context.found.setdefault(observation, f"{segment.name}[{segment.position}]")
        context.issues += notes_of(observation, segment.place(5))


def _observation(segment: Segment, context: _Context, reading: Reading) -> Observation:
    code, path = segment.component(3, 1), segment.field(4)
    if not code or not context.subject.strip("|"):
        raise Unreadable(IssueKind.REQUIRED, "subject.missing", "Dites de quel patient et quoi.", segment.place(3))
    status = _STATUSES.get(segment.field(11))
    if status is None:
        raise Unreadable(IssueKind.VALUE, "observation.status", "Ce statut ne porte pas de mesure.", segment.place(11))
    measured_at, precision = _when(segment, context, reading)
    signal = reading.catalogue.find_coded(MDC, code)
    measure = _measure(segment, reading)
    group = _inherited(context.groups, path)
    is_part = group is not None and reading.catalogue.is_panel(MDC, group)
    return Observation(
        device=_inherited(context.devices, path) or "",
        subject=context.subject,
        code=f"{MDC}|{group if is_part else code}",
        component=f"{MDC}|{code}" if is_part else "",
        measured_at=measured_at,
        status=status,
        signal=signal.name if signal else None,
        value=measure.value,
        answer=measure.answer,
        precision=precision,
        raw=measure.raw,
        quarantine=measure.quarantine,
    )


def _when(segment: Segment, context: _Context, reading: Reading) -> tuple[datetime, Precision]:
    text = _inherited(context.times, segment.field(4)) or context.request_time
    if not text:
        raise Unreadable(IssueKind.REQUIRED, "time.missing", "Dites quand la mesure a été faite.", segment.place(14))
    return read_hl7_time(text, reading.territory, segment.place(14))


def _measure(segment: Segment, reading: Reading) -> Measure:
    signal = reading.catalogue.find_coded(MDC, segment.component(3, 1))
    if signal is None or signal.kind is not SignalKind.QUANTITY:
        return Measure(answer=keep_words(segment.field(5), segment.place(5)))
    number, unit = read_number(segment.field(5), segment.place(5)), segment.component(6, 1)
    return measure_quantity(signal, number, UNITS.get(unit, unit), segment.place(6))


def _inherited(known: dict[str, str], path: str) -> str | None:
    """The nearest of the object itself and of those that hold it: `1.0.1.2`, `1.0.1`, `1.0`, `1`."""
    parts = path.split(".")
    ways = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((known[way] for way in ways if way in known), None)
