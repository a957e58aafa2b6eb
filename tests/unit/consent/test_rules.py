"""When an act may start, as far as consent goes (R-1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.consent.model import (
    ActKind,
    ConsentBy,
    ConsentChannel,
    ConsentDecision,
    ConsentFacts,
    ConsentRecord,
)
from telemed.consent.rules import check_consent
from telemed.kernel.ids import new_id

PATIENT, ACT, OTHER_ACT = UUID(int=1), UUID(int=2), UUID(int=3)
START = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
GIVEN, REFUSED, WITHDRAWN = ConsentDecision.GIVEN, ConsentDecision.REFUSED, ConsentDecision.WITHDRAWN


def make_record(
    decision: ConsentDecision = GIVEN,
    at: datetime = START - DAY,
    *,
    act_id: UUID = ACT,
    patient_id: UUID = PATIENT,
    by: ConsentBy = ConsentBy.PATIENT,
) -> ConsentRecord:
    return ConsentRecord(
        id=new_id(),
        patient_id=patient_id,
        act_kind=ActKind.TELECONSULTATION,
        act_id=act_id,
        decision=decision,
        channel=ConsentChannel.PATIENT_PAGE,
        by=by,
        at=at,
        wording_version=date(2026, 1, 1),
        wording_sha256="0" * 64,
        recorded_by=None,
    )


def codes(*records: ConsentRecord, is_minor: bool | None = None) -> list[str]:
    facts = ConsentFacts(PATIENT, ActKind.TELECONSULTATION, ACT, records, is_minor=is_minor)
    return [reason.code for reason in check_consent(facts, START).refusals]


def test_no_act_starts_without_a_consent() -> None:
    assert codes() == ["consent.missing"]


@pytest.mark.parametrize(
    ("given_at", "expected"),
    [(START - DAY, []), (START, []), (START + timedelta(microseconds=1), ["consent.missing"])],
    ids=["the day before", "at the start itself", "just after"],
)
def test_a_consent_counts_when_it_is_dated_no_later_than_the_start(given_at: datetime, expected: list[str]) -> None:
    assert codes(make_record(at=given_at)) == expected


def test_a_refusal_after_a_consent_stops_the_act() -> None:
    assert codes(make_record(), make_record(REFUSED, START - timedelta(hours=1))) == ["consent.refused"]


def test_a_patient_may_change_their_mind_again() -> None:
    assert codes(make_record(REFUSED), make_record(GIVEN, START - timedelta(hours=1))) == []


def test_a_withdrawal_made_on_another_act_stops_this_one() -> None:
    withdrawal = make_record(WITHDRAWN, START - timedelta(hours=1), act_id=OTHER_ACT)
    assert codes(make_record(), withdrawal) == ["consent.withdrawn"]


def test_a_withdrawal_after_the_start_does_not_undo_what_was_allowed() -> None:
    assert codes(make_record(), make_record(WITHDRAWN, START + timedelta(minutes=1))) == []


def test_a_consent_to_another_act_counts_for_nothing() -> None:
    assert codes(make_record(act_id=OTHER_ACT)) == ["consent.missing"]


def test_the_consent_of_another_patient_counts_for_nothing() -> None:
    assert codes(make_record(patient_id=UUID(int=9))) == ["consent.missing"]


def test_a_refusal_of_another_act_stops_nothing_here() -> None:
    assert codes(make_record(), make_record(REFUSED, START - timedelta(hours=1), act_id=OTHER_ACT)) == []


def test_every_refusal_names_its_law() -> None:
    facts = ConsentFacts(PATIENT, ActKind.TELECONSULTATION, ACT, ())
    assert "L. 1111-4 CSP" in check_consent(facts, START).refusals[0].reference


@pytest.mark.parametrize(
    ("by", "warned"),
    [(ConsentBy.PATIENT, True), (ConsentBy.LEGAL_REPRESENTATIVE, False), (ConsentBy.MINOR_ALONE, False)],
)
def test_a_minor_who_consents_without_a_representative_is_pointed_out_and_not_refused(
    by: ConsentBy, *, warned: bool
) -> None:
    facts = ConsentFacts(PATIENT, ActKind.TELECONSULTATION, ACT, (make_record(by=by),), is_minor=True)
    decision = check_consent(facts, START)
    assert decision.is_allowed
    assert [reason.code for reason in decision.warnings] == ["consent.minor_without_representative"] * warned


@given(st.lists(st.tuples(st.sampled_from(ConsentDecision), st.integers(-5, 5)), max_size=8))
def test_the_last_decision_before_the_start_is_the_one_that_counts(steps: list[tuple[ConsentDecision, int]]) -> None:
    records = [make_record(decision, START + timedelta(minutes=minutes)) for decision, minutes in steps]
    past = [record for record in records if record.at <= START]
    last = max(past, key=lambda record: (record.at, record.id), default=None)
    assert (codes(*records) == []) == (last is not None and last.decision is GIVEN)
