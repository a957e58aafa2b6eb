"""What must be true of a TLM-CR or a TLM-DA before it is stored or sent, and that the official tool does not look at.

The ANS schematrons pass a wrong INS key, an INS of 14 digits, a test matricule in production, `ABC` as an RPPS number,
an act without code, an instant without offset, an empty body. None of these is acceptable in a document that a doctor
signs, so each is refused here with its own code, whatever made the document.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from telemed.documents.formats import codes
from telemed.documents.formats.cda_header import REPORT, REQUEST, VITALS, Volet
from telemed.documents.model import IdentityStatus
from telemed.kernel.decision import Decision, Reason, refuse
from telemed.kernel.identifiers import InsOid, Matricule

_NS = {"h": codes.HL7_NAMESPACE}
_INSTANT = re.compile(r"\d{14}[+-]\d{4}", re.ASCII)
_BIRTH = re.compile(r"\d{4}(?:\d{2}(?:\d{2})?)?", re.ASCII)
_PERSON = re.compile(r"8\d{11}", re.ASCII)
_STRUCTURE = re.compile(r"1\d[\dAB]\d{7}|2\d{9}|3\d{14}|4\d{13,14}", re.ASCII)
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+", re.ASCII)
_PROFESSION = re.compile(r"(?:G\d{2}_\d{2}|\d{2,3})(?:/[A-Z0-9]+)?", re.ASCII)
_OLD_INS_C = "1.2.250.1.213.1.4.2"
_ACTS = frozenset({"TCG", "TC", "TE1", "TE2", "TLD", "TLL", "TLM", "TLS"})
_SETTINGS = frozenset(
    "AMBULATOIRE AMO DEPISTAGE ESSMS ETABLISSEMENT HAD MAD PALLIATIF SAD SAMU_SMUR EXP_PATIENT SNR".split()  # noqa: SIM905
)
_CI_SIS = "CI-SIS, volet Structuration minimale"
_TLM_CR = "CI-SIS, volet TLM-CR 2022.01"
_TLM_DA = "CI-SIS, volet TLM-DA 2022.01"
_RESULTS = "1.2.250.1.213.1.1.2.150"
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_SECTIONS = ("1.2.250.1.213.1.1.2.68", "1.2.250.1.213.1.1.2.69", "1.3.6.1.4.1.19376.1.5.3.1.3.19")


@dataclass(frozen=True)
class _Cda:
    root: etree._Element
    volet: Volet
    is_production: bool
    identity_status: IdentityStatus
    pdf: bytes | None

    def all(self, path: str) -> list[etree._Element]:
        return self.root.findall(path, namespaces=_NS)

    def values(self, path: str) -> list[str]:
        """The attributes or texts that a path selects."""
        found = self.root.xpath(path, namespaces=_NS)
        return [str(item) for item in found] if isinstance(found, list) else []

    def value(self, path: str) -> str:
        return next(iter(self.values(path)), "")


_Check = Callable[[_Cda], Iterator[Reason]]


def check_report_cda(
    cda: bytes, *, identity_status: IdentityStatus, is_production: bool, pdf: bytes | None = None
) -> Decision:
    """May this TLM-CR of a teleconsultation be stored and sent? `pdf`, when given, must be its body byte for byte."""
    checks = (*_COMMON, _check_patient, _check_body)
    return _check(cda, checks, REPORT, identity_status=identity_status, is_production=is_production, pdf=pdf)


def check_opinion_cda(
    cda: bytes, *, identity_status: IdentityStatus, is_production: bool, pdf: bytes | None = None
) -> Decision:
    """May this TLM-CR of a télé-expertise be stored and sent? The patient's address may be said to be unknown."""
    checks = (*_COMMON, _check_patient_or_unknown, _check_body)
    return _check(cda, checks, REPORT, identity_status=identity_status, is_production=is_production, pdf=pdf)


def check_request_cda(cda: bytes, *, identity_status: IdentityStatus, is_production: bool) -> Decision:
    """May this TLM-DA be stored and sent? Its body is structured: the PDF goes beside it."""
    checks = (*_COMMON, _check_patient_or_unknown, _check_sections)
    return _check(cda, checks, REQUEST, identity_status=identity_status, is_production=is_production)


