"""Mutes with what they are about: the alert on which each was asked, the rule that told it, and whose hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.triage import Alert, KeptMute
from telemed.acts.telemonitoring.store.alert_lists import AlertLists
from telemed.acts.telemonitoring.store.rulebook import RuleStore
from telemed.professionals.model import Professional
from telemed.professionals.store import ProfessionalStore


@dataclass(frozen=True, repr=False)
class StandingMute:
    """A mute, the alert on which it was asked, and that alert's rule as it was when it last told.

    `lifter` None of one that was lifted: the values grew worse.
    """

    mute: KeptMute
    alert: Alert
    rule: Rule | None
    author: Professional | None
    lifter: Professional | None


async def explain_mutes(session: AsyncSession, mutes: Sequence[KeptMute]) -> list[StandingMute]:
    """In the same order; three statements for any number, none for none."""
    if not mutes:
        return []
    alerts = await AlertLists(session).find_many({one.alert_id for one in mutes})
    versions = sorted({one.rule_version_id for one in alerts.values() if one.rule_version_id})
    rules = await RuleStore(session).find_versions(versions) if versions else {}
    hands = {hand for one in mutes for hand in (one.author_id, one.lifted_by) if hand}
    people = await ProfessionalStore(session).find_many(sorted(hands))

    def explained(mute: KeptMute) -> StandingMute:
        alert = alerts[mute.alert_id]
        version = rules.get(alert.rule_version_id) if alert.rule_version_id else None
        lifter = people.get(mute.lifted_by) if mute.lifted_by else None
        return StandingMute(mute, alert, version.rule if version else None, people.get(mute.author_id), lifter)

    return [explained(mute) for mute in mutes]
