"""Gathers what one picture of a follow-up shows: measures, limits, gaps, alerts and events of a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.happenings import STEPS, late_words, session_words, setting_words, step_words
from telemed.acts.telemonitoring.model.care import EducationSession, FollowUp, FollowUpMove, ThresholdSetting
from telemed.acts.telemonitoring.model.curve import (
    DOSES,
    AlertMark,
    Answered,
    Chart,
    DayFigures,
    Event,
    EventKind,
    Point,
    Series,
    Span,
    Window,
)
from telemed.acts.telemonitoring.model.late import LateFinding
from telemed.acts.telemonitoring.model.observation import Catalogue, Signal, SignalKind
from telemed.acts.telemonitoring.model.pathway import Pathway, PathwayVersion
from telemed.acts.telemonitoring.model.questionnaire import Question
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.rules.gaps import find_gaps, leave_out
from telemed.acts.telemonitoring.rules.limits import find_limits
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.curve_alerts import alerts_between
from telemed.acts.telemonitoring.store.curves import CurveStore, Measures
from telemed.acts.telemonitoring.store.late_findings import LateFindings
from telemed.kernel.clock import Clock, civil_date, day_bounds, resolve_local
from telemed.kernel.period import Interval

MOST_ROWS = 12_000
"""Single measures that one picture may hold; of more, the means of stretches are drawn."""
_STRETCHES = 400
_DAILY_SILENCE = 2
"""A pathway that waits no longer than so many days wants its data daily."""


@dataclass(frozen=True, repr=False)
class Drawn:
    """A picture and the facts behind its marks."""

    chart: Chart
    alerts: Sequence[Alert]
    settings: Sequence[ThresholdSetting]
    moves: Sequence[FollowUpMove]
    sessions: Sequence[EducationSession]


class Charts:
    """`questionnaires` give the words of the questions that a practice wrote."""

    def __init__(
        self,
        *,
        clock: Clock,
        catalogue: Catalogue,
        pathways: Mapping[str, Pathway],
        questionnaires: QuestionnaireService,
    ) -> None:
        self._questionnaires = questionnaires
        self._clock = clock
        self._catalogue = catalogue
        self._pathways = pathways
        self._words = [one.name for one in catalogue if one.kind is SignalKind.ANSWER]
        self._numbers = [one.name for one in catalogue if one.kind is not SignalKind.ANSWER]

    def window(self, follow_up: FollowUp, days: int, last_day: date | None) -> Window:
        """The days up to `last_day`, today at the latest, where the patient lives."""
        today = civil_date(self._clock.now(), follow_up.plan.territory)
        return Window(min(last_day or today, today), days, follow_up.plan.territory)

    async def draw_up(self, session: AsyncSession, follow_up: FollowUp, window: Window) -> Drawn:
        """Everything of the window, in a constant number of statements."""
        care, store = CareStore(session), CurveStore(session)
        settings, moves = await care.thresholds(follow_up.id), await care.moves(follow_up.id)
        sessions = await care.sessions(follow_up.id)
        alerts = await alerts_between(session, follow_up.id, window.start, window.end)
        late = await LateFindings(session).between(follow_up.id, window.start, window.end)
        days = await _days(store, follow_up.id, self._numbers, window)
        own = await self._questionnaires.questions_of(session, follow_up.practice_id)
        measures = await self._measures(store, follow_up.id, window, days, questions=own)
        version = self._version(follow_up, window)
        chart = Chart(
            window=window,
            series=tuple(
                self._series(signal, follow_up, window, settings, measures.points.get(signal.name, ()), days)
                for signal in self._shown(version, days)
            ),
            alerts=tuple(_marks(alerts, _daily(version))),
            events=tuple(self._events(settings, moves, sessions, window, late)),
            answers=tuple(self._said(one, own) for one in measures.answers),
            asides=measures.asides,
            away=_stays(follow_up, window),
        )
        return Drawn(chart, alerts, settings, moves, sessions)

    async def one_series(self, session: AsyncSession, follow_up: FollowUp, window: Window, name: str) -> Series | None:
        """One signal alone; None where the catalogue has no such measure."""
        signal = self._catalogue.find(name)
        if signal is None or signal.kind is SignalKind.ANSWER:
            return None
        store, settings = CurveStore(session), await CareStore(session).thresholds(follow_up.id)
        days = await _days(store, follow_up.id, [name], window)
        measures = await self._measures(store, follow_up.id, window, days, [name])
        return self._series(signal, follow_up, window, settings, measures.points.get(name, ()), days)

    async def _measures(
        self,
        store: CurveStore,
        follow_up_id: UUID,
        window: Window,
        days: Mapping[str, Sequence[DayFigures]],
        names: Sequence[str] | None = None,
        *,
        questions: Iterable[str] = (),
    ) -> Measures:
        """Single ones in a short window, days in a long one, and stretches where even a short one holds too many."""
        words = [] if names else [*self._words, *questions]
        if window.days > Span.WEEK.days:
            single = await store.measures(follow_up_id, words, window, most=MOST_ROWS)
            return replace(single, points={name: _of_days(name, found, window) for name, found in days.items()})
        wanted = names or [*self._numbers, *words]
        single = await store.measures(follow_up_id, wanted, window, most=MOST_ROWS)
        if not single.is_cut:
            return single
        seconds = window.days * 86_400 // _STRETCHES
        return await store.stretches(follow_up_id, names or self._numbers, window, seconds=seconds)

    def _said(self, one: Answered, own: Mapping[str, Question]) -> Answered:
        """In the words of its question, ours or the practice's."""
        signal, question = self._catalogue.find(one.signal), own.get(one.signal)
        if question is None:
            return one if signal is None else replace(one, answer=signal.say(one.answer))
        option = question.find_option(one.answer)
        return replace(one, answer=option.label if option else one.answer, question=question.text)

    def _series(
        self,
        signal: Signal,
        follow_up: FollowUp,
        window: Window,
        settings: Sequence[ThresholdSetting],
        points: tuple[Point, ...],
        days: Mapping[str, Sequence[DayFigures]],
    ) -> Series:
        is_expected = signal.name in _daily(self._version(follow_up, window))
        gaps = find_gaps([point.at for point in points], window, self._clock.now(), is_expected=is_expected)
        explained = [*_stays(follow_up, window), *_outside(follow_up, window)]
        limits = find_limits(settings, signal.name, window.start, window.end)
        return Series(signal, points, tuple(days.get(signal.name, ())), tuple(leave_out(gaps, explained)), limits)

    def _shown(self, version: PathwayVersion, days: Mapping[str, object]) -> list[Signal]:
        """What the pathway wants of everybody, seen or not, then what came, in the order of the catalogue."""
        minimum = [name for datum in version.minimum_data if not datum.group for name in datum.signals]
        wanted = dict.fromkeys(name for name in minimum if name in self._numbers and name not in DOSES)
        names = [*wanted, *(name for name in self._numbers if name in days and name not in wanted)]
        return [signal for name in names if (signal := self._catalogue.find(name)) is not None]

    def _version(self, follow_up: FollowUp, window: Window) -> PathwayVersion:
        """That of the last day of the window on which it lived, or of its first day, or of today if it is a draft."""
        now, territory = self._clock.now(), follow_up.plan.territory
        first_day = follow_up.started_on or civil_date(now, territory)
        last_day = min(window.last_day, civil_date(follow_up.ended_at or now, territory))
        return self._pathways[follow_up.plan.pathway].on(max(first_day, last_day))

    def _events(
        self,
        settings: Iterable[ThresholdSetting],
        moves: Iterable[FollowUpMove],
        sessions: Iterable[EducationSession],
        window: Window,
        late: Iterable[LateFinding],
    ) -> list[Event]:
        found = [Event(one.at, STEPS[one.step][0], step_words(one)) for one in moves if one.step in STEPS]
        for one in settings:
            signal = self._catalogue.find(one.signal)
            if signal is not None:
                found.append(Event(one.since, EventKind.THRESHOLD, setting_words(one, signal)))
        found += (Event(_noon(one.held_on, window), EventKind.EDUCATION, session_words(one)) for one in sessions)
        found += (
            Event(max(one.since, window.start), EventKind.LATE, late_words(one, window.day_of(one.received_at)))
            for one in late
        )
        within = [one for one in found if window.start <= one.at < window.end]
        return _joined(sorted(within, key=lambda one: one.at))


