"""The TLM-DA and the TLM-CR of a télé-expertise, read by paths; and our own checks of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from telemed.documents.formats import codes
from telemed.documents.formats.cda import build_opinion_cda
from telemed.documents.formats.cda_check import check_opinion_cda, check_request_cda
from telemed.documents.formats.cda_read import read_report_cda
from telemed.documents.formats.cda_request import build_request_cda
from telemed.documents.model import IdentityStatus, RequestContent
from telemed.kernel.decision import Decision
from tests.unit.documents.making import SET_ID, SIGNED_AT, make_identity, make_patient
from tests.unit.documents.making_expertise import (
    REQUEST_ID,
    make_expert,
    make_opinion,
    make_opinion_facts,
    make_request,
    make_request_content,
    make_request_facts,
)

PDF = b"%PDF-1.7\n%%EOF\n"
WHOLE = build_request_cda(make_identity(), make_request(), signed_at=SIGNED_AT)
ANSWER = build_opinion_cda(make_identity(), make_opinion(), pdf=PDF, signed_at=SIGNED_AT)


def every(cda: bytes, path: str) -> list[str]:
    found = etree.fromstring(cda).xpath(path, namespaces={"h": codes.HL7_NAMESPACE})
    assert isinstance(found, list)
    return [str(item) for item in found]


def refusals(decision: Decision) -> list[str]:
    assert all(reason.text and reason.reference for reason in decision.refusals)
    return [reason.code for reason in decision.refusals]


def check(cda: bytes, *, status: IdentityStatus = IdentityStatus.QUAL) -> list[str]:
    return refusals(check_request_cda(cda, identity_status=status, is_production=False))


def test_a_request_declares_its_volet_and_names_whom_it_asks() -> None:
    assert every(WHOLE, "h:templateId/@root")[-1] == "1.2.250.1.213.1.1.1.38"
    assert every(WHOLE, "h:templateId/@extension") == ["2022.01"]
    assert every(WHOLE, "h:code/@code") == ["75496-0"]
    assert every(WHOLE, "h:informationRecipient/h:intendedRecipient/h:id/@extension") == ["810100000073"]
    assert every(WHOLE, "h:documentationOf/h:serviceEvent/h:code/@code") == ["TE2"]
    assert every(WHOLE, "h:documentationOf/h:serviceEvent/h:effectiveTime/*/@value") == ["20261120145207+0100"]


def test_what_was_written_is_text_and_no_code_is_guessed() -> None:
    words = " ".join(every(WHOLE, "//h:text//text()"))
    for written in (
        "exérèse ?",
        "Elle a changé",
        "Carcinome",
        "Amlodipine 5 mg",
        "urticaire < 24 h & œdème",
        "ECG du 12",
    ):
        assert written in words
    assert every(WHOLE, "//h:manufacturedMaterial/h:code/@nullFlavor") == ["UNC"]
    assert every(WHOLE, "//h:substanceAdministration/h:code/@code") == ["DRUG"]
    assert every(WHOLE, "//h:section/h:entry//h:observation") == []


def test_unknown_treatments_are_said_to_be_unknown_never_absent() -> None:
    content = RequestContent("Que faire ?", "dans les heures", history="HTA")
    cda = build_request_cda(make_identity(), make_request(content=content), signed_at=SIGNED_AT)
    assert every(cda, "//h:substanceAdministration/h:code/@code") == ["no-medication-info"]
    assert check(cda) == []


def test_a_patient_without_address_has_one_that_is_unknown() -> None:
    facts = make_request_facts(patient=make_patient(address=None))
    cda = build_request_cda(make_identity(), make_request(facts=facts), signed_at=SIGNED_AT)
    assert every(cda, "h:recordTarget/h:patientRole/h:addr/@nullFlavor") == ["UNK"]
    assert check(cda) == []
    assert check(cda.replace(b'<addr nullFlavor="UNK"/>', b"", 1)) == ["cda.address_missing"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"75496-0", b"85208-7", "cda.type"),
        (b"1.2.250.1.213.1.1.1.38", b"1.2.250.1.213.1.1.1.39", "cda.templates"),
        (b"1.2.250.1.213.1.1.2.69", b"1.2.250.1.213.1.1.2.60", "cda.section_missing"),
        (b"20261120145207+0100", b"20261120145207", "cda.offset"),
        (b'code="TE2"', b'code="RQD"', "cda.act_code"),
        (b"279035121518989", b"279035121518988", "cda.ins_key"),
    ],
)
def test_each_fault_of_a_request_is_refused_by_its_code(old: bytes, new: bytes, code: str) -> None:
    assert check(WHOLE) == []
    assert code in check(WHOLE.replace(old, new))
    assert check(WHOLE, status=IdentityStatus.VALI) == ["cda.ins_not_qualified"]


def test_an_empty_section_is_a_missing_one() -> None:
    root = etree.fromstring(WHOLE)
    for text in root.iter(f"{{{codes.HL7_NAMESPACE}}}text"):
        for child in list(text):
            text.remove(child)
    assert check(etree.tostring(root)) == ["cda.section_missing"] * 3


def test_words_that_xml_cannot_carry_are_left_out_and_lines_stay() -> None:
    content = make_request_content(question="un\x00\x0bdeux\r\ntrois\u2028quatre", treatments="  \n a \n b")
    cda = build_request_cda(make_identity(), make_request(content=content), signed_at=SIGNED_AT)
    assert "undeux" in "".join(every(cda, "//h:text//text()"))
    assert every(cda, "//h:content[@ID='traitements']//text()") == ["a ", " b"]


def test_an_opinion_fulfils_its_request_and_goes_to_who_asked_and_to_the_medecin_traitant() -> None:
    header = read_report_cda(ANSWER)
    assert (header.order_id, header.act_codes, header.pdf) == (REQUEST_ID, ("TE2",), PDF)
    assert header.author_rpps == make_expert().rpps
    assert header.recipient_rpps == (make_opinion_facts().requerant.rpps, "10100000033")
    assert every(ANSWER, "h:participant/@typeCode") == ["REF"]
    assert (header.started_at, header.ended_at) == (SIGNED_AT - timedelta(hours=2), SIGNED_AT)


def test_each_recipient_is_named_once_and_never_the_author() -> None:
    facts = make_opinion_facts(medecin_traitant=make_expert())
    cda = build_opinion_cda(make_identity(), make_opinion(facts=facts), pdf=PDF, signed_at=SIGNED_AT)
    assert read_report_cda(cda).recipient_rpps == (facts.requerant.rpps,)


def test_a_corrected_opinion_names_what_it_replaces() -> None:
    identity = make_identity(version=2, replaces=SET_ID)
    cda = build_opinion_cda(identity, make_opinion(), pdf=PDF, signed_at=SIGNED_AT)
    decision = check_opinion_cda(cda, identity_status=IdentityStatus.QUAL, is_production=False, pdf=PDF)
    assert refusals(decision) == []
    assert read_report_cda(cda).identity == identity
    other = check_opinion_cda(cda, identity_status=IdentityStatus.QUAL, is_production=True, pdf=PDF + b" ")
    assert refusals(other) == ["cda.ins_test", "cda.body_differs"]
