"""The rule language, one story each, as a nurse would tell it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from telemed.acts.telemonitoring.formats.rules import describe_rules, read_rule, write_rule
from telemed.acts.telemonitoring.model.evidence import HOUR, FindingKind, Thresholds, ThresholdVersion
from telemed.acts.telemonitoring.model.rule import Answer, AtLeast, Side, Threshold, Trend, TrendMeasure
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.acts.telemonitoring.rules.dry_run import run_dry
from telemed.acts.telemonitoring.rules.program import check_rule, compile_rule
from telemed.kernel.errors import Invalid
from tests.unit.acts.telemonitoring.arriving import BEGIN, Patient, make_rule, make_sample
from tests.unit.acts.telemonitoring.making import make_reading

GAIN = Trend(signal="weight", unit="kg", measure=TrendMeasure.DELTA, side=Side.ABOVE, days=3, limit=Decimal(2))
HEAVY = Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal(80), margin=Decimal(1))
FIRED, LATE, ENDED = FindingKind.FIRED, FindingKind.LATE, FindingKind.ENDED
REPEATED, WITHDRAWN = FindingKind.REPEATED, FindingKind.WITHDRAWN


def follow(patient: Patient, *weights: tuple[float, float]) -> list[FindingKind]:
    """(hour, kilograms) one at a time, each arriving at once."""
    return [one.kind for hour, value in weights for one in patient.receive([make_sample(hour, value=value)])]


def test_more_than_two_kilograms_in_three_days_call_and_two_do_not() -> None:
    assert follow(Patient(make_rule(GAIN)), (8, 70), (32, 71), (56, 71.5), (80, 72)) == []
    patient = Patient(make_rule(GAIN))
    assert follow(patient, (8, 70), (32, 71), (56, 71.5), (80, 72.1)) == [FIRED]
    assert patient.findings[0].evidence == (("weight", 2_100_000, 2_000_000),)


def test_the_window_counts_civil_days() -> None:
    """Three days before is in, four is out, whatever the hour."""
    assert follow(Patient(make_rule(GAIN)), (1, 70), (95, 73)) == [FIRED]
    assert follow(Patient(make_rule(GAIN)), (23, 70), (97, 73)) == []


def test_a_value_beyond_ends_only_once_it_has_come_back_by_the_margin() -> None:
    assert follow(Patient(make_rule(HEAVY)), (0, 80), (1, 80.1), (2, 79.5), (3, 79.01), (4, 79)) == [FIRED, ENDED]


def test_what_lasts_is_told_again_after_a_day() -> None:
    patient = Patient(make_rule(HEAVY))
    assert follow(patient, (0, 81), (6, 82), (23, 83), (24, 84), (30, 84), (48, 85)) == [FIRED, REPEATED, REPEATED]
    assert len({one.since for one in patient.findings}) == 1


def test_two_out_of_three_are_needed() -> None:
    often = Threshold(signal="heart_rate", unit="/min", side=Side.ABOVE, limit=Decimal(100), count=2, of=3)
    patient = Patient(make_rule(often))
    beats = [make_sample(hour, "heart_rate", value) for hour, value in enumerate((110, 90, 90, 110, 110, 90, 90))]
    assert [one.kind for beat in beats for one in patient.receive([beat])] == [FIRED, ENDED]
    assert patient.findings[0].at == beats[4].at
    assert patient.findings[1].at == beats[6].at


def test_a_duration_counts_from_the_first_value_without_a_break() -> None:
    low = Threshold(
        signal="oxygen_saturation", unit="%", side=Side.BELOW, limit=Decimal(88), lasting_minutes=60
    )  # fmt: skip
    patient = Patient(make_rule(low))
    values = [(0, 85), (0.5, 90), (1, 85), (1.5, 86), (1.99, 87), (2, 87)]
    found = [one for hour, value in values for one in patient.receive([make_sample(hour, "oxygen_saturation", value)])]
    assert [(one.kind, one.at) for one in found] == [(FIRED, BEGIN + 2 * HOUR)]


def test_a_slope_is_in_units_a_day() -> None:
    rising = Trend(
        signal="weight", unit="kg", measure=TrendMeasure.SLOPE, side=Side.ABOVE, days=4, limit=Decimal("0.5"), points=3
    )
    assert follow(Patient(make_rule(rising)), (8, 70), (32, 70.5), (56, 71)) == []
    assert follow(Patient(make_rule(rising)), (8, 70), (32, 70.51), (56, 71.02)) == [FIRED]


def test_a_mean_smooths_one_odd_value() -> None:
    mean = Trend(
        signal="weight", unit="kg", measure=TrendMeasure.AVERAGE, side=Side.ABOVE, days=2, limit=Decimal(80), points=3
    )
    assert follow(Patient(make_rule(mean)), (0, 79), (24, 83), (48, 78)) == []
    assert follow(Patient(make_rule(mean)), (0, 79), (24, 83), (48, 78.1)) == [FIRED]


def test_signals_and_answers_combine_while_they_are_fresh() -> None:
    breath = Answer(signal="device_state", among=("short",), fresh_hours=12)
    both = make_rule(AtLeast(count=2, of=(HEAVY, breath)))
    patient = Patient(both)
    assert patient.receive([make_sample(0, "device_state", answer="short")]) == []
    assert [one.kind for one in patient.receive([make_sample(12, value=81)])] == [FIRED]
    assert {one.signal for one in patient.findings[0].evidence} == {"weight", "device_state"}
    stale = Patient(both)
    assert stale.receive([make_sample(0, "device_state", answer="short")]) == []
    assert stale.receive([make_sample(12.1, value=81)]) == []


OWN = Threshold(signal="weight", unit="kg", side=Side.ABOVE, patient_limit="heavy")


def test_no_alert_against_a_threshold_set_after_the_measure() -> None:
    """R-35: at the instant it is set, it holds; a millisecond before, it did not."""
    set_at = Thresholds((ThresholdVersion(BEGIN + 10 * HOUR, {"heavy": 80 * MILLION}),))
    assert follow(Patient(make_rule(OWN), set_at), (9, 90), (9.9997, 90)) == []
    assert follow(Patient(make_rule(OWN), set_at), (10, 90)) == [FIRED]


def test_a_measure_is_compared_with_the_threshold_of_its_day() -> None:
    versions = (
        ThresholdVersion(BEGIN, {"heavy": 80 * MILLION}),
        ThresholdVersion(BEGIN + 24 * HOUR, {"heavy": 90 * MILLION}),
        ThresholdVersion(BEGIN + 48 * HOUR, {}),
    )
    patient = Patient(make_rule(OWN), Thresholds(versions))
    assert follow(patient, (1, 85), (25, 85), (49, 200)) == [FIRED, ENDED]


def test_versions_of_thresholds_follow_one_another() -> None:
    with pytest.raises(ValueError, match="follow"):
        Thresholds((ThresholdVersion(2, {}), ThresholdVersion(1, {})))


def test_what_arrives_too_late_is_noted_and_wakes_nobody() -> None:
    patient = Patient(make_rule(HEAVY))
    found = patient.receive([make_sample(0, value=81), make_sample(1, value=70)], BEGIN + 30 * HOUR)
    assert [one.kind for one in found] == [LATE]


def test_what_was_noted_late_and_still_lasts_is_told() -> None:
    patient = Patient(make_rule(HEAVY))
    assert [one.kind for one in patient.receive([make_sample(0, value=81)], BEGIN + 30 * HOUR)] == [LATE]
    assert follow(patient, (31, 82)) == [FIRED]


def test_a_late_value_within_a_normal_day_fires_nothing_again() -> None:
    patient = Patient(make_rule(HEAVY))
    assert follow(patient, (0, 81), (10, 70)) == [FIRED, ENDED]
    assert patient.receive([make_sample(0.5, value=82)], BEGIN + 11 * HOUR) == []
    assert patient.replayed == 1


def test_a_corrected_value_takes_back_what_was_told_and_the_alert_stays() -> None:
    patient = Patient(make_rule(HEAVY))
    assert follow(patient, (0, 71), (1, 171)) == [FIRED]
    (taken_back,) = patient.receive([make_sample(1, value=71)], BEGIN + 2 * HOUR)
    assert (taken_back.kind, taken_back.since) == (WITHDRAWN, patient.findings[0].since)


def test_a_value_taken_back_is_as_if_it_had_not_been() -> None:
    patient = Patient(make_rule(HEAVY))
    wrong = make_sample(1, value=171)
    assert [one.kind for one in patient.receive([wrong])] == [FIRED]
    assert [one.kind for one in patient.receive([], BEGIN + 2 * HOUR, removed=[wrong])] == [WITHDRAWN]
    assert follow(patient, (0.5, 71)) == []
    assert patient.history == [make_sample(0.5, value=71)]


def test_a_late_good_value_in_the_midst_does_not_say_that_what_lasts_is_over() -> None:
    patient = Patient(make_rule(HEAVY))
    assert follow(patient, (0, 81), (24, 82)) == [FIRED, REPEATED]
    assert patient.receive([make_sample(1, value=70)], BEGIN + 25 * HOUR) == []
    assert follow(patient, (26, 70)) == [ENDED]


def test_nothing_measured_before_the_rule_counts() -> None:
    patient = Patient(make_rule(HEAVY))
    assert patient.receive([make_sample(-1, value=90)]) == []


def test_a_dry_run_says_how_many_times_and_when() -> None:
    weights = [make_sample(24 * day + 8, value=81 if day % 10 < 3 else 75) for day in range(90)]
    run = run_dry(compile_rule(make_rule(HEAVY)), Thresholds(), weights)
    assert (run.fired, run.repeated) == (9, 18)
    assert sum(run.days.values()) == 27
    assert {day - weights[0].day for day in run.days} == {day for day in range(90) if day % 10 < 3}
    assert run_dry(compile_rule(make_rule(HEAVY)), Thresholds(), []).findings == ()


@pytest.mark.parametrize(
    ("when", "code", "place"),
    [
        (Threshold(signal="mood", unit="kg", side=Side.ABOVE, limit=Decimal(1)), "rule_signal", "when"),
        (Threshold(signal="device_state", unit="", side=Side.ABOVE, limit=Decimal(1)), "rule_signal", "when"),
        (Answer(signal="weight", among=("a",)), "rule_signal", "when"),
        (Threshold(signal="weight", unit="g", side=Side.ABOVE, limit=Decimal(1)), "rule_unit", "when"),
        (Threshold(signal="weight", unit="kg", side=Side.ABOVE), "rule_limit", "when"),
        (
            Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal(1), patient_limit="x"),
            "rule_limit",
            "when",
        ),
        (Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal("0.0000001")), "rule_limit", "when"),
        (Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal("NaN")), "rule_limit", "when"),
        (
            Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal(1), margin=Decimal(-1)),
            "rule_limit",
            "when",
        ),
        (
            Threshold(signal="weight", unit="kg", side=Side.ABOVE, limit=Decimal(1), count=3, of=2),
            "rule_count",
            "when",
        ),
        (AtLeast(count=2, of=(HEAVY,)), "rule_count", "when"),
        (AtLeast(count=1, of=(HEAVY, Answer(signal="weight", among=("a",)))), "rule_signal", "when.of[1]"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(when: Threshold | Answer | AtLeast, code: str, place: str) -> None:
    decision = check_rule(make_rule(when), make_reading().catalogue)
    assert [(one.code, one.compared["place"]) for one in decision.refusals] == [(f"telemonitoring.{code}", place)]


def test_a_rule_stays_readable() -> None:
    wide = AtLeast(count=1, of=(HEAVY,) * 12)
    deep = AtLeast(count=1, of=(AtLeast(count=1, of=(AtLeast(count=1, of=(wide,)),)),))
    catalogue = make_reading().catalogue
    assert check_rule(make_rule(wide), catalogue).is_allowed
    for rule in (deep, AtLeast(count=1, of=(wide, wide, wide))):
        codes = [one.code for one in check_rule(make_rule(rule), catalogue).refusals]
        assert codes == ["telemonitoring.rule_too_large"]


TEXT = {
    "name": "weight_gain",
    "label": "Prise de poids",
    "severity": "soon",
    "direction": "above",
    "quiet_hours": {"start": "22:00", "end": "07:00"},
    "when": {
        "kind": "at_least",
        "count": 1,
        "of": [
            {"kind": "trend", "signal": "weight", "unit": "kg", "measure": "delta", "days": 3, "side": "above",
             "limit": "2"},
            {"kind": "threshold", "signal": "weight", "unit": "kg", "side": "above", "patient_limit": "heavy"},
            {"kind": "answer", "signal": "device_state", "among": ["short"]},
        ],
    },
}  # fmt: skip


def test_a_rule_is_data_and_comes_back_the_same() -> None:
    rule = read_rule(json.dumps(TEXT))
    assert check_rule(rule, make_reading().catalogue).is_allowed
    assert read_rule(write_rule(rule)) == rule
    assert set(describe_rules()["$defs"]) >= {"Rule", "Threshold", "Trend", "Answer", "AtLeast", "QuietHours"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"severity": "red"}, "severity"),
        ({"enabled": False}, ""),
        ({"name": "Prise de poids"}, "name"),
        ({"repeat_hours": 0}, "repeat_hours"),
        ({"quiet_hours": {"start": "25:00", "end": "07:00"}}, "quiet_hours.start"),
        ({"when": {"kind": "silence"}}, "when.kind"),
        ({"when": {**TEXT["when"], "of": []}}, "when.of"),  # type: ignore[dict-item]
    ],
)
def test_a_rule_that_does_not_fit_the_schema_names_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_rule(json.dumps(TEXT | change))
    assert (refused.value.code, refused.value.field) == ("telemonitoring.rule_unreadable", field)


@pytest.mark.parametrize("content", [b"", b"[", b"\xff", b'{"when":' * 100_000])
def test_what_is_no_rule_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_rule(content)