async def _days(
    store: CurveStore, follow_up_id: UUID, names: Iterable[str], window: Window
) -> dict[str, Sequence[DayFigures]]:
    found = await store.days([(follow_up_id, name) for name in names], window)
    return {name: figures for (_, name), figures in found.items()}


def _daily(version: PathwayVersion) -> frozenset[str]:
    """Those of which a silent day is a day too many."""
    return version.silence.signals if version.silence.days <= _DAILY_SILENCE else frozenset()


def _joined(events: Iterable[Event]) -> list[Event]:
    """What was done in one gesture is one event: limits set together, for one reason."""
    joined: list[Event] = []
    for one in events:
        last = joined[-1] if joined else None
        if last is not None and last.kind is one.kind is EventKind.THRESHOLD and last.at == one.at:
            joined[-1] = replace(last, words=f"{last.words} ; {one.words}")
        else:
            joined.append(one)
    return joined


def _of_days(name: str, days: Iterable[DayFigures], window: Window) -> tuple[Point, ...]:
    """A point at noon of each day: its mean with its lowest and highest, or what was given in all."""
    if name in DOSES:
        return tuple(Point(_noon(one.day, window), one.total, one.total, one.total, one.count) for one in days)
    return tuple(Point(_noon(one.day, window), one.mean, one.low, one.high, one.count) for one in days)


def _noon(day: date, window: Window) -> datetime:
    return resolve_local(datetime.combine(day, time(12)), window.territory)


def _marks(alerts: Sequence[Alert], silent: frozenset[str]) -> Iterable[AlertMark]:
    """In order, numbered from 1; the alert of silence is about every signal that was awaited."""
    for number, alert in enumerate(alerts, start=1):
        signals = silent if alert.is_silence else frozenset(one.signal for one in alert.evidence)
        last_at = max(alert.since, alert.last_at)
        yield AlertMark(number, alert.since, last_at, alert.severity, alert.label, signals)


def _stays(follow_up: FollowUp, window: Window) -> tuple[Interval, ...]:
    """The stretches of the window during which the patient was cared for elsewhere."""
    found = []
    for stay in follow_up.stays:
        start = max(day_bounds(stay.first_day, window.territory)[0], window.start)
        end = min(day_bounds(stay.last_day, window.territory)[1] if stay.last_day else window.end, window.end)
        if start < end:
            found.append(Interval(start, end))
    return tuple(found)


def _outside(follow_up: FollowUp, window: Window) -> list[Interval]:
    """The stretches of the window up to the follow-up's first day and after its end: nothing is missing there."""
    started = follow_up.started_on
    start = day_bounds(started, window.territory)[1] if started else window.end
    found = [(window.start, min(start, window.end)), (max(follow_up.ended_at or window.end, window.start), window.end)]
    return [Interval(first, last) for first, last in found if first < last]
