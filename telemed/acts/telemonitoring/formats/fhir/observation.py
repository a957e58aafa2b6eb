"""One FHIR Observation into the measures that it holds: one, or one a component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from telemed.acts.telemonitoring.formats.faults import find_place
from telemed.acts.telemonitoring.formats.fhir.references import find_name
from telemed.acts.telemonitoring.formats.fhir.structs import (
    CodingPart,
    ComponentPart,
    Concept,
    ObservationResource,
    Valued,
)
from telemed.acts.telemonitoring.formats.fhir.values import read_value
from telemed.acts.telemonitoring.formats.measures import Measure
from telemed.acts.telemonitoring.formats.times import read_fhir_time
from telemed.acts.telemonitoring.model.observation import (
    Catalogue,
    Observation,
    ObservationStatus,
    Precision,
    Signal,
)
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity, Receipt, Unreadable
from telemed.kernel.clock import Territory

_DECODER = msgspec.json.Decoder(ObservationResource)
_STATUSES = {status.value: status for status in ObservationStatus}


@dataclass(frozen=True)
class Reading:
    """How observations are read: the signals known, where the patient lives, our own address of FHIR (`base`), and the
    devices and patients that a bundle names."""

    catalogue: Catalogue
    territory: Territory = Territory.METROPOLE
    base: str = ""
    named: Mapping[str, str] = field(default_factory=dict)


class _When(msgspec.Struct, frozen=True, gc=False):
    """The times of an observation."""

    measured_at: datetime
    started_at: datetime | None
    precision: Precision


def decode_observation(content: bytes | msgspec.Raw, reading: Reading, place: str = "Observation") -> Receipt:
    """The measures of one resource as JSON, or what is wrong with it: it never raises on what a sender may write."""
    if b"\\u0000" in bytes(content):
        text = "Un caractère nul n'a pas sa place ici."
        return _refused(Issue(IssueSeverity.ERROR, IssueKind.STRUCTURE, "message.structure", text, place))
    try:
        resource = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _refused(describe_fault(error, place))
    return read_observation(resource, reading, place)


def describe_fault(error: Exception, place: str) -> Issue:
    """What msgspec found wrong. Its path is told, the value is not."""
    spot = place + find_place(error)
    return Issue(
        IssueSeverity.ERROR, IssueKind.STRUCTURE, "message.structure", "Ce JSON n'a pas la forme voulue.", spot
    )


def read_observation(resource: ObservationResource, reading: Reading, place: str = "Observation") -> Receipt:
    """The measures of a decoded resource, or its first fault."""
    try:
        return _read(resource, reading, place)
    except Unreadable as unreadable:
        return _refused(unreadable.issue)


def _refused(issue: Issue) -> Receipt:
    return Receipt(issues=(issue,))


def _read(resource: ObservationResource, reading: Reading, place: str) -> Receipt:
    status = _status(resource, place)
    subject = find_name(resource.subject, reading.named, resource.contained, reading.base)
    if not subject:
        raise Unreadable(IssueKind.REQUIRED, "subject.missing", "Dites de quel patient.", f"{place}.subject")
    when = _when(resource, reading.territory, place)
    device = find_name(resource.device, reading.named, resource.contained, reading.base)
    coding, signal, is_panel = _meaning(resource.code, reading.catalogue, f"{place}.code")
    code = f"{coding.system}|{coding.code}"
    found: list[tuple[str, Signal | None, Valued, str]] = []
    if not is_panel and not (signal is None and resource.component):
        found.append(("", signal, resource, place))
    for position, component in enumerate(resource.component):
        found.append(_component(component, reading.catalogue, f"{place}.component[{position}]"))
    if not found:
        raise Unreadable(IssueKind.REQUIRED, "component.missing", "Ce groupe n'a aucune mesure.", f"{place}.component")
    observations, issues = [], []
    for part, known, holder, spot in found:
        measure = _measure(holder, known, spot, status)
        observations.append(
            Observation(
                device=device,
                subject=subject,
                code=code,
                component=part,
                measured_at=when.measured_at,
                status=status,
                signal=known.name if known else None,
                value=measure.value,
                answer=measure.answer,
                absent=measure.absent,
                comparator=measure.comparator,
                started_at=when.started_at,
                precision=when.precision,
                raw=measure.raw,
                quarantine=measure.quarantine,
            )
        )
        issues += notes_of(observations[-1], spot)
    return Receipt(tuple(observations), tuple(issues))


def _measure(holder: Valued, signal: Signal | None, place: str, status: ObservationStatus) -> Measure:
    """What takes a measure back often says no value."""
    try:
        return read_value(holder, signal, place)
    except Unreadable as unreadable:
        if status is ObservationStatus.ENTERED_IN_ERROR and unreadable.issue.code == "value.missing":
            return Measure(absent=status.value)
        raise


def notes_of(observation: Observation, place: str) -> list[Issue]:
    """What its sender is told of an observation that was let in."""
    if observation.quarantine is not None:
        text = "Valeur impossible : gardée à part, pour qu'une personne la regarde."
        return [Issue(IssueSeverity.WARNING, IssueKind.BUSINESS_RULE, "value.implausible", text, place)]
    if observation.signal is None:
        text = "Code hors du catalogue : gardé tel quel, aucune règle ne le lit."
        return [Issue(IssueSeverity.INFORMATION, IssueKind.INFORMATIONAL, "code.unknown", text, place)]
    return []


def _status(resource: ObservationResource, place: str) -> ObservationStatus:
    if resource.modifier_extension:
        raise _modified(f"{place}.modifierExtension")
    if resource.implicit_rules:
        raise _modified(f"{place}.implicitRules")
    status = _STATUSES.get(resource.status)
    if status is None:
        text = "Ce statut ne porte pas de mesure à prendre."
        raise Unreadable(IssueKind.VALUE, "observation.status", text, f"{place}.status")
    return status


def _modified(place: str) -> Unreadable:
    text = "Une extension qui change le sens n'est pas comprise."
    return Unreadable(IssueKind.NOT_SUPPORTED, "observation.modifier", text, place)


def _when(resource: ObservationResource, territory: Territory, place: str) -> _When:
    at = resource.effective_date_time or resource.effective_instant
    if at is not None:
        measured_at, precision = read_fhir_time(at, territory, f"{place}.effective[x]")
        return _When(measured_at, None, precision)
    period = resource.effective_period
    last = (period.end or period.start) if period else None
    if period is None or last is None:
        text = "Dites quand la mesure a été faite."
        raise Unreadable(IssueKind.REQUIRED, "time.missing", text, f"{place}.effective[x]")
    measured_at, precision = read_fhir_time(last, territory, f"{place}.effectivePeriod")
    started_at = read_fhir_time(period.start, territory, f"{place}.effectivePeriod.start")[0] if period.start else None
    if started_at is not None and started_at > measured_at:
        text = "Une période finit après son début."
        raise Unreadable(IssueKind.VALUE, "time.reversed", text, f"{place}.effectivePeriod")
    return _When(measured_at, started_at, precision)


def _component(component: ComponentPart, catalogue: Catalogue, place: str) -> tuple[str, Signal | None, Valued, str]:
    if component.modifier_extension:
        raise _modified(f"{place}.modifierExtension")
    coding, signal, _ = _meaning(component.code, catalogue, f"{place}.code")
    return f"{coding.system}|{coding.code}", signal, component, place


def _meaning(concept: Concept, catalogue: Catalogue, place: str) -> tuple[CodingPart, Signal | None, bool]:
    """The first coding that the catalogue knows, its signal, is it that of a panel? Else the first coding."""
    complete = [one for one in concept.coding if one.system and one.code]
    if not complete:
        text = "Un code se dit dans son système."
        raise Unreadable(IssueKind.REQUIRED, "code.missing", text, place)
    for coding in complete:
        signal = catalogue.find_coded(coding.system or "", coding.code or "")
        if signal is not None:
            return coding, signal, False
        if catalogue.is_panel(coding.system or "", coding.code or ""):
            return coding, None, True
    return complete[0], None, False
