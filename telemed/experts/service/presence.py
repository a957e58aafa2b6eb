"""Who can answer at once: said by the person, proved by his pages, over by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from telemed.experts.model.presence import LONGEST, RECONNECTION, SIGN_OF_LIFE, Presence
from telemed.experts.store import PresenceStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Forbidden, Invalid
from telemed.kernel.events import LiveEvent
from telemed.storage.engine import Database

PRESENCE_CHANGED = "presence.changed"


class PresenceService:
    """A stream of events that opens or closes is a sign too: see `arrived` and `left`."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, caller: Caller) -> Presence | None:
        """The caller's presence; None when he is not there."""
        async with self._database.read() as session:
            found = await PresenceStore(session).find(_require_expert(caller))
        return found if found is not None and found.is_there(self._clock.now()) else None

    async def announce(self, caller: Caller, minutes: int) -> Presence:
        """Be there for `minutes` from now: said once, and again by the page as its sign of life.

        Raises Invalid, Forbidden.
        """
        now, person, wanted = self._clock.now(), _require_expert(caller), timedelta(minutes=minutes)
        if not timedelta() < wanted <= LONGEST:
            raise Invalid("Dites de 1 minute à 12 heures.", field="minutes")
        async with self._database.begin() as uow:
            presences = PresenceStore(uow.session)
            former = await presences.find(person)
            is_new = former is None or not former.is_there(now)
            since = now if former is None or is_new else former.since
            presence = Presence(person, since, now + wanted, now + SIGN_OF_LIFE)
            await presences.save(presence)
            if is_new:
                uow.tell(LiveEvent(person, PRESENCE_CHANGED, None, now))
            return presence

    async def prolong(self, caller: Caller) -> Presence | None:
        """The sign of life of a page, which changes nothing of what was said; None when he is no longer there."""
        await self.arrived(_require_expert(caller))
        return await self.find(caller)

    async def leave(self, caller: Caller) -> None:
        """No longer there; twice is once."""
        person = _require_expert(caller)
        async with self._database.begin() as uow:
            await PresenceStore(uow.session).remove(person)
            uow.tell(LiveEvent(person, PRESENCE_CHANGED, None, self._clock.now()))

    async def arrived(self, professional_id: UUID) -> None:
        """A page of his is open."""
        now = self._clock.now()
        async with self._database.read() as session:
            found = await PresenceStore(session).find(professional_id)
        if found is None or now >= found.until:
            return
        async with self._database.begin() as uow:
            await PresenceStore(uow.session).prolong(professional_id, now, now + SIGN_OF_LIFE)

    async def left(self, professional_id: UUID) -> None:
        """His last page here is gone."""
        async with self._database.read() as session:
            found = await PresenceStore(session).find(professional_id)
        if found is None:
            return
        async with self._database.begin() as uow:
            await PresenceStore(uow.session).shorten(professional_id, self._clock.now() + RECONNECTION)

    async def forget_old(self) -> None:
        """Job: drop what expired an hour ago."""
        async with self._database.begin() as uow:
            await PresenceStore(uow.session).forget(self._clock.now() - timedelta(hours=1))


def _require_expert(caller: Caller) -> UUID:
    """Who may be asked for an opinion: a health professional with an RPPS, by two factors. Raises Forbidden."""
    roles = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
    if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None or not caller.has_role(*roles):
        raise Forbidden("Seul un professionnel de santé se dit disponible.")
    if caller.rpps is None:
        raise Forbidden("Aucun numéro RPPS n'est enregistré.", code="professional.rpps_missing")
    if caller.factors < 2:
        text = "Reconnectez-vous avec deux facteurs pour vous dire disponible."
        raise Forbidden(text, code="professional.two_factors_needed")
    return caller.id
