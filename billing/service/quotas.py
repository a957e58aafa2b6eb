"""Places in the yearly quotas: reserved at acceptance, consumed at completion, given back else (R-18…R-21).

Nothing here blocks care: without room the outcome is `exhausted`, and the invoice is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.model.quotas import KeptReservation, QuotaPlace, Reservation, ReservationState, Settlement
from billing.rules.quota import QUOTAS, Quota, QuotaScope, QuotaStanding, find_quota, find_quota_of_year
from billing.store.persons import PersonStore
from billing.store.quotas import QuotaStore, Taken
from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.storage.uow import UnitOfWork

_CONSUMED, _RESERVED = ReservationState.CONSUMED, ReservationState.RESERVED
_EXHAUSTED, _RELEASED = ReservationState.EXHAUSTED, ReservationState.RELEASED


class QuotaService:
    """Each decision runs in the caller's transaction and holds the person until it ends: others on him wait.

    `day` is the civil day of the act where the biller practises. Called again for the same act and code, a decision
    counts nothing twice. Decide late in a transaction: what waits for the person waits for its end.
    """

    def __init__(self, *, clock: Clock, law: Law, scope: QuotaScope = QuotaScope.BILLER) -> None:
        self._clock = clock
        self._law = law
        self._scope = scope

    @property
    def scope(self) -> QuotaScope:
        return self._scope

    async def reserve_within(
        self, uow: UnitOfWork, *, act_id: UUID, code: str, rpps: str, patient_id: UUID, day: date
    ) -> Reservation:
        """Take a place for an act to be done, if there is one; a place once taken is kept.

        Raises NotInForce for a day on which the code does not exist, ValueError for a code without quota.
        """
        quota, place = find_quota(self._law.on(day), code), QuotaPlace.of(code, rpps, patient_id, day)
        store = QuotaStore(uow.session)
        if self._scope is QuotaScope.BILLER and store.decides_at_once:
            attempt = await store.reserve_at_once(act_id, place, limit=quota.limit, at=self._clock.now())
            if attempt.taken is not None:
                return Reservation(act_id, place, _RESERVED, self._standing_of(quota, place.year, attempt.taken))
            if attempt.is_new:
                await store.keep(act_id, place, _EXHAUSTED, at=self._clock.now())
        return await self._decide(store, act_id, quota, place, _RESERVED)

    async def settle_within(
        self, uow: UnitOfWork, *, act_id: UUID, code: str, rpps: str, patient_id: UUID, day: date
    ) -> Settlement:
        """Consume the act's place in the year of `day`, wherever it was reserved (trap 12); takes one if none was.

        A place of another year or biller is given back in the same step. A place that the act already holds in the
        quota of `day` stays granted, also where a merge brought the count above the limit. Raises as `reserve_within`.
        """
        quota, place = find_quota(self._law.on(day), code), QuotaPlace.of(code, rpps, patient_id, day)
        return await self._decide(QuotaStore(uow.session), act_id, quota, place, _CONSUMED)

    async def release_within(
        self, uow: UnitOfWork, *, act_id: UUID, code: str | None = None, why: str
    ) -> tuple[str, ...]:
        """Give back what is reserved for an act that is refused, withdrawn or expired; `why` is such a word.

        Gives the codes whose place was given back: a second call, and an act that is done, give back nothing.
        """
        return await self._give_back(uow, act_id, code, why, held_as=_RESERVED)

    async def void_within(
        self, uow: UnitOfWork, *, act_id: UUID, code: str | None = None, why: str = "reversed"
    ) -> tuple[str, ...]:
        """Give back what an act consumed, once its invoice is reversed. Gives the codes, as `release_within`."""
        return await self._give_back(uow, act_id, code, why, held_as=_CONSUMED)

    async def standing(
        self,
        session: AsyncSession,
        *,
        code: str,
        rpps: str,
        patient_id: UUID,
        day: date,
        act_id: UUID | None = None,
    ) -> QuotaStanding:
        """What is taken of a quota in the year of `day`; the place that `act_id` holds there is left out.

        Raises as `reserve_within`.
        """
        quota = find_quota(self._law.on(day), code)
        return await self._read(session, quota, QuotaPlace.of(code, rpps, patient_id, day), act_id)

    async def standings(
        self, session: AsyncSession, *, rpps: str, patient_id: UUID, year: int
    ) -> tuple[QuotaStanding, ...]:
        """The same for every code that existed in a civil year, under the limit that held last in it."""
        law = self._law.on(date(year, 12, 31))
        quotas = [quota for code in QUOTAS if (quota := find_quota_of_year(law, code, year)) is not None]
        return tuple(
            [await self._read(session, quota, QuotaPlace(quota.code, rpps, patient_id, year), None) for quota in quotas]
        )

    async def taken_of_each(
        self, session: AsyncSession, *, code: str, rpps: Sequence[str], patient_id: UUID, day: date
    ) -> tuple[int, dict[str, int]]:
        """The limit of a code, and what each of these professionals has taken of it in the year of `day`.

        Who took nothing is left out. Raises as `reserve_within`.
        """
        quota, store = find_quota(self._law.on(day), code), QuotaStore(session)
        person_id = await store.find_person(patient_id)
        if self._scope is QuotaScope.PATIENT:
            taken = await store.taken(person_id, code, day.year, rpps=None)
            return quota.limit, dict.fromkeys(rpps, taken.reserved + taken.consumed)
        return quota.limit, await store.taken_by_each(person_id, code, day.year, rpps)

    async def follow_merge(self, uow: UnitOfWork, *, kept: UUID, absorbed: UUID) -> None:
        """The acts of two records are one person's from now on; what was granted stays, even above a limit."""
        await PersonStore(uow.session).merge(kept=kept, absorbed=absorbed)

    async def follow_undo(self, uow: UnitOfWork, *, kept: UUID, absorbed: UUID) -> None:
        """Two records are two persons again, each with the places of the acts made under it."""
        await PersonStore(uow.session).split(kept=kept, absorbed=absorbed)

    async def follow_identity(self, uow: UnitOfWork, *, patient_id: UUID, matricule_index: bytes | None) -> None:
        """Records of one verified matricule are of one person, in whatever practices; None: it is not verified.

        The index is blind: what is kept here, its first half, designates nobody.
        """
        matricule = None if matricule_index is None else UUID(bytes=matricule_index[:16])
        await PersonStore(uow.session).know(patient_id, matricule)

    async def _decide(
        self, store: QuotaStore, act_id: UUID, quota: Quota, place: QuotaPlace, wanted: ReservationState
    ) -> Reservation:
        person_id, known = await self._hold(store, act_id, place)
        held = known is not None and known.state.takes_place
        if known is not None and held and wanted is _RESERVED:
            person_id, place, wanted = await store.find_person(known.place.patient_id), known.place, known.state
        is_own = held and known is not None and await self._is_within(store, known.place, person_id, place)
        standing = await self._taken(store, quota, person_id, place)
        state = wanted if is_own or standing.is_granted else _EXHAUSTED
        if known is None or (known.place, known.state) != (place, state):
            await self._move(store, known, place, state)
            await store.keep(act_id, place, state, at=self._clock.now())
            standing = await self._taken(store, quota, person_id, place)
        return Reservation(act_id, place, state, standing)

    async def _hold(self, store: QuotaStore, act_id: UUID, place: QuotaPlace) -> tuple[UUID, KeptReservation | None]:
        """Hold whoever is concerned, in order, then read what the act holds."""
        known = await store.find(act_id, place.code)
        patients = {place.patient_id} if known is None else {place.patient_id, known.place.patient_id}
        for person_id in sorted({await store.find_person(patient_id) for patient_id in patients}):
            await store.hold_person(person_id)
        return await store.find_person(place.patient_id), await store.find(act_id, place.code)

    async def _is_within(self, store: QuotaStore, held: QuotaPlace, person_id: UUID, place: QuotaPlace) -> bool:
        """Is the place that the act holds counted in the quota of `place`?"""
        is_same_biller = held.rpps == place.rpps or self._scope is QuotaScope.PATIENT
        return held.year == place.year and is_same_biller and await store.find_person(held.patient_id) == person_id

    @staticmethod
    async def _move(
        store: QuotaStore,
        known: KeptReservation | None,
        place: QuotaPlace,
        state: ReservationState,
    ) -> None:
        """Count the act out of where it was, and into where it is now."""
        if known is not None and known.state.takes_place:
            await store.shift(known.place, **_one(known.state, -1))
        if state.takes_place:
            await store.shift(place, **_one(state, 1))

    async def _give_back(
        self, uow: UnitOfWork, act_id: UUID, code: str | None, why: str, *, held_as: ReservationState
    ) -> tuple[str, ...]:
        store, given = QuotaStore(uow.session), []
        for seen in await store.of_act(act_id):
            if code not in (None, seen.place.code):
                continue
            _, known = await self._hold(store, act_id, seen.place)
            if known is None or known.state is not held_as:
                continue
            await store.shift(known.place, **_one(held_as, -1))
            await store.keep(act_id, known.place, _RELEASED, at=self._clock.now(), why=why)
            given.append(seen.place.code)
        return tuple(given)

    async def _read(self, session: AsyncSession, quota: Quota, place: QuotaPlace, act_id: UUID | None) -> QuotaStanding:
        store = QuotaStore(session)
        person_id = await store.find_person(place.patient_id)
        standing = await self._taken(store, quota, person_id, place)
        known = None if act_id is None else await store.find(act_id, place.code)
        if known is None or not known.state.takes_place:
            return standing
        if not await self._is_within(store, known.place, person_id, place):
            return standing
        less = _one(known.state, -1)
        others = Taken(standing.reserved + less.get("reserved", 0), standing.consumed + less.get("consumed", 0))
        return self._standing_of(quota, place.year, others)

    async def _taken(self, store: QuotaStore, quota: Quota, person_id: UUID, place: QuotaPlace) -> QuotaStanding:
        rpps = place.rpps if self._scope is QuotaScope.BILLER else None
        taken = await store.taken(person_id, place.code, place.year, rpps=rpps)
        return self._standing_of(quota, place.year, taken)

    def _standing_of(self, quota: Quota, year: int, taken: Taken) -> QuotaStanding:
        return QuotaStanding(quota, year, self._scope, taken.reserved, taken.consumed)


def _one(state: ReservationState, sign: int) -> dict[str, int]:
    """The column of a counter that an act in this state is counted in, and by how much it moves."""
    return {state.value: sign}
