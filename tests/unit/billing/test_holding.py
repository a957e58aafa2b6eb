"""What the cap holds: only the level `hold`, never urgent care, and an override has its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.cap import Regime
from billing.rules.holding import Asked, check_holding
from billing.rules.levels import Level, Verdict
from telemed.kernel.decision import ALLOWED, Reason

WHY = Reason("cap.certainly_over", "Plafond dépassé.", "Convention médicale 2024, art. 87.7", {"numerator": 801})
reasons = st.none() | st.text(max_size=20)


@given(
    level=st.sampled_from(Level), regime=st.sampled_from(Regime), own=st.booleans(), urgent=st.booleans(), why=reasons
)
def test_an_act_is_refused_in_one_case_only(
    level: Level, regime: Regime, own: bool, urgent: bool, why: str | None
) -> None:
    decision = check_holding(Asked(own, urgent, why), Verdict(level, (WHY,)), regime)
    counts = level is Level.HOLD and not (regime is Regime.B and own)
    assert decision.is_allowed is (not counts or urgent or bool(why and why.strip()))
    assert bool(decision.warnings) is (counts and decision.is_allowed)


def test_the_refusal_repeats_the_figures_and_says_how_to_go_on() -> None:
    (held,) = check_holding(Asked(False), Verdict(Level.HOLD, (WHY,)), Regime.B).refusals
    assert (held.code, held.reference, held.compared) == ("cap.held", WHY.reference, {"numerator": 801})
    assert held.text == (
        "Plafond dépassé. Le rendez-vous conventionné et la facture sont retenus. "
        "Si les soins sont urgents, dites-le ; sinon, indiquez pourquoi vous passez outre : "
        "ce motif est gardé dans la trace."
    )


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        (Asked(False, True), "cap.urgent", "Plafond dépassé, soins urgents : l'acte n'est pas retenu."),
        (
            Asked(False, False, "Seul médecin du canton"),
            "cap.overridden",
            "Plafond dépassé : vous passez outre, et votre motif est gardé dans la trace.",
        ),
    ],
)
def test_what_lets_an_act_through_is_told(asked: Asked, code: str, text: str) -> None:
    for regime, reference in (
        (Regime.A, "Avenant 9, art. 28.6.3"),
        (Regime.B, "Convention médicale 2024, art. 87.7"),
    ):
        (warning,) = check_holding(asked, Verdict(Level.HOLD, (WHY,)), regime).warnings
        assert (warning.code, warning.text, warning.reference) == (code, text, reference)


def test_an_own_patient_is_held_under_regime_a_only() -> None:
    verdict = Verdict(Level.HOLD, (WHY,))
    assert check_holding(Asked(True), verdict, Regime.B) == ALLOWED
    assert not check_holding(Asked(True), verdict, Regime.A).is_allowed
