"""The limits that the rules of a follow-up leave to a doctor."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.default_rules import Defaults
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.rules.limits import AskedLimit, find_asked
from telemed.acts.telemonitoring.store.rulebook import RuleStore

MOST_RULES = 200


async def read_asked(session: AsyncSession, follow_up: FollowUp, defaults: Defaults) -> list[AskedLimit]:
    """By the practice's own rules; by those that come with the service while it has none yet."""
    pathway = follow_up.plan.pathway
    kept = await RuleStore(session).page(
        follow_up.practice_id, pathway=pathway, follow_up_id=follow_up.id, limit=MOST_RULES
    )
    own = [one.version.rule for one in kept if one.is_in_force]
    return find_asked(own or [one.rule for one in defaults.get(pathway, ())])
