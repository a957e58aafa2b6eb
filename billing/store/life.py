"""What happened to claims: steps, standings that follow them, and the ledger of money."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.facts import ActKind, Part
from billing.formats import reasons_from_json, reasons_to_json
from billing.model import Claim
from billing.model.exchange import TransmissionMode
from billing.model.invoice import Entry, EntryKind, Owing
from billing.model.life import Due, Happening, Stage
from billing.model.standing import Standing, Step, Total
from billing.tables import EntryRow, StandingRow, StepRow
from telemed.kernel.clock import Territory

_FRESH = {"populate_existing": True}


class LifeStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def open(self, standing: Standing, *, at: datetime, actor: str, actor_id: UUID | None) -> None:
        """The first step of a claim and its standing; the claim itself is flushed before them."""
        await self._session.flush()
        self._session.add(_to_row(standing))
        self._session.add(_step_row(standing, Happening.OPENED, at=at, actor=actor, actor_id=actor_id))
        await self._session.flush()

    async def lock(self, claim_id: UUID) -> Standing | None:
        """The standing of a claim, whose row stays locked until the transaction ends."""
        query = select(StandingRow).where(col(StandingRow.claim_id) == claim_id).with_for_update()
        row = await self._session.scalar(query, execution_options=_FRESH)
        return None if row is None else to_standing(row)

    async def lock_many(self, claim_ids: Collection[UUID]) -> list[Standing]:
        """Several at once, in the order of their ids so that two transactions never wait for each other."""
        query = select(StandingRow).where(col(StandingRow.claim_id).in_(claim_ids)).order_by(col(StandingRow.claim_id))
        rows = await self._session.scalars(query.with_for_update(), execution_options=_FRESH)
        return [to_standing(row) for row in rows]

    async def find(self, claim_id: UUID) -> Standing | None:
        row = await self._session.get(StandingRow, claim_id, populate_existing=True)
        return None if row is None else to_standing(row)

    async def record(
        self,
        standing: Standing,
        happening: Happening,
        *,
        at: datetime,
        actor: str,
        actor_id: UUID | None = None,
        note: str | None = None,
    ) -> Standing:
        """Add a step to a locked claim: `standing` is what it is after it, but for its position, which is counted."""
        after = replace(standing, position=standing.position + 1)
        self._session.add(_step_row(after, happening, at=at, actor=actor, actor_id=actor_id, note=note))
        await self._save(after)
        return after

    async def amend(self, standing: Standing, **changes: Any) -> Standing:
        """Change what is due of a locked claim without a step: the step just made says why."""
        after = replace(standing, **changes)
        await self._save(after)
        return after

    async def add_entries(self, standing: Standing, entries: Iterable[Entry]) -> Standing:
        """Add lines to the ledger of a locked claim, and give back its standing with their sums, saved."""
        charged = paid = 0
        for entry in entries:
            self._session.add(
                EntryRow(
                    claim_id=entry.claim_id,
                    kind=entry.kind.value,
                    owing=entry.owing.value,
                    cents=entry.cents,
                    at=entry.at,
                    key=entry.key,
                )
            )
            if entry.kind is EntryKind.PAYMENT:
                paid -= entry.cents
            else:
                charged += entry.cents
        after = replace(
            standing,
            charged_cents=standing.charged_cents + charged,
            paid_cents=standing.paid_cents + paid,
            balance_cents=standing.balance_cents + charged - paid,
        )
        await self._save(after)
        return after

    async def entries(self, claim_id: UUID) -> list[Entry]:
        query = select(EntryRow).where(col(EntryRow.claim_id) == claim_id).order_by(col(EntryRow.id))
        return [
            Entry(row.claim_id, EntryKind(row.kind), Owing(row.owing), row.cents, row.at, row.key)
            for row in await self._session.scalars(query)
        ]

    async def steps(self, claim_id: UUID) -> list[Step]:
        query = select(StepRow).where(col(StepRow.claim_id) == claim_id).order_by(col(StepRow.position))
        return [_to_step(row) for row in await self._session.scalars(query)]

    async def has_happened(self, claim_id: UUID, happening: Happening) -> bool:
        query = select(func.count()).where(col(StepRow.claim_id) == claim_id, col(StepRow.happening) == happening.value)
        return bool(await self._session.scalar(query))

    async def page(
        self,
        *,
        limit: int,
        practice_id: UUID | None,
        professional_id: UUID | None,
        stages: Collection[Stage] = (),
        since: date | None = None,
        until: date | None = None,
        code: str | None = None,
        after: tuple[date, UUID] | None = None,
    ) -> list[Standing]:
        """Standings of the days from `since` to `until` (both included), the latest act first."""
        query = _of(practice_id, professional_id, stages, since, until)
        query = query.order_by(col(StandingRow.civil_day).desc(), col(StandingRow.claim_id).desc()).limit(limit)
        if code is not None:
            query = query.where(col(StandingRow.code) == code)
        if after is not None:
            last = tuple_(literal(after[0], Date), literal(after[1], Uuid))
            query = query.where(tuple_(col(StandingRow.civil_day), col(StandingRow.claim_id)) < last)
        return [to_standing(row) for row in await self._session.scalars(query)]

    async def due(
        self,
        *,
        limit: int,
        practice_id: UUID | None,
        professional_id: UUID | None,
        until: date,
        after: tuple[date, UUID] | None = None,
    ) -> list[Standing]:
        """What is due up to `until` (included), the most urgent first."""
        query = _of(practice_id, professional_id).where(col(StandingRow.due_on) <= until)
        if after is not None:
            last = tuple_(literal(after[0], Date), literal(after[1], Uuid))
            query = query.where(tuple_(col(StandingRow.due_on), col(StandingRow.claim_id)) > last)
        query = query.order_by(col(StandingRow.due_on), col(StandingRow.claim_id)).limit(limit)
        return [to_standing(row) for row in await self._session.scalars(query)]

    async def totals(
        self,
        *,
        practice_id: UUID | None,
        professional_id: UUID | None,
        since: date | None = None,
        until: date | None = None,
    ) -> dict[Stage, Total]:
        """How many claims stand at each stage, and their sums, in one statement."""
        found = _of(practice_id, professional_id, since=since, until=until).subquery()
        sums = (
            func.coalesce(func.sum(found.c[name]), 0)
            for name in ("amount_cents", "charged_cents", "paid_cents", "balance_cents")
        )
        rows = await self._session.execute(select(found.c.stage, func.count(), *sums).group_by(found.c.stage))
        return {Stage(stage): Total(count, *(int(one) for one in cents)) for stage, count, *cents in rows}

    async def ready(
        self, *, practice_id: UUID | None, professional_id: UUID | None, stages: Collection[Stage]
    ) -> list[UUID]:
        """The claims at those stages, the oldest act first."""
        query = _of(practice_id, professional_id, stages).order_by(
            col(StandingRow.civil_day), col(StandingRow.claim_id)
        )
        return [row.claim_id for row in await self._session.scalars(query)]

    async def move_patient(self, *, kept: UUID, absorbed: UUID) -> None:
        """The claims of a record that was merged into another follow the person."""
        await self._session.execute(
            update(StandingRow).where(col(StandingRow.patient_id) == absorbed).values(patient_id=kept)
        )

    async def _save(self, standing: Standing) -> None:
        row = await self._session.get(StandingRow, standing.claim_id)
        for name, value in _columns(standing).items():
            setattr(row, name, value)
        await self._session.flush()


def _of(
    practice_id: UUID | None,
    professional_id: UUID | None,
    stages: Collection[Stage] = (),
    since: date | None = None,
    until: date | None = None,
) -> Select[StandingRow]:
    query = select(StandingRow)
    if practice_id is not None:
        query = query.where(col(StandingRow.practice_id) == practice_id)
    if professional_id is not None:
        query = query.where(col(StandingRow.professional_id) == professional_id)
    if stages:
        query = query.where(col(StandingRow.stage).in_([stage.value for stage in stages]))
    else:
        query = query.where(col(StandingRow.stage) != Stage.REPLACED.value)
    if since is not None:
        query = query.where(col(StandingRow.civil_day) >= since)
    return query if until is None else query.where(col(StandingRow.civil_day) <= until)


def opening(claim: Claim, stage: Stage, *, due: Due, at: datetime, covered_by: UUID | None = None) -> Standing:
    """The first standing of a claim: what is due is due since the day of the act."""
    biller = claim.biller
    return Standing(
        claim_id=claim.id,
        act_id=claim.act_id,
        part=claim.part,
        practice_id=biller.practice_id,
        professional_id=biller.professional_id,
        rpps=biller.rpps,
        patient_id=claim.patient_id,
        territory=biller.territory,
        kind=claim.facts.kind,
        day=claim.day,
        code=claim.code,
        amount_cents=claim.amount_cents,
        stage=stage,
        position=1,
        since=at,
        due=due,
        due_on=None if due is Due.NOTHING else claim.day,
        organism=None,
        mode=None,
        is_tiers_payant=None,
        charged_cents=0,
        paid_cents=0,
        balance_cents=0,
        invoice_id=None,
        lot_id=None,
        covered_by=covered_by,
        reasons=claim.missing if stage is Stage.TO_COMPLETE else claim.refusals,
    )


def _step_row(
    standing: Standing,
    happening: Happening,
    *,
    at: datetime,
    actor: str,
    actor_id: UUID | None,
    note: str | None = None,
) -> StepRow:
    return StepRow(
        claim_id=standing.claim_id,
        position=standing.position,
        happening=happening.value,
        stage=standing.stage.value,
        at=at,
        actor=actor,
        actor_id=actor_id,
        due_on=standing.due_on,
        lot_id=standing.lot_id,
        reasons=reasons_to_json(standing.reasons),
        note=note,
    )


def _columns(standing: Standing) -> dict[str, Any]:
    return {
        "stage": standing.stage.value,
        "position": standing.position,
        "since": standing.since,
        "due": standing.due.value,
        "due_on": standing.due_on,
        "organism": standing.organism,
        "mode": None if standing.mode is None else standing.mode.value,
        "is_tiers_payant": standing.is_tiers_payant,
        "charged_cents": standing.charged_cents,
        "paid_cents": standing.paid_cents,
        "balance_cents": standing.balance_cents,
        "invoice_id": standing.invoice_id,
        "lot_id": standing.lot_id,
        "covered_by": standing.covered_by,
        "reasons": reasons_to_json(standing.reasons),
    }


def _to_row(standing: Standing) -> StandingRow:
    return StandingRow(
        claim_id=standing.claim_id,
        act_id=standing.act_id,
        part=standing.part.value,
        practice_id=standing.practice_id,
        professional_id=standing.professional_id,
        rpps=standing.rpps,
        patient_id=standing.patient_id,
        territory=standing.territory.value,
        kind=standing.kind.value,
        civil_day=standing.day,
        code=standing.code,
        amount_cents=standing.amount_cents,
        **_columns(standing),
    )


def to_standing(row: StandingRow) -> Standing:
    return Standing(
        claim_id=row.claim_id,
        act_id=row.act_id,
        part=Part(row.part),
        practice_id=row.practice_id,
        professional_id=row.professional_id,
        rpps=row.rpps,
        patient_id=row.patient_id,
        territory=Territory(row.territory),
        kind=ActKind(row.kind),
        day=row.civil_day,
        code=row.code,
        amount_cents=row.amount_cents,
        stage=Stage(row.stage),
        position=row.position,
        since=row.since,
        due=Due(row.due),
        due_on=row.due_on,
        organism=row.organism,
        mode=None if row.mode is None else TransmissionMode(row.mode),
        is_tiers_payant=row.is_tiers_payant,
        charged_cents=row.charged_cents,
        paid_cents=row.paid_cents,
        balance_cents=row.balance_cents,
        invoice_id=row.invoice_id,
        lot_id=row.lot_id,
        covered_by=row.covered_by,
        reasons=reasons_from_json(row.reasons),
    )


def _to_step(row: StepRow) -> Step:
    return Step(
        claim_id=row.claim_id,
        position=row.position,
        happening=Happening(row.happening),
        stage=Stage(row.stage),
        at=row.at,
        actor=row.actor,
        actor_id=row.actor_id,
        due_on=row.due_on,
        lot_id=row.lot_id,
        reasons=reasons_from_json(row.reasons),
        note=row.note,
    )
