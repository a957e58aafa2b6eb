"""Which rule judges which kind of act: the one door from facts to what may be billed."""

from __future__ import annotations

from billing.facts import (
    AccompanimentFacts,
    ActFacts,
    Facts,
    FactsError,
    Part,
    TeleexpertiseFacts,
    TelemonitoringFacts,
)
from billing.rules.accompaniment import quote_accompaniment
from billing.rules.surroundings import ALONE, Surroundings
from billing.rules.tariff import Quote, quote_teleconsultation
from billing.rules.teleexpertise import find_opinion_code, quote_part
from billing.rules.telemonitoring import quote_telemonitoring
from telemed.law.parameter import LawOfDay


def judge(facts: Facts, part: Part, law: LawOfDay, around: Surroundings = ALONE) -> Quote:
    """What may be billed for this part of the act, under the law of its day. Raises FactsError on an unknown kind."""
    if isinstance(facts, ActFacts):
        return quote_teleconsultation(facts, law, around)
    if isinstance(facts, TeleexpertiseFacts):
        return quote_part(facts, part, law, around)
    if isinstance(facts, AccompanimentFacts):
        return quote_accompaniment(facts, law, around)
    if isinstance(facts, TelemonitoringFacts):
        return quote_telemonitoring(facts, law)
    raise FactsError(f"kind: {facts.kind} has no rule")


def quota_codes(facts: Facts, part: Part) -> tuple[str, ...]:
    """The codes whose quota this part of an act may have taken from, whatever its day."""
    if not isinstance(facts, TeleexpertiseFacts):
        return ()
    return ("RQD",) if part is Part.REQUEST else ("TE1", "TE2")


def find_quota_code(facts: Facts, part: Part, law: LawOfDay) -> str | None:
    """The code whose yearly quota this part takes from; None where nothing is counted."""
    if not isinstance(facts, TeleexpertiseFacts):
        return None
    return "RQD" if part is Part.REQUEST else find_opinion_code(law, level=facts.level)
