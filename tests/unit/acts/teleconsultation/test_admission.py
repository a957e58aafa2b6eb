"""No start without consent, identity, place and phone (R-1, R-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from telemed.acts.teleconsultation.model import Place, PlaceKind, State, TraitsAnswer, TraitsConfirmation
from telemed.acts.teleconsultation.rules.admission import AdmissionFacts, check_admission
from telemed.kernel.decision import ALLOWED, Reason, refuse

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
READY = AdmissionFacts(
    state=State.WAITING,
    consent=ALLOWED,
    missing_traits=(),
    traits_confirmation=TraitsConfirmation(TraitsAnswer.CONFIRMED, NOW, by_patient=True),
    place=Place(PlaceKind.HOME, "12 rue des Lilas, Rennes", "+33639980011", NOW),
    other_call_open=False,
)


def codes(facts: AdmissionFacts) -> list[str]:
    return [reason.code for reason in check_admission(facts).refusals]


def test_a_patient_with_everything_may_enter() -> None:
    assert check_admission(READY).is_allowed


def test_without_consent_nobody_enters() -> None:
    assert codes(replace(READY, consent=refuse(Reason("consent.missing", "…")))) == ["consent.missing"]


def test_a_missing_trait_is_named() -> None:
    decision = check_admission(replace(READY, missing_traits=("le lieu de naissance",)))
    assert "le lieu de naissance" in decision.refusals[0].text


def test_without_the_traits_confirmed_nobody_enters() -> None:
    assert codes(replace(READY, traits_confirmation=None)) == ["identity.not_confirmed"]


def test_contested_traits_warn_and_do_not_block_care() -> None:
    contested = TraitsConfirmation(TraitsAnswer.CONTESTED, NOW, by_patient=True)
    decision = check_admission(replace(READY, traits_confirmation=contested))
    assert decision.is_allowed
    assert [reason.code for reason in decision.warnings] == ["identity.contested"]


def test_without_a_place_nobody_enters() -> None:
    assert codes(replace(READY, place=None)) == ["place.missing"]


def test_a_second_call_at_once_is_refused() -> None:
    assert codes(replace(READY, other_call_open=True)) == ["room.other_call"]


def test_all_that_is_missing_is_told_at_once() -> None:
    nothing = replace(READY, missing_traits=("le sexe",), traits_confirmation=None, place=None)
    assert codes(nothing) == ["identity.traits_missing", "identity.not_confirmed", "place.missing"]
