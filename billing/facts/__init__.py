"""What billing knows of an act: identifiers and facts of one kind each, never identity traits or free text.

An act has parts, each claimed by one biller: a téléconsultation one, a télé-expertise two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from billing.facts.accompaniment import AccompanimentFacts, LinkedTeleconsultation, Setting
from billing.facts.biller import DOCTOR, Biller, MedecinTraitant, Sector
from billing.facts.kinds import ActKind, Facts, Part
from billing.facts.reading import FactsError
from billing.facts.teleconsultation import VERSION, ActFacts, Companion, Reimbursement
from billing.facts.teleexpertise import TeleexpertiseFacts
from billing.facts.telemonitoring import TelemonitoringFacts

READERS: Mapping[ActKind, Callable[[Mapping[str, Any]], Facts]] = {
    ActKind.TELECONSULTATION: ActFacts.from_payload,
    ActKind.TELEEXPERTISE: TeleexpertiseFacts.from_payload,
    ActKind.ACCOMPANIMENT: AccompanimentFacts.from_payload,
    ActKind.TELEMONITORING: TelemonitoringFacts.from_payload,
}


def read_facts(payload: Mapping[str, Any]) -> Facts:
    """The facts of whatever kind the payload says. Raises FactsError on an unknown kind or an unreadable payload."""
    kind = payload.get("kind")
    try:
        read = READERS[ActKind(str(kind))]
    except (ValueError, KeyError) as error:
        raise FactsError(f"kind: {kind!r} is not billed here") from error
    return read(payload)


__all__ = [
    "DOCTOR",
    "VERSION",
    "AccompanimentFacts",
    "ActFacts",
    "ActKind",
    "Biller",
    "Companion",
    "Facts",
    "FactsError",
    "LinkedTeleconsultation",
    "MedecinTraitant",
    "Part",
    "Reimbursement",
    "Sector",
    "Setting",
    "TeleexpertiseFacts",
    "TelemonitoringFacts",
    "read_facts",
]
