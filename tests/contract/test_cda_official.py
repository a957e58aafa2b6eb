"""The XSD and the schematrons of ANS, read in place: no error and no warning, whatever the report."""

from __future__ import annotations

import copy
import dataclasses
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from telemed.acts.teleexpertise.model import OpinionContent
from telemed.acts.teleexpertise.model import State as CaseState
from telemed.acts.teleexpertise.service.statements import Person, Sources, opinion_statement, request_statement
from telemed.consent.model import ActKind, ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord
from telemed.documents.formats.cda import build_opinion_cda, build_report_cda
from telemed.documents.formats.cda_check import (
    check_monitoring_cda,
    check_opinion_cda,
    check_report_cda,
    check_request_cda,
)
from telemed.documents.formats.cda_read import read_report_cda
from telemed.documents.formats.cda_request import build_request_cda
from telemed.documents.formats.cda_vitals import build_monitoring_cda
from telemed.documents.model import (
    ActCode,
    Address,
    AttachedFile,
    BirthDate,
    DocumentIdentity,
    ExpertiseReport,
    ExpertiseRequest,
    FacilityType,
    IdentityStatus,
    Qualification,
    Report,
    RequestContent,
    Sex,
    StructureId,
    StructureIdKind,
)
from telemed.kernel.clock import Territory
from telemed.patients.model import Identity, Patient
from telemed.professionals.model import SPECIALTIES, Practice, Profession
from tests.fixtures.people import make_carer, make_draft
from tests.fixtures.people import make_doctor as make_doctor_of
from tests.shared import shared_path
from tests.unit.acts.teleexpertise.making import EXPERT, make_case
from tests.unit.documents.making import (
    SET_ID,
    SIGNED_AT,
    make_act,
    make_doctor,
    make_facts,
    make_identity,
    make_nurse,
    make_participant,
    make_patient,
    make_place,
    make_report,
)
from tests.unit.documents.making_expertise import (
    make_expert,
    make_opinion,
    make_opinion_facts,
    make_request,
    make_request_facts,
)
from tests.unit.documents.making_monitoring import make_monitoring
from tests.unit.documents.strategies import identities, reports

PDF = b"%PDF-1.7\n%%EOF\n"
VOLET = "CI-SIS_TLM-CR_2022.01.sch"
REQUEST_VOLET = "CI-SIS_TLM-DA_2022.01.sch"
NOBODY = make_patient(identity_status=IdentityStatus.PROV, matricule=None, address=None, phone="", email="")


