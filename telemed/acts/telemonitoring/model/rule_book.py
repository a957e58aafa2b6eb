"""Rules as a practice keeps them: one cause each, by versions, for everyone on a pathway or for one patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.model.rule import Rule


@dataclass(frozen=True)
class RuleVersion:
    """A rule as it was from `active_from` to `retired_at` (excluded). `author_id` None: it came with the service."""

    id: UUID
    rule_id: UUID
    number: int
    rule: Rule
    author_id: UUID | None
    active_from: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True)
class KeptRule:
    """One cause of alert with its last version. `mandatory` is the alert of the law that it is: it may be rewritten,
    never taken away."""

    id: UUID
    practice_id: UUID
    pathway: str
    follow_up_id: UUID | None
    name: str
    version: RuleVersion
    mandatory: str | None = None

    @property
    def is_in_force(self) -> bool:
        return self.version.retired_at is None


@dataclass(frozen=True)
class DefaultRule:
    """A rule that every practice starts with on a pathway. It names limits of the patient, and holds none."""

    rule: Rule
    since: datetime
    mandatory: str | None = None


@dataclass(frozen=True)
class RuleBook:
    """The rules of a practice for everyone on a pathway: those in force, and those that late data may still concern."""

    version: int
    versions: tuple[RuleVersion, ...] = field(default=())
