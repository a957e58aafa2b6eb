"""What is shown beside an alert: the days of its signals, their last values, and the rule as it was when it told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.model.curve import DayFigures, Reading, Window
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.rule_book import RuleVersion
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.store.alert_lists import AlertLists
from telemed.acts.telemonitoring.store.curves import CurveStore
from telemed.acts.telemonitoring.store.last_said import find_readings
from telemed.acts.telemonitoring.store.rulebook import RuleStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory
from telemed.storage.engine import Database

_SIGNALS = 3
"""How many signals are drawn of one alert."""
_LAST_SINCE = timedelta(days=90)


@dataclass(frozen=True, repr=False)
class AlertPicture:
    """An alert's signals with their days, those without any included, and the version of the rule that told.

    `last` holds the last value of each, as it is now, where there was one in ninety days.
    """

    days: Mapping[str, Sequence[DayFigures]]
    rule: RuleVersion | None
    last: Mapping[str, Reading] = field(default_factory=dict)


class AlertPictures:
    """Reads beside a list that was asked of `AlertLists`, which keeps the trace; three statements for any number."""

    def __init__(self, *, database: Database, catalogue: Catalogue, pathways: Mapping[str, Pathway]) -> None:
        self._database = database
        self._catalogue = catalogue
        self._pathways = pathways

    async def find(
        self, caller: Caller, alerts: Sequence[Alert], *, last_day: date, days: int, territory: Territory
    ) -> dict[UUID, AlertPicture]:
        """By alert, those of the caller's practice alone. Raises Forbidden to who reads no measure."""
        require_right(caller, Right.READ)
        own = [alert for alert in alerts if alert.practice_id == caller.practice_id]
        signals = {alert.id: self._signals(alert, last_day) for alert in own}
        pairs = [(alert.follow_up_id, signal) for alert in own for signal in signals[alert.id]]
        versions = [alert.rule_version_id for alert in own if alert.rule_version_id]
        async with self._database.read() as session:
            window = Window(last_day, days, territory)
            found = await CurveStore(session).days(pairs, window)
            last = await find_readings(session, set(pairs), since=window.end - _LAST_SINCE)
            rules = await RuleStore(session).find_versions(versions) if versions else {}
        return {
            alert.id: AlertPicture(
                {signal: found.get((alert.follow_up_id, signal), []) for signal in signals[alert.id]},
                rules.get(alert.rule_version_id) if alert.rule_version_id else None,
                {one: last[alert.follow_up_id, one] for one in signals[alert.id] if (alert.follow_up_id, one) in last},
            )
            for alert in own
        }

    async def pathways(self, caller: Caller) -> list[str]:
        """The pathways on which the caller's practice has an open alert, in order."""
        require_right(caller, Right.READ)
        if caller.practice_id is None:
            return []
        async with self._database.read() as session:
            return await AlertLists(session).find_pathways(caller.practice_id, sorted(self._pathways))

    def _signals(self, alert: Alert, day: date) -> list[str]:
        """Those of its evidence; of silence, those that are missed."""
        if alert.is_silence:
            pathway = self._pathways.get(alert.pathway)
            wanted = sorted(pathway.on(day).silence.signals) if pathway else []
        else:
            wanted = [one.signal for one in alert.evidence]
        measured = (
            name for name in dict.fromkeys(wanted) if (one := self._catalogue.find(name)) and one.low is not None
        )
        return list(measured)[:_SIGNALS]
