"""What rules, or their silence, say of a patient: handed to the people who handle alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import Evidence, FindingKind
from telemed.acts.telemonitoring.model.rule import Side

SILENCE = "non_transmission"
"""The cause of silence, which no rule may bear (R-34): its evidence is the signal `silence`, why nothing came where it
is known (a `SilenceCause`), and how many whole civil days."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding about one cause of one follow-up, to be recorded in the transaction that found it, once.

    `rule_version_id` is None for silence. `since` names the episode: it began there, and `at` is the measure that shows
    it; `told_at` is `received_at`, or the end of quiet hours. Evidence is in millionths of its signal's unit.
    """

    follow_up_id: UUID
    practice_id: UUID
    patient_id: UUID
    pathway: str
    cause: str
    label: str
    severity: Severity
    direction: Side | None
    rule_version_id: UUID | None
    kind: FindingKind
    since: datetime
    at: datetime
    received_at: datetime
    told_at: datetime
    evidence: tuple[Evidence, ...] = ()
