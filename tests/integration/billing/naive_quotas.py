"""Quotas as one would count them on paper: every decision counts all acts again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from billing.rules.quota import QuotaScope

LIMIT = 4
Key = tuple[UUID, str]


@dataclass
class Line:
    """One act under one code."""

    rpps: str
    patient_id: UUID
    year: int
    state: str


@dataclass
class NaiveQuotas:
    scope: QuotaScope
    lines: dict[Key, Line] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    known: dict[UUID, UUID] = field(default_factory=dict)

    def person(self, patient_id: UUID) -> frozenset[UUID]:
        """Everything that merges and verified matricules lead to from a record."""
        found, ties = {patient_id}, [*self.merged.items(), *self.known.items()]
        while more := {one for tie in ties if found & {*tie} for one in tie} - found:
            found |= more
        return frozenset(found)

    def counted(self, code: str, rpps: str, patient_id: UUID, year: int, *, but: UUID | None = None) -> list[Line]:
        person = self.person(patient_id)
        return [
            line
            for (act_id, its_code), line in self.lines.items()
            if line.state in ("reserved", "consumed")
            and act_id != but
            and (its_code, line.year, self.person(line.patient_id)) == (code, year, person)
            and (self.scope is QuotaScope.PATIENT or line.rpps == rpps)
        ]

    def reserve(self, act_id: UUID, code: str, rpps: str, patient_id: UUID, day: date) -> str:
        known = self.lines.get((act_id, code))
        if known is not None and known.state in ("reserved", "consumed"):
            return known.state
        return self._put(act_id, code, rpps, patient_id, day, "reserved")

    def settle(self, act_id: UUID, code: str, rpps: str, patient_id: UUID, day: date) -> str:
        known = self.lines.get((act_id, code))
        if known is not None and known in self.counted(code, rpps, patient_id, day.year):
            self.lines[act_id, code] = Line(rpps, patient_id, day.year, "consumed")
            return "consumed"
        return self._put(act_id, code, rpps, patient_id, day, "consumed")

    def give_back(self, act_id: UUID, code: str, held_as: str) -> bool:
        line = self.lines.get((act_id, code))
        if line is None or line.state != held_as:
            return False
        line.state = "released"
        return True

    def _put(self, act_id: UUID, code: str, rpps: str, patient_id: UUID, day: date, wanted: str) -> str:
        others = self.counted(code, rpps, patient_id, day.year, but=act_id)
        state = wanted if len(others) < LIMIT else "exhausted"
        self.lines[act_id, code] = Line(rpps, patient_id, day.year, state)
        return state
