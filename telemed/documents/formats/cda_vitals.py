"""The report of télésurveillance as CDA R2: type 29274-8, with the section of vital signs of the CI-SIS.

No volet of the CI-SIS is that of télésurveillance: beside the minimal structure the document declares IHE's model of
any medical document. What the doctor wrote and what each signal did are a narrative section of results; measures that
have a code of JDV_SignesVitaux are entries of a section that follows FR-Signes-vitaux.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from uuid import uuid5

from lxml import etree

from telemed.documents.formats import cda_header as header
from telemed.documents.formats import cda_parts as part
from telemed.documents.formats import codes
from telemed.documents.formats.cda_parts import Span
from telemed.documents.formats.french import day_text, instant_text
from telemed.documents.formats.monitoring_page import title_of
from telemed.documents.model import DocumentIdentity, MonitoringFacts, MonitoringReport, VitalSign

CODES = frozenset(("20564-1", "8302-2", "8310-5", "8867-4", "8462-4", "8480-6", "9279-1", "29463-7", "39156-5"))
"""The vital signs of JDV_SignesVitaux that devices measure: an entry has one of these codes."""
_RESULTS = codes.Section(
    "30954-2", "Résultats d'examens", ("1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.2.250.1.213.1.1.2.150")
)
_VITAL_SIGNS = codes.Section(
    "8716-3",
    "Signes vitaux",
    (
        "2.16.840.1.113883.10.20.1.16",
        "1.3.6.1.4.1.19376.1.5.3.1.3.25",
        "1.3.6.1.4.1.19376.1.5.3.1.1.5.3.2",
        "1.2.250.1.213.1.1.2.75",
    ),
)
_ORGANIZER = (
    *("2.16.840.1.113883.10.20.1.32", "2.16.840.1.113883.10.20.1.35"),
    *("1.3.6.1.4.1.19376.1.5.3.1.4.13.1", "1.2.250.1.213.1.1.3.49"),
)
_OBSERVATION = (
    *("2.16.840.1.113883.10.20.1.31", "1.3.6.1.4.1.19376.1.5.3.1.4.13"),
    *("1.3.6.1.4.1.19376.1.5.3.1.4.13.2", "1.2.250.1.213.1.1.3.50"),
)


def build_monitoring_cda(identity: DocumentIdentity, report: MonitoringReport, *, signed_at: datetime) -> bytes:
    """The whole document, in UTF-8."""
    facts, when = report.facts, part.stamp(signed_at, report.territory)
    span = Span(facts.started_at, facts.ended_at, facts.territory)
    root = header.document(header.VITALS, identity, title_of(facts), when)
    header.record_target(root, facts.patient)
    header.author(root, facts.author, when)
    part.custodian(root, facts.custodian)
    if facts.medecin_traitant is not None and facts.medecin_traitant.rpps != facts.author.rpps:
        header.recipient(root, facts.medecin_traitant)
    header.legal_authenticator(root, facts.author, when)
    _service_event(root, facts, span)
    header.replacement(root, identity)
    header.encounter(root, facts.author, facts.custodian, span)
    body = part.add(part.add(root, "component"), "structuredBody")
    _results(body, identity, report)
    vitals = [one for one in facts.vitals if one.code in CODES]
    if vitals:
        _vital_signs(body, identity, facts, vitals)
    return header.serialize(root)


def _service_event(root: etree._Element, facts: MonitoringFacts, span: Span) -> None:
    """What was done, from when to when: no nomenclature that we have names télésurveillance, so words do."""
    event = part.add(part.add(root, "documentationOf"), "serviceEvent", classCode="ACT")
    code = part.add(event, "code", nullFlavor="NA")
    part.add(code, "originalText", f"Télésurveillance médicale, {facts.pathway}")
    part.bounds(part.add(event, "effectiveTime"), span)
    performer = part.add(event, "performer", typeCode="PRF")
    part.professional(part.add(performer, "assignedEntity"), facts.author, with_setting=True)


def _section(body: etree._Element, identity: DocumentIdentity, kind: codes.Section) -> etree._Element:
    section = part.add(part.add(body, "component"), "section")
    for template in kind.templates:
        part.add(section, "templateId", root=template)
    part.add(section, "id", root=_identifier(identity, kind.code))
    part.coded(section, "code", (kind.code, kind.label), codes.LOINC, system_name="LOINC")
    part.add(section, "title", kind.label)
    return section


def _results(body: etree._Element, identity: DocumentIdentity, report: MonitoringReport) -> None:
    """The doctor's words, the figures of each signal, the alerts."""
    facts, words = report.facts, report.content
    text = part.add(_section(body, identity, _RESULTS), "text")
    for line in (words.conclusion, words.conduct):
        if line.strip():
            part.add(text, "paragraph", line.strip())
    period = f"{facts.pathway}, du {day_text(facts.first_day)} au {day_text(facts.last_day)}"
    days = f"{facts.received} transmissions reçues, sur {facts.expected} attendues"
    part.add(text, "paragraph", f"{period} : {days}.")
    rows = _table(text, "Signal", "Valeurs")
    for one in facts.signals:
        _row(rows, one.label, " ".join(filter(None, (one.measures, one.span, one.mean, one.last, one.limits))))
    for alert in facts.alerts:
        _row(rows, f"Alerte {alert.label}", f"{instant_text(alert.since, facts.territory)}, {alert.outcome}")
    if len(rows) == 0:
        _row(rows, "Mesures", "Aucune mesure reçue.")