def check_monitoring_cda(cda: bytes, *, identity_status: IdentityStatus, is_production: bool) -> Decision:
    """May this report of télésurveillance be stored and sent? Its body is structured: the PDF goes beside it."""
    checks = (_check_head, _check_instants, _check_ins, _check_professionals, _check_patient_or_unknown, _check_vitals)
    return _check(cda, checks, VITALS, identity_status=identity_status, is_production=is_production)


def _check(
    cda: bytes,
    checks: tuple[_Check, ...],
    volet: Volet,
    *,
    identity_status: IdentityStatus,
    is_production: bool,
    pdf: bytes | None = None,
) -> Decision:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(cda, parser)
    except etree.XMLSyntaxError:
        return refuse(Reason("cda.unreadable", "Le document CDA n'est pas un XML bien formé.", "XML 1.0"))
    if root.getroottree().docinfo.internalDTD is not None or root.tag != f"{{{codes.HL7_NAMESPACE}}}ClinicalDocument":
        return refuse(Reason("cda.unreadable", "Le document n'est pas un ClinicalDocument CDA R2.", _CI_SIS))
    document = _Cda(root, volet, is_production, identity_status, pdf)
    return refuse(*(reason for check in checks for reason in check(document)))


def _check_head(cda: _Cda) -> Iterator[Reason]:
    if sorted(cda.values("h:templateId/@root")) != sorted(cda.volet.templates):
        yield Reason("cda.templates", "Le document doit déclarer les trois modèles du volet, et eux seuls.", _CI_SIS)
    expected = cda.volet.type.code
    if cda.value("h:code/@code") != expected or cda.value("h:code/@codeSystem") != codes.LOINC:
        yield Reason("cda.type", f"Le type du document doit être {expected}.", _CI_SIS)
    for name in ("id", "setId"):
        root = cda.value(f"h:{name}/@root")
        if not _OID.fullmatch(root) or len(root) > 64:
            yield Reason("cda.oid", "L'identifiant du document doit être un OID de 64 caractères au plus.", _CI_SIS)
    version = cda.value("h:versionNumber/@value")
    replaced = cda.values("h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id/@root")
    if not version.isascii() or not version.isdigit() or (int(version) > 1) != (len(replaced) == 1):
        text = "Une version corrigée nomme la version qu'elle remplace, et elle seule."
        yield Reason("cda.version", text, "CI-SIS, relatedDocument RPLC", {"version": version})
    if cda.value("h:id/@root") in replaced:
        yield Reason("cda.version", "Un document ne peut pas se remplacer lui-même.", "CI-SIS, relatedDocument RPLC")


def _check_instants(cda: _Cda) -> Iterator[Reason]:
    paths = (
        "h:effectiveTime/@value",
        "(h:author|h:legalAuthenticator|h:participant)/h:time/@value",
        "h:participant/h:time/*/@value",
        "h:documentationOf/h:serviceEvent/h:effectiveTime/h:low/@value",
        "h:documentationOf/h:serviceEvent/h:effectiveTime/h:high/@value",
        "h:componentOf/h:encompassingEncounter/h:effectiveTime/*/@value",
    )
    wrong = sum(not _INSTANT.fullmatch(value) for path in paths for value in cda.values(path))
    starts = cda.values("h:documentationOf/h:serviceEvent/h:effectiveTime/h:low/@value")
    if wrong or not cda.value("h:effectiveTime/@value") or len(starts) != len(cda.all("h:documentationOf")):
        text = "Chaque date du document doit porter l'heure et son décalage (AAAAMMJJhhmmss+zzzz)."
        yield Reason("cda.offset", text, "CSP, art. R. 6316-4, 4°", {"wrong": wrong})
    if not _BIRTH.fullmatch(cda.value("h:recordTarget/h:patientRole/h:patient/h:birthTime/@value")):
        yield Reason("cda.birth_date", "La date de naissance du patient manque ou est illisible.", _CI_SIS)


