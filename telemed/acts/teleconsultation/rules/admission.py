"""May the call start? Consent, identity, location and phone, and who opens it (R-1, R-2, R-3)."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.acts.teleconsultation.model import Place, State, TraitsAnswer, TraitsConfirmation
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn

_IDENTITY = "CSP, art. R. 6316-3, 1° b) ; HAS, fiche téléconsultation"


@dataclass(frozen=True)
class AdmissionFacts:
    """What is known when the doctor opens the door.

    `consent` is the verdict of the consent rule; `missing_traits` names the strict traits that the record lacks;
    `other_call_open`: the same doctor is in another call.
    """

    state: State
    consent: Decision
    missing_traits: tuple[str, ...]
    traits_confirmation: TraitsConfirmation | None
    place: Place | None
    other_call_open: bool


def check_admission(facts: AdmissionFacts) -> Decision:
    """May the patient be let in? Every missing item is listed at once, so that one glance says what to do."""
    return combine(
        (
            facts.consent,
            _check_traits(facts.missing_traits),
            _check_confirmation(facts.traits_confirmation),
            _check_place(facts.place),
            _check_other_call(facts),
        )
    )


def _check_traits(missing: tuple[str, ...]) -> Decision:
    if not missing:
        return ALLOWED
    text = f"Il manque au dossier : {', '.join(missing)}. Complétez l'identité du patient."
    return refuse(Reason("identity.traits_missing", text, _IDENTITY, {"missing": len(missing)}))


def _check_confirmation(confirmation: TraitsConfirmation | None) -> Decision:
    if confirmation is None:
        text = "Les cinq traits d'identité n'ont pas été confirmés par le patient ni relus par vous."
        return refuse(Reason("identity.not_confirmed", text, _IDENTITY))
    if confirmation.answer is TraitsAnswer.CONTESTED:
        text = "Le patient dit que son identité est inexacte : corrigez-la ou confirmez-la avec lui."
        return warn(Reason("identity.contested", text, _IDENTITY))
    return ALLOWED


def _check_place(place: Place | None) -> Decision:
    if place is not None and place.description.strip() and place.phone:
        return ALLOWED
    text = "Notez où se trouve exactement le patient et un téléphone où le joindre, pour agir en cas d'urgence."
    return refuse(Reason("place.missing", text, "HAS, fiche téléconsultation ; R-3"))


def _check_other_call(facts: AdmissionFacts) -> Decision:
    if not facts.other_call_open:
        return ALLOWED
    text = "Une autre téléconsultation est en cours : terminez-la avant de faire entrer ce patient."
    return refuse(Reason("room.other_call", text))
