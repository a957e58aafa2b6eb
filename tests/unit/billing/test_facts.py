"""The payload of a closed act: read strictly, written and read back the same, and its civil day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts import VERSION, ActFacts, Companion, FactsError, MedecinTraitant, Reimbursement, Sector
from telemed.kernel.clock import Territory
from tests.unit.billing.making import instants, make_facts

PAYLOAD = make_facts().to_payload()
IDENTITY = {"name", "surname", "given", "birth", "ins", "nir", "phone", "email", "address", "sex", "text", "note"}


@given(
    start=instants(date(2018, 1, 1), date(2040, 1, 1)),
    minutes=st.integers(0, 600),
    territory=st.sampled_from(Territory),
    sector=st.sampled_from(Sector),
    treating=st.sampled_from(MedecinTraitant),
    fee=st.none() | st.integers(0, 100_000),
    is_met=st.none() | st.booleans(),
    exceptions=st.lists(st.sampled_from(["urgence", "detenu"]), max_size=2).map(tuple),
    companions=st.lists(st.builds(Companion, st.sampled_from(["60", "21"]), st.none() | st.just("10001234567"))),
    identifier=st.uuids(),
)
def test_facts_survive_the_outbox(
    start: datetime,
    minutes: int,
    territory: Territory,
    sector: Sector,
    treating: MedecinTraitant,
    fee: int | None,
    is_met: bool | None,
    exceptions: tuple[str, ...],
    companions: list[Companion],
    identifier: UUID,
) -> None:
    facts = make_facts(
        act_id=identifier,
        started_at=start,
        ended_at=start + timedelta(minutes=minutes),
        territory=territory,
        sector=sector,
        medecin_traitant=treating,
        fee_cents=fee,
        reimbursement=Reimbursement(is_met, exceptions),
        companions=tuple(companions),
    )
    assert ActFacts.from_payload(json.loads(json.dumps(facts.to_payload()))) == facts


def test_the_payload_has_a_version_and_no_identity() -> None:
    assert PAYLOAD["version"] == VERSION
    words = {word for key in PAYLOAD for word in key.split("_")}
    assert words.isdisjoint(IDENTITY)


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_another_version_is_refused(version: Any) -> None:
    with pytest.raises(FactsError, match="version"):
        ActFacts.from_payload(PAYLOAD | {"version": version})


def test_a_missing_or_unknown_field_is_named() -> None:
    with pytest.raises(FactsError, match="sector"):
        ActFacts.from_payload({key: value for key, value in PAYLOAD.items() if key != "sector"})
    with pytest.raises(FactsError, match="colour"):
        ActFacts.from_payload(PAYLOAD | {"colour": "red"})
    with pytest.raises(FactsError, match=r"reimbursement\.why"):
        ActFacts.from_payload(PAYLOAD | {"reimbursement": {"is_met": None, "exceptions": [], "why": ""}})
    with pytest.raises(FactsError, match=r"companions\.rpps"):
        ActFacts.from_payload(PAYLOAD | {"companions": [{"profession": "60"}]})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("act_id", "not-a-uuid"),
        ("act_id", 3),
        ("revision", 0),
        ("revision", True),
        ("revision", "1"),
        ("kind", "visit"),
        ("sector", "secteur_9"),
        ("territory", "corse"),
        ("medecin_traitant", None),
        ("has_overrun", 1),
        ("is_video_established", None),
        ("started_at", "2026-11-25T13:30:00"),
        ("started_at", "yesterday"),
        ("ended_at", "2026-11-25T13:29:59+00:00"),
        ("fee_cents", 25.0),
        ("fee_cents", -1),
        ("specialty", 54),
        ("reimbursement", {"is_met": "yes", "exceptions": []}),
        ("reimbursement", None),
        ("companions", [{"profession": "", "rpps": None}]),
        ("companions", None),
    ],
)
def test_a_wrong_value_is_refused(field: str, value: Any) -> None:
    with pytest.raises(FactsError):
        ActFacts.from_payload(PAYLOAD | {field: value})


@pytest.mark.parametrize("missing", [None, ""])
def test_an_act_without_specialty_is_not_lost(missing: str | None) -> None:
    assert ActFacts.from_payload(PAYLOAD | {"specialty": missing}).specialty == ""


def test_an_act_lasts_from_its_start_to_its_end() -> None:
    start = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
    assert make_facts(started_at=start, ended_at=start).ended_at == start
    with pytest.raises(FactsError):
        make_facts(started_at=start, ended_at=start - timedelta(microseconds=1))
    with pytest.raises(ValueError, match="offset"):
        make_facts(started_at=datetime(2026, 1, 1), ended_at=start)  # noqa: DTZ001 - what is refused


def test_the_civil_day_is_that_of_the_start_where_the_doctor_practises() -> None:
    late = datetime(2026, 12, 31, 23, 55, tzinfo=timezone(timedelta(hours=-4)))
    times = {"started_at": late, "ended_at": late + timedelta(minutes=20)}
    assert make_facts(territory=Territory.MARTINIQUE, **times).day == date(2026, 12, 31)
    assert make_facts(territory=Territory.METROPOLE, **times).day == date(2027, 1, 1)


@pytest.mark.parametrize("treating", MedecinTraitant)
def test_only_a_patient_known_to_be_his_own_stays_out_of_the_cap(treating: MedecinTraitant) -> None:
    assert make_facts(medecin_traitant=treating).is_for_own_patient is (treating is MedecinTraitant.SELF)
