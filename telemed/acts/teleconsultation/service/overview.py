"""Lists and single views of teleconsultations, with whom they are about; a constant number of statements a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleconsultation.model import State, Teleconsultation
from telemed.acts.teleconsultation.rules.queue import Wait, expected_wait, in_order
from telemed.acts.teleconsultation.service.access import open_act
from telemed.acts.teleconsultation.service.booking import BOOKERS
from telemed.acts.teleconsultation.service.consents import ActConsents
from telemed.acts.teleconsultation.service.visit import waiting_of
from telemed.acts.teleconsultation.store import ActFilter, ActStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock, day_bounds
from telemed.kernel.errors import Forbidden, NotFound
from telemed.links.model import Delivery
from telemed.links.store import LinkStore
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.model import Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal


@dataclass(frozen=True, repr=False)
class ActView:
    """One act with its people, its link and its consent; a secretary's holds no clinical word."""

    act: Teleconsultation
    patient: Patient
    professional: Professional
    deliveries: tuple[Delivery, ...]
    has_consent: bool
    wait: Wait | None = None


@dataclass(frozen=True, repr=False)
class Day:
    """A professional's day, as its screen shows it: who waits first, in the order in which they will be seen."""

    waiting: tuple[ActView, ...]
    in_call: tuple[ActView, ...]
    to_come: tuple[ActView, ...]
    to_report: tuple[ActView, ...]
    done: tuple[ActView, ...]


class OverviewService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, consents: ActConsents) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._consents = consents

    async def get(self, caller: Caller, act_id: UUID) -> ActView:
        """One act. Raises NotFound when it is absent or another's."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "read", roles=BOOKERS, lock=False)
            return (await self._views(uow.session, caller, [act]))[0]

    async def page(
        self,
        caller: Caller,
        *,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
        professional_id: UUID | None = None,
        patient_id: UUID | None = None,
        states: frozenset[State] = frozenset(),
        start: datetime | None = None,
        end: datetime | None = None,
        newest_first: bool = False,
    ) -> list[ActView]:
        """Acts of the caller: his own for a doctor, the practice's for a secretary."""
        which = ActFilter(
            practice_id=_practice(caller),
            professional_id=self._whose(caller, professional_id),
            patient_id=patient_id,
            states=states,
            start=start,
            end=end,
        )
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "teleconsultation.list", patient_id=patient_id, details={"limit": limit})
            acts = await ActStore(uow.session).page(which, limit=limit, after=after, newest_first=newest_first)
            return await self._views(uow.session, caller, acts)

    async def day(self, caller: Caller, professional_id: UUID, day: date) -> Day:
        """One day of a professional, and whatever is still owed from the days before."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "teleconsultation.read_day")
            professional = await self._reachable(uow.session, caller, professional_id)
            practice = await PracticeStore(uow.session).find(professional.practice_id)
            if practice is None:
                raise LookupError("a professional has a practice")
            start, end = day_bounds(day, practice.territory)
            acts = await self._acts_of(ActStore(uow.session), professional, start, end)
            views = await self._views(uow.session, caller, acts)
            return await self._arrange(uow.session, professional.id, views)

    async def waiting_count(self, caller: Caller) -> int:
        """How many people wait for this caller: himself for a doctor, the practice for a secretary. Not traced."""
        async with self._database.read() as session:
            if caller.has_role(Role.SECRETARY):
                which = ActFilter(practice_id=_practice(caller), states=frozenset({State.WAITING}))
                return len(await ActStore(session).page(which, limit=200))
            return len(await ActStore(session).waiting([caller.id] if caller.id else []))

    async def _acts_of(
        self, store: ActStore, professional: Professional, start: datetime, end: datetime
    ) -> list[Teleconsultation]:
        """The day's acts, and the open ones of other days: who waits or is in call, and reports not yet signed."""
        whose = ActFilter(practice_id=professional.practice_id, professional_id=professional.id)
        today = await store.page(replace(whose, start=start, end=end), limit=200)
        owed = frozenset({State.WAITING, State.IN_CALL, State.FINISHED})
        others = await store.page(replace(whose, states=owed), limit=200)
        return list({act.id: act for act in (*today, *others)}.values())

    async def _arrange(self, session: AsyncSession, professional_id: UUID, views: Sequence[ActView]) -> Day:
        store, now = ActStore(session), self._clock.now()
        by_id = {view.act.id: view for view in views}
        waiting = waiting_of([view.act for view in views if view.act.state is State.WAITING])
        current = next((view.act for view in views if view.act.state is State.IN_CALL), None)
        lengths = await store.recent_lengths(professional_id)
        queue = []
        for one in in_order(waiting):
            wait = expected_wait(
                one.act_id,
                waiting,
                now=now,
                recent_lengths=lengths,
                current_since=current.started_at if current else None,
            )
            queue.append(replace(by_id[one.act_id], wait=wait))
        return Day(
            waiting=tuple(queue),
            in_call=_in_state(views, State.IN_CALL),
            to_come=_in_state(views, State.BOOKED),
            to_report=_in_state(views, State.FINISHED),
            done=_in_state(views, State.CLOSED, State.CANCELLED, State.NO_SHOW),
        )

    async def _reachable(self, session: AsyncSession, caller: Caller, professional_id: UUID) -> Professional:
        professional = await ProfessionalStore(session).find(professional_id)
        if professional is None or professional.practice_id != caller.practice_id:
            raise NotFound("Ce professionnel n'existe pas ou n'est pas de votre cabinet.")
        if caller.id != professional_id and not caller.has_role(Role.SECRETARY):
            raise Forbidden("Vous ne voyez que votre propre journée.")
        return professional

    def _whose(self, caller: Caller, professional_id: UUID | None) -> UUID | None:
        """A doctor's list is always his own."""
        return professional_id if caller.has_role(Role.SECRETARY) else caller.id

    async def _views(self, session: AsyncSession, caller: Caller, acts: Sequence[Teleconsultation]) -> list[ActView]:
        """Three statements for people, links and consents, however many acts there are."""
        if not acts:
            return []
        patients = await PatientStore(session).find_many([act.patient_id for act in acts])
        professionals = await ProfessionalStore(session).find_many([act.professional_id for act in acts])
        deliveries = await LinkStore(session).last_deliveries([act.id for act in acts])
        consents = await self._consents.decisions(session, acts, patients, self._clock.now())
        sees_care = caller.has_role(Role.DOCTOR)
        return [
            ActView(
                act=act if sees_care and act.professional_id == caller.id else _without_care(act),
                patient=patients[act.patient_id],
                professional=professionals[act.professional_id],
                deliveries=tuple(deliveries.get(act.id, ())),
                has_consent=consents[act.id].is_allowed,
            )
            for act in acts
        ]


def _without_care(act: Teleconsultation) -> Teleconsultation:
    """What a secretary may see: neither reason nor notes."""
    return replace(act, motive="", notes="")


def _in_state(views: Sequence[ActView], *states: State) -> tuple[ActView, ...]:
    return tuple(view for view in views if view.act.state in states)


def _practice(caller: Caller) -> UUID:
    if caller.practice_id is None:
        raise Forbidden("Vous n'êtes rattaché à aucun cabinet.")
    return caller.practice_id
