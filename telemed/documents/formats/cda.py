"""Reports as CDA R2, volet TLM-CR of the CI-SIS: a header of codes and the PDF as its body.

The order of the elements is that of the XSD. Nothing clinical is in the header: the text is in the PDF alone.
"""

from __future__ import annotations

import base64
from datetime import datetime

from lxml import etree

from telemed.documents.formats import cda_header as header
from telemed.documents.formats import cda_parts as part
from telemed.documents.formats import codes
from telemed.documents.formats.cda_parts import Span
from telemed.documents.model import ActCode, ActFacts, DocumentIdentity, ExpertiseReport, ProfessionalFacts, Report

_CARE_TEAM = codes.Coded("353", "Membre de l'équipe de soins")


def build_report_cda(identity: DocumentIdentity, report: Report, *, pdf: bytes, signed_at: datetime) -> bytes:
    """A teleconsultation. `signed_at` is the moment of validation, of authentication and of creation.

    The report is complete (rules.check_completeness): the act has a start and an end.
    """
    facts, act = report.facts, report.facts.act
    when, span = part.stamp(signed_at, act.territory), _span(act)
    root = header.document(header.REPORT, identity, "Compte rendu de téléconsultation", when)
    header.record_target(root, facts.patient, place=act.patient_location, place_phone=act.patient_phone)
    header.author(root, facts.author, when)
    part.custodian(root, facts.custodian)
    _recipients(root, facts.author, facts.medecin_traitant)
    header.legal_authenticator(root, facts.author, when)
    for each in facts.participants:
        header.participant(root, each.professional, span, type_code="PRF", function=_CARE_TEAM)
    header.service_event(root, (act.code.value, codes.ACTS[act.code]), facts.author, span)
    for each in facts.participants:
        if each.act_code:
            code = ActCode(each.act_code)
            header.service_event(root, (code.value, codes.ACTS[code]), each.professional, span)
    header.replacement(root, identity)
    header.encounter(root, facts.author, facts.custodian, span)
    _body(root, pdf)
    return header.serialize(root)


def build_opinion_cda(identity: DocumentIdentity, report: ExpertiseReport, *, pdf: bytes, signed_at: datetime) -> bytes:
    """A télé-expertise: the requis is the author, the requérant receives it, TE2 is the act (R-38).

    It fulfils the request (`inFulfillmentOf`). The requérant is the participant who referred the patient.
    """
    facts, when = report.facts, part.stamp(signed_at, report.territory)
    act = Span(facts.accepted_at, facts.answered_at, facts.territory)
    root = header.document(header.REPORT, identity, "Compte rendu de téléexpertise", when)
    header.record_target(root, facts.patient)
    header.author(root, facts.author, when)
    part.custodian(root, facts.custodian)
    _recipients(root, facts.author, facts.requerant, facts.medecin_traitant)
    header.legal_authenticator(root, facts.author, when)
    asked = Span(facts.requested_at, facts.answered_at, facts.territory)
    header.participant(root, facts.requerant, asked, type_code="REF")
    if facts.request_id is not None:
        order = part.add(part.add(root, "inFulfillmentOf"), "order")
        part.add(order, "id", root=codes.uuid_oid(facts.request_id))
    header.service_event(root, codes.EXPERTISE, facts.author, act)
    header.replacement(root, identity)
    header.encounter(root, facts.author, facts.custodian, act)
    _body(root, pdf)
    return header.serialize(root)


def _recipients(root: etree._Element, author: ProfessionalFacts, *people: ProfessionalFacts | None) -> None:
    """Whom it is meant for: each once, and never its author."""
    told = {author.rpps}
    for who in people:
        if who is not None and who.rpps not in told:
            told.add(who.rpps)
            header.recipient(root, who)


def _span(act: ActFacts) -> Span:
    """Raises ValueError if the act has no start or no end."""
    if act.started_at is None or act.ended_at is None:
        raise ValueError("an act without a start and an end has no report")
    return Span(act.started_at, act.ended_at, act.territory)


def _body(root: etree._Element, pdf: bytes) -> None:
    text = part.add(part.add(part.add(root, "component"), "nonXMLBody"), "text", base64.b64encode(pdf).decode("ascii"))
    text.set("mediaType", "application/pdf")
    text.set("representation", "B64")