def _check_ins(cda: _Cda) -> Iterator[Reason]:
    numbers = [
        (identifier.get("root", ""), identifier.get("extension", ""))
        for identifier in cda.all("h:recordTarget/h:patientRole/h:id")
    ]
    ins = [(root, number) for root, number in numbers if root in set(InsOid)]
    if any(root == _OLD_INS_C for root, _ in numbers):
        yield Reason("cda.ins_obsolete", "L'INS-C n'est plus un identifiant accepté.", "CI-SIS, OID de l'INS")
    if len(numbers) == len(ins):
        yield Reason("cda.local_id_missing", "Le numéro local du patient (IPP) manque.", _CI_SIS)
    if cda.identity_status is not IdentityStatus.QUAL and (ins or _has_patient_mail(cda)):
        text = "Le matricule INS ne peut figurer que pour une identité qualifiée."
        yield Reason("cda.ins_not_qualified", text, "RNIV, exigence EXI SI 08")
    if cda.identity_status is IdentityStatus.QUAL and len(ins) != 1:
        yield Reason("cda.ins_missing", "Une identité qualifiée porte un matricule INS, et un seul.", "RNIV")
    for root, number in ins:
        yield from _check_matricule(InsOid(root), number, is_production=cda.is_production)
    if ins:
        yield from _check_traits(cda)


def _check_matricule(oid: InsOid, number: str, *, is_production: bool) -> Iterator[Reason]:
    try:
        Matricule(number, oid)
    except ValueError:
        text = "Le matricule INS doit compter 15 caractères et porter une clé exacte."
        yield Reason("cda.ins_key", text, "Clé du NIR : 97 − (N mod 97)", {"length": len(number)})
    if is_production and oid.is_for_tests:
        text = "Un matricule de test ou de démonstration ne peut pas figurer dans un document réel."
        yield Reason("cda.ins_test", text, "CI-SIS, OID de l'INS", {"oid": oid.value})


def _has_patient_mail(cda: _Cda) -> bool:
    return any(codes.PATIENT_MAIL_DOMAIN in value for value in cda.values("h:recordTarget//h:telecom/@value"))


def _check_traits(cda: _Cda) -> Iterator[Reason]:
    patient = "h:recordTarget/h:patientRole/h:patient"
    paths = (
        f"{patient}/h:name/h:family[@qualifier='BR']/text()",
        f"{patient}/h:name/h:given[not(@qualifier)]/text()",
        f"{patient}/h:name/h:given[@qualifier='BR']/text()",
        f"{patient}/h:administrativeGenderCode/@code",
        f"{patient}/h:birthTime/@value",
        f"{patient}/h:birthplace/h:place/h:addr/h:county/text()",
    )
    missing = sum(not cda.value(path).strip() for path in paths)
    if missing:
        text = "Avec un matricule INS, les traits d'identité stricts doivent tous figurer."
        yield Reason("cda.traits_missing", text, "RNIV, traits stricts", {"missing": missing})


def _check_patient(cda: _Cda) -> Iterator[Reason]:
    content = cda.values("h:recordTarget/h:patientRole/h:addr[not(@nullFlavor)]/*/text()")
    if not any(text.strip() for text in content):
        yield Reason("cda.address_missing", "L'adresse du patient ou le lieu où il se trouve manque.", _CI_SIS)
    if not cda.values("h:recordTarget/h:patientRole/h:telecom/@*"):
        yield Reason("cda.telecom_missing", "Le moyen de joindre le patient manque.", _CI_SIS)


def _check_patient_or_unknown(cda: _Cda) -> Iterator[Reason]:
    """An address that nobody knows is said so; it is never merely left out."""
    if not cda.values("h:recordTarget/h:patientRole/h:addr/@nullFlavor"):
        yield from _check_patient(cda)


def _check_professionals(cda: _Cda) -> Iterator[Reason]:
    persons = cda.values(f"//h:id[@root='{codes.PERSON_OID}']/@extension")
    wrong = sum(not _PERSON.fullmatch(number) for number in persons)
    if wrong or not persons:
        text = "Chaque professionnel porte son identifiant national : 8 suivi des 11 chiffres du RPPS."
        yield Reason("cda.rpps", text, "CI-SIS, PSIdNat", {"wrong": wrong})
    wrong = sum(
        not _STRUCTURE.fullmatch(number) for number in cda.values(f"//h:id[@root='{codes.STRUCTURE_OID}']/@extension")
    )
    if wrong:
        text = "Un identifiant de structure n'a pas la forme nationale (préfixe, puis numéro)."
        yield Reason("cda.structure", text, "CI-SIS, StructIdNat", {"wrong": wrong})
    author = cda.values("h:author/h:assignedAuthor/h:id/@extension")
    signer = cda.values("h:legalAuthenticator/h:assignedEntity/h:id/@extension")
    if len(signer) != 1 or signer[0] not in author:
        text = "Le responsable du document doit en être l'auteur."
        yield Reason("cda.signer", text, "CSP, art. R. 6316-4, 3°")
    professions = cda.values(f"//h:code[@codeSystem='{codes.PROFESSION_OID}']/@code")
    if not professions or not all(_PROFESSION.fullmatch(code) for code in professions):
        yield Reason("cda.profession", "La profession d'un professionnel manque ou n'est pas codée.", "JDV_J01")


