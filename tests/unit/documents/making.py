"""Reports made for tests: one believable teleconsultation, of which a test changes what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from telemed.documents.model import (
    ActCode,
    ActFacts,
    Address,
    BirthDate,
    Civility,
    ConsentChannel,
    ConsentFacts,
    ContinuityFacts,
    DocumentIdentity,
    FacilityType,
    IdentityCheck,
    IdentityStatus,
    LedgerLine,
    Participant,
    PatientFacts,
    PlaceFacts,
    PrescribedItem,
    PrescribedKind,
    ProfessionalFacts,
    Qualification,
    ReimbursementCriterion,
    ReimbursementFlag,
    Report,
    ReportContent,
    ReportFacts,
    Sex,
    StructureId,
    StructureIdKind,
    TechnicalIncident,
    Title,
)
from telemed.kernel.clock import Territory
from telemed.kernel.identifiers import InsOid, Matricule

START = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
SIGNED_AT = datetime(2026, 11, 20, 13, 52, 7, tzinfo=UTC)
ACT_ID = UUID("01936f00-0000-7000-8000-00000000ac70")
DOCUMENT_ID = UUID("01936f00-0000-7000-8000-0000000d0c01")
SET_ID = UUID("01936f00-0000-7000-8000-0000000005e7")


def make_identity(**changes: Any) -> DocumentIdentity:
    return replace(DocumentIdentity(DOCUMENT_ID, SET_ID, 1), **changes)


def make_patient(**changes: Any) -> PatientFacts:
    patient = PatientFacts(
        local_id="000127",
        local_id_root="2.25.1234567890",
        birth_name="D'ÀCÔTÉ & FILS",
        birth_given_names=("Jeanne", "Marie-Cœur"),
        sex=Sex.FEMALE,
        birth=BirthDate(1979, 3, 28),
        birth_place_code="51215",
        birth_place_name="DOMPREMY",
        identity_status=IdentityStatus.QUAL,
        used_name="LEROY",
        used_given_name="Jeanne",
        matricule=Matricule("279035121518989", InsOid.NIR_TEST),
        address=Address(("28 avenue de Breteuil", "Escalier A"), "75007", "PARIS"),
        phone="+33639981234",
        email="jeanne.leroy@example.org",
    )
    return replace(patient, **changes)


def make_place(**changes: Any) -> PlaceFacts:
    place = PlaceFacts(
        name="Maison de santé de l'Œuvre",
        structure=StructureId(StructureIdKind.FINESS, "350000014"),
        facility=FacilityType.HEALTH_HOUSE,
        address=Address(("12 rue Saint-Hélier",), "35000", "RENNES"),
        phone="0299000000",
    )
    return replace(place, **changes)


def make_doctor(**changes: Any) -> ProfessionalFacts:
    doctor = ProfessionalFacts(
        rpps="10100000017",
        family_name="MARTIN",
        given_name="Claire",
        qualification=Qualification("G15_10/SM54", "Médecin - Médecine Générale (SM)"),
        place=make_place(),
        civility=Civility.MRS,
        title=Title.DOCTOR,
        phone="0299000001",
    )
    return replace(doctor, **changes)


def make_nurse(**changes: Any) -> ProfessionalFacts:
    nurse = ProfessionalFacts(
        rpps="10100000025",
        family_name="FAURE",
        given_name="Odile",
        qualification=Qualification("G15_60", "Infirmier"),
        place=make_place(name="Cabinet infirmier", facility=FacilityType.GROUP_PRACTICE),
        civility=Civility.MRS,
    )
    return replace(nurse, **changes)


def make_participant(**changes: Any) -> Participant:
    return replace(Participant(make_nurse(), "Infirmière auprès de la patiente", "TLD"), **changes)


def make_act(**changes: Any) -> ActFacts:
    act = ActFacts(
        act_id=ACT_ID,
        code=ActCode.TCG,
        started_at=START,
        ended_at=START + timedelta(minutes=17, seconds=30),
        territory=Territory.METROPOLE,
        patient_location=Address(("Chez sa fille, 4 allée des Œillets, 2e étage",)),
        patient_phone="0639981234",
        reason="Toux depuis quatre jours",
    )
    return replace(act, **changes)


def make_continuity(**changes: Any) -> ContinuityFacts:
    continuity = ContinuityFacts(
        video_took_place=True,
        video_seconds=1003,
        incidents=(TechnicalIncident(START + timedelta(minutes=6), "Connexion de la patiente interrompue", 23),),
        timeline=(
            LedgerLine(START, "Dr Claire Martin", "a fait entrer la patiente"),
            LedgerLine(START + timedelta(seconds=4), "Les deux", "image établie"),
            LedgerLine(START + timedelta(minutes=6), "Jeanne Leroy", "déconnectée"),
            LedgerLine(START + timedelta(minutes=6, seconds=23), "Jeanne Leroy", "reconnectée, image rétablie"),
        ),
    )
    return replace(continuity, **changes)


def make_facts(**changes: Any) -> ReportFacts:
    facts = ReportFacts(
        patient=make_patient(),
        author=make_doctor(),
        custodian=make_place(),
        act=make_act(),
        continuity=make_continuity(),
        consent=ConsentFacts(START - timedelta(minutes=9), ConsentChannel.LINK_PAGE, "2026-11-01"),
        identity_check=IdentityCheck(START + timedelta(minutes=1), "carte nationale d'identité présentée à la caméra"),
        participants=(make_participant(),),
        medecin_traitant=make_doctor(rpps="10100000033", family_name="LE GOFF", given_name="Yann", civility=None),
    )
    return replace(facts, **changes)


def make_content(**changes: Any) -> ReportContent:
    content = ReportContent(
        reason="Toux sèche depuis quatre jours, sans fièvre.",
        findings="Patiente de 47 ans, sans antécédent notable.\n\nPas de dyspnée ; pharynx un peu rouge à la caméra.",
        conclusion="Rhinopharyngite d'allure virale.",
        plan="Repos, hydratation. Reconsulter si fièvre ou gêne respiratoire — « au moindre doute, appeler le 15 ».",
        prescribed=(
            PrescribedItem(PrescribedKind.DRUG, "Paracétamol 1 g, ½ à 1 comprimé jusqu'à 3 fois par jour, 5 jours"),
        ),
        reimbursement=tuple(ReimbursementFlag(criterion, is_met=True) for criterion in ReimbursementCriterion),
    )
    return replace(content, **changes)


def make_report(**changes: Any) -> Report:
    return replace(Report(make_facts(), make_content()), **changes)
