"""Booking, moving, cancelling; free slots; people who come without an appointment."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleconsultation.model import (
    LINK_LIFE_AFTER_SLOT,
    UNDO_WINDOW,
    Kind,
    OpeningHours,
    State,
    Step,
    Teleconsultation,
)
from telemed.acts.teleconsultation.ports import CapGuard, ConventionedAct
from telemed.acts.teleconsultation.rules.booking import check_slot, free_slots
from telemed.acts.teleconsultation.service.access import open_act, take_step
from telemed.acts.teleconsultation.service.links import LinkService
from telemed.acts.teleconsultation.store import ActStore, AgendaStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock, Territory, civil_date, day_bounds
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.links.store import LinkStore
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.model import ConventionSector, Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

BOOKERS = frozenset({Role.SECRETARY, Role.DOCTOR})
_MOST_DAYS = 62


@dataclass(frozen=True, repr=False)
class BookingRequest:
    """What is asked: `slot` None puts the patient in the doctor's queue. No channel: no link is sent.

    Where the yearly cap holds the booking, urgent care goes through, and so does one whose `cap_override` says why.
    """

    professional_id: UUID
    patient_id: UUID
    slot: Interval | None
    motive: str = ""
    channel: Channel | None = None
    is_urgent: bool = False
    cap_override: str = ""


@dataclass(frozen=True)
class Booked:
    """The act, and what the rules warned of."""

    act: Teleconsultation
    decision: Decision


class BookingService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, links: LinkService, cap_guard: CapGuard
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._links = links
        self._cap_guard = cap_guard

    async def book(self, caller: Caller, request: BookingRequest) -> Booked:
        """Book a time or queue a patient, and send the link. Raises Refused, Conflict, NotFound, Forbidden."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "book", patient_id=request.patient_id)
            professional, patient = await self._people(uow, caller, request)
            _require_booker(caller, professional)
            return await self._book(uow, caller, request, professional, patient)

    async def book_decided(self, uow: UnitOfWork, caller: Caller, request: BookingRequest) -> Booked:
        """Book in the open transaction what another act of care decided: who may was asked there.

        Raises Refused, Conflict, NotFound.
        """
        self._note(uow, caller, "book", patient_id=request.patient_id)
        professional, patient = await self._people(uow, caller, request)
        return await self._book(uow, caller, request, professional, patient)

    async def move(self, caller: Caller, act_id: UUID, slot: Interval) -> Booked:
        """Give a booked act another time; its links live with it, and the patient is told."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "move", roles=BOOKERS)
            moved = take_step(act, Step.MOVE, slot=slot, kind=Kind.PROGRAMMED)
            professional = await _professional(uow, act.professional_id)
            decision = await self._check(uow, professional, act.patient_id, slot, but=act.id)
            saved = await ActStore(uow.session).save(moved)
            await LinkStore(uow.session).move_expiry(act.id, slot.end + LINK_LIFE_AFTER_SLOT)
            await self._links.queue_again(uow, saved)
            return Booked(saved, decision)

    async def cancel(self, caller: Caller, act_id: UUID) -> Teleconsultation:
        """Cancel before the call; the links die, whoever got one is told. `restore` undoes it for ten minutes."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "cancel", roles=BOOKERS)
            cancelled = take_step(act, Step.CANCEL, cancelled_at=self._clock.now())
            await self._links.tell_cancelled(uow, cancelled)
            return await ActStore(uow.session).save(cancelled)

    async def restore(self, caller: Caller, act_id: UUID) -> Teleconsultation:
        """Undo a cancellation if its time is still free; a link goes again. Raises Conflict (`late`)."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "restore", roles=BOOKERS)
            if act.cancelled_at is not None and now - act.cancelled_at > UNDO_WINDOW:
                raise Conflict("L'annulation date de plus de dix minutes : prenez un nouveau rendez-vous.", code="late")
            restored = take_step(act, Step.RESTORE, cancelled_at=None)
            if act.slot is not None:
                professional = await _professional(uow, act.professional_id)
                await self._check(uow, professional, act.patient_id, act.slot, but=act.id, is_restored=True)
            saved = await ActStore(uow.session).save(restored)
            await self._links.queue_again(uow, saved)
            return saved

    async def mark_absent(self, caller: Caller, act_id: UUID) -> Teleconsultation:
        """The patient did not come; arriving late reopens it."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "mark_absent", roles=BOOKERS)
            return await ActStore(uow.session).save(take_step(act, Step.MARK_ABSENT))

    async def slots(self, caller: Caller, professional_id: UUID, first_day: date, days: int) -> list[Interval]:
        """The free slots of a professional of the practice. Raises Invalid beyond 62 days."""
        if not 1 <= days <= _MOST_DAYS:
            raise Invalid(f"Demandez entre 1 et {_MOST_DAYS} jours.", field="days")
        async with self._database.read() as session:
            professional = await _colleague(session, caller, professional_id)
            territory = await _territory(session, professional)
            return await self._free(session, professional_id, first_day, days, territory)

    async def find_next_free(
        self, uow: UnitOfWork, caller: Caller, professional_id: UUID, *, days: int
    ) -> Interval | None:
        """The first free slot of a professional of the practice in so many days, today's included. Raises NotFound."""
        professional = await _colleague(uow.session, caller, professional_id)
        territory = await _territory(uow.session, professional)
        today = civil_date(self._clock.now(), territory)
        return next(iter(await self._free(uow.session, professional_id, today, days, territory)), None)

    async def hours(self, caller: Caller, professional_id: UUID) -> list[OpeningHours]:
        async with self._database.read() as session:
            await _colleague(session, caller, professional_id)
            return await AgendaStore(session).hours(professional_id)

    async def set_hours(self, caller: Caller, professional_id: UUID, hours: Sequence[OpeningHours]) -> None:
        """Replace the opening hours of a professional: his own, or by the practice's secretary."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "set_hours", resource=f"professional:{professional_id}")
            professional = await _professional(uow, professional_id)
            if professional.practice_id != caller.practice_id:
                raise NotFound("Ce professionnel n'existe pas ou n'est pas de votre cabinet.")
            if caller.id != professional_id and not caller.has_role(Role.SECRETARY):
                raise Forbidden("Seul le médecin ou le secrétariat change ces horaires.")
            await AgendaStore(uow.session).replace_hours(professional_id, hours)

    async def _people(self, uow: UnitOfWork, caller: Caller, request: BookingRequest) -> tuple[Professional, Patient]:
        """Both of the caller's practice."""
        professional = await _colleague(uow.session, caller, request.professional_id)
        patient = await PatientStore(uow.session).find(request.patient_id)
        if patient is None or patient.practice_id != caller.practice_id:
            raise NotFound("Ce patient n'existe pas ou n'est pas de votre cabinet.")
        return professional, patient

    async def _book(
        self, uow: UnitOfWork, caller: Caller, request: BookingRequest, professional: Professional, patient: Patient
    ) -> Booked:
        if professional.rpps is None or professional.is_suspended:
            raise Conflict("Ce professionnel ne peut pas donner de téléconsultation.", code="professional.unavailable")
        territory = await _territory(uow.session, professional)
        decision = Decision()
        if request.slot is not None:
            decision = await self._check(uow, professional, request.patient_id, request.slot)
        act = Teleconsultation(
            id=new_id(),
            practice_id=professional.practice_id,
            professional_id=professional.id,
            patient_id=patient.id,
            territory=territory,
            kind=Kind.UNPROGRAMMED if request.slot is None else Kind.PROGRAMMED,
            state=State.BOOKED,
            room=secrets.token_urlsafe(18),
            version=1,
            booked_at=self._clock.now(),
            booked_by=caller.id,
            slot=request.slot,
            motive=request.motive,
        )
        decision &= await self._check_cap(uow, caller, act, professional, request)
        await ActStore(uow.session).add(act)
        if request.channel is not None:
            await self._links.queue(uow, act, patient, request.channel)
        return Booked(act, decision)

    async def _free(
        self, session: AsyncSession, professional_id: UUID, first_day: date, days: int, territory: Territory
    ) -> list[Interval]:
        start, _ = day_bounds(first_day, territory)
        _, end = day_bounds(first_day + timedelta(days=days - 1), territory)
        taken = await ActStore(session).taken(start=start, end=end, professional_id=professional_id)
        return free_slots(
            first_day,
            days,
            hours=await AgendaStore(session).hours(professional_id),
            taken=[interval for _, interval in taken],
            territory=territory,
            after=self._clock.now(),
        )

    async def _check_cap(
        self, uow: UnitOfWork, caller: Caller, act: Teleconsultation, professional: Professional, asked: BookingRequest
    ) -> Decision:
        """Ask the yearly cap; what went through in spite of it is traced with its reason. Raises Refused."""
        if professional.rpps is None or professional.sector in (None, ConventionSector.NOT_CONVENTIONED):
            return Decision()
        conventioned = ConventionedAct(
            rpps=professional.rpps,
            specialty=professional.specialty_code or "",
            territory=act.territory,
            day=civil_date(act.slot.start if act.slot else act.booked_at, act.territory),
            patient_id=act.patient_id,
            is_urgent=asked.is_urgent,
            override_reason=asked.cap_override,
        )
        decision = await self._cap_guard.check(uow, conventioned)
        if not decision.is_allowed:
            raise Refused(decision)
        if decision.warnings:
            self._journal.note(
                uow,
                caller,
                "teleconsultation.pass_cap",
                patient_id=act.patient_id,
                resource=f"teleconsultation:{act.id}",
                purpose="billing",
                details={"is_urgent": asked.is_urgent, "reason": asked.cap_override.strip()},
            )
        return decision

    async def _check(
        self,
        uow: UnitOfWork,
        professional: Professional,
        patient_id: UUID,
        slot: Interval,
        *,
        but: UUID | None = None,
        is_restored: bool = False,
    ) -> Decision:
        """Own the professional's times, then judge the slot against the others. Raises Refused."""
        agenda, acts = AgendaStore(uow.session), ActStore(uow.session)
        await agenda.lock(professional.id)
        of_professional = await acts.taken(start=slot.start, end=slot.end, professional_id=professional.id)
        of_patient = await acts.taken(start=slot.start, end=slot.end, patient_id=patient_id)
        decision = check_slot(
            slot,
            now=min(self._clock.now(), slot.start) if is_restored else self._clock.now(),
            taken_by_professional=[interval for act_id, interval in of_professional if act_id != but],
            taken_by_patient=[interval for act_id, interval in of_patient if act_id != but],
            hours=await agenda.hours(professional.id),
            territory=await _territory(uow.session, professional),
        )
        if not decision.is_allowed:
            raise Refused(decision)
        return decision

    def _note(
        self, uow: UnitOfWork, caller: Caller, action: str, *, patient_id: UUID | None = None, resource: str = ""
    ) -> None:
        self._journal.note(uow, caller, f"teleconsultation.{action}", patient_id=patient_id, resource=resource)


def _require_booker(caller: Caller, professional: Professional) -> None:
    """A doctor books for himself only. Raises Forbidden."""
    if not caller.has_role(Role.SECRETARY) and caller.id != professional.id:
        raise Forbidden("Un médecin prend des rendez-vous pour lui-même.")


async def _colleague(session: AsyncSession, caller: Caller, professional_id: UUID) -> Professional:
    """A professional of the caller's practice. Raises NotFound."""
    professional = await ProfessionalStore(session).find(professional_id)
    if professional is None or professional.practice_id != caller.practice_id:
        raise NotFound("Ce professionnel n'existe pas ou n'est pas de votre cabinet.")
    return professional


async def _professional(uow: UnitOfWork, professional_id: UUID) -> Professional:
    professional = await ProfessionalStore(uow.session).find(professional_id)
    if professional is None:
        raise NotFound("Ce professionnel n'existe pas.")
    return professional


async def _territory(session: AsyncSession, professional: Professional) -> Territory:
    """That of the place of practice: it gives the civil day of an act (trap 31)."""
    territory = await PracticeStore(session).territory_of(professional.practice_id)
    if territory is None:
        raise LookupError("a professional has a practice")
    return territory
