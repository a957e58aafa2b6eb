"""The rules of an alert's life: hours, deadlines, escalation, mutes, delays as data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.triage import DELAYS, load_triage, parse_triage
from telemed.acts.telemonitoring.model.alert import (
    AlertActor,
    AlertDue,
    AlertOutcome,
    AlertState,
    AlertStep,
    Severity,
    find_outcomes,
)
from telemed.acts.telemonitoring.model.evidence import Evidence, FindingKind
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import SILENCE, Told
from telemed.acts.telemonitoring.model.triage import HELD_STATES, Alert, KeptMute, level_of
from telemed.acts.telemonitoring.rules.deadlines import ESCALATIONS, TeamTime
from telemed.acts.telemonitoring.rules.mutes import Heard, check_mute, hear
from telemed.acts.telemonitoring.rules.triage import elapse, note, open_alert, repeat, take_step
from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours
from telemed.kernel.clock import Territory

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
WEEK = {day: ((time(9), time(12)), (time(14), time(18))) for day in range(5)}
HOLIDAY = date(2026, 12, 25)
TEAM = TeamTime(load_triage(), WorkedHours(WEEK, Territory.METROPOLE), lambda day: day == HOLIDAY)
ME = UUID(int=5)


def at(text: str) -> datetime:
    """On the walls of Paris, in winter."""
    return datetime.fromisoformat(f"{text}+01:00")


def make_told(now: datetime, *, severity: Severity = Severity.SOON, kind: FindingKind = FindingKind.FIRED) -> Told:
    return Told(
        UUID(int=1), UUID(int=2), UUID(int=3), "diabete", "glucose_high", "Glycémie haute", severity, Side.ABOVE,
        UUID(int=4), kind, now, now, now, now, (Evidence("capillary_glucose", 300_000_000, 250_000_000),),
    )  # fmt: skip


def opened(now: datetime, severity: Severity = Severity.SOON, told: Told | None = None) -> Alert:
    told = told or make_told(now, severity=severity)
    return open_alert(told, alert_id=UUID(int=9), former=None, now=now, team=TEAM).alert


def stepped(alert: Alert, step: AlertStep, now: datetime, actor: AlertActor = AlertActor.DOCTOR) -> Alert:
    outcome = AlertOutcome.FALSE if find_outcomes(step) else None
    moved = take_step(alert, step, actor, now=now, team=TEAM, by=ME, outcome=outcome)
    assert moved is not None
    return moved.alert


@pytest.mark.parametrize(
    ("now", "severity", "queued_until", "due_at"),
    [
        ("2026-11-25T11:29:59", Severity.NOW, None, "2026-11-25T11:59:59"),
        ("2026-11-25T11:30:01", Severity.NOW, None, "2026-11-25T14:00:01"),
        ("2026-11-25T12:00:00", Severity.NOW, "2026-11-25T14:00:00", "2026-11-25T14:00:00"),
        ("2026-11-25T17:59:59", Severity.SOON, None, "2026-11-26T14:59:59"),
        ("2026-11-25T18:00:00", Severity.NOW, "2026-11-26T09:00:00", "2026-11-26T09:00:00"),
        ("2026-11-27T19:00:00", Severity.NOW, "2026-11-30T09:00:00", "2026-11-30T09:00:00"),
        ("2026-12-24T18:00:00", Severity.NOW, "2026-12-28T09:00:00", "2026-12-28T09:00:00"),
    ],
)
def test_an_alert_is_queued_outside_the_hours_and_due_within_them(
    now: str, severity: Severity, queued_until: str | None, due_at: str
) -> None:
    alert = opened(at(now), severity)
    assert alert.queued_until == (at(queued_until) if queued_until else None)
    assert (alert.state is AlertState.QUEUED) == (queued_until is not None)
    assert alert.due_at == alert.timer_at == at(due_at)


def test_quiet_hours_of_the_rule_and_hours_of_the_team_both_hold() -> None:
    now = at("2026-11-25T11:00:00")
    later = opened(now, told=replace(make_told(now), told_at=at("2026-11-25T12:30:00")))
    assert (later.state, later.queued_until) == (AlertState.QUEUED, at("2026-11-25T14:00:00"))


def test_time_opens_then_escalates_twice_and_no_more() -> None:
    alert, fired = opened(at("2026-11-25T20:00:00"), Severity.NOW), []
    far = at("2026-12-01T12:00:00")
    while (moved := elapse(alert, far, TEAM)) is not None:
        alert = moved.alert
        fired.append((moved.event.kind.value, alert.timer_at))
    assert fired == [
        ("open", at("2026-11-26T09:30:00")),
        ("escalate", at("2026-11-26T10:00:00")),
        ("escalate", None),
    ]
    assert alert.due_at == at("2026-11-26T09:30:00")
    assert alert.escalations == ESCALATIONS


@given(st.integers(0, 10 * 24 * 60), st.sampled_from(Severity), st.integers(0, 10 * 24 * 60))
def test_a_late_sweep_gives_nobody_more_time(start: int, severity: Severity, late: int) -> None:
    alert = opened(NOON + timedelta(minutes=start), severity)
    if alert.timer_at is None or alert.state is not AlertState.QUEUED:
        return
    prompt, tardy = (elapse(alert, alert.timer_at + timedelta(minutes=wait), TEAM) for wait in (0, late))
    assert prompt is not None
    assert tardy is not None
    assert prompt.alert.due_at == tardy.alert.due_at


@given(
    st.lists(st.tuples(st.sampled_from(AlertStep), st.sampled_from(AlertActor), st.integers(0, 2_000)), max_size=25),
    st.sampled_from(Severity),
)
def test_whatever_is_tried_an_open_alert_is_owned_and_due_and_held_where_its_state_says_so(
    tries: list[tuple[AlertStep, AlertActor, int]], severity: Severity
) -> None:
    now, alert = NOON, opened(NOON, severity)
    for step, actor, minutes in tries:
        now += timedelta(minutes=minutes)
        outcome = AlertOutcome.TECHNICAL if find_outcomes(step) else None
        moved = take_step(alert, step, actor, now=now, team=TEAM, by=ME, outcome=outcome)
        if moved is None:
            continue
        assert moved.event.position == moved.alert.version == alert.version + 1
        alert = moved.alert
        assert alert.is_open == (alert.due_at is not None) == (alert.owner is not None)
        assert (alert.holder_id is not None) == (alert.state in HELD_STATES)
        assert (alert.outcome is not None) == (not alert.is_open)


def test_letting_go_gives_nobody_more_time() -> None:
    morning = at("2026-11-25T09:00:00")
    alert = opened(morning)
    taken = stepped(alert, AlertStep.TAKE, morning + timedelta(hours=2))
    assert taken.due_at != alert.due_at
    assert stepped(taken, AlertStep.RELEASE, morning + timedelta(hours=3)).due_at == alert.due_at


def test_a_step_that_closes_says_what_the_alert_was_and_no_other_does() -> None:
    taken = stepped(opened(NOON), AlertStep.TAKE, NOON)
    wrong = [
        (AlertStep.FILTER, None),
        (AlertStep.FILTER, AlertOutcome.ACTIONABLE),
        (AlertStep.RELEASE, AlertOutcome.FALSE),
    ]
    for step, outcome in wrong:
        with pytest.raises(ValueError, match="says what the alert was"):
            take_step(taken, step, AlertActor.TEAM, now=NOON, team=TEAM, by=ME, outcome=outcome)


def test_what_grows_worse_is_due_sooner_and_never_later() -> None:
    morning = at("2026-11-25T09:00:00")
    alert, later = opened(morning, Severity.WATCH), morning + timedelta(hours=2)
    worse = repeat(alert, make_told(later, severity=Severity.NOW), now=later, team=TEAM).alert
    assert alert.due_at is not None
    assert worse.due_at is not None
    assert (worse.severity, worse.due_at < alert.due_at) == (Severity.NOW, True)
    milder = repeat(worse, make_told(later, severity=Severity.WATCH), now=later, team=TEAM).alert
    assert (milder.severity, milder.due_at, milder.repeats) == (Severity.NOW, worse.due_at, 2)


def test_an_older_measure_does_not_hide_the_last_values() -> None:
    alert = opened(NOON)
    older = replace(make_told(NOON - timedelta(hours=1)), evidence=(Evidence("capillary_glucose", 1, 2),))
    assert repeat(alert, older, now=NOON, team=TEAM).alert.evidence == alert.evidence


def test_values_that_come_back_and_then_go_again_are_not_over() -> None:
    alert = note(opened(NOON), make_told(NOON, kind=FindingKind.ENDED), now=NOON).alert
    assert alert.ended_at == NOON
    assert repeat(alert, make_told(NOON), now=NOON, team=TEAM).alert.ended_at is None
    closed = stepped(stepped(alert, AlertStep.TAKE, NOON), AlertStep.FILTER, NOON)
    assert note(closed, make_told(NOON, kind=FindingKind.WITHDRAWN), now=NOON).alert.state is AlertState.CLOSED


def test_an_alert_is_taken_back_once_nothing_that_it_was_told_stands() -> None:
    def told(minutes: int, kind: FindingKind = FindingKind.FIRED, until: int | None = None) -> Told:
        last = NOON + timedelta(minutes=minutes if until is None else until)
        return replace(make_told(NOON + timedelta(minutes=minutes), kind=kind), at=last)

    twice = repeat(opened(NOON), told(60), now=NOON, team=TEAM).alert
    still = note(twice, told(0, FindingKind.WITHDRAWN, until=30), now=NOON).alert
    assert (still.withdrawn_at, still.since) == (None, NOON + timedelta(hours=1))
    assert note(still, told(60, FindingKind.WITHDRAWN), now=NOON).alert.withdrawn_at == NOON
    first = note(twice, told(60, FindingKind.WITHDRAWN, until=90), now=NOON).alert
    assert (first.withdrawn_at, first.ended_at) == (None, NOON + timedelta(hours=1))
    late = note(twice, told(120, FindingKind.WITHDRAWN), now=NOON).alert
    assert (late.withdrawn_at, late.ended_at) == (None, None)


def make_mute(**changes: object) -> KeptMute:
    kept = KeptMute(
        UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4), "weight", Side.ABOVE, NOON + timedelta(days=1), 80, 2,
        ME, NOON, "Connu",
    )  # fmt: skip
    return replace(kept, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mute", "cause", "side", "level", "after", "heard"),
    [
        (make_mute(), "weight", Side.ABOVE, 82, 0, Heard.MUTED),
        (make_mute(), "weight", Side.ABOVE, 83, 0, Heard.WORSE),
        (make_mute(), "weight", Side.ABOVE, 10, 0, Heard.MUTED),
        (make_mute(), "weight", Side.BELOW, 80, 0, Heard.OTHER),
        (make_mute(), "pulse", Side.ABOVE, 80, 0, Heard.OTHER),
        (make_mute(), "weight", Side.ABOVE, 80, 1_439, Heard.MUTED),
        (make_mute(), "weight", Side.ABOVE, 80, 1_440, Heard.OTHER),
        (make_mute(lifted_at=NOON), "weight", Side.ABOVE, 80, 0, Heard.OTHER),
        (make_mute(level=None), "weight", Side.ABOVE, 999, 0, Heard.MUTED),
        (make_mute(direction=Side.BELOW), "weight", Side.BELOW, 78, 0, Heard.MUTED),
        (make_mute(direction=Side.BELOW), "weight", Side.BELOW, 77, 0, Heard.WORSE),
    ],
)
def test_what_a_mute_does_to_a_finding(
    mute: KeptMute, cause: str, side: Side, level: int, after: int, heard: Heard
) -> None:
    assert hear(mute, cause, side, level, now=NOON + timedelta(minutes=after)) is heard


def test_who_may_mute_for_how_long() -> None:
    version, alert = load_triage().on(NOON.date()), opened(NOON)
    for actor, days in ((AlertActor.TEAM, 3), (AlertActor.DOCTOR, 30)):
        last = NOON + timedelta(days=days)
        assert check_mute(alert, actor, last, NOON, version).is_allowed
        for until in (NOON, last + timedelta(microseconds=1)):
            refused = check_mute(alert, actor, until, NOON, version).refusals
            assert [reason.code for reason in refused] == ["telemonitoring.mute_end"]
    both = check_mute(replace(alert, cause=SILENCE), AlertActor.DOCTOR, NOON, NOON, version).refusals
    assert [reason.code for reason in both] == ["telemonitoring.mute_silence", "telemonitoring.mute_end"]


def test_delays_grow_with_patience_and_are_there_on_every_day() -> None:
    table = load_triage()
    for day in (date(2000, 1, 1), date(2026, 11, 22), date(2100, 1, 1)):
        for minutes in table.on(day).minutes.values():
            assert minutes[Severity.NOW] < minutes[Severity.SOON] < minutes[Severity.WATCH]
    assert set(table.on(NOON.date()).minutes) == set(AlertDue) - {AlertDue.OPENING}


@pytest.mark.parametrize(
    ("former", "changed"),
    [
        ("look:", "looks:"),
        ("now: 30", "now: 0"),
        ("now: 30", "now: true"),
        ("mute_days:", "mutes:"),
        ("team: 3", "nurse: 3"),
        ("2026-11-22:", "soon:"),
        ("2026-11-22:", "2026-11-22: {}\n2026-01-01:"),
    ],
)
def test_delays_that_are_not_whole_are_refused_at_start(former: str, changed: str) -> None:
    text = DELAYS.read_text("utf-8")
    assert former in text
    with pytest.raises(ValueError, match=r".+"):
        parse_triage(text.replace(former, changed, 1))


def test_the_level_of_a_cause_is_its_first_number() -> None:
    assert level_of((Evidence("device_state", "off", None), Evidence("weight", 7, 8))) == 7
    assert level_of((Evidence("device_state", "off", None),)) is None
