"""Whatever the order of arrival, a rule says what the whole history in time order says; nothing stale wakes anybody."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.acts.telemonitoring.formats.rules import open_checkpoint, read_following, write_following
from telemed.acts.telemonitoring.model.evidence import HOUR, FindingKind, Sample, Thresholds
from telemed.acts.telemonitoring.model.rule import Rule
from tests.unit.acts.telemonitoring import naive
from tests.unit.acts.telemonitoring.arriving import BEGIN, RULES, THRESHOLDS, Patient, samples

HISTORIES = st.lists(samples(), max_size=25)
RECENT = st.lists(samples(hours=60), max_size=20)


@given(RULES, THRESHOLDS, HISTORIES)
def test_read_in_order_it_says_what_the_whole_history_says(
    rule: Rule, thresholds: Thresholds, history: list[Sample]
) -> None:
    patient = Patient(rule, thresholds)
    for sample in sorted({one.order: one for one in history}.values()):
        patient.receive([sample])
    assert patient.replayed == 0
    assert patient.episodes == naive.episodes(rule, thresholds, patient.history)


@given(RULES, THRESHOLDS, HISTORIES, st.randoms(use_true_random=False), st.data())
def test_in_any_order_corrected_and_taken_back_it_is_where_the_whole_history_leads(
    rule: Rule, thresholds: Thresholds, history: list[Sample], chance: random.Random, data: st.DataObject
) -> None:
    """`history` may hold the same instant twice with other values: the later arrival corrects the earlier one."""
    chance.shuffle(history)
    patient = Patient(rule, thresholds)
    while history:
        size = data.draw(st.integers(1, 5))
        arrived, history = history[:size], history[size:]
        gone = [one for one in patient.history if chance.random() < 0.1]
        patient.receive(
            {one.order: one for one in arrived if one.order not in {x.order for x in gone}}.values(), removed=gone
        )
    whole = Patient(rule, thresholds)
    whole.receive(patient.history)
    assert patient.following.progress.machine == whole.following.progress.machine
    assert patient.episodes == naive.episodes(rule, thresholds, patient.history)


@given(RULES, RECENT, st.randoms(use_true_random=False), st.lists(st.integers(0, 90), min_size=20, max_size=20))
def test_each_episode_is_told_and_each_thing_told_is_an_episode(
    rule: Rule, history: list[Sample], chance: random.Random, delays: list[int]
) -> None:
    """Once everything has arrived: no episode without a word, no word left without an episode, none fired too late."""
    patient = Patient(rule)
    chance.shuffle(history)
    late = rule.late_hours * HOUR
    for sample, delay in zip(history, delays, strict=False):
        for finding in patient.receive([sample], sample.at + delay * HOUR):
            if finding.kind in (FindingKind.FIRED, FindingKind.REPEATED):
                assert finding.received - finding.at <= late
    episodes = patient.episodes
    for start, last, _ in episodes:
        assert any(one.since <= last and start <= one.at for one in patient.told)
    for one in patient.told:
        assert any(one.since <= last and start <= one.at for start, last, _ in episodes)


@given(RULES, st.lists(samples(), max_size=25))
def test_nothing_is_told_twice(rule: Rule, history: list[Sample]) -> None:
    """The same data, sent again in one batch, change nothing."""
    patient = Patient(rule)
    for sample in sorted({one.order: one for one in history}.values()):
        patient.receive([sample])
    before = patient.told
    again = patient.receive(patient.history, max((one.at for one in patient.history), default=BEGIN))
    assert [one for one in again if one.kind is not FindingKind.REPEATED] == []
    assert [known.since for known in patient.told] == [known.since for known in before]


@given(RULES, THRESHOLDS, HISTORIES)
def test_what_a_rule_remembers_is_kept_as_text(rule: Rule, thresholds: Thresholds, history: list[Sample]) -> None:
    patient = Patient(rule, thresholds)
    patient.receive({one.order: one for one in history}.values())
    text = write_following(patient.following)
    kinds = patient.watch.program.kinds
    kept = read_following(text, kinds)
    assert write_following(kept) == text
    older, newer = (open_checkpoint(one, kinds) for one in (kept.progress.older, kept.progress.newer))
    assert kept._replace(progress=kept.progress._replace(older=older, newer=newer)) == patient.following


@given(RULES, st.integers(1, 50))
@settings(max_examples=20)
def test_what_a_rule_remembers_does_not_grow_with_the_history(rule: Rule, seed: int) -> None:
    chance = random.Random(seed)
    patient = Patient(rule)
    sizes = []
    for hour in range(0, 24 * 120, 6):
        signal = chance.choice(["weight", "heart_rate"])
        at = BEGIN + hour * HOUR
        sample = Sample(at, signal, "scale", at // (24 * HOUR) + 719_163, chance.randrange(-5, 5) * 1_000_000)
        patient.receive([sample])
        sizes.append(len(write_following(patient.following._replace(known=()))))
    assert max(sizes) <= 700 + 2_000 * len(patient.watch.program.leaves)
