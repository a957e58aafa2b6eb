"""Télé-expertises made for tests: a nurse asks, a dermatologist of another practice answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from telemed.documents.model import (
    AttachedFile,
    ConsentChannel,
    ConsentFacts,
    ExpertiseReport,
    ExpertiseRequest,
    OpinionFacts,
    OpinionWords,
    PrescribedItem,
    PrescribedKind,
    ProfessionalFacts,
    Qualification,
    RequestContent,
    RequestFacts,
)
from telemed.kernel.clock import Territory
from tests.unit.documents.making import SIGNED_AT, make_doctor, make_nurse, make_patient, make_place

CASE_ID = UUID("01936f00-0000-7000-8000-00000000ca5e")
REQUEST_ID = UUID("01936f00-0000-7000-8000-0000000d0d0a")
PHOTO = AttachedFile("lesion.jpg", "photographie", 2_345_678, "5e" * 32)


def make_expert(**changes: Any) -> ProfessionalFacts:
    expert = make_doctor(
        rpps="10100000073",
        family_name="NGUYEN",
        given_name="Anh",
        qualification=Qualification("G15_10/SM15", "Médecin - Dermatologie et Vénéréologie (SM)"),
        place=make_place(name="Centre de dermatologie"),
    )
    return replace(expert, **changes)


def make_request_facts(**changes: Any) -> RequestFacts:
    facts = RequestFacts(
        case_id=CASE_ID,
        patient=make_patient(),
        author=make_nurse(),
        custodian=make_place(),
        territory=Territory.METROPOLE,
        consent=ConsentFacts(SIGNED_AT - timedelta(minutes=4), ConsentChannel.ORAL, "2026-11-01"),
        asked=(make_expert(),),
        wanted="Dr Anh NGUYEN, dermatologie",
        medecin_traitant=make_doctor(rpps="10100000033", family_name="LE GOFF", given_name="Yann", civility=None),
        attachments=(PHOTO, AttachedFile("ECG du 12.pdf", "document PDF", 84_000, "c0" * 32)),
    )
    return replace(facts, **changes)


def make_request_content(**changes: Any) -> RequestContent:
    content = RequestContent(
        question="Cette lésion pigmentée de l'avant-bras justifie-t-elle une exérèse ?\nElle a changé depuis l'été.",
        delay="dans les 48 heures",
        setting="à domicile",
        has_long_term_illness=True,
        remarks="Vit seule, se déplace difficilement.",
        history="Hypertension artérielle.\nCarcinome basocellulaire du nez opéré en 2019.",
        treatments="Amlodipine 5 mg, un comprimé le matin\nParacétamol 1 g à la demande",
        allergies="Pénicilline : urticaire < 24 h & œdème",
        findings="Lésion de 7 mm, bords irréguliers, deux couleurs.",
    )
    return replace(content, **changes)


def make_request(**changes: Any) -> ExpertiseRequest:
    return replace(ExpertiseRequest(make_request_facts(), make_request_content()), **changes)


def make_opinion_facts(**changes: Any) -> OpinionFacts:
    facts = OpinionFacts(
        case_id=CASE_ID,
        patient=make_patient(),
        author=make_expert(),
        custodian=make_place(name="Centre de dermatologie"),
        requerant=make_nurse(),
        territory=Territory.METROPOLE,
        requested_at=SIGNED_AT - timedelta(hours=20),
        accepted_at=SIGNED_AT - timedelta(hours=2),
        answered_at=SIGNED_AT,
        question=make_request_content().question,
        consent=ConsentFacts(SIGNED_AT - timedelta(hours=21), ConsentChannel.ORAL, "2026-11-01"),
        request_id=REQUEST_ID,
        medecin_traitant=make_doctor(rpps="10100000033", family_name="LE GOFF", given_name="Yann", civility=None),
        attachments=(PHOTO,),
    )
    return replace(facts, **changes)


def make_words(**changes: Any) -> OpinionWords:
    words = OpinionWords(
        conclusion="Aspect dermoscopique de kératose séborrhéique : pas de critère de malignité.",
        conduct="Surveillance photographique à trois mois.\n\nExérèse si la lésion saigne ou s'étend.",
        urgency="aucune urgence",
        avoided_consultation=True,
        prescribed=(PrescribedItem(PrescribedKind.CARE, "Photoprotection SPF 50+"),),
        incidents="",
    )
    return replace(words, **changes)


def make_opinion(**changes: Any) -> ExpertiseReport:
    return replace(ExpertiseReport(make_opinion_facts(), make_words()), **changes)
