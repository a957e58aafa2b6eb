"""What a report must hold before it is signed (R-9), which identity may leave (R-5, R-8), who may read (R-40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from telemed.documents import rules
from telemed.documents.model import (
    DocumentKind,
    DocumentState,
    IdentityStatus,
    PrescribedItem,
    PrescribedKind,
    ReimbursementCriterion,
    ReimbursementFlag,
    Report,
    SickLeave,
    SignedDocument,
    Visibility,
)
from telemed.kernel.caller import SYSTEM, Caller, CallerKind, Role
from telemed.kernel.decision import Decision
from telemed.kernel.identifiers import InsOid, Matricule
from tests.unit.documents.making import (
    ACT_ID,
    SIGNED_AT,
    START,
    make_act,
    make_content,
    make_continuity,
    make_doctor,
    make_facts,
    make_identity,
    make_participant,
    make_patient,
    make_report,
)

PRACTICE, AUTHOR, PATIENT = UUID(int=1), UUID(int=2), UUID(int=3)
DOCTOR = Caller(CallerKind.PROFESSIONAL, AUTHOR, PRACTICE, frozenset({Role.DOCTOR}), rpps="10100000017")


def refusals(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.refusals]


def warnings(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.warnings]


def test_a_whole_report_may_be_signed() -> None:
    decision = rules.check_completeness(make_report())
    assert decision.is_allowed
    assert decision.warnings == ()


NAIVE = datetime(2026, 11, 20, 13, 30)  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (make_report(content=make_content(conclusion=" \n")), "report.conclusion_missing"),
        (make_report(content=make_content(prescribed=None)), "report.prescriptions_missing"),
        (
            make_report(content=make_content(prescribed=(PrescribedItem(PrescribedKind.DRUG, " "),))),
            "report.prescription_blank",
        ),
        (make_report(facts=make_facts(author=make_doctor(family_name=" "))), "report.professional_unnamed"),
        (
            make_report(
                facts=make_facts(
                    participants=(
                        make_participant(
                            professional=make_doctor(qualification=replace(make_doctor().qualification, code=""))
                        ),
                    )
                )
            ),
            "report.professional_unnamed",
        ),
        (make_report(facts=make_facts(act=make_act(started_at=None))), "report.time_missing"),
        (make_report(facts=make_facts(act=make_act(ended_at=None))), "report.time_missing"),
        (make_report(facts=make_facts(act=make_act(started_at=NAIVE))), "report.offset_missing"),
        (make_report(facts=make_facts(act=make_act(ended_at=START))), "report.time_reversed"),
        (make_report(facts=make_facts(continuity=make_continuity(incidents=None))), "report.incidents_missing"),
        (make_report(facts=make_facts(consent=None)), "report.consent_missing"),
    ],
)
def test_a_missing_item_is_refused_by_its_own_code(report: Report, code: str) -> None:
    decision = rules.check_completeness(report)
    assert refusals(decision) == [code]
    assert decision.refusals[0].text
    assert decision.refusals[0].reference.startswith("CSP, art. ")


def test_every_missing_item_is_told_at_once() -> None:
    report = make_report(
        facts=make_facts(act=make_act(ended_at=None), consent=None, continuity=make_continuity(incidents=None)),
        content=make_content(conclusion="", prescribed=None),
    )
    assert refusals(rules.check_completeness(report)) == [
        "report.conclusion_missing",
        "report.prescriptions_missing",
        "report.time_missing",
        "report.incidents_missing",
        "report.consent_missing",
    ]


def test_none_said_on_purpose_is_an_answer() -> None:
    report = make_report(
        facts=make_facts(continuity=make_continuity(incidents=())), content=make_content(prescribed=())
    )
    assert rules.check_completeness(report).is_allowed


@pytest.mark.parametrize(
    ("after_start", "refused"),
    [(timedelta(seconds=-1), []), (timedelta(0), []), (timedelta(seconds=1), ["report.consent_late"])],
)
def test_consent_comes_before_the_start(after_start: timedelta, refused: list[str]) -> None:
    facts = make_facts()
    assert facts.consent is not None
    late = replace(facts, consent=replace(facts.consent, given_at=START + after_start))
    assert refusals(rules.check_completeness(make_report(facts=late))) == refused


def test_an_empty_section_warns_and_does_not_refuse() -> None:
    decision = rules.check_completeness(
        make_report(facts=make_facts(identity_check=None), content=make_content(reason="", findings="", plan=""))
    )
    assert decision.is_allowed
    assert warnings(decision) == [
        "report.reason_empty",
        "report.findings_empty",
        "report.plan_empty",
        "report.identity_check_missing",
    ]


def test_reimbursement_criteria_are_stated_with_the_exception_invoked() -> None:
    flags = (
        ReimbursementFlag(ReimbursementCriterion.PARCOURS, is_met=False, exception="urgence"),
        ReimbursementFlag(ReimbursementCriterion.TERRITORIALITE, is_met=False),
    )
    decision = rules.check_completeness(make_report(content=make_content(reimbursement=flags)))
    assert decision.is_allowed
    assert [(reason.code, reason.compared["criteria"]) for reason in decision.warnings] == [
        ("report.reimbursement_unstated", "alternance"),
        ("report.reimbursement_unmet", "territorialite"),
    ]


@pytest.mark.parametrize("status", [IdentityStatus.PROV, IdentityStatus.RECUP, IdentityStatus.VALI])
@pytest.mark.parametrize("is_production", [False, True])
def test_an_identity_that_is_not_qualified_never_blocks_and_is_said(
    status: IdentityStatus, is_production: bool
) -> None:
    decision = rules.check_ins(make_patient(identity_status=status), is_production=is_production)
    assert decision.is_allowed
    assert warnings(decision) == ["ins.not_qualified"]
    assert decision.warnings[0].compared == {"status": status.value}


@pytest.mark.parametrize("oid", list(InsOid))
@pytest.mark.parametrize("is_production", [False, True])
def test_a_test_matricule_is_refused_in_production_only(oid: InsOid, is_production: bool) -> None:
    decision = rules.check_ins(make_patient(matricule=Matricule("279035121518989", oid)), is_production=is_production)
    expected = ["ins.test_matricule"] if is_production and oid in (InsOid.NIR_TEST, InsOid.NIR_DEMO) else []
    assert refusals(decision) == expected


def test_a_qualified_identity_without_matricule_is_refused() -> None:
    assert refusals(rules.check_ins(make_patient(matricule=None), is_production=False)) == ["ins.matricule_missing"]


@pytest.mark.parametrize(
    "caller",
    [
        SYSTEM,
        replace(DOCTOR, rpps=None),
        replace(DOCTOR, rpps="10100000033"),
        Caller(CallerKind.PATIENT, PATIENT, rpps="10100000017"),
    ],
)
def test_only_its_author_signs(caller: Caller) -> None:
    assert rules.check_signer(DOCTOR, make_report()).is_allowed
    assert refusals(rules.check_signer(caller, make_report())) == ["report.signer_not_author"]


def make_signed(*visibility: Visibility) -> SignedDocument:
    return SignedDocument(
        identity=make_identity(),
        kind=DocumentKind.TELECONSULTATION_REPORT,
        state=DocumentState.SIGNED,
        practice_id=PRACTICE,
        patient_id=PATIENT,
        act_id=ACT_ID,
        author_id=AUTHOR,
        signer_rpps="10100000017",
        act_code="TCG",
        act_started_at=START,
        signed_at=SIGNED_AT.astimezone(UTC),
        visibility=frozenset(visibility),
        content_sha256="0" * 64,
        pdf_bytes=1,
        cda_bytes=1,
    )


COLLEAGUE = replace(DOCTOR, id=uuid4(), rpps="10100000033")
LINK = Caller(CallerKind.PATIENT, PATIENT, act_id=ACT_ID)


@pytest.mark.parametrize(
    ("caller", "visibility", "codes"),
    [
        (DOCTOR, (), []),
        (DOCTOR, tuple(Visibility), []),
        (COLLEAGUE, (), []),
        (COLLEAGUE, (Visibility.INVISIBLE_PATIENT,), []),
        (COLLEAGUE, (Visibility.MASQUE_PS,), ["document.masked"]),
        (replace(COLLEAGUE, practice_id=uuid4()), (), ["document.other_practice"]),
        (replace(DOCTOR, roles=frozenset({Role.SECRETARY})), (), ["document.role"]),
        (replace(DOCTOR, roles=frozenset({Role.AUDITOR})), (), ["document.role"]),
        (replace(DOCTOR, roles=frozenset({Role.ADMINISTRATOR})), (), ["document.role"]),
        (LINK, (), []),
        (LINK, (Visibility.MASQUE_PS,), []),
        (LINK, (Visibility.INVISIBLE_PATIENT,), ["document.hidden_from_patient"]),
        (LINK, (Visibility.INVISIBLE_REPRESENTANTS_LEGAUX,), ["document.hidden_from_patient"]),
        (replace(LINK, act_id=uuid4()), (), ["document.other_act"]),
        (replace(LINK, act_id=None), (), ["document.other_act"]),
        (SYSTEM, tuple(Visibility), []),
    ],
)
def test_who_opens_a_document(caller: Caller, visibility: tuple[Visibility, ...], codes: list[str]) -> None:
    assert refusals(rules.check_reading(caller, make_signed(*visibility))) == codes


def test_what_cannot_be_printed_cannot_be_signed() -> None:
    assert rules.check_printable(frozenset()).is_allowed
    decision = rules.check_printable(frozenset("😀漢"))
    assert refusals(decision) == ["report.unprintable"]
    assert decision.refusals[0].compared == {"characters": "U+1F600, U+6F22"}


def test_all_that_the_author_wrote_is_looked_at() -> None:
    written = rules.author_texts(
        make_content(
            reason="a1",
            findings="a2",
            conclusion="a3",
            plan="a4",
            incidents_note="a5",
            prescribed=(PrescribedItem(PrescribedKind.DRUG, "a6"),),
            reimbursement=(ReimbursementFlag(ReimbursementCriterion.PARCOURS, is_met=False, exception="a7"),),
            sick_leave=SickLeave(1, date(2026, 11, 1), exception="a8", justification="a9"),
        )
    )
    assert written.split() == [f"a{number}" for number in range(1, 5)] + ["a5", "a6", "a7", "a8", "a9"]
