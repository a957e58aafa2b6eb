"""How a report is said: what changes with the facts. What the PDF shows is tested with the renderer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from telemed.documents.formats.page import report_page
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import (
    BirthDate,
    ConsentChannel,
    ConsentFacts,
    IdentityStatus,
    ReimbursementCriterion,
    ReimbursementFlag,
    Report,
    SickLeave,
    TechnicalIncident,
    Visibility,
)
from tests.unit.documents.making import (
    SIGNED_AT,
    START,
    make_act,
    make_content,
    make_continuity,
    make_doctor,
    make_facts,
    make_identity,
    make_patient,
    make_report,
)


def page(report: Report | None = None, *, signed: bool = True) -> dict[str, Any]:
    signing = Signing(SIGNED_AT, "ab" * 32) if signed else None
    return spaced(report_page(make_identity(), report or make_report(), signing=signing))  # type: ignore[no-any-return]


def spaced(value: Any) -> Any:
    """With ordinary spaces, to compare words."""
    if isinstance(value, str):
        return value.replace("\u00a0", " ")
    if isinstance(value, dict):
        return {key: spaced(item) for key, item in value.items()}
    return [spaced(item) for item in value] if isinstance(value, list | tuple) else value


def with_facts(**changes: Any) -> Report:
    return make_report(facts=make_facts(**changes))


def conduct(report: Report) -> dict[str, str]:
    return dict(page(report)["conduct"])


@pytest.mark.parametrize(
    ("status", "note"),
    [
        (IdentityStatus.QUAL, ""),
        (IdentityStatus.VALI, "identité validée, non qualifiée à ce jour."),
        (IdentityStatus.RECUP, "identité récupérée, non qualifiée à ce jour."),
        (IdentityStatus.PROV, "identité provisoire, non qualifiée à ce jour."),
    ],
)
def test_the_matricule_is_shown_or_its_absence_explained(status: IdentityStatus, note: str) -> None:
    patient = page(with_facts(patient=make_patient(identity_status=status)))["patient"]
    assert patient["note"].endswith(note)
    assert any("2 79 03 51" in value for _, value in patient["lines"]) == (not note)


def test_the_running_line_says_who_even_with_an_unknown_day_of_birth() -> None:
    facts = page(with_facts(patient=make_patient(birth=BirthDate(1950, 3))))
    assert facts["running"] == "Jeanne LEROY, née en mars 1950 (jour inconnu)"


def test_an_act_of_less_than_a_minute_is_told_to_the_second() -> None:
    act = make_act(ended_at=START + timedelta(seconds=11))
    expected = "Vendredi 20 novembre 2026, de 14 h 30 min 00 s à 14 h 30 min 11 s (heure de Paris, UTC+01:00)"
    assert page(with_facts(act=act))["when"] == expected


def test_a_draft_without_an_end_still_has_a_page() -> None:
    draft = page(with_facts(act=make_act(ended_at=None), consent=None, identity_check=None), signed=False)
    assert draft["is_draft"]
    assert draft["when"] == "Date et heure à compléter"
    assert draft["signature"] is None
    assert dict(draft["conduct"])["Consentement"] == "non enregistré"


def test_what_is_not_yet_said_is_to_be_completed_and_none_is_none() -> None:
    silent = page(
        make_report(facts=make_facts(continuity=make_continuity(incidents=None)), content=make_content(prescribed=None))
    )
    assert (silent["prescribed"]["summary"], silent["incidents_summary"]) == ("À compléter.", "À compléter.")
    none = page(
        make_report(facts=make_facts(continuity=make_continuity(incidents=())), content=make_content(prescribed=()))
    )
    assert none["prescribed"]["summary"] == "Aucun acte ni prescription."
    assert none["incidents_summary"] == "Aucun incident technique."


def test_an_incident_without_an_end_lasted_to_the_end() -> None:
    incidents = (TechnicalIncident(START, "Son coupé"),)
    rows = page(with_facts(continuity=make_continuity(incidents=incidents)))["incidents"]
    assert rows == [["14 h 30 min 00 s", "Son coupé", "jusqu'à la fin"]]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"video_took_place": False}, "non établie : l'échange n'a pas eu lieu en vidéo"),
        ({"had_phone_fallback": True}, "établie, 16 min 43 s au total, avec poursuite par téléphone"),
    ],
)
def test_video_is_told_as_it_was(changes: dict[str, bool], text: str) -> None:
    assert conduct(with_facts(continuity=make_continuity(**changes)))["Vidéotransmission"] == text


def test_oral_consent_is_told_as_such() -> None:
    consent = ConsentFacts(START, ConsentChannel.ORAL, "2026-11-01", given_by="la mère de l'enfant")
    text = conduct(with_facts(consent=consent))["Consentement"]
    assert text.startswith("donné par la mère de l'enfant le 20 novembre 2026 à 14 h 30, oralement")


def test_a_hidden_document_says_from_whom() -> None:
    report = make_report(content=make_content(visibility=frozenset({Visibility.INVISIBLE_PATIENT})))
    assert conduct(report)["Visibilité"] == "invisible au patient"
    assert "Visibilité" not in conduct(make_report())


def test_an_author_who_is_the_medecin_traitant_writes_to_nobody_else() -> None:
    assert page(with_facts(medecin_traitant=make_doctor()))["recipients"] == "L'auteur est le médecin traitant."


def test_a_sick_leave_comes_with_its_limit_and_its_ground() -> None:
    leave = SickLeave(
        5, date(2026, 11, 1), is_extension=True, exception="médecin traitant", justification="suivi", guard_rail="Texte"
    )
    shown = page(make_report(content=make_content(sick_leave=leave)))["sick_leave"]
    assert shown["lines"] == [
        "Prolongation de 5 jours à compter du 1er novembre 2026.",
        "Exception invoquée : médecin traitant",
        "Justification : suivi",
    ]
    assert shown["guard_rail"] == "Texte"
    one = SickLeave(1, date(2026, 11, 2))
    assert page(make_report(content=make_content(sick_leave=one)))["sick_leave"]["lines"] == [
        "Arrêt initial de 1 jour à compter du 2 novembre 2026."
    ]
    assert page()["sick_leave"] is None


def test_reimbursement_conditions_show_the_exception() -> None:
    flag = ReimbursementFlag(ReimbursementCriterion.PARCOURS, is_met=False, exception="urgence")
    shown = page(make_report(content=make_content(reimbursement=(flag,))))["reimbursement"]
    assert shown == [["Parcours de soins coordonné", "non respecté", "urgence"]]


def test_paragraphs_and_lines_are_kept() -> None:
    report = make_report(content=make_content(plan="un\r\ndeux\n\n\n trois \n"))
    assert page(report)["sections"][3]["paragraphs"] == [["un", "deux"], ["trois"]]


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [("51215", "DOMPREMY", "DOMPREMY (51215)"), ("99352", "", "code COG 99352"), ("99999", "", "inconnu")],
)
def test_the_birth_place_is_named_or_coded_or_unknown(code: str, name: str, text: str) -> None:
    patient = make_patient(birth_place_code=code, birth_place_name=name)
    assert dict(page(with_facts(patient=patient))["patient"]["traits"])["Lieu de naissance"] == text