@pytest.fixture(scope="session")
def official() -> Iterator[Any]:
    """ANS's own tool, loaded once: some seconds."""
    path = shared_path("data/tools/check_cda.py")
    spec = importlib.util.spec_from_file_location("check_cda", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_cda"] = module
    spec.loader.exec_module(module)
    yield module.CdaChecker(shared_path("data/cda"), VOLET)
    del sys.modules["check_cda"]


@pytest.fixture(scope="session")
def official_request(official: Any) -> Any:
    """The same tool for the volet TLM-DA: one schematron differs."""
    module, other = sys.modules["check_cda"], copy.copy(official)
    volet = module.compile_schematron(shared_path(f"data/cda/schematrons/{REQUEST_VOLET}")).decode()
    compiler = official.saxon.new_xslt30_processor()
    other.sheets = official.sheets | {"volet": compiler.compile_stylesheet(stylesheet_text=volet)}
    return other


def build(report: Report, identity: DocumentIdentity | None = None) -> bytes:
    return build_report_cda(identity or make_identity(), report, pdf=PDF, signed_at=SIGNED_AT)


def with_patient(**changes: Any) -> Report:
    return make_report(facts=make_facts(patient=make_patient(**changes)))


def with_place(**changes: Any) -> Report:
    place = make_place(**changes)
    return make_report(facts=make_facts(author=make_doctor(place=place), custodian=place))


CASES: dict[str, Report] = {
    "qualified identity": make_report(),
    "provisional identity": with_patient(identity_status=IdentityStatus.PROV, matricule=None),
    "nothing known but the traits": with_patient(
        identity_status=IdentityStatus.RECUP, address=None, phone="", email="", used_name="", used_given_name=""
    ),
    "unknown day of birth": with_patient(birth=BirthDate(1950, 3)),
    "unknown month of birth": with_patient(birth=BirthDate(1950)),
    "born abroad": with_patient(birth_place_code="99352", birth_place_name="ALGER"),
    "born in Corsica": with_patient(birth_place_code="2A004", birth_place_name="AJACCIO"),
    "born in La Réunion": with_patient(birth_place_code="97411", birth_place_name=""),
    "indeterminate sex": with_patient(sex=Sex.UNKNOWN),
    "a place without an address": with_place(address=Address(())),
    "no médecin traitant": make_report(facts=make_facts(medecin_traitant=None)),
    "no participant": make_report(facts=make_facts(participants=())),
    "pharmacist": make_report(facts=make_facts(participants=(make_participant(act_code=ActCode.TLM),))),
    "specialist": make_report(facts=make_facts(act=make_act(code=ActCode.TC))),
    "no place of practice": make_report(facts=make_facts(author=make_doctor(place=None, phone=""))),
    "rank of a cabinet": with_place(structure=StructureId(StructureIdKind.RPPS_RANK, "1010000001701")),
    **{f"facility {facility}": with_place(facility=facility) for facility in FacilityType},
    **{f"in {zone}": make_report(facts=make_facts(act=make_act(territory=zone))) for zone in Territory},
}


@pytest.mark.parametrize("name", list(CASES))
def test_the_official_tool_finds_nothing(official: Any, name: str) -> None:
    assert [str(finding) for finding in official.check(build(CASES[name]))] == []


def test_a_correction_is_valid_too(official: Any) -> None:
    cda = build(make_report(), make_identity(version=2, replaces=SET_ID))
    assert [str(finding) for finding in official.check(cda)] == []


REQUESTS: dict[str, ExpertiseRequest] = {
    "all that is known": make_request(),
    "almost nothing known": make_request(
        facts=make_request_facts(patient=NOBODY, asked=(), attachments=(), medecin_traitant=None, consent=None),
        content=RequestContent("Que faire ?", "dans les 7 jours", allergies="iode"),
    ),
    "treatments alone": make_request(
        content=RequestContent("Que faire ?", "dans les heures", treatments="\n– lithium\n")
    ),
    "five colleagues": make_request(facts=make_request_facts(asked=(make_expert(), make_doctor()))),
    **{
        f"asked by {code}": make_request(
            facts=make_request_facts(
                author=make_nurse(qualification=Qualification(code, SPECIALTIES[code].display_name))
            )
        )
        for code in ("G15_21", "G15_50", "G15_60", "G15_70", "G15_80", "G15_91")
    },
    **{f"in {zone}": make_request(facts=make_request_facts(territory=zone)) for zone in Territory},
}
OPINIONS: dict[str, ExpertiseReport] = {
    "all that is known": make_opinion(),
    "almost nothing known": make_opinion(
        facts=make_opinion_facts(patient=NOBODY, request_id=None, medecin_traitant=None, consent=None, attachments=())
    ),
    "a midwife answers": make_opinion(
        facts=make_opinion_facts(author=make_expert(qualification=Qualification("G15_50", "Sage-Femme")))
    ),
    "all in one second": make_opinion(
        facts=make_opinion_facts(requested_at=SIGNED_AT, accepted_at=SIGNED_AT, answered_at=SIGNED_AT)
    ),
    "asked by the médecin traitant": make_opinion(
        facts=make_opinion_facts(requerant=make_doctor(), medecin_traitant=make_doctor())
    ),
    **{f"in {zone}": make_opinion(facts=make_opinion_facts(territory=zone)) for zone in Territory},
}


@pytest.mark.parametrize("name", list(REQUESTS))
def test_the_official_tool_finds_nothing_in_a_request(official_request: Any, name: str) -> None:
    request = REQUESTS[name]
    cda = build_request_cda(make_identity(), request, signed_at=SIGNED_AT)
    assert [str(finding) for finding in official_request.check(cda)] == []
    status = request.patient.identity_status
    decision = check_request_cda(cda, identity_status=status, is_production=False)
    assert [reason.code for reason in decision.refusals] == []
    assert read_report_cda(cda).pdf is None


@pytest.mark.parametrize("name", list(OPINIONS))
def test_the_official_tool_finds_nothing_in_an_opinion(official: Any, name: str) -> None:
    opinion = OPINIONS[name]
    cda = build_opinion_cda(make_identity(), opinion, pdf=PDF, signed_at=SIGNED_AT)
    assert [str(finding) for finding in official.check(cda)] == []
    status = opinion.patient.identity_status
    decision = check_opinion_cda(cda, identity_status=status, is_production=False, pdf=PDF)
    assert [reason.code for reason in decision.refusals] == []
    header = read_report_cda(cda)
    assert (header.act_codes, header.order_id) == (("TE2",), opinion.facts.request_id)
    assert header.recipient_rpps[0] == opinion.facts.requerant.rpps
    lasted = opinion.facts.answered_at > opinion.facts.accepted_at
    assert header.started_at == opinion.facts.accepted_at
    assert header.ended_at == (opinion.facts.answered_at if lasted else None)


def case_sources(asker: Profession, *, at: datetime) -> Sources:
    """A case of the service as it is, with nothing filled in for the documents."""
    practice = Practice(UUID(int=10), "Cabinet des Tilleuls", Territory.METROPOLE)
    other = Practice(UUID(int=20), "Centre", Territory.LA_REUNION, facility_type="SA01", finess="350000014")
    nurse, doctor = make_carer(practice.id, asker), make_doctor_of(other.id, rpps="10100000073")
    consent = ConsentRecord(
        UUID(int=5), UUID(int=4), ActKind.TELEEXPERTISE, UUID(int=3), ConsentDecision.GIVEN,
        ConsentChannel.ORAL_TO_PROFESSIONAL, ConsentBy.PATIENT, at, at.date(), "0" * 64, None,
    )  # fmt: skip
    draft = make_draft()
    patient = Patient(UUID(int=4), practice.id, Identity(draft.traits), draft.used, draft.contact, at)
    case = make_case(CaseState.ACCEPTED, requis=EXPERT, accepted_at=at)
    return Sources(case, patient, Person(nurse, practice), consent, (), (), Person(doctor, other))


@pytest.mark.parametrize("asker", list(Profession))
def test_a_case_of_the_service_makes_valid_documents(official: Any, official_request: Any, asker: Profession) -> None:
    """From what the service knows and nothing more: no address, no place, an identity that is not qualified."""
    sources = case_sources(asker, at=SIGNED_AT)
    request = request_statement(sources, (), at=SIGNED_AT)
    cda = build_request_cda(make_identity(), request, signed_at=SIGNED_AT)
    assert [str(finding) for finding in official_request.check(cda)] == []
    opinion = OpinionContent("Bénin.", "Surveiller.", prescribed=(), incidents="")
    report = opinion_statement(sources, opinion, answered_at=SIGNED_AT + timedelta(days=6), request_id=SET_ID)
    cda = build_opinion_cda(make_identity(), report, pdf=PDF, signed_at=SIGNED_AT)
    assert [str(finding) for finding in official.check(cda)] == []


def test_a_report_of_telemonitoring_has_only_no_volet_of_its_own(official: Any) -> None:
    """The CI-SIS has none for télésurveillance: the XSD and the five schematrons of every document find nothing."""
    report = make_monitoring()
    for each in (report, dataclasses.replace(report, facts=dataclasses.replace(report.facts, vitals=(), signals=()))):
        cda = build_monitoring_cda(make_identity(), each, signed_at=SIGNED_AT)
        found = [str(finding) for finding in official.check(cda)]
        assert [finding for finding in found if not finding.startswith("volet")] == []
        status = each.patient.identity_status
        decision = check_monitoring_cda(cda, identity_status=status, is_production=False)
        assert [reason.code for reason in decision.refusals] == []


def test_the_official_tool_is_awake_for_requests(official_request: Any) -> None:
    """It misses a section and an act that the volet does not know."""
    whole = build_request_cda(make_identity(), make_request(), signed_at=SIGNED_AT)
    for old, new in ((b"1.2.250.1.213.1.1.2.69", b"1.2.250.1.213.1.1.2.99"), (b'code="TE2"', b'code="RQD"')):
        assert any(finding.is_error for finding in official_request.check(whole.replace(old, new)))
    corrected = build_request_cda(make_identity(version=2, replaces=SET_ID), make_request(), signed_at=SIGNED_AT)
    assert [str(finding) for finding in official_request.check(corrected)] == []


def test_the_official_tool_is_awake(official: Any) -> None:
    """It refuses what it should, so that its silence above means something."""
    root = etree.fromstring(build(make_report()))
    code = root.find("{urn:hl7-org:v3}code")
    assert code is not None
    code.set("code", "11488-4")
    assert any(finding.is_error for finding in official.check(etree.tostring(root)))


def test_the_official_sample_shows_why_we_check_more(official: Any) -> None:
    sample = shared_path("data/cda/samples/TLM-CR_2022.01.xml").read_bytes()
    assert [str(finding) for finding in official.check(sample)] == []
    lost_offset = sample.replace(b"20200327153500+0100", b"20200327153500")
    assert [str(finding) for finding in official.check(lost_offset)] == []
    decision = check_report_cda(lost_offset, identity_status=IdentityStatus.QUAL, is_production=False)
    assert [reason.code for reason in decision.refusals] == ["cda.offset"]


def test_the_official_sample_passes_our_checks() -> None:
    sample = shared_path("data/cda/samples/TLM-CR_2022.01.xml").read_bytes()
    decision = check_report_cda(sample, identity_status=IdentityStatus.QUAL, is_production=False)
    assert [reason.code for reason in decision.refusals] == []
    refused = check_report_cda(sample, identity_status=IdentityStatus.QUAL, is_production=True)
    assert [reason.code for reason in refused.refusals] == ["cda.ins_test"]


TEXTS = st.text(max_size=120)


@given(identity=identities(), texts=st.lists(TEXTS, min_size=8, max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_request_is_valid_whatever_was_written(
    official_request: Any, identity: DocumentIdentity, texts: list[str]
) -> None:
    question, setting, remarks, history, treatments, allergies, findings, name = texts
    content = RequestContent(question, "sous 7 jours", setting, None, remarks, history, treatments, allergies, findings)
    files = (AttachedFile(name, "Photo JPEG", 9, "0" * 64),)
    request = ExpertiseRequest(make_request_facts(wanted=name, attachments=files), content)
    cda = build_request_cda(identity, request, signed_at=SIGNED_AT)
    assert [str(finding) for finding in official_request.check(cda)] == []


@given(report=reports(), identity=identities())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_report_is_valid_xml_for_the_schema(official: Any, report: Report, identity: DocumentIdentity) -> None:
    cda = build(report, identity)
    assert official.xsd.validate(etree.fromstring(cda)), official.xsd.error_log


@given(report=reports(), identity=identities())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_report_satisfies_the_schematrons(official: Any, report: Report, identity: DocumentIdentity) -> None:
    assert [str(finding) for finding in official.check(build(report, identity))] == []


@given(report=reports(), identity=identities())
@settings(max_examples=100, deadline=None)
def test_any_report_passes_our_checks_and_reads_back(report: Report, identity: DocumentIdentity) -> None:
    cda, patient = build(report, identity), report.facts.patient
    decision = check_report_cda(cda, identity_status=patient.identity_status, is_production=False, pdf=PDF)
    assert [reason.code for reason in decision.refusals] == []
    header = read_report_cda(cda)
    assert header.identity == replace(identity, replacement_reason="")
    assert header.matricule == patient.matricule_to_send
    assert (header.local_id, header.birth_name, header.used_name) == (
        patient.local_id,
        patient.birth_name,
        patient.used_name,
    )
    assert header.birth_given_names == " ".join(patient.birth_given_names)
    assert header.birth_date == str(patient.birth).replace("-", "")
    assert header.birth_place_code == patient.birth_place_code
    assert header.author_rpps == report.facts.author.rpps
    assert header.participant_rpps == tuple(each.professional.rpps for each in report.facts.participants)
    assert header.act_codes[0] == report.facts.act.code
    assert report.facts.act.started_at is not None
    assert header.started_at == report.facts.act.started_at.replace(microsecond=0)
    assert header.signed_at == SIGNED_AT
    assert header.pdf == PDF


@pytest.mark.parametrize("data", [b"", b"<a/>", b"not xml"])
def test_what_is_not_a_report_does_not_read(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a document of an act"):
        read_report_cda(data)
