"""A rule over past data before anybody lives with it: how many times it would have called, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind, Sample, Thresholds
from telemed.acts.telemonitoring.rules.findings import start, take
from telemed.acts.telemonitoring.rules.program import Program
from telemed.acts.telemonitoring.rules.watching import Watch


@dataclass(frozen=True)
class DryRun:
    """What would have been told, as if every measure had arrived at once; `days` counts calls by civil day."""

    findings: tuple[Finding, ...]
    days: Mapping[int, int]

    @property
    def fired(self) -> int:
        return sum(finding.kind is FindingKind.FIRED for finding in self.findings)

    @property
    def repeated(self) -> int:
        return sum(finding.kind is FindingKind.REPEATED for finding in self.findings)


def run_dry(program: Program, thresholds: Thresholds, history: Sequence[Sample]) -> DryRun:
    """The rule over a history in order. Nothing is kept: the thresholds may be ones that nobody has set yet."""
    watch = Watch(program, thresholds, active_from=history[0].at if history else 0)
    following, findings, days = start(program), [], Counter[int]()
    for sample in history:
        following, found = take(watch, following, (sample,), sample.at)
        findings += found
        days[sample.day] += sum(one.kind in (FindingKind.FIRED, FindingKind.REPEATED) for one in found)
    return DryRun(tuple(findings), MappingProxyType({day: calls for day, calls in days.items() if calls}))
