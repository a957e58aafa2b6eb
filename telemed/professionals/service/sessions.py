"""Sessions: who calls, one's own list, signing out here or everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock
from telemed.kernel.errors import NotFound
from telemed.kernel.events import LiveEvent
from telemed.professionals.model import Professional, Session, SessionEnd
from telemed.professionals.service.access import require_self
from telemed.professionals.store import AccountStore, SessionStore
from telemed.security.opaque import hash_token
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_SEEN_EVERY = timedelta(minutes=1)
_KEPT_AFTER_THE_END = timedelta(days=30)


def tell_end(uow: UnitOfWork, professional_id: UUID | None, at: datetime) -> None:
    """Sessions of this person ended: his open pages are looked at again, wherever they are served."""
    if professional_id is not None:
        uow.tell(LiveEvent(professional_id, "session.ended", None, at))


def caller_of(person: Professional, session: Session | None) -> Caller:
    """The caller that a session makes of a person."""
    return Caller(
        kind=CallerKind.PROFESSIONAL,
        id=person.id,
        practice_id=person.practice_id,
        roles=person.roles,
        rpps=person.rpps,
        session_id=session.id if session else None,
        factors=session.factors if session else 0,
    )


class SessionService:
    """The Authenticator of professionals, and what they may do with their sessions."""

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, idle: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._idle = idle

    async def authenticate(self, token: str) -> Caller | None:
        """Who holds this token, if the session lives: not ended, idle nor too old, and its person not suspended."""
        now = self._clock.now()
        async with self._database.read() as reading:
            found = await SessionStore(reading).find_by_token(hash_token(token))
        if found is None:
            return None
        session, person = found
        if person.is_suspended or not session.is_alive(now, self._idle):
            return None
        if now - session.last_seen_at >= _SEEN_EVERY:
            async with self._database.begin() as uow:
                await SessionStore(uow.session).touch(session.id, now)
        return caller_of(person, session)

    async def current(self, caller: Caller) -> Session:
        """The session of the caller. Raises NotFound."""
        async with self._database.read() as reading:
            session = await SessionStore(reading).find(caller.session_id) if caller.session_id else None
        if session is None:
            raise NotFound("Session introuvable.")
        return session

    async def is_open(self, caller: Caller) -> bool:
        """Does the caller's session still live? Asking is no sign of life: a page left open grows idle all the same."""
        async with self._database.read() as reading:
            session = await SessionStore(reading).find(caller.session_id) if caller.session_id else None
        return session is not None and session.is_alive(self._clock.now(), self._idle)

    async def page(self, caller: Caller, *, after: UUID | None = None, limit: int = 50) -> list[Session]:
        """The caller's own living sessions, the newest first."""
        now = self._clock.now()
        async with self._database.read() as reading:
            return await SessionStore(reading).open_page(
                require_self(caller), now, after=after, limit=limit, idle_since=now - self._idle
            )

    async def sign_out(self, caller: Caller) -> None:
        """End the caller's session; an ended one stays so."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "session.close", caller.session_id)
            if caller.session_id is not None:
                await SessionStore(uow.session).end(caller.session_id, self._clock.now(), SessionEnd.SIGNED_OUT)
                tell_end(uow, caller.id, self._clock.now())

    async def revoke(self, caller: Caller, session_id: UUID) -> None:
        """End one of the caller's own sessions. Raises NotFound for another's."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "session.revoke", session_id)
            sessions = SessionStore(uow.session)
            session = await sessions.find(session_id)
            if session is None or session.professional_id != require_self(caller):
                raise NotFound("Session introuvable.")
            await sessions.end(session_id, self._clock.now(), SessionEnd.REVOKED)
            tell_end(uow, caller.id, self._clock.now())

    async def sign_out_everywhere(self, caller: Caller) -> int:
        """End all of the caller's sessions, this one too; returns how many."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "session.close_all", caller.session_id)
            tell_end(uow, caller.id, self._clock.now())
            return await SessionStore(uow.session).end_all(
                require_self(caller), self._clock.now(), SessionEnd.SIGNED_OUT
            )

    async def forget_old(self) -> None:
        """Drop sessions long over and attempts that nobody repeats: for the scheduler."""
        now: datetime = self._clock.now()
        async with self._database.begin() as uow:
            await SessionStore(uow.session).forget(now - _KEPT_AFTER_THE_END)
            await AccountStore(uow.session).forget_attempts(now - timedelta(days=1))

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, session_id: UUID | None) -> None:
        self._journal.note(uow, caller, action, resource=f"session:{session_id}", purpose="access")
