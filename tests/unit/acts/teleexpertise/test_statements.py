"""What the documents of a case state, from the case as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from telemed.acts.teleexpertise.model import CareSetting, CareUrgency, OpinionContent, State, Urgency
from telemed.acts.teleexpertise.model.live import CallState, LedgerLine, LiveCall
from telemed.acts.teleexpertise.rules.exchange import losses
from telemed.acts.teleexpertise.service.statements import (
    Person,
    Sources,
    files_of,
    opinion_statement,
    request_statement,
)
from telemed.attachments.model import Attachment, Kind, OwnerKind
from telemed.attachments.model import State as FileState
from telemed.documents.model import LiveExchange, Visibility
from telemed.patients.model import AttendingDoctor, Identity, Patient
from tests.fixtures.people import make_carer, make_doctor, make_draft, make_practice
from tests.unit.acts.teleexpertise.making import CONTENT, EXPERT, NOON, make_case

HERE, THERE = make_practice(), make_practice("Centre")
NURSE, DOCTOR = Person(make_carer(HERE.id), HERE), Person(make_doctor(THERE.id, rpps="10100000073"), THERE)


def make_sources(**changes: Any) -> Sources:
    draft = make_draft()
    patient = Patient(UUID(int=4), HERE.id, Identity(draft.traits), draft.used, draft.contact, NOON)
    case = make_case(State.ACCEPTED, requis=EXPERT, accepted_at=NOON + timedelta(hours=1))
    return replace(Sources(case, patient, NURSE, None, (), (), DOCTOR), **changes)


def of_content(**changes: Any) -> Sources:
    sources = make_sources()
    return replace(sources, case=replace(sources.case, content=replace(CONTENT, **changes)))


@pytest.mark.parametrize(
    ("code", "skill", "line", "wanted"),
    [
        (None, "", "", ""),
        ("G15_10/SM15", "", "", "Dermatologie"),
        ("G15_10/SM15", " dermoscopie ", "Peau du littoral", "équipe Peau du littoral, Dermatologie, dermoscopie"),
    ],
)
def test_whoever_is_wanted_is_said_as_far_as_it_is_known(code: str | None, skill: str, line: str, wanted: str) -> None:
    stated = request_statement(of_content(specialty_code=code, skill=skill), (), at=NOON, line=line)
    assert (stated.facts.wanted, stated.facts.asked) == (wanted, ())


def test_every_urgency_and_every_place_has_words() -> None:
    delays = {request_statement(of_content(urgency=one), (), at=NOON).content.delay for one in Urgency}
    settings = [replace(CONTENT.administrative, setting=one) for one in CareSetting]
    places = {request_statement(of_content(administrative=one), (), at=NOON).content.setting for one in settings}
    urgencies = {
        opinion_statement(
            make_sources(), OpinionContent(urgency=one), answered_at=NOON, request_id=None
        ).content.urgency
        for one in CareUrgency
    }
    assert [len(delays), len(places), len(urgencies)] == [len(Urgency), len(CareSetting), len(CareUrgency)]
    assert "" not in delays | places | urgencies


def test_what_was_not_said_stays_unsaid() -> None:
    words = opinion_statement(make_sources(), OpinionContent(), answered_at=NOON, request_id=None).content
    assert (words.urgency, words.avoided_consultation, words.prescribed, words.incidents) == ("", None, None, None)
    facts = request_statement(make_sources(), (), at=NOON).facts
    assert (facts.consent, facts.medecin_traitant, facts.attachments, facts.patient.matricule) == (None, None, (), None)


def test_an_opinion_names_its_two_sides_its_request_and_who_must_not_see_it() -> None:
    hidden = frozenset({Visibility.INVISIBLE_PATIENT})
    stated = opinion_statement(
        make_sources(), OpinionContent(visibility=hidden), answered_at=NOON, request_id=UUID(int=9)
    )
    facts = stated.facts
    assert (facts.author.rpps, facts.requerant.rpps, facts.request_id) == ("10100000073", "10100000057", UUID(int=9))
    assert (facts.custodian.name, facts.patient.local_id_root) == ("Centre", f"2.25.{HERE.id.int}")
    assert stated.visibility == hidden


def test_the_medecin_traitant_is_that_of_the_day() -> None:
    history = (
        AttendingDoctor(NOON.date() - timedelta(days=9), NOON, "10100000115", "ROY Paul"),
        AttendingDoctor(NOON.date() + timedelta(days=1), NOON, "10100000107", "LEGOFF Claire"),
    )
    for day, name in ((0, "ROY"), (1, "LEGOFF")):
        stated = request_statement(make_sources(attending=history), (), at=NOON + timedelta(days=day))
        assert stated.medecin_traitant is not None
        assert stated.medecin_traitant.family_name == name


def test_a_case_that_nobody_accepted_has_no_opinion() -> None:
    unfinished: tuple[dict[str, Any], ...] = ({"requis": None}, {"accepted_at": None}, {"sent_at": None})
    for changes in unfinished:
        sources = make_sources()
        with pytest.raises(LookupError):
            opinion_statement(
                replace(sources, case=replace(sources.case, **changes)),
                OpinionContent(),
                answered_at=NOON,
                request_id=None,
            )


@pytest.mark.parametrize("state", list(FileState))
def test_only_files_that_both_sides_see_are_named(state: FileState) -> None:
    file = Attachment(
        UUID(int=7), OwnerKind.TELEEXPERTISE, UUID(int=3), UUID(int=1), "requerant", "lesion.heic", 1234, state, NOON,
        NOON, kind=Kind.JPEG, sha256="5e" * 32,
    )  # fmt: skip
    named = [(one.name, one.kind, one.size) for one in files_of([file])]
    assert named == ([("lesion.jpg", "Photo JPEG", 1234)] if state is FileState.KEPT else [])


def line(kind: str, seconds: float, seat: str = "requis") -> LedgerLine:
    return LedgerLine(seat, kind, "server", NOON + timedelta(seconds=seconds))


def test_what_a_room_lost_is_told_from_its_ledger() -> None:
    """The other seat's return does not end a loss; less than three seconds is none; a failed device always counts."""
    ledger = (
        *(line("joined", 0), line("dropped", 10), line("joined", 11, "requerant"), line("resumed", 33)),
        *(line("media_interrupted", 40), line("media_restored", 42), line("device_failed", 50), line("dropped", 60)),
    )
    found = [(loss.kind, (loss.at - NOON).seconds, loss.duration) for loss in losses(ledger)]
    assert found == [("dropped", 10, timedelta(seconds=23)), ("device_failed", 50, None), ("dropped", 60, None)]


def test_a_live_exchange_is_stated_and_a_ring_that_nobody_answered_is_not() -> None:
    call = LiveCall(UUID(int=6), UUID(int=3), UUID(int=1), CallState.ENDED, NOON, NOON + timedelta(seconds=40))
    opened = replace(call, opened_at=NOON + timedelta(seconds=9), ended_at=NOON + timedelta(minutes=8, seconds=9))

    def exchange(call: LiveCall) -> LiveExchange | None:
        sources = make_sources(call=call, ledger=(line("dropped", 20, "requerant"),))
        return opinion_statement(sources, OpinionContent(), answered_at=NOON, request_id=None).facts.exchange

    assert exchange(call) is None
    stated = exchange(opened)
    assert stated is not None
    assert (stated.started_at, stated.ended_at) == (opened.opened_at, opened.ended_at)
    assert [loss.description for loss in stated.losses] == ["connexion perdue côté requérant"]
