"""The projection to 31 December and its three levels: bounds, bases, and the first act of January."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.rules.cap import Cap, Counts, Regime
from billing.rules.levels import CapPolicy, Level, format_share, judge
from billing.rules.projection import AnnualVolume, Basis, Outside, YearFacts, days_elapsed, days_of, project

CAP_B = Cap(2026, Regime.B, 20, ())
CAP_A = Cap(2023, Regime.A, 20, ())
MIDYEAR = date(2026, 7, 2)


@st.composite
def counts(draw: st.DrawFn, most: int = 2000) -> Counts:
    remote, expert, other = (draw(st.integers(0, most)) for _ in range(3))
    own_remote = draw(st.integers(0, remote))
    return Counts(remote, own_remote, expert, other, draw(st.none() | st.integers(own_remote, remote + expert + other)))


@st.composite
def year_facts(draw: st.DrawFn, year: int = 2026) -> YearFacts:
    today = draw(st.dates(date(year, 1, 1), date(year + 1, 2, 1)))
    booked = draw(st.integers(0, 300)) if today.year == year else 0
    as_of = draw(st.dates(date(year, 1, 1), min(today, date(year, 12, 31))))
    return YearFacts(
        today=today,
        here=draw(counts()),
        booked=Counts.of_teleconsultations(booked, own=draw(st.integers(0, booked))),
        outside=draw(st.none() | st.builds(Outside, counts(), st.just(as_of), st.just("déclaration"))),
        annual_volume=draw(st.none() | st.builds(AnnualVolume, st.integers(0, 9000), st.just("x"), st.just(today))),
        last_year=draw(st.none() | counts()),
    )


@given(facts=year_facts(), regime=st.sampled_from(Regime))
def test_an_estimate_holds_its_bounds_and_what_is_already_known(facts: YearFacts, regime: Regime) -> None:
    projection = project(facts, Cap(2026, regime, 20, ()))
    remote, volume = projection.remote, projection.volume
    assert remote.low <= remote.point <= remote.high
    if volume is not None:
        assert volume.low <= volume.point <= volume.high
        assert volume.low >= remote.low
        assert volume.point >= remote.point
        assert volume.low >= facts.known.total
        assert projection.own_acts is None or projection.own_acts <= volume.point


@given(facts=year_facts(), regime=st.sampled_from(Regime))
def test_each_reading_lies_between_its_best_and_its_worst(facts: YearFacts, regime: Regime) -> None:
    cap = Cap(2026, regime, 20, ())
    projection = project(facts, cap)
    readings, bounds = projection.readings(cap), projection.bounds(cap)
    assert len(readings) == len(bounds)
    assert (len(readings) == 0) is (projection.volume is None)
    for reading, (best, worst) in zip(readings, bounds, strict=True):
        assert best.name == reading.name == worst.name
        assert best.numerator * reading.denominator <= reading.numerator * best.denominator
        assert reading.numerator * worst.denominator <= worst.numerator * reading.denominator
        assert worst.numerator <= worst.denominator
    for caisse in readings[1:]:
        assert regime is Regime.B
        assert caisse.denominator <= readings[0].denominator


@given(facts=year_facts(), regime=st.sampled_from(Regime))
def test_nothing_is_held_on_a_guess_nor_on_few_acts(facts: YearFacts, regime: Regime) -> None:
    cap = Cap(2026, regime, 20, ())
    projection = project(facts, cap)
    verdict = judge(facts, cap, projection)
    assert verdict.reasons
    if verdict.level is Level.HOLD:
        assert projection.volume is not None
        assert projection.volume.basis in (Basis.DECLARED, Basis.FINAL)
        assert facts.known.total >= CapPolicy().minimum_acts_for_hold
        assert projection.remote.low * 100 > 20 * projection.most_acts


@given(facts=year_facts())
def test_an_unknown_outside_is_never_counted_as_none(facts: YearFacts) -> None:
    assume(facts.outside is None)
    verdict = judge(facts, CAP_B, project(facts, CAP_B))
    assert verdict.level is not Level.FREE or facts.known.total < CapPolicy().minimum_acts_for_pace
    if verdict.level is Level.WARN:
        assert "cap.outside_unknown" in [reason.code for reason in verdict.reasons]


@given(
    day=st.dates(date(2026, 1, 1), date(2026, 1, 31)), volume=st.none() | st.integers(0, 50), booked=st.integers(0, 60)
)
def test_the_first_acts_of_january_never_hold(day: date, volume: int | None, booked: int) -> None:
    facts = YearFacts(
        today=day,
        here=Counts.of_teleconsultations(1),
        booked=Counts.of_teleconsultations(booked),
        outside=Outside(Counts(), day, "déclaration"),
        annual_volume=None if volume is None else AnnualVolume(volume, "déclaration", day),
    )
    assert judge(facts, CAP_B, project(facts, CAP_B)).level is not Level.HOLD


@pytest.mark.parametrize(
    ("changes", "basis"),
    [
        ({}, None),
        ({"outside": Outside(Counts(other_acts=900), MIDYEAR, "x")}, Basis.PACE),
        ({"last_year": Counts(other_acts=3000)}, Basis.LAST_YEAR),
        ({"last_year": Counts(other_acts=3000), "annual_volume": AnnualVolume(4000, "x", MIDYEAR)}, Basis.DECLARED),
    ],
)
def test_the_volume_rests_on_the_firmest_basis_at_hand(changes: dict[str, object], basis: Basis | None) -> None:
    facts = YearFacts(today=MIDYEAR, here=Counts.of_teleconsultations(100), **changes)  # type: ignore[arg-type]
    volume = project(facts, CAP_B).volume
    assert (volume and volume.basis) == basis


def test_the_pace_of_elsewhere_counts_from_its_own_day() -> None:
    half_year_ago = YearFacts(
        today=date(2026, 12, 31), here=Counts(), outside=Outside(Counts(other_acts=100), date(2026, 7, 2), "x")
    )
    volume = project(half_year_ago, CAP_B).volume
    assert volume is not None
    assert (volume.low, volume.point, volume.high) == (159, 199, 248)


def test_a_year_is_final_only_when_elsewhere_is_known_to_its_end() -> None:
    here, after = Counts.of_teleconsultations(150), date(2027, 1, 2)
    known = YearFacts(today=after, here=here, outside=Outside(Counts(other_acts=600), date(2026, 12, 31), "x"))
    short = YearFacts(today=after, here=here, outside=Outside(Counts(other_acts=600), date(2026, 12, 30), "x"))
    assert project(known, CAP_B).volume is not None
    assert project(known, CAP_B).remote.basis is Basis.FINAL
    on_the_day = YearFacts(today=date(2026, 12, 31), here=here, outside=known.outside)
    assert project(on_the_day, CAP_B).remote.basis is Basis.PACE
    assert project(short, CAP_B).remote.basis is Basis.PACE
    assert project(YearFacts(today=after, here=here), CAP_B).volume is None


def test_a_cancelled_booking_and_more_other_acts_free_again() -> None:
    """Traps 3 and 4: the denominator grows, what is cancelled goes."""
    base = {"today": date(2026, 10, 1), "outside": Outside(Counts(other_acts=2500), date(2026, 10, 1), "x")}
    held = YearFacts(
        here=Counts.of_teleconsultations(790),
        booked=Counts.of_teleconsultations(30),
        annual_volume=AnnualVolume(4000, "x", date(2026, 1, 5)),
        **base,  # type: ignore[arg-type]
    )
    assert judge(held, CAP_B, project(held, CAP_B)).level is Level.HOLD
    fewer = YearFacts(
        here=held.here,
        booked=Counts.of_teleconsultations(5),
        annual_volume=held.annual_volume,
        **base,  # type: ignore[arg-type]
    )
    assert judge(fewer, CAP_B, project(fewer, CAP_B)).level is Level.WARN
    more = YearFacts(
        here=held.here,
        booked=held.booked,
        annual_volume=AnnualVolume(4100, "x", date(2026, 9, 1)),
        **base,  # type: ignore[arg-type]
    )
    assert judge(more, CAP_B, project(more, CAP_B)).level is Level.WARN


def test_own_patients_share_comes_from_the_declaration_first() -> None:
    facts = YearFacts(
        today=MIDYEAR,
        here=Counts.of_teleconsultations(100),
        outside=Outside(Counts(other_acts=900, own_acts=500), MIDYEAR, "x"),
        annual_volume=AnnualVolume(2000, "x", MIDYEAR, own_acts=1400),
        last_year=Counts(other_acts=1000, own_acts=100),
    )
    assert project(facts, CAP_B).own_acts == 1400


def test_regime_a_has_one_reading_and_counts_expertises() -> None:
    facts = YearFacts(
        today=date(2024, 1, 5),
        here=Counts(teleconsultations=150, teleexpertises=60),
        outside=Outside(Counts(other_acts=790), date(2023, 12, 31), "x"),
    )
    projection = project(facts, CAP_A)
    (reading,) = projection.readings(CAP_A)
    assert (reading.numerator, reading.denominator) == (210, 1000)
    assert judge(facts, CAP_A, projection).level is Level.HOLD


@pytest.mark.parametrize(("year", "days"), [(2026, 365), (2028, 366)])
def test_days_of_a_year_and_days_elapsed(year: int, days: int) -> None:
    assert days_of(year) == days
    assert days_elapsed(date(year, 1, 1) - timedelta(days=1), year) == 0
    assert days_elapsed(date(year, 1, 1), year) == 1
    assert days_elapsed(date(year, 12, 31), year) == days
    assert days_elapsed(date(year + 1, 6, 1), year) == days


def test_a_share_reads_in_french() -> None:
    facts = YearFacts(today=date(2027, 1, 2), here=Counts(), outside=Outside(Counts(), date(2026, 12, 31), "x"))
    nothing = project(facts, CAP_B).readings(CAP_B)[0]
    assert format_share(nothing) == "sans objet"
    assert judge(facts, CAP_B, project(facts, CAP_B)).level is Level.FREE


def test_last_year_gives_a_tenth_on_each_side() -> None:
    facts = YearFacts(
        today=MIDYEAR,
        here=Counts.of_teleconsultations(100),
        booked=Counts.of_teleconsultations(3),
        last_year=Counts(teleconsultations=730, other_acts=1271, own_acts=500),
    )
    projection = project(facts, CAP_B)
    assert projection.volume is not None
    volume, remote = projection.volume, projection.remote
    assert (volume.low, volume.point, volume.high, volume.basis) == (1800, 2001, 2202, Basis.LAST_YEAR)
    assert (remote.low, remote.point, remote.high, remote.basis) == (103, 464, 501, Basis.LAST_YEAR)
    assert projection.own_acts == 500


def test_a_pace_is_carried_on_with_twice_the_root_of_what_was_counted() -> None:
    facts = YearFacts(
        today=date(2026, 3, 14), here=Counts.of_teleconsultations(50), outside=Outside(Counts(), date(2026, 3, 14), "x")
    )
    remote = project(facts, CAP_B).remote
    assert days_elapsed(facts.today, 2026) == 73
    assert (remote.low, remote.point, remote.high) == (50, 250, 360)


def test_what_is_booked_beyond_the_pace_is_expected() -> None:
    facts = YearFacts(
        today=date(2026, 12, 30),
        here=Counts.of_teleconsultations(364),
        booked=Counts.of_teleconsultations(40, own=10),
        outside=Outside(Counts(other_acts=2000, own_acts=100), date(2026, 12, 30), "x"),
    )
    projection = project(facts, CAP_B)
    assert projection.volume is not None
    assert (projection.remote.low, projection.remote.point) == (394, 394)
    assert projection.volume.low == 2404


@pytest.mark.parametrize(("remote", "level"), [(720, Level.FREE), (721, Level.WARN), (800, Level.WARN)])
def test_nine_tenths_of_the_limit_is_still_free(remote: int, level: Level) -> None:
    facts = YearFacts(
        today=date(2026, 12, 31),
        here=Counts.of_teleconsultations(remote),
        outside=Outside(Counts(other_acts=1000), date(2026, 12, 30), "x"),
        annual_volume=AnnualVolume(4000, "x", MIDYEAR),
    )
    assert judge(facts, CAP_B, project(facts, CAP_B)).level is level


@pytest.mark.parametrize(("others", "level"), [(29, Level.FREE), (30, Level.WARN)])
def test_a_pace_is_judged_from_thirty_acts_on(others: int, level: Level) -> None:
    facts = YearFacts(today=MIDYEAR, here=Counts.of_teleconsultations(others), outside=Outside(Counts(), MIDYEAR, "x"))
    assert judge(facts, CAP_B, project(facts, CAP_B)).level is level


@pytest.mark.parametrize(("done", "level"), [(99, Level.WARN), (100, Level.HOLD)])
def test_nothing_is_held_below_a_hundred_acts(done: int, level: Level) -> None:
    facts = YearFacts(
        today=MIDYEAR,
        here=Counts.of_teleconsultations(done),
        outside=Outside(Counts(), MIDYEAR, "x"),
        annual_volume=AnnualVolume(200, "x", MIDYEAR),
    )
    verdict = judge(facts, CAP_B, project(facts, CAP_B))
    assert verdict.level is level
    assert verdict.allowance == 0


def test_a_closed_year_near_its_limit_is_not_warned_of() -> None:
    facts = YearFacts(
        today=date(2027, 1, 2),
        here=Counts.of_teleconsultations(199),
        outside=Outside(Counts(other_acts=801), date(2026, 12, 31), "x"),
    )
    verdict = judge(facts, CAP_B, project(facts, CAP_B))
    assert (verdict.level, verdict.allowance, verdict.acts_needed) == (Level.FREE, 1, 0)
    assert verdict.reasons[0].text == "Année close : 19,90\u00a0% pour un plafond de 20\u00a0%."


def test_the_explanation_counts_what_would_bring_back() -> None:
    facts = YearFacts(
        today=date(2027, 1, 2),
        here=Counts.of_teleconsultations(201),
        outside=Outside(Counts(other_acts=799), date(2026, 12, 31), "x"),
    )
    verdict = judge(facts, CAP_B, project(facts, CAP_B))
    assert (verdict.level, verdict.acts_needed) == (Level.HOLD, 5)
    assert verdict.reasons[0].text == "Plafond de l'année dépassé : 20,10\u00a0% pour 20\u00a0%."
    assert verdict.reasons[0].compared == {
        "reading": "literal",
        "numerator": 201,
        "denominator": 1000,
        "rate_percent": 20,
    }
