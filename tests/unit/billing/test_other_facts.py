"""The payloads of a télé-expertise and of an accompaniment: read strictly, the same both ways, and their civil days."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts import (
    AccompanimentFacts,
    ActFacts,
    Facts,
    FactsError,
    MedecinTraitant,
    Part,
    Sector,
    Setting,
    TeleexpertiseFacts,
    read_facts,
)
from telemed.kernel.clock import Territory
from tests.unit.billing.making import (
    instants,
    make_accompaniment,
    make_biller,
    make_facts,
    make_nurse,
    make_teleexpertise,
)

ALL = (make_facts(), make_teleexpertise(), make_accompaniment())
billers = st.builds(
    make_biller,
    territory=st.sampled_from(Territory),
    sector=st.sampled_from(Sector),
    medecin_traitant=st.sampled_from(MedecinTraitant),
    profession=st.sampled_from(["10", "50", "60"]),
    specialty=st.sampled_from(["", "G15_10/SM42"]),
)


@given(
    start=instants(date(2019, 1, 1), date(2040, 1, 1)),
    minutes=st.integers(0, 20_000),
    is_accepted=st.booleans(),
    requerant=billers,
    requis=billers,
    level=st.sampled_from([None, 1, 2]),
    grounds=st.lists(st.sampled_from(["ald", "ehpad"]), max_size=2).map(tuple),
    other_codes=st.lists(st.sampled_from(["G", "MCX"]), max_size=2).map(tuple),
    has_overrun=st.booleans(),
)
def test_a_teleexpertise_survives_the_outbox(start: datetime, minutes: int, is_accepted: bool, **changes: Any) -> None:
    facts = make_teleexpertise(
        requested_at=start,
        accepted_at=start if is_accepted else None,
        completed_at=start + timedelta(minutes=minutes),
        **changes,
    )
    assert read_facts(json.loads(json.dumps(facts.to_payload()))) == facts


@given(
    setting=st.sampled_from(Setting),
    done_at=instants(date(2020, 1, 1), date(2040, 1, 1)),
    phone=st.booleans(),
    who=billers,
)
def test_an_accompaniment_survives_the_outbox(setting: Setting, done_at: datetime, phone: bool, who: Any) -> None:
    facts = make_accompaniment(setting=setting, done_at=done_at, uses_smartphone=phone, biller=who)
    assert read_facts(json.loads(json.dumps(facts.to_payload()))) == facts


@pytest.mark.parametrize("facts", ALL, ids=lambda facts: facts.kind.value)
def test_each_kind_is_read_by_its_own_reader(facts: Facts) -> None:
    assert read_facts(facts.to_payload()) == facts
    for kind in (ActFacts, TeleexpertiseFacts, AccompanimentFacts):
        if not isinstance(facts, kind):
            with pytest.raises(FactsError):
                kind.from_payload(facts.to_payload())


@pytest.mark.parametrize("kind", [None, "", "visit", 3, "teleregulation"])
def test_an_unknown_kind_is_refused(kind: Any) -> None:
    with pytest.raises(FactsError, match="is not billed here"):
        read_facts(make_facts().to_payload() | {"kind": kind})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("revision", 0),
        ("requerant", None),
        ("requerant", {}),
        ("requis", "10001234567"),
        ("requested_at", "2026-11-25T13:45:01+00:00"),
        ("accepted_at", "2026-11-24T08:59:59+00:00"),
        ("accepted_at", "2026-11-24T10:00:00"),
        ("completed_at", None),
        ("level", 3),
        ("level", True),
        ("level", "1"),
        ("grounds", "ald"),
        ("grounds", [""]),
        ("other_codes", None),
        ("has_overrun", "no"),
    ],
)
def test_wrong_facts_of_a_teleexpertise_are_refused(field: str, value: Any) -> None:
    with pytest.raises(FactsError):
        read_facts(make_teleexpertise().to_payload() | {field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("setting", "train"),
        ("teleconsultation", None),
        ("teleconsultation", {"act_id": "x"}),
        ("done_at", "2026-11-25"),
        ("uses_smartphone", 0),
        ("revision", 0),
    ],
)
def test_wrong_facts_of_an_accompaniment_are_refused(field: str, value: Any) -> None:
    with pytest.raises(FactsError):
        read_facts(make_accompaniment().to_payload() | {field: value})


def test_a_field_too_many_is_named_with_its_place() -> None:
    payload = make_teleexpertise().to_payload()
    with pytest.raises(FactsError, match=r"biller\.colour"):
        read_facts(payload | {"requis": payload["requis"] | {"colour": "red"}})


def test_both_sides_have_the_day_of_the_answer_where_each_practises() -> None:
    """Traps 12 and 31: 23:30 on 31 December in Fort-de-France is 4:30 on 1 January in Paris."""
    answered = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
    facts = make_teleexpertise(
        requested_at=answered - timedelta(days=1),
        accepted_at=None,
        completed_at=answered,
        requis=make_biller(territory=Territory.MARTINIQUE),
    )
    assert facts.parts == (Part.OPINION, Part.REQUEST)
    assert (facts.day_of(Part.OPINION), facts.day_of(Part.REQUEST)) == (date(2026, 12, 31), date(2027, 1, 1))
    assert facts.biller_of(Part.OPINION).rpps == facts.requis.rpps
    assert facts.biller_of(Part.REQUEST) == make_nurse()


def test_a_teleconsultation_and_an_accompaniment_have_one_part() -> None:
    assert make_facts().parts == make_accompaniment().parts == (Part.ACT,)
    assert make_facts().biller_of(Part.ACT) == make_biller()
    assert make_accompaniment().biller_of(Part.ACT) == make_nurse()
    assert make_facts().day_of(Part.ACT) == make_accompaniment().day_of(Part.ACT) == date(2026, 11, 25)
