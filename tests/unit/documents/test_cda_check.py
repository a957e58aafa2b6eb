"""Each fault that the official tool lets through is refused by its own code."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from lxml import etree

from telemed.documents.formats import codes
from telemed.documents.formats.cda import build_report_cda
from telemed.documents.formats.cda_check import check_report_cda
from telemed.documents.model import DocumentIdentity, IdentityStatus, Report
from telemed.kernel.decision import Decision
from telemed.kernel.identifiers import InsOid
from tests.unit.documents.making import SET_ID, SIGNED_AT, make_facts, make_identity, make_patient, make_report

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
NS = {"h": codes.HL7_NAMESPACE}
PATIENT = "h:recordTarget/h:patientRole"
DOCTYPE = (
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><ClinicalDocument xmlns="urn:hl7-org:v3">&x;'
    b"</ClinicalDocument>"
)
Change = Callable[[etree._Element], None]


def build(report: Report | None = None, identity: DocumentIdentity | None = None, pdf: bytes = PDF) -> bytes:
    return build_report_cda(identity or make_identity(), report or make_report(), pdf=pdf, signed_at=SIGNED_AT)


def check(
    cda: bytes,
    *,
    status: IdentityStatus = IdentityStatus.QUAL,
    is_production: bool = False,
    pdf: bytes | None = PDF,
) -> Decision:
    return check_report_cda(cda, identity_status=status, is_production=is_production, pdf=pdf)


def refusals(decision: Decision) -> list[str]:
    assert all(reason.text and reason.reference for reason in decision.refusals)
    return [reason.code for reason in decision.refusals]


def damaged(change: Change) -> bytes:
    root = etree.fromstring(build())
    change(root)
    return etree.tostring(root)


def find(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path, NS)
    assert found is not None, path
    return found


def put(path: str, name: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        find(root, path).set(name, value)

    return change


def text(path: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        find(root, path).text = value

    return change


def remove(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = find(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def without(path: str, name: str) -> Change:
    def change(root: etree._Element) -> None:
        del find(root, path).attrib[name]

    return change


def test_what_we_build_passes() -> None:
    assert refusals(check(build())) == []
    assert refusals(check(build(identity=make_identity(version=2, replaces=SET_ID)))) == []
    not_qualified = make_report(facts=make_facts(patient=make_patient(identity_status=IdentityStatus.VALI)))
    assert refusals(check(build(not_qualified), status=IdentityStatus.VALI)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (remove("h:templateId"), "cda.templates"),
        (put("h:templateId", "root", "1.2.3"), "cda.templates"),
        (put("h:code", "code", "11488-4"), "cda.type"),
        (put("h:id", "root", "not-an-oid"), "cda.oid"),
        (put("h:setId", "root", "2.25." + "1" * 60), "cda.oid"),
        (put("h:versionNumber", "value", "2"), "cda.version"),
        (put("h:versionNumber", "value", "un"), "cda.version"),
        (put("h:effectiveTime", "value", "20261120145207"), "cda.offset"),
        (put("h:effectiveTime", "value", "20261120"), "cda.offset"),
        (remove("h:effectiveTime"), "cda.offset"),
        (put("h:author/h:time", "value", "20261120145207"), "cda.offset"),
        (put("h:legalAuthenticator/h:time", "value", "20261120145207Z"), "cda.offset"),
        (put("h:participant/h:time/h:low", "value", "202611201452"), "cda.offset"),
        (put("h:documentationOf/h:serviceEvent/h:effectiveTime/h:low", "value", "20261120143000"), "cda.offset"),
        (remove("h:documentationOf/h:serviceEvent/h:effectiveTime"), "cda.offset"),
        (put("h:componentOf//h:effectiveTime/h:high", "value", "20261120143000"), "cda.offset"),
        (put(f"{PATIENT}/h:id", "extension", "279035121518988"), "cda.ins_key"),
        (put(f"{PATIENT}/h:id", "extension", "27903512151898"), "cda.ins_key"),
        (put(f"{PATIENT}/h:id", "root", "1.2.250.1.213.1.4.2"), "cda.ins_obsolete"),
        (remove(f"{PATIENT}/h:id[2]"), "cda.local_id_missing"),
        (remove(f"{PATIENT}/h:id[1]"), "cda.ins_missing"),
        (remove(f"{PATIENT}/h:patient/h:name/h:family[@qualifier='BR']"), "cda.traits_missing"),
        (remove(f"{PATIENT}/h:patient/h:birthplace"), "cda.traits_missing"),
        (text(f"{PATIENT}/h:patient/h:name/h:given[@qualifier='BR']", " "), "cda.traits_missing"),
        (put(f"{PATIENT}/h:patient/h:birthTime", "value", "28/03/1979"), "cda.birth_date"),
        (remove(f"{PATIENT}/h:addr"), "cda.address_missing"),
        (put(f"{PATIENT}/h:addr", "nullFlavor", "UNK"), "cda.address_missing"),
        (put("h:author/h:assignedAuthor/h:id", "extension", "ABC"), "cda.rpps"),
        (put("h:participant/h:associatedEntity/h:id", "extension", "10100000025"), "cda.rpps"),
        (put("h:custodian//h:id", "extension", "350000014"), "cda.structure"),
        (put("h:legalAuthenticator/h:assignedEntity/h:id", "extension", "810100000099"), "cda.signer"),
        (put("h:author/h:assignedAuthor/h:code", "code", "docteur"), "cda.profession"),
        (remove("h:documentationOf/h:serviceEvent/h:code"), "cda.act_code"),
        (put("h:documentationOf/h:serviceEvent/h:code", "code", "TCS"), "cda.act_code"),
        (put("h:documentationOf/h:serviceEvent/h:code", "codeSystem", "1.2.3"), "cda.act_code"),
        (remove("h:documentationOf//h:standardIndustryClassCode"), "cda.setting"),
        (put("h:documentationOf//h:standardIndustryClassCode", "code", "CABINET"), "cda.setting"),
        (remove("h:component/h:nonXMLBody/h:text"), "cda.body"),
        (put("h:component/h:nonXMLBody/h:text", "mediaType", "text/plain"), "cda.body"),
        (without("h:component/h:nonXMLBody/h:text", "representation"), "cda.body"),
        (text("h:component/h:nonXMLBody/h:text", ""), "cda.body"),
        (text("h:component/h:nonXMLBody/h:text", "not base64 !"), "cda.body"),
        (text("h:component/h:nonXMLBody/h:text", base64.b64encode(b"GIF89a").decode()), "cda.body"),
        (text("h:component/h:nonXMLBody/h:text", base64.b64encode(PDF[:-8]).decode()), "cda.body"),
        (text("h:component/h:nonXMLBody/h:text", base64.b64encode(PDF + b"\n").decode()), "cda.body_differs"),
    ],
)
def test_a_fault_is_refused_by_its_code(change: Change, code: str) -> None:
    assert code in refusals(check(damaged(change)))


def test_a_telecom_is_required() -> None:
    def change(root: etree._Element) -> None:
        for telecom in root.findall(f"{PATIENT}/h:telecom", NS):
            telecom.getparent().remove(telecom)  # type: ignore[union-attr]  # a telecom has a parent

    assert refusals(check(damaged(change))) == ["cda.telecom_missing"]


def test_a_document_cannot_replace_itself() -> None:
    cda = build(identity=make_identity(version=2, replaces=make_identity().document_id))
    assert refusals(check(cda)) == ["cda.version"]


@pytest.mark.parametrize("oid", list(InsOid))
@pytest.mark.parametrize("is_production", [False, True])
def test_a_test_matricule_is_refused_in_production(oid: InsOid, is_production: bool) -> None:
    cda = damaged(put(f"{PATIENT}/h:id", "root", oid.value))
    assert refusals(check(cda, is_production=is_production)) == (
        ["cda.ins_test"] if is_production and oid.is_for_tests else []
    )


@pytest.mark.parametrize("status", [IdentityStatus.PROV, IdentityStatus.RECUP, IdentityStatus.VALI])
def test_a_matricule_without_a_qualified_identity_is_refused(status: IdentityStatus) -> None:
    assert refusals(check(build(), status=status)) == ["cda.ins_not_qualified"]


def test_a_matricule_does_not_leave_by_the_mail_address_either() -> None:
    cda = damaged(remove(f"{PATIENT}/h:id[1]"))
    assert refusals(check(cda, status=IdentityStatus.PROV)) == ["cda.ins_not_qualified"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<ClinicalDocument>",
        b"<other/>",
        b"<ClinicalDocument/>",
        DOCTYPE,
    ],
)
def test_what_is_not_a_cda_is_refused_without_a_crash(data: bytes) -> None:
    assert refusals(check(data)) == ["cda.unreadable"]


def test_an_empty_cda_tells_everything_that_lacks() -> None:
    found = refusals(check(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'))
    assert {"cda.templates", "cda.type", "cda.offset", "cda.rpps", "cda.act_code", "cda.body"} <= set(found)
