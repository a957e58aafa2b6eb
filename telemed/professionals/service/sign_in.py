"""The one path of every sign-in: the provider proves, we decide, a session opens, the trace keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock
from telemed.kernel.errors import DomainError, Forbidden, Unauthenticated
from telemed.kernel.ids import new_id
from telemed.professionals.model import OpenedSession, Professional, Session, describe_device
from telemed.professionals.ports import IdentityProvider, ProvenIdentity
from telemed.professionals.service.sessions import caller_of
from telemed.professionals.store import ProfessionalStore, SessionStore
from telemed.security.opaque import hash_token, make_token
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

C = TypeVar("C")
_SOMEBODY = Caller(kind=CallerKind.PROFESSIONAL)


class SignInService:
    """Opens sessions, whatever the provider."""

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, longest: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._longest = longest

    async def sign_in(self, provider: IdentityProvider[C], credentials: C, *, user_agent: str = "") -> OpenedSession:
        """Open a session. Raises Unauthenticated, TooMany, Forbidden (suspended), Unavailable; each is traced."""
        resource = provider.subject(credentials)
        try:
            proven = await provider.verify(credentials)
        except DomainError as refusal:
            await self._trace_refusal(refusal, resource)
            raise
        async with self._database.begin() as uow:
            person = await self._find(uow, proven)
            caller = caller_of(person, None) if person else _SOMEBODY
            self._note(uow, caller, resource, proven)
            await provider.use_up(uow, proven)
            if person is None:
                raise Unauthenticated("Ce professionnel n'est pas enregistré ici.", code="sign_in.unknown")
            if person.is_suspended:
                raise Forbidden("Votre compte est suspendu.", code="sign_in.suspended")
            return await self._open(uow, person, proven, describe_device(user_agent))

    async def _find(self, uow: UnitOfWork, proven: ProvenIdentity) -> Professional | None:
        """The person vouched for; an RPPS known at several practices opens the first that is not suspended."""
        people = ProfessionalStore(uow.session)
        if proven.professional_id is not None:
            return await people.find(proven.professional_id, for_update=True)
        found = await people.find_by_rpps(proven.rpps) if proven.rpps else []
        return next((person for person in found if not person.is_suspended), found[0] if found else None)

    async def _open(self, uow: UnitOfWork, person: Professional, proven: ProvenIdentity, device: str) -> OpenedSession:
        now, token = self._clock.now(), make_token()
        session = Session(
            id=new_id(),
            professional_id=person.id,
            means=proven.means,
            factors=proven.factors,
            device=device,
            opened_at=now,
            last_seen_at=now,
            expires_at=now + self._longest,
        )
        await SessionStore(uow.session).add(session, hash_token(token))
        return OpenedSession(session, person, token)

    async def _trace_refusal(self, refusal: DomainError, resource: str) -> None:
        async with self._database.begin() as uow:
            self._journal.note(uow, _SOMEBODY, "session.open", resource=resource, purpose="access")
            raise refusal

    def _note(self, uow: UnitOfWork, caller: Caller, resource: str, proven: ProvenIdentity) -> None:
        details = {"means": proven.means.value, "factors": proven.factors}
        self._journal.note(uow, caller, "session.open", resource=resource, purpose="access", details=details)
