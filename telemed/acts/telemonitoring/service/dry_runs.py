"""A rule over the last months of patients, before anybody lives with it: how many calls, when, for whom."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.model.evidence import Finding, Sample, Thresholds, ThresholdVersion, to_milliseconds
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.watched import Watched
from telemed.acts.telemonitoring.rules.dry_run import DryRun, run_dry
from telemed.acts.telemonitoring.rules.program import Program, check_rule, compile_rule
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.rulebook import Scope
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.histories import read_histories
from telemed.acts.telemonitoring.store.rulebook import RuleStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Forbidden, Invalid, Refused
from telemed.storage.engine import Database
from telemed.trace.service import Journal

MOST_DAYS = 90
_PATIENTS = 200
_SAMPLES = 400_000
_AT_ONCE = 20


@dataclass(frozen=True)
class PatientRun:
    """What one patient's data would have told."""

    follow_up_id: UUID
    patient_id: UUID
    run: DryRun


@dataclass(frozen=True)
class DryReport:
    """What a rule would have told since a day. `is_partial`: there were more patients or data than are tried at once;
    of `watched` patients, `patients` are those tried."""

    since: datetime
    until: datetime
    watched: int
    patients: tuple[PatientRun, ...]
    is_partial: bool

    @property
    def fired(self) -> int:
        return sum(one.run.fired for one in self.patients)

    @property
    def repeated(self) -> int:
        return sum(one.run.repeated for one in self.patients)

    @property
    def days(self) -> Mapping[date, int]:
        """Calls by civil day, those without one left out."""
        found = Counter[date]()
        for one in self.patients:
            for ordinal, calls in one.run.days.items():
                found[date.fromordinal(ordinal)] += calls
        return dict(sorted(found.items()))


class DryRuns:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, catalogue: Catalogue) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._catalogue = catalogue

    async def run(
        self,
        caller: Caller,
        scope: Scope,
        rule: Rule,
        *,
        days: int = MOST_DAYS,
        limits: Mapping[str, int] | None = None,
    ) -> DryReport:
        """Try a rule on one follow-up, or on those of a pathway, the newest first. Nothing is kept.

        The limits of each patient are those of today, as if they had always held; `limits`, in millionths, replace
        them. Raises Forbidden, NotFound, Invalid, Refused.
        """
        decision = check_rule(rule, self._catalogue)
        found, watched = await self._find(caller, scope)
        if not decision.is_allowed:
            raise Refused(decision)
        program, until = compile_rule(rule), self._clock.now()
        since = until - timedelta(days=days)
        runs, samples = list[PatientRun](), 0
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            histories = await self._read(some, program, since)
            runs += await asyncio.to_thread(_try, program, some, histories, limits or {}, to_milliseconds(until))
            samples += sum(map(len, histories.values()))
            if samples > _SAMPLES:
                break
        return DryReport(since, until, watched, tuple(runs), is_partial=len(runs) < watched)

    async def _find(self, caller: Caller, scope: Scope) -> tuple[list[Watched], int]:
        """Whom to try it on, and how many there are in all."""
        async with self._database.begin() as uow:
            store = FollowUpStore(uow.session)
            if scope.follow_up_id is not None:
                one = await open_follow_up(uow, self._journal, caller, scope.follow_up_id, "try_rule")
                return list((await store.find_watched([one.id])).values()), 1
            resource = f"pathway:{scope.pathway}"
            self._journal.note(uow, caller, "telemonitoring.try_rule", resource=resource)
            require_right(caller, Right.READ)
            if scope.pathway is None:
                raise Invalid("Dites sur quel parcours ou sur quel suivi essayer la règle.", field="pathway")
            if caller.practice_id is None:
                raise Forbidden("La télésurveillance est réservée à l'équipe de soins du cabinet.")
            shelf = caller.practice_id, scope.pathway
            ids, watched = await RuleStore(uow.session).watched(shelf, limit=_PATIENTS)
            found = await store.find_watched(ids)
            return [found[one] for one in ids], watched

    async def _read(self, watched: Sequence[Watched], program: Program, since: datetime) -> dict[UUID, list[Sample]]:
        territories = {one.follow_up_id: one.territory for one in watched}
        async with self._database.read() as session:
            return await read_histories(session, dict.fromkeys(territories, since), program.signals, territories)


def _try(
    program: Program,
    watched: Sequence[Watched],
    histories: Mapping[UUID, list[Sample]],
    limits: Mapping[str, int],
    now: int,
) -> list[PatientRun]:
    runs = []
    for one in watched:
        always = Thresholds((ThresholdVersion(0, {**one.thresholds.at(now), **limits}),))
        run = run_dry(program, always, histories.get(one.follow_up_id, ()))
        runs.append(PatientRun(one.follow_up_id, one.patient_id, run))
    return runs


def calls_of(run: DryRun) -> list[Finding]:
    """The findings for which somebody would have been called, in order."""
    return [one for one in run.findings if one.kind.value in ("fired", "repeated")]
