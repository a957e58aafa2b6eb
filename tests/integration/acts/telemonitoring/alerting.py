"""Findings handed over as watching does, and the board read back over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.evidence import Evidence, FindingKind
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import Told
from telemed.app import Services
from telemed.kernel.caller import Caller
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People

PATH = "/telemonitoring/alerts"
VERSION = UUID(int=42)


def make_told(
    follow_up: FollowUp,
    now: datetime,
    *,
    kind: FindingKind = FindingKind.FIRED,
    value: float = 80,
    **changes: Any,
) -> Told:
    """A finding of `now`: weight above the limit."""
    told = Told(
        follow_up_id=follow_up.id,
        practice_id=follow_up.practice_id,
        patient_id=follow_up.patient_id,
        pathway=follow_up.plan.pathway,
        cause="weight_gain",
        label="Prise de poids",
        severity=Severity.SOON,
        direction=Side.ABOVE,
        rule_version_id=VERSION,
        kind=kind,
        since=now,
        at=now,
        received_at=now,
        told_at=now,
        evidence=(Evidence("weight", round(value * 1_000_000), 78_000_000),),
    )
    return replace(told, **changes)


@dataclass
class Ward:
    """A practice, one followed patient, and the book of alerts."""

    services: Services
    api: Api
    people: People
    follow_up: FollowUp

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    def told(self, kind: FindingKind = FindingKind.FIRED, *, value: float = 80, **changes: Any) -> Told:
        """A finding of now."""
        return make_told(self.follow_up, self.now, kind=kind, value=value, **changes)

    async def record(self, *told: Told) -> None:
        """In one transaction, as ingestion does."""
        async with self.services.database.begin() as uow:
            await self.services.telemonitoring.triage.book.record(uow, told)

    async def fire(self, **changes: Any) -> str:
        """An alert; gives its id."""
        await self.record(self.told(**changes))
        items = (await self.board(self.people.doctor))["items"]
        (found,) = (one["id"] for one in items if one["cause"] == changes.get("cause", "weight_gain"))
        return str(found)

    async def board(self, by: Caller, query: str = "") -> Any:
        reply = await self.api.call("GET", f"{PATH}?{query}", by=by)
        assert reply.status == 200, reply.body
        return reply.body

    async def read(self, alert_id: str) -> Any:
        """The alert and its events, as a doctor reads them."""
        reply = await self.api.call("GET", f"{PATH}/{alert_id}", by=self.people.doctor)
        assert reply.status == 200, reply.body
        return reply.body

    async def post(self, by: Caller, alert_id: str, step: str, body: Mapping[str, Any] | None = None) -> Reply:
        return await self.api.call("POST", f"{PATH}/{alert_id}/{step}", body, by=by)

    async def done(self, by: Caller, alert_id: str, step: str, **body: Any) -> Any:
        """The alert after a step that is accepted."""
        reply = await self.post(by, alert_id, step, body or None)
        assert reply.status in (200, 201), reply.body
        return reply.body["alert"]
