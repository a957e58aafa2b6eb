"""What holds for every act, whatever its day, place and doctor; single cases are in tests/law/tariff."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.facts import ActFacts, MedecinTraitant, Sector
from billing.rules.tariff import ClaimState, quote_teleconsultation
from telemed.kernel.clock import Territory
from telemed.law.parameter import NotInForce
from tests.the_law import LAW
from tests.unit.billing.making import instants, make_facts

OPENING = date(2018, 9, 15)


@st.composite
def acts(draw: st.DrawFn) -> ActFacts:
    start = draw(instants(date(2017, 1, 1), date(2035, 1, 1)))
    return make_facts(
        started_at=start,
        ended_at=start + timedelta(minutes=10),
        specialty=draw(
            st.sampled_from(
                [
                    "G15_10/SM54",
                    "G15_10/SM26",
                    "G15_10/SM42",
                    "G15_10/SM32",
                    "G15_10/SM19",
                    "G15_10/SM04",
                    "G15_10/SM33",
                    "X",
                ]
            )
        ),
        sector=draw(st.sampled_from(Sector)),
        territory=draw(st.sampled_from(Territory)),
        has_overrun=draw(st.booleans()),
        is_video_established=draw(st.booleans()),
        fee_cents=draw(st.none() | st.integers(0, 10_000)),
        medecin_traitant=draw(st.sampled_from(MedecinTraitant)),
    )


@given(facts=acts())
def test_an_amount_is_proposed_whole_or_explained(facts: ActFacts) -> None:
    quote = quote_teleconsultation(facts, LAW.on(facts.day))
    if quote.state is ClaimState.PROPOSED:
        assert quote.code in ("TC", "TCG")
        assert quote.amount_cents is not None
    elif quote.state is ClaimState.TO_COMPLETE:
        assert quote.code is not None
        assert quote.amount_cents is None
        assert quote.missing
    else:
        assert quote.refusals
    assert all(reason.text and reason.code.startswith("billing.") for reason in (*quote.refusals, *quote.missing))


@given(facts=acts())
def test_without_picture_or_before_its_time_nothing_is_billed(facts: ActFacts) -> None:
    quote = quote_teleconsultation(facts, LAW.on(facts.day))
    if not facts.is_video_established or facts.day < OPENING:
        assert quote.state is ClaimState.NOT_BILLABLE
        assert quote.amount_cents is None


@given(facts=acts())
def test_every_legal_value_used_is_cited_and_was_in_force_that_day(facts: ActFacts) -> None:
    quote = quote_teleconsultation(facts, LAW.on(facts.day))
    assert quote.basis or facts.day < OPENING
    for value in quote.basis:
        assert value.references
        assert value.since <= facts.day
        assert LAW.parameter(value.name).on(facts.day, value.territory) == value


@given(facts=acts())
def test_a_tariff_amount_is_the_one_cited(facts: ActFacts) -> None:
    quote = quote_teleconsultation(facts, LAW.on(facts.day))
    if quote.state is ClaimState.PROPOSED and not facts.has_overrun:
        assert quote.basis[-1].integer == quote.amount_cents
        assert quote.basis[-1].territory is facts.territory


def test_the_law_of_another_day_is_never_used() -> None:
    eve = LAW.on(OPENING - timedelta(days=1))
    with pytest.raises(NotInForce, match="2018-09-15"):
        eve.value("teleconsultation/tariffs/tcg", Territory.METROPOLE)
    assert quote_teleconsultation(make_facts(), eve).state is ClaimState.NOT_BILLABLE
