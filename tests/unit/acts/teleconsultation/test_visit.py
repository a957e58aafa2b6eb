"""The order of the patient's steps and the words of the message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from telemed.acts.teleconsultation.formats import cancellation_message, link_message
from telemed.acts.teleconsultation.model import Kind, State, Teleconsultation
from telemed.acts.teleconsultation.rules.visit import VisitProgress, VisitStep, next_step
from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval

FRESH = VisitProgress(State.BOOKED, False, False, False, False)


def test_consent_comes_first() -> None:
    assert next_step(FRESH) is VisitStep.CONSENT


def test_the_steps_follow_one_another() -> None:
    consented = replace(FRESH, has_consented=True)
    confirmed = replace(consented, has_confirmed_traits=True)
    placed = replace(confirmed, has_given_place=True)
    checked = replace(placed, has_checked_devices=True)
    assert [next_step(progress) for progress in (FRESH, consented, confirmed, placed, checked)] == [
        VisitStep.CONSENT,
        VisitStep.IDENTITY,
        VisitStep.IDENTITY,
        VisitStep.DEVICES,
        VisitStep.WAITING,
    ]


def test_who_was_let_in_goes_straight_to_the_call() -> None:
    assert next_step(replace(FRESH, state=State.IN_CALL, has_consented=True)) is VisitStep.CALL


def test_a_withdrawn_consent_leads_back_to_it_even_in_the_call() -> None:
    assert next_step(replace(FRESH, state=State.IN_CALL)) is VisitStep.CONSENT


def test_a_finished_visit_shows_its_end() -> None:
    assert next_step(replace(FRESH, state=State.FINISHED)) is VisitStep.END


def act_at(start: datetime | None, territory: Territory = Territory.METROPOLE) -> Teleconsultation:
    slot = Interval(start, start + timedelta(minutes=15)) if start else None
    return Teleconsultation(
        id=uuid4(),
        practice_id=uuid4(),
        professional_id=uuid4(),
        patient_id=uuid4(),
        territory=territory,
        kind=Kind.PROGRAMMED,
        state=State.BOOKED,
        room="r",
        version=1,
        booked_at=datetime(2026, 1, 1, tzinfo=UTC),
        booked_by=None,
        slot=slot,
        motive="douleur thoracique",
    )


def test_a_message_holds_time_and_link_and_nothing_of_health() -> None:
    message = link_message(act_at(datetime(2026, 11, 24, 13, 30, tzinfo=UTC)), "https://t.example/v/abc")
    assert "mardi 24 novembre à 14 h 30" in message.text
    assert "https://t.example/v/abc" in message.text
    assert "douleur" not in message.text + message.subject


def test_the_hour_shown_twice_says_which() -> None:
    first = link_message(act_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)), "x").text
    second = link_message(act_at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)), "x").text
    assert "2 h 30 (heure d'été)" in first
    assert "2 h 30 (heure d'hiver)" in second


def test_the_time_is_that_of_the_place_of_practice() -> None:
    late = act_at(datetime(2026, 12, 1, 3, 30, tzinfo=UTC), Territory.MARTINIQUE)
    assert "lundi 30 novembre à 23 h 30" in link_message(late, "x").text


def test_without_an_appointment_it_is_now() -> None:
    assert "dès maintenant" in link_message(act_at(None), "x").text


def test_a_cancellation_says_which_appointment_and_nothing_of_health() -> None:
    message = cancellation_message(act_at(datetime(2026, 11, 24, 13, 30, tzinfo=UTC)))
    assert message.text == (
        "Votre rendez-vous vidéo du mardi 24 novembre à 14 h 30 est annulé : le lien reçu ne fonctionne plus.\n"
        "Pour un autre rendez-vous, appelez le cabinet."
    )
    assert cancellation_message(act_at(None)).text.startswith("Votre rendez-vous vidéo est annulé :")
