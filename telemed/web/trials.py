"""The picture of a trial: a rule over past data, patient by patient and day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from telemed.acts.telemonitoring.rules.dry_run import DryRun
from telemed.web import french, sparks
from telemed.web.views.surveillance import Tick
from telemed.web.views.surveillance_rules import DayBar, DryLane, DryRunView

_MOST_LANES = 50
_TOLD_DAYS = 12


@dataclass(frozen=True)
class Tried:
    """A patient of the trial, where his follow-up is shown, and what the rule would have told of him."""

    patient: str
    address: str
    run: DryRun


def draw_trial(tried: Sequence[Tried], today: date, days: int, *, watched: int | None = None) -> DryRunView:
    """What a rule would have told in the last `days` days, those called about most often first.

    `watched`: how many patients it would read, when not all were tried.
    """
    span = sparks.span_until(today, days)
    calls = [(one, _by_day(one.run, span)) for one in tried]
    told = sorted(((one, by_day) for one, by_day in calls if by_day), key=lambda pair: -pair[0].run.fired)
    sums: Counter[date] = Counter()
    for _, by_day in told:
        sums.update(by_day)
    highest = max(sums.values(), default=0)
    fired = sum(one.run.fired for one, _ in told)
    repeated = sum(one.run.repeated for one, _ in told)
    return DryRunView(
        days=days,
        sentence=_sentence(fired, repeated, len(told), days),
        fired=fired,
        repeated=repeated,
        patients=len(told),
        followed=len(tried),
        lanes=tuple(_lane(one, by_day, span) for one, by_day in told[:_MOST_LANES]),
        bars=tuple(
            DayBar((day - span[0]).days, round(100 * number / highest, 1), day, number)
            for day, number in sorted(sums.items())
        ),
        highest=highest,
        ticks=tuple(Tick((day - span[0]).days, day) for day in span if (today - day).days % 30 == 0 or day == span[0]),
        silent=len(tried) - len(told),
        is_partial=watched is not None and watched > len(tried),
    )


def _by_day(run: DryRun, span: Sequence[date]) -> dict[date, int]:
    found = {date.fromordinal(day): number for day, number in run.days.items()}
    return {day: number for day, number in found.items() if span[0] <= day <= span[-1]}


def _lane(one: Tried, by_day: dict[date, int], span: Sequence[date]) -> DryLane:
    days = [f"{day.day}/{day.month}" for day in sorted(by_day)]
    more = f" et {len(days) - _TOLD_DAYS} autres jours" if len(days) > _TOLD_DAYS else ""
    return DryLane(
        patient=one.patient,
        address=one.address,
        marks=sparks.make_strip(by_day, span),
        fired=one.run.fired,
        repeated=one.run.repeated,
        summary=f"{one.patient}\u00a0: {', '.join(days[:_TOLD_DAYS])}{more}",
    )


def _sentence(fired: int, repeated: int, patients: int, days: int) -> str:
    if not fired and not repeated:
        return f"Cette règle n’aurait appelé personne en {days} jours."
    weekly = round(10 * (fired + repeated) * 7 / days)
    rate = f"{weekly // 10},{weekly % 10}" if weekly % 10 else str(weekly // 10)
    return (
        f"Elle aurait appelé {french.format_count(fired + repeated, 'fois', 'fois')} pour "
        f"{french.format_count(patients, 'patient')}\u00a0: {rate} par semaine."
    )
