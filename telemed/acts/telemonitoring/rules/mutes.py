"""Who may mute what, for how long; and what a mute does to a finding."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from telemed.acts.telemonitoring.model.alert import AlertActor
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.triage import Alert, KeptMute, TriageVersion
from telemed.acts.telemonitoring.rules.telling import Mute, is_muted
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse

_R34 = "Arrêtés du 22 juin 2023 : l'alerte de non-transmission ne peut pas être désactivée"


class Heard(StrEnum):
    """What a mute does to a finding: nothing, it holds it back, or the value is worse and lifts it."""

    OTHER = "other"
    MUTED = "muted"
    WORSE = "worse"


def hear(kept: KeptMute, cause: str, direction: Side | None, level: int | None, *, now: datetime) -> Heard:
    """Does this mute hold for a finding at `level`? One that was lifted, or is over, never does."""
    if not kept.is_in_force(now) or kept.cause != cause or kept.direction is not direction:
        return Heard.OTHER
    mute = Mute(kept.cause, kept.direction, kept.until, kept.level, kept.tolerance)
    return Heard.MUTED if is_muted(mute, cause, direction, level, now=now) else Heard.WORSE


def check_mute(alert: Alert, actor: AlertActor, until: datetime, now: datetime, version: TriageVersion) -> Decision:
    """May the cause of this alert be muted until then? Silence never (R-34); every mute has an end, and a near one."""
    days = version.mute_days[actor]
    return combine(
        (
            _refuse_silence() if alert.is_silence else ALLOWED,
            ALLOWED if now < until <= now + timedelta(days=days) else _refuse_end(days),
        )
    )


def _refuse_silence() -> Decision:
    text = "L'alerte de non-transmission ne se met pas en sourdine."
    return refuse(Reason("telemonitoring.mute_silence", text, _R34))


def _refuse_end(days: int) -> Decision:
    text = f"Une mise en sourdine a une fin : {days} jours au plus pour vous."
    return refuse(Reason("telemonitoring.mute_end", text, compared={"at_most_days": days}))
