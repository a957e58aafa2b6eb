"""What the continuity ledger proves (R-9, R-10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from telemed.acts.teleconsultation.model import ContinuityEntry
from telemed.acts.teleconsultation.rules.continuity import summarize

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def at(seconds: float, seat: str, kind: str) -> ContinuityEntry:
    source = "server" if kind in ("joined", "dropped", "resumed", "left") else "seat"
    return ContinuityEntry(seat, kind, source, START + timedelta(seconds=seconds))


VISIT = [
    at(0, "patient", "joined"),
    at(1, "doctor", "joined"),
    at(2, "doctor", "media_connected"),
    at(2, "patient", "media_connected"),
    at(3, "doctor", "first_frame"),
    at(3, "patient", "first_frame"),
]
END = START + timedelta(seconds=602)


def test_a_picture_seen_by_one_end_is_a_video_that_took_place() -> None:
    summary = summarize([*VISIT[:4], at(3, "doctor", "first_frame")], until=END)
    assert summary.video_established
    assert not summary.both_ways


def test_sound_alone_is_no_video() -> None:
    assert not summarize([*VISIT[:4], at(4, "doctor", "audio_on")], until=END).video_established


def test_an_undisturbed_visit_has_no_incident_and_its_length() -> None:
    summary = summarize(VISIT, until=END)
    assert summary.both_ways
    assert summary.media_seconds == 600
    assert summary.incidents == ()


def test_a_lost_connection_is_an_incident_with_its_side_and_length() -> None:
    cut = [at(100, "patient", "dropped"), at(112, "patient", "resumed")]
    summary = summarize([*VISIT, *cut], until=END)
    assert [incident.sentence for incident in summary.incidents] == ["Connexion perdue côté patient, pendant 12 s"]
    assert summary.interruptions == 1


def test_a_socket_that_comes_back_at_once_is_no_incident() -> None:
    assert summarize([*VISIT, at(100, "doctor", "dropped"), at(102, "doctor", "resumed")], until=END).incidents == ()


def test_a_loss_without_end_lasts_until_the_end() -> None:
    summary = summarize([*VISIT, at(100, "patient", "media_interrupted")], until=END)
    assert summary.incidents[0].sentence == "Image et son interrompus côté patient, jusqu'à la fin"


def test_media_lost_during_a_lost_connection_is_one_incident() -> None:
    lost = [
        at(100, "patient", "dropped"),
        at(101, "patient", "media_interrupted"),
        at(120, "patient", "media_restored"),
        at(121, "patient", "resumed"),
    ]
    assert len(summarize([*VISIT, *lost], until=END).incidents) == 1


def test_an_interruption_is_taken_off_the_shared_time() -> None:
    cut = [at(102, "patient", "media_interrupted"), at(152, "patient", "media_restored")]
    assert summarize([*VISIT, *cut], until=END).media_seconds == 550


def test_going_on_by_phone_is_told() -> None:
    summary = summarize([*VISIT, at(200, "doctor", "phone_fallback")], until=END)
    assert summary.by_phone
    assert summary.incidents[0].sentence == "Poursuite par téléphone"


def test_what_comes_after_the_end_does_not_count() -> None:
    assert not summarize([at(700, "doctor", "first_frame")], until=END).video_established


KINDS = st.sampled_from(
    ["joined", "dropped", "resumed", "left", "media_connected", "media_interrupted", "media_restored", "first_frame"]
)


@given(st.lists(st.tuples(st.integers(0, 600), st.sampled_from(["doctor", "patient"]), KINDS), max_size=40))
def test_shared_time_never_exceeds_the_visit_and_order_of_arrival_is_free(
    lines: list[tuple[int, str, str]],
) -> None:
    entries = [at(*line) for line in lines]
    summary = summarize(entries, until=END)
    assert 0 <= summary.media_seconds <= 602
    assert summary.video_established == any(entry.kind == "first_frame" for entry in entries)


def test_each_seat_has_its_time_in_the_room_and_with_its_camera_on() -> None:
    lines = [
        at(2, "patient", "video_on"),
        at(100, "patient", "dropped"),
        at(112, "patient", "resumed"),
        at(202, "patient", "video_off"),
        at(302, "patient", "video_on"),
    ]
    seats = {one.seat: one for one in summarize([*VISIT, *lines], until=END).seats}
    assert (seats["patient"].present_seconds, seats["patient"].video_seconds) == (590, 500)
    assert (seats["doctor"].present_seconds, seats["doctor"].video_seconds) == (601, 0)


def test_a_picture_that_comes_back_on_a_new_connection_has_come_back() -> None:
    lines = [at(100, "doctor", "media_interrupted"), at(110, "doctor", "media_connected")]
    incidents = summarize([*VISIT, *lines], until=END).incidents
    assert [incident.sentence for incident in incidents] == ["Image et son interrompus côté médecin, pendant 10 s"]


def test_the_picture_that_a_lost_side_took_along_is_the_same_loss() -> None:
    lines = [
        at(98, "doctor", "media_interrupted"),
        at(100, "patient", "dropped"),
        at(124, "patient", "joined"),
        at(126, "doctor", "media_connected"),
    ]
    incidents = summarize([*VISIT, *lines], until=END).incidents
    assert [incident.sentence for incident in incidents] == ["Connexion perdue côté patient, pendant 24 s"]


def test_two_losses_apart_are_two() -> None:
    lines = [
        at(100, "patient", "dropped"),
        at(110, "patient", "resumed"),
        at(200, "doctor", "media_interrupted"),
        at(210, "doctor", "media_restored"),
    ]
    assert len(summarize([*VISIT, *lines], until=END).incidents) == 2
