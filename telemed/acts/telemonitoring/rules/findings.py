"""What is said of episodes: once each, in time or marked late, taken back when corrected data undo them (trap 35)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from telemed.acts.telemonitoring.model.evidence import Episode, Finding, FindingKind, Known, Sample
from telemed.acts.telemonitoring.model.progress import Checkpoint, Following, Progress
from telemed.acts.telemonitoring.model.triage import level_of
from telemed.acts.telemonitoring.rules.program import Program
from telemed.acts.telemonitoring.rules.watching import (
    Watch,
    advance,
    begin,
    resume,
)


def start(program: Program) -> Following:
    """A rule that has read and told nothing."""
    return Following(begin(program))


def take(
    watch: Watch, following: Following, samples: Iterable[Sample], received: int
) -> tuple[Following, list[Finding]]:
    """Read samples that arrived at `received`, in order and after the head (`watching.find_gap` says so)."""
    if not watch.bounds:
        return _take(watch, following, samples, received)
    findings: list[Finding] = []
    for sample in samples:  # the worst of what came together may be followed by a milder one
        following, found = _take(watch, following, (sample,), received)
        findings += found
        if any(one.kind is FindingKind.REPEATED for one in found):
            watch = replace(watch, bounds=())
    return following, findings


def _take(
    watch: Watch, following: Following, samples: Iterable[Sample], received: int
) -> tuple[Following, list[Finding]]:
    progress, ended = advance(watch, following.progress, samples)
    return _settle(watch, Following(progress, following.known), ended, received, None)


def retake(
    watch: Watch, following: Following, checkpoint: Checkpoint, history: Sequence[Sample], received: int
) -> tuple[Following, list[Finding]]:
    """Read again from a checkpoint, where late or corrected samples arrived at `received`.

    `history` is every sample at the checkpoint's instant or after, in order, corrections made. Where the checkpoint is
    not one of `following`, `following.known` must hold all that was ever told from it on.
    """
    progress, ended = resume(watch, following.progress, checkpoint, history)
    since = -1 if checkpoint.at is None else checkpoint.at
    return _settle(watch, Following(progress, following.known), ended, received, since)


def remember(known: Sequence[Known], findings: Iterable[Finding]) -> tuple[Known, ...]:
    """What is known once these are told."""
    kept = list(known)
    for finding in findings:
        if finding.kind in (FindingKind.FIRED, FindingKind.LATE):
            kept.append(Known(finding.since, finding.at, finding.kind is FindingKind.FIRED))
        else:
            kept = [_updated(one, finding) for one in kept if not _is_withdrawn(one, finding)]
    return tuple(kept)


def _is_withdrawn(known: Known, finding: Finding) -> bool:
    return finding.kind is FindingKind.WITHDRAWN and known.since == finding.since


def _updated(known: Known, finding: Finding) -> Known:
    if known.since != finding.since:
        return known
    return known._replace(at=max(known.at, finding.at), is_ended=finding.kind is FindingKind.ENDED)


def _settle(
    watch: Watch, following: Following, ended: list[Episode], received: int, since: int | None
) -> tuple[Following, list[Finding]]:
    progress, known = following
    lasting = progress.machine.episode
    if lasting is None and not ended and since is None:
        return Following(progress, _recent(progress, known)), []
    episodes = ended if lasting is None else [*ended, lasting]
    findings = [
        finding
        for position, episode in enumerate(episodes)
        for finding in _judge(watch, known, episode, episodes[position + 1 :], received)
    ]
    if since is not None:
        gone = (one for one in known if one.at >= since and not any(_is_of(one, episode) for episode in episodes))
        findings += [Finding(FindingKind.WITHDRAWN, one.since, one.at, received) for one in gone]
    return Following(progress, _recent(progress, remember(known, findings))), findings


def _recent(progress: Progress, known: tuple[Known, ...]) -> tuple[Known, ...]:
    """What late data may still concern without reading from the start."""
    if not known:
        return known
    oldest = -1 if progress.older.at is None else progress.older.at
    return tuple(one for one in known if one.at >= oldest or not one.is_ended)


def _is_of(known: Known, episode: Episode) -> bool:
    """Was this told of that episode, whose bounds late data may have moved?"""
    return known.since <= episode.last and episode.start <= known.at


def _is_worse(watch: Watch, episode: Episode, received: int) -> bool:
    """Is it beyond what somebody asked not to be told of?"""
    level = level_of(episode.evidence) if watch.bounds else None
    return level is not None and any(bound.is_passed(level, received) for bound in watch.bounds)


def _is_due_again(watch: Watch, fired: Sequence[Known], episode: Episode, received: int) -> bool:
    """Still true after the repeat, true again where it had been told that it was over, or worse than is muted."""
    if all(one.is_ended for one in fired) or _is_worse(watch, episode, received):
        return True
    return episode.last - max(one.at for one in fired) >= watch.program.repeat


def _judge(
    watch: Watch, known: Sequence[Known], episode: Episode, later: Sequence[Episode], received: int
) -> Iterator[Finding]:
    mine = [one for one in known if _is_of(one, episode)]
    fired = [one for one in mine if one.is_fired]
    is_timely = received - episode.last <= watch.program.late
    found = episode.start, episode.last, received, episode.evidence
    if is_timely and not fired:
        yield Finding(FindingKind.FIRED, *found)
        fired = [Known(episode.start, episode.last, is_fired=True)]
    elif not mine:
        yield Finding(FindingKind.LATE, *found)
    elif is_timely and episode.end is None and _is_due_again(watch, fired, episode, received):
        yield Finding(FindingKind.REPEATED, fired[-1].since, *found[1:])
    if episode.end is not None:
        for one in fired:
            if not one.is_ended and not any(_is_of(one, after) for after in later):
                yield Finding(FindingKind.ENDED, one.since, episode.end, received)