def _vital_signs(
    body: etree._Element, identity: DocumentIdentity, facts: MonitoringFacts, vitals: list[VitalSign]
) -> None:
    """The last coded measure of each day: in words, then as entries that refer to them."""
    section = _section(body, identity, _VITAL_SIGNS)
    rows = _table(part.add(section, "text"), "Signe vital", "Valeur")
    for number, vital in enumerate(vitals):
        said = f"{vital.value} {vital.unit}, {instant_text(vital.at, facts.territory)}"
        _row(rows, vital.label, said, mark=f"mesure-{number}")
    numbered = list(enumerate(vitals))
    for day, of_day in groupby(numbered, key=lambda one: one[1].at.astimezone(facts.territory.zone).date()):
        organizer = _organizer(section, identity, f"{day:%Y%m%d}")
        for number, vital in of_day:
            _observation(organizer, identity, facts, vital, number)


def _table(text: etree._Element, *head: str) -> etree._Element:
    table = part.add(text, "table", border="0")
    row = part.add(part.add(table, "thead"), "tr")
    for name in head:
        part.add(row, "th", name)
    return part.add(table, "tbody")


def _row(rows: etree._Element, name: str, value: str, *, mark: str = "") -> None:
    row = part.add(rows, "tr")
    cell = part.add(row, "td")
    if mark:
        part.add(cell, "content", name, ID=mark)
    else:
        cell.text = part.clean(name)
    part.add(row, "td", value)


def _organizer(section: etree._Element, identity: DocumentIdentity, day: str) -> etree._Element:
    """The measures of one day."""
    organizer = part.add(part.add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    for template in _ORGANIZER:
        part.add(organizer, "templateId", root=template)
    part.add(organizer, "id", root=_identifier(identity, f"jour-{day}"))
    part.coded(organizer, "code", ("85353-1", "Signes vitaux"), codes.LOINC, system_name="LOINC")
    part.add(organizer, "statusCode", code="completed")
    part.add(organizer, "effectiveTime", value=day)
    return organizer


def _observation(
    organizer: etree._Element, identity: DocumentIdentity, facts: MonitoringFacts, one: VitalSign, number: int
) -> None:
    observation = part.add(
        part.add(organizer, "component", typeCode="COMP"), "observation", classCode="OBS", moodCode="EVN"
    )
    for template in _OBSERVATION:
        part.add(observation, "templateId", root=template)
    part.add(observation, "id", root=_identifier(identity, f"mesure-{number}"))
    part.coded(observation, "code", (one.code, one.label), codes.LOINC, system_name="LOINC")
    part.add(part.add(observation, "text"), "reference", value=f"#mesure-{number}")
    part.add(observation, "statusCode", code="completed")
    part.add(observation, "effectiveTime", value=part.stamp(one.at, facts.territory))
    value = part.add(observation, "value", value=one.value, unit=one.unit)
    value.set(f"{{{codes.XSI_NAMESPACE}}}type", "PQ")


def _identifier(identity: DocumentIdentity, name: str) -> str:
    """The same for the same version, whoever makes it again."""
    return str(uuid5(identity.document_id, name)).upper()
