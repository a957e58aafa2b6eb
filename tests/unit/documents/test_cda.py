"""The TLM-CR that we build, read by paths: these tests need no third-party schema."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from telemed.documents.formats import codes
from telemed.documents.formats.cda import build_report_cda
from telemed.documents.model import (
    Address,
    BirthDate,
    DocumentIdentity,
    IdentityStatus,
    Report,
    Sex,
    StructureId,
    StructureIdKind,
)
from telemed.kernel.clock import Territory
from tests.unit.documents.making import (
    DOCUMENT_ID,
    SET_ID,
    SIGNED_AT,
    START,
    make_act,
    make_doctor,
    make_facts,
    make_identity,
    make_participant,
    make_patient,
    make_place,
    make_report,
)

PDF = b"%PDF-1.7\n%%EOF"
PATIENT = "h:recordTarget/h:patientRole"


class Cda:
    """A built document, asked by path; the namespace prefix is `h`."""

    def __init__(
        self, report: Report, identity: DocumentIdentity | None = None, signed_at: datetime = SIGNED_AT
    ) -> None:
        self.bytes = build_report_cda(identity or make_identity(), report, pdf=PDF, signed_at=signed_at)
        self.root = etree.fromstring(self.bytes)

    def every(self, path: str) -> list[str]:
        found = self.root.xpath(path, namespaces={"h": codes.HL7_NAMESPACE})
        assert isinstance(found, list)
        return [str(item) for item in found]

    def one(self, path: str) -> str:
        (only,) = self.every(path)
        return only


def of_patient(**changes: object) -> Cda:
    return Cda(make_report(facts=make_facts(patient=make_patient(**changes))))


def test_the_document_declares_what_it_is() -> None:
    cda = Cda(make_report())
    assert cda.bytes.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert tuple(cda.every("h:templateId/@root")) == codes.TEMPLATES
    assert cda.one("h:code/@code") == "85208-7"
    assert cda.one("h:languageCode/@code") == "fr-FR"
    assert cda.one("h:id/@root") == f"2.25.{DOCUMENT_ID.int}"
    assert cda.one("h:setId/@root") == f"2.25.{SET_ID.int}"
    assert cda.one("h:versionNumber/@value") == "1"
    assert cda.every("h:relatedDocument") == []


def test_the_children_come_in_the_order_of_the_schema() -> None:
    root = Cda(make_report(), make_identity(version=2, replaces=SET_ID)).root
    names = [etree.QName(child).localname for child in root]
    assert list(dict.fromkeys(names)) == [
        *("realmCode", "typeId", "templateId", "id", "code", "title", "effectiveTime", "confidentialityCode"),
        *("languageCode", "setId", "versionNumber", "recordTarget", "author", "custodian", "informationRecipient"),
        *("legalAuthenticator", "participant", "documentationOf", "relatedDocument", "componentOf", "component"),
    ]


def test_a_qualified_identity_carries_its_matricule_and_the_local_number() -> None:
    cda = of_patient()
    assert cda.every(f"{PATIENT}/h:id/@extension") == ["279035121518989", "000127"]
    assert cda.every(f"{PATIENT}/h:id/@root") == ["1.2.250.1.213.1.4.10", "2.25.1234567890"]
    assert "mailto:279035121518989@patient.mssante.fr" in cda.every(f"{PATIENT}/h:telecom/@value")


@pytest.mark.parametrize("status", [IdentityStatus.PROV, IdentityStatus.RECUP, IdentityStatus.VALI])
def test_no_matricule_leaves_below_the_status_qualified(status: IdentityStatus) -> None:
    cda = of_patient(identity_status=status)
    assert cda.every(f"{PATIENT}/h:id/@extension") == ["000127"]
    assert b"279035121518989" not in cda.bytes


def test_names_keep_apostrophes_ligatures_and_ampersands() -> None:
    cda = of_patient()
    names = f"{PATIENT}/h:patient/h:name"
    assert cda.one(f"{names}/h:family[@qualifier='BR']/text()") == "D'ÀCÔTÉ & FILS"
    assert cda.one(f"{names}/h:given[not(@qualifier)]/text()") == "Jeanne Marie-Cœur"
    assert cda.one(f"{names}/h:given[@qualifier='BR']/text()") == "Jeanne"
    assert cda.one(f"{names}/h:family[@qualifier='CL']/text()") == "LEROY"


def test_without_used_names_none_is_invented() -> None:
    cda = of_patient(used_name="", used_given_name="")
    assert cda.every(f"{PATIENT}/h:patient/h:name/*[@qualifier='CL']") == []


@pytest.mark.parametrize(
    ("birth", "value"),
    [(BirthDate(1979, 3, 28), "19790328"), (BirthDate(1979, 3), "197903"), (BirthDate(1979), "1979")],
)
def test_an_unknown_day_of_birth_is_left_out(birth: BirthDate, value: str) -> None:
    assert of_patient(birth=birth).one(f"{PATIENT}/h:patient/h:birthTime/@value") == value


@pytest.mark.parametrize(
    ("code", "town"), [("2A004", "AJACCIO"), ("97411", "SAINT-DENIS"), ("99352", "ALGER"), ("99352", "")]
)
def test_a_birth_place_is_its_code_wherever_it_is(code: str, town: str) -> None:
    cda = of_patient(birth_place_code=code, birth_place_name=town)
    place = f"{PATIENT}/h:patient/h:birthplace/h:place/h:addr"
    assert cda.one(f"{place}/h:county/text()") == code
    assert cda.every(f"{place}/h:city/text()") == ([town] if town else [])


@pytest.mark.parametrize(("sex", "code"), [(Sex.FEMALE, "F"), (Sex.MALE, "M"), (Sex.UNKNOWN, "UN")])
def test_sex_is_coded(sex: Sex, code: str) -> None:
    assert of_patient(sex=sex).one(f"{PATIENT}/h:patient/h:administrativeGenderCode/@code") == code


def test_the_address_is_that_of_the_patient_else_the_place_of_the_act() -> None:
    assert of_patient().one(f"{PATIENT}/h:addr/@use") == "H"
    cda = of_patient(address=None)
    assert cda.one(f"{PATIENT}/h:addr/@use") == "TMP"
    assert cda.one(f"{PATIENT}/h:addr/h:streetAddressLine/text()").startswith("Chez sa fille")


def test_nobody_to_call_is_said_to_be_unknown() -> None:
    patient = make_patient(identity_status=IdentityStatus.PROV, phone="", email="")
    cda = Cda(make_report(facts=make_facts(patient=patient, act=make_act(patient_phone=""))))
    assert cda.one(f"{PATIENT}/h:telecom/@nullFlavor") == "UNK"


@pytest.mark.parametrize(
    ("phone", "use"),
    [
        ("06 39 98 12 34", "MC"),
        ("+33639981234", "MC"),
        ("0692000000", "MC"),
        ("+262692000000", "MC"),
        ("0299000000", "H"),
    ],
)
def test_a_mobile_number_is_told_from_a_home_one(phone: str, use: str) -> None:
    assert of_patient(phone=phone).every(f"{PATIENT}/h:telecom[starts-with(@value,'tel:')]/@use") == [use]


def test_the_author_signs_and_is_responsible_with_the_prefixed_rpps() -> None:
    cda = Cda(make_report())
    for path in ("h:author/h:assignedAuthor", "h:legalAuthenticator/h:assignedEntity"):
        assert cda.one(f"{path}/h:id/@extension") == "810100000017"
    assert cda.one("h:legalAuthenticator/h:signatureCode/@code") == "S"
    assert cda.one("h:componentOf//h:responsibleParty/h:assignedEntity/h:id/@extension") == "810100000017"
    assert cda.one("h:author//h:standardIndustryClassCode/@code") == "AMBULATOIRE"
    assert cda.one("h:componentOf//h:healthCareFacility/h:code/@code") == "SA52"


def test_the_accompanying_nurse_is_a_participant_with_her_own_act() -> None:
    cda = Cda(make_report())
    assert cda.one("h:participant/h:functionCode/@code") == "353"
    assert cda.one("h:participant/h:associatedEntity/h:id/@extension") == "810100000025"
    assert cda.every("h:documentationOf/h:serviceEvent/h:code/@code") == ["TCG", "TLD"]
    assert cda.every("h:documentationOf/h:serviceEvent/h:performer//h:id[@root='1.2.250.1.71.4.2.1']/@extension") == [
        "810100000017",
        "810100000025",
    ]


def test_a_participant_without_an_act_documents_none() -> None:
    cda = Cda(make_report(facts=make_facts(participants=(make_participant(act_code=""),))))
    assert cda.every("h:documentationOf/h:serviceEvent/h:code/@code") == ["TCG"]
    assert cda.one("h:participant/h:associatedEntity/h:associatedPerson/h:name/h:family/text()") == "FAURE"


def test_the_medecin_traitant_receives_and_may_be_unknown() -> None:
    path = "h:informationRecipient/h:intendedRecipient/h:id/@extension"
    assert Cda(make_report()).one(path) == "810100000033"
    assert Cda(make_report(facts=make_facts(medecin_traitant=None))).every("h:informationRecipient") == []


def test_an_author_who_is_the_medecin_traitant_is_not_his_own_recipient() -> None:
    facts = make_facts(medecin_traitant=make_doctor())
    assert Cda(make_report(facts=facts)).every("h:informationRecipient/h:intendedRecipient/h:id/@extension") == []


def test_a_performer_without_a_place_still_says_where_care_is_given() -> None:
    cda = Cda(make_report(facts=make_facts(author=make_doctor(place=None))))
    assert cda.every("h:documentationOf[1]//h:standardIndustryClassCode/@code") == ["AMBULATOIRE"]
    assert cda.one("h:componentOf//h:healthCareFacility/h:id/@extension") == "1350000014"


@pytest.mark.parametrize(
    ("kind", "value"),
    [(StructureIdKind.FINESS, "2B0000014"), (StructureIdKind.RPPS_RANK, "1010000001701")],
)
def test_the_custodian_goes_by_its_national_number(kind: StructureIdKind, value: str) -> None:
    custodian = make_place(structure=StructureId(kind, value), address=Address(("1 cours Paoli",), "20250", "CORTE"))
    cda = Cda(make_report(facts=make_facts(custodian=custodian)))
    path = "h:custodian/h:assignedCustodian/h:representedCustodianOrganization"
    assert cda.one(f"{path}/h:id/@extension") == f"{kind.value}{value}"
    assert cda.one(f"{path}/h:addr/h:postalCode/text()") == "20250"


def test_a_correction_names_what_it_replaces_and_keeps_its_set() -> None:
    cda = Cda(make_report(), make_identity(version=2, replaces=SET_ID))
    assert cda.one("h:relatedDocument/@typeCode") == "RPLC"
    assert cda.one("h:relatedDocument/h:parentDocument/h:id/@root") == codes.uuid_oid(SET_ID)
    assert cda.one("h:setId/@root") == Cda(make_report()).one("h:setId/@root")
    assert cda.one("h:versionNumber/@value") == "2"


@pytest.mark.parametrize(
    ("territory", "low"),
    [
        (Territory.METROPOLE, "20261231233000+0100"),
        (Territory.MARTINIQUE, "20261231183000-0400"),
        (Territory.GUADELOUPE, "20261231183000-0400"),
        (Territory.GUYANE, "20261231193000-0300"),
        (Territory.LA_REUNION, "20270101023000+0400"),
        (Territory.MAYOTTE, "20270101013000+0300"),
    ],
)
def test_instants_carry_the_offset_of_the_place_of_practice(territory: Territory, low: str) -> None:
    start = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    act = make_act(started_at=start, ended_at=start + timedelta(minutes=10), territory=territory)
    cda = Cda(make_report(facts=make_facts(act=act)), signed_at=start + timedelta(minutes=12))
    assert cda.every("h:documentationOf/h:serviceEvent/h:effectiveTime/h:low/@value") == [low, low]
    assert cda.one("h:componentOf/h:encompassingEncounter/h:effectiveTime/h:low/@value") == low
    assert cda.one("h:effectiveTime/@value")[-5:] == low[-5:]


def test_the_hour_that_comes_twice_in_october_is_told_apart() -> None:
    start = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    act = make_act(started_at=start, ended_at=start + timedelta(minutes=20))
    cda = Cda(make_report(facts=make_facts(act=act)))
    path = "h:componentOf/h:encompassingEncounter/h:effectiveTime"
    assert cda.one(f"{path}/h:low/@value") == "20261025025000+0200"
    assert cda.one(f"{path}/h:high/@value") == "20261025021000+0100"


def test_an_act_without_its_times_has_no_document() -> None:
    facts = make_facts(act=make_act(ended_at=None))
    with pytest.raises(ValueError, match="no report"):
        Cda(make_report(facts=facts))


def test_the_body_is_the_pdf() -> None:
    cda = Cda(make_report())
    assert base64.b64decode(cda.one("h:component/h:nonXMLBody/h:text/text()")) == PDF
    assert cda.one("h:component/h:nonXMLBody/h:text/@mediaType") == "application/pdf"


def test_nothing_clinical_is_in_the_header() -> None:
    cda = Cda(make_report()).bytes.decode()
    for word in ("Toux", "Rhinopharyngite", "Paracétamol", "dyspnée"):
        assert word not in cda


def test_control_characters_never_make_an_unreadable_document() -> None:
    assert (
        of_patient(birth_name="AB\x0bC\x00").one(f"{PATIENT}/h:patient/h:name/h:family[@qualifier='BR']/text()")
        == "ABC"
    )


def test_the_same_facts_give_the_same_bytes() -> None:
    assert Cda(make_report()).bytes == Cda(make_report()).bytes
    later = Cda(make_report(), signed_at=SIGNED_AT + timedelta(seconds=1))
    assert later.bytes != Cda(make_report()).bytes


def test_identifiers_go_to_oids_and_back() -> None:
    assert codes.oid_uuid(codes.uuid_oid(DOCUMENT_ID)) == DOCUMENT_ID
    for oid in ("1.2.3", "2.25.", "2.25.x"):
        with pytest.raises(ValueError, match="OID"):
            codes.oid_uuid(oid)


def test_starts_are_those_of_the_act_not_of_the_signature() -> None:
    cda = Cda(make_report(facts=replace(make_facts(), participants=())))
    assert cda.one("h:documentationOf//h:low/@value") == START.astimezone(Territory.METROPOLE.zone).strftime(
        "%Y%m%d%H%M%S%z"
    )
