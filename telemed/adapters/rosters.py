"""Rosters and standings of experts, as a télé-expertise searches and changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleexpertise.model import (
    LineFacts,
    QuotaRoom,
    Settled,
    Side,
    StandingChange,
    Turn,
    Urgency,
    Wish,
)
from telemed.acts.teleexpertise.ports import Quotas
from telemed.experts.model.search import Candidate, Found, Need
from telemed.experts.model.standing import LEFT, TAKEN
from telemed.experts.rules.places import department_of
from telemed.experts.rules.score import is_used_up
from telemed.experts.service.finding import FindingService
from telemed.experts.store import LineStore
from telemed.experts.store.standings import StandingStore
from telemed.kernel.clock import civil_date
from telemed.patients.store import PatientStore
from telemed.professionals.store import PracticeStore
from telemed.storage.uow import UnitOfWork

_TOLD_AT_ONCE = 200
_LETTERS = {Settled.TAKEN: TAKEN, Settled.LEFT: LEFT}


class RosterExperts:
    """The port `Experts`, on `telemed.experts` and the quotas of billing."""

    def __init__(self, *, finding: FindingService, quotas: Quotas) -> None:
        self._finding = finding
        self._quotas = quotas

    async def find(self, uow: UnitOfWork, wish: Wish) -> Sequence[Turn]:
        if wish.line_id is not None:
            await LineStore(uow.session).find(wish.line_id, lock=True)
        need, candidates, room = await self._search(uow, wish)
        ordered = self._finding.turns(need, candidates, taken=room.taken)
        return [_turn(need, one) for one in ordered]

    async def explain(self, uow: UnitOfWork, wish: Wish) -> Found:
        need, candidates, room = await self._search(uow, wish)
        return self._finding.judge(need, candidates, taken=room.taken)

    async def takes_by_himself(self, uow: UnitOfWork, wish: Wish, professional_id: UUID) -> bool:
        need, candidates, room = await self._search(uow, replace(wish, named=(professional_id,)), pool=0)
        ordered = self._finding.turns(replace(need, specialty_code=""), candidates, taken=room.taken)
        turns = [_turn(need, one) for one in ordered if one.professional_id == professional_id]
        return any(turn.accepts_by_himself for turn in turns)

    async def line_of(self, uow: UnitOfWork, professional_id: UUID, specialty_code: str | None) -> UUID | None:
        lines = await LineStore(uow.session).joined_by(professional_id)
        fitting = (line.id for line in lines.values() if specialty_code in (None, line.abilities.specialty_code))
        return next(fitting, None)

    async def line(self, uow: UnitOfWork, line_id: UUID, urgency: Urgency) -> LineFacts | None:
        store = LineStore(uow.session)
        line = await store.find(line_id)
        if line is None or line.is_closed:
            return None
        return LineFacts(line_id, line.keeps_for(urgency.value), tuple(await store.managers(line_id)))

    async def is_member(self, uow: UnitOfWork, line_id: UUID, professional_id: UUID) -> bool:
        member = await LineStore(uow.session).find_member(line_id, professional_id)
        return member is not None and member.joined_at is not None

    async def members(self, uow: UnitOfWork, line_id: UUID) -> Sequence[UUID]:
        found = await LineStore(uow.session).members(line_id, after=None, limit=_TOLD_AT_ONCE)
        return [one.professional_id for one in found if one.joined_at is not None]

    async def note_turns(self, uow: UnitOfWork, line_id: UUID, professional_ids: Sequence[UUID]) -> None:
        await StandingStore(uow.session).add_turns(line_id, professional_ids)

    async def note(self, uow: UnitOfWork, changes: Sequence[StandingChange], now: datetime) -> None:
        store = StandingStore(uow.session)
        for change in changes:
            day = civil_date(now, change.territory)
            standing = (await store.lock(change.professional_id)).changed(
                pending=change.pending, open_cases=change.open_cases, accepted=change.accepted, day=day
            )
            if change.settled is not None:
                standing = standing.with_outcome(_LETTERS[change.settled])
            if change.answered_within_minutes is not None:
                standing = standing.with_time(change.answered_within_minutes)
                await store.add_acquaintance(change.patient_id, change.professional_id, day)
            await store.save(standing)

    async def _search(
        self, uow: UnitOfWork, wish: Wish, *, pool: int | None = None
    ) -> tuple[Need, list[Candidate], QuotaRoom]:
        """What is looked for, who is found, and the places of the quota with this patient that they have taken."""
        practice = await PracticeStore(uow.session).find(wish.requerant.practice_id)
        near = department_of(practice.address.postal_code) if practice and practice.territory is wish.territory else ""
        need = self._finding.understood(_need(wish, await _records(uow.session, wish.patient_id), near))
        candidates = await self._finding.candidates(uow.session, need, pool=pool)
        if wish.patient_id is None:
            return need, candidates, QuotaRoom()
        day = civil_date(wish.now, wish.requerant.territory)
        numbers = [one.rpps for one in candidates]
        room = await self._quotas.room(uow, patient_id=wish.patient_id, rpps=numbers, day=day)
        return replace(need, quota_limit=room.limit), candidates, room


async def _records(session: AsyncSession, patient_id: UUID | None) -> tuple[UUID, ...]:
    """Every record of a patient, the kept one first."""
    if patient_id is None:
        return ()
    store = PatientStore(session)
    person = await store.find(patient_id)
    kept = person.id if person else patient_id
    return (kept, *(one.id for one in await store.absorbed_by(kept)))


def _need(wish: Wish, records: tuple[UUID, ...], department: str) -> Need:
    asker = wish.requerant
    return Need(
        now=wish.now,
        before=wish.before,
        specialty_code="" if wish.line_id else wish.specialty_code or "",
        territory=wish.territory,
        department=department,
        skill=wish.skill,
        language=wish.language,
        patient_ids=records,
        asker_rpps=asker.rpps,
        asker_practice_id=asker.practice_id,
        refused=wish.but_rpps,
        named=wish.named,
        line_id=wish.line_id,
        present=wish.present,
    )


def _turn(need: Need, one: Candidate) -> Turn:
    """Whoever takes what comes does so while he is on duty and his act can be billed."""
    there_from = max(one.free_from or need.before, need.now)
    takes = one.auto_accept and there_from <= need.now and not is_used_up(need, one)
    return Turn(Side(one.professional_id, one.practice_id, one.rpps, one.territory), there_from, takes)
