"""The request of a télé-expertise as CDA R2, volet TLM-DA of the CI-SIS: the header, then sections of text.

What the requérant wrote is free text, so it is narrative. The volet asks for an entry of treatments: it refers to that
text and says that it is not coded, or that nothing is known. No code is guessed from words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid5

from lxml import etree

from telemed.documents.formats import cda_header as header
from telemed.documents.formats import cda_parts as part
from telemed.documents.formats import codes
from telemed.documents.formats.cda_parts import Span
from telemed.documents.formats.french import size_text
from telemed.documents.model import AttachedFile, DocumentIdentity, ExpertiseRequest, RequestContent, RequestFacts

Rows = Sequence[tuple[str, str]]
_UNKNOWN = "Non renseigné."
_REASON = codes.Section("42349-1", "Raison de la recommandation", ("1.3.6.1.4.1.19376.1.5.3.1.3.1",))
_HISTORY = codes.Section("46612-8", "Conclusions de synthèse", ("1.2.250.1.213.1.1.2.68",))
_ANAMNESIS = codes.Section("34117-2", "Historique et physique", ("1.2.250.1.213.1.1.2.69",))
_TREATMENTS = codes.Section(
    "10160-0",
    "Traitements",
    ("2.16.840.1.113883.10.20.1.8", "1.3.6.1.4.1.19376.1.5.3.1.3.19", "1.2.250.1.213.1.1.2.143"),
)
_FILES = codes.Section("55107-7", "Documents ajoutés", ())
_ENTRY = (
    *("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.7"),
    *("1.2.250.1.213.1.1.3.42", "1.3.6.1.4.1.19376.1.5.3.1.4.7.1"),
)
_PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
_TREATMENT_MARK = "traitements"


def build_request_cda(identity: DocumentIdentity, request: ExpertiseRequest, *, signed_at: datetime) -> bytes:
    """The whole document, in UTF-8. Who asks is the performer, as in the official sample of the volet."""
    facts, when = request.facts, part.stamp(signed_at, request.territory)
    span = Span(signed_at, None, facts.territory)
    root = header.document(header.REQUEST, identity, "Demande de téléexpertise", when)
    header.record_target(root, facts.patient)
    header.author(root, facts.author, when)
    part.custodian(root, facts.custodian)
    for colleague in facts.asked:
        header.recipient(root, colleague)
    header.legal_authenticator(root, facts.author, when)
    header.service_event(root, codes.EXPERTISE, facts.author, span)
    header.replacement(root, identity)
    header.encounter(root, facts.author, facts.custodian, span)
    body = part.add(part.add(root, "component"), "structuredBody")
    _reason(body, identity, facts, request.content)
    _history(body, identity, request.content)
    _treatments(body, identity, request.content.treatments)
    _files(body, identity, facts.attachments)
    return header.serialize(root)


def _reason(body: etree._Element, identity: DocumentIdentity, facts: RequestFacts, content: RequestContent) -> None:
    doctor = facts.medecin_traitant
    rows = [
        ("Question", content.question),
        ("Réponse attendue", content.delay),
        ("Équipe ou spécialité", facts.wanted),
        ("Lieu de prise en charge", content.setting),
        ("Affection de longue durée", _yes_no(has=content.has_long_term_illness)),
        ("Médecin traitant", f"{doctor.given_name} {doctor.family_name}, RPPS {doctor.rpps}" if doctor else ""),
        ("Remarques", content.remarks),
    ]
    _text(_section(body, identity, _REASON, "Demande d'avis"), rows)


def _history(body: etree._Element, identity: DocumentIdentity, content: RequestContent) -> None:
    rows = [
        ("Antécédents", content.history),
        ("Allergies", content.allergies),
        ("Examen et constatations", content.findings),
    ]
    outer = _section(body, identity, _HISTORY, "Anamnèse et facteurs de risques")
    _text(_section(outer, identity, _ANAMNESIS, "Anamnèse"), rows)


def _treatments(body: etree._Element, identity: DocumentIdentity, treatments: str) -> None:
    is_known = bool(treatments.strip())
    section = _section(body, identity, _TREATMENTS, "Traitements")
    holder = part.add(part.add(section, "text"), "paragraph")
    _lines(part.add(holder, "content", ID=_TREATMENT_MARK), treatments if is_known else _UNKNOWN)
    entry = part.add(part.add(section, "entry", typeCode="DRIV"), "substanceAdministration")
    entry.set("classCode", "SBADM")
    entry.set("moodCode", "EVN")
    for template in _ENTRY:
        part.add(entry, "templateId", root=template)
    part.add(entry, "id", root=_identifier(identity, "traitement"))
    concept, system = (codes.DRUG, codes.ACT_CODE_OID) if is_known else (codes.NO_MEDICATION_INFO, codes.ABSENT_OID)
    part.coded(entry, "code", concept, system)
    part.add(part.add(entry, "text"), "reference", value=f"#{_TREATMENT_MARK}")
    part.add(entry, "statusCode", code="completed")
    product = part.add(part.add(entry, "consumable"), "manufacturedProduct")
    for template in _PRODUCT:
        part.add(product, "templateId", root=template)
    material = part.add(product, "manufacturedMaterial")
    code = part.add(material, "code", nullFlavor="UNC" if is_known else "NA")
    part.add(part.add(code, "originalText"), "reference", value=f"#{_TREATMENT_MARK}")
    part.add(material, "name", nullFlavor="NA")


def _files(body: etree._Element, identity: DocumentIdentity, files: Iterable[AttachedFile]) -> None:
    """The files go by their own way: here they are named, with the digest that tells them."""
    rows = [(file.name, f"{file.kind}, {size_text(file.size)}, SHA-256 {file.sha256}") for file in files]
    if rows:
        _text(_section(body, identity, _FILES, "Pièces jointes"), rows)


def _section(parent: etree._Element, identity: DocumentIdentity, kind: codes.Section, title: str) -> etree._Element:
    section = part.add(part.add(parent, "component"), "section")
    for template in kind.templates:
        part.add(section, "templateId", root=template)
    part.add(section, "id", root=_identifier(identity, kind.code))
    part.coded(section, "code", (kind.code, kind.label), codes.LOINC, system_name="LOINC")
    part.add(section, "title", title)
    return section


def _text(section: etree._Element, rows: Rows) -> None:
    """Each thing known under its name; nothing known is said."""
    text = part.add(section, "text")
    known = [(name, words) for name, words in rows if words.strip()]
    if not known:
        part.add(text, "paragraph", _UNKNOWN)
        return
    listed = part.add(text, "list")
    for name, words in known:
        item = part.add(listed, "item")
        part.add(item, "caption", name)
        _lines(part.add(item, "content"), words)


def _lines(content: etree._Element, words: str) -> None:
    first, *others = words.strip().splitlines()
    content.text = part.clean(first)
    for line in others:
        part.add(content, "br").tail = part.clean(line)


def _identifier(identity: DocumentIdentity, name: str) -> str:
    """The same for the same version, whoever makes it again."""
    return str(uuid5(identity.document_id, name)).upper()


def _yes_no(*, has: bool | None) -> str:
    return "" if has is None else "oui" if has else "non"