def _check_acts(cda: _Cda) -> Iterator[Reason]:
    events = cda.all("h:documentationOf/h:serviceEvent")
    coded = cda.values(f"h:documentationOf/h:serviceEvent/h:code[@codeSystem='{codes.NGAP}']/@code")
    if not events or len(coded) != len(events) or not _ACTS.issuperset(coded):
        text = "Chaque acte documenté porte un code NGAP de télémédecine accepté par le volet."
        yield Reason("cda.act_code", text, _TLM_CR, {"acts": len(events), "coded": len(coded)})
    path = "h:documentationOf/h:serviceEvent/h:performer//h:standardIndustryClassCode/@code"
    settings = cda.values(path)
    if len(settings) < len(events) or not _SETTINGS.issuperset(settings):
        yield Reason("cda.setting", "Le cadre d'exercice manque ou n'est pas dans la liste.", "JDV_J04")


def _check_body(cda: _Cda) -> Iterator[Reason]:
    bodies = cda.all("h:component/h:nonXMLBody/h:text")
    body = bodies[0] if len(bodies) == 1 else None
    if body is None or body.get("mediaType") != "application/pdf" or body.get("representation") != "B64":
        yield Reason("cda.body", "Le corps doit être un PDF encodé en base 64.", _TLM_CR)
        return
    try:
        content = base64.b64decode("".join((body.text or "").split()), validate=True)
    except binascii.Error:
        content = b""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        yield Reason("cda.body", "Le corps n'est pas un PDF entier.", _TLM_CR, {"bytes": len(content)})
    elif cda.pdf is not None and content != cda.pdf:
        yield Reason("cda.body_differs", "Le corps n'est pas le PDF qui a été signé.", _TLM_CR)


def _check_sections(cda: _Cda) -> Iterator[Reason]:
    """The sections that the volet requires, each with words."""
    for template in _SECTIONS:
        sections = cda.all(f"h:component/h:structuredBody//h:section/h:templateId[@root='{template}']/..")
        if len(sections) != 1 or not _narrative(sections[0]):
            text = "Une section obligatoire de la demande manque ou est vide."
            yield Reason("cda.section_missing", text, _TLM_DA, {"template": template})
    if cda.all("h:component/h:nonXMLBody"):
        yield Reason("cda.body", "Le corps d'une demande est structuré.", _TLM_DA)


def _check_vitals(cda: _Cda) -> Iterator[Reason]:
    """A section of results with words; each coded measure is a number in a unit, at an instant."""
    sections = cda.all(f"h:component/h:structuredBody//h:section/h:templateId[@root='{_RESULTS}']/..")
    if len(sections) != 1 or not _narrative(sections[0]):
        yield Reason("cda.section_missing", "La section des résultats manque ou est vide.", _CI_SIS)
    for observation in cda.all("h:component//h:observation"):
        value = observation.find("h:value", namespaces=_NS)
        at = observation.find("h:effectiveTime", namespaces=_NS)
        is_measured = value is not None and _DECIMAL.fullmatch(value.get("value", "")) and value.get("unit")
        if not is_measured or at is None or not _INSTANT.fullmatch(at.get("value", "")):
            yield Reason("cda.vital_sign", "Un signe vital porte un nombre, une unité et une heure.", _CI_SIS)
            return


def _narrative(section: etree._Element) -> str:
    """The words of a section and of those within it."""
    texts = section.findall(".//h:text", namespaces=_NS)
    return "".join(str(words) for text in texts for words in text.itertext()).strip()


_COMMON: tuple[_Check, ...] = (_check_head, _check_instants, _check_ins, _check_professionals, _check_acts)
