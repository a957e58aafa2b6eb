"""Practices and their people: creation by an administrator, the list, suspension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Forbidden, NotFound, Refused
from telemed.professionals.model import Invitation, Practice, Professional, SessionEnd
from telemed.professionals.ports import SuspensionFollower
from telemed.professionals.rules import check_professional
from telemed.professionals.service.access import require_practice, require_self
from telemed.professionals.service.sessions import tell_end
from telemed.professionals.store import AccountStore, PracticeStore, ProfessionalStore, SessionStore
from telemed.security.opaque import hash_token, make_token
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

INVITATION_LASTS = timedelta(days=7)


class PracticeService:
    """Places of practice. A new one is made by the system (command line, demonstration), not over HTTP."""

    def __init__(self, *, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def create(self, caller: Caller, practice: Practice) -> Practice:
        """Raises Forbidden unless the system asks."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "practice.create", resource=f"practice:{practice.id}", purpose="management")
            if caller.kind is not CallerKind.SYSTEM:
                raise Forbidden("Un cabinet se crée depuis la ligne de commande.")
            await PracticeStore(uow.session).add(practice)
            return practice

    async def own(self, caller: Caller) -> Practice:
        """The caller's practice. Raises Forbidden, NotFound."""
        async with self._database.read() as session:
            practice = await PracticeStore(session).find(require_practice(caller))
        if practice is None:
            raise NotFound("Cabinet introuvable.")
        return practice


class ProfessionalService:
    """People of a practice, for those who administer it; everybody in it may read the list."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        on_suspension: Sequence[SuspensionFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._on_suspension = on_suspension

    async def page(self, caller: Caller, *, after: UUID | None = None, limit: int = 50) -> list[Professional]:
        """People of the caller's practice, by order of creation. Raises Forbidden."""
        async with self._database.read() as session:
            return await ProfessionalStore(session).page(require_practice(caller), after=after, limit=limit)

    async def create(self, caller: Caller, person: Professional, login: str) -> tuple[Professional, Invitation]:
        """Add a person to the caller's practice with an account to be enrolled.

        Raises Forbidden, Refused (roles and data do not hold together), Conflict (RPPS or login taken).
        """
        async with self._database.begin() as uow:
            self._note(uow, caller, "professional.create", person.id)
            if caller.kind is not CallerKind.SYSTEM:
                person = replace(person, practice_id=require_practice(caller, Role.ADMINISTRATOR))
            return person, await self._add(uow, person, login)

    async def open_practice(
        self, caller: Caller, practice: Practice, administrator: Professional, login: str
    ) -> Invitation:
        """A practice with its first administrator, or neither. Raises as `create`, Forbidden unless the system asks."""
        async with self._database.begin() as uow:
            resource = f"practice:{practice.id}"
            self._journal.note(uow, caller, "practice.create", resource=resource, purpose="management")
            if caller.kind is not CallerKind.SYSTEM:
                raise Forbidden("Un cabinet se crée depuis la ligne de commande.")
            await PracticeStore(uow.session).add(practice)
            return await self._add(uow, administrator, login)

    async def invite_again(self, caller: Caller, professional_id: UUID) -> Invitation:
        """A new invitation, for a lost password or telephone: the former secrets stop working at once."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "professional.invite", professional_id)
            await self._administered(uow, caller, professional_id)
            await self._forget_secrets(uow, professional_id)
            return await self._invite(uow, professional_id)

    async def invite_login_again(self, caller: Caller, login: str) -> Invitation:
        """`invite_again` by login, for the command line. Raises NotFound, Forbidden unless the system asks."""
        if caller.kind is not CallerKind.SYSTEM:
            raise Forbidden("Cette action se fait depuis la ligne de commande.")
        async with self._database.read() as session:
            account = await AccountStore(session).find_by_login(login)
        if account is None:
            raise NotFound("Aucun compte ne porte cet identifiant.")
        return await self.invite_again(caller, account.professional_id)

    async def suspend(self, caller: Caller, professional_id: UUID) -> Professional:
        """Shut someone out at once: every session ends. Raises Conflict on oneself."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "professional.suspend", professional_id)
            person = await self._administered(uow, caller, professional_id)
            if person.id == caller.id:
                raise Conflict("On ne se suspend pas soi-même.", code="professional.self")
            now = self._clock.now()
            await self._set_suspended(uow, person.id, person.suspended_at or now)
            await SessionStore(uow.session).end_all(person.id, now, SessionEnd.SUSPENDED)
            tell_end(uow, person.id, now)
            return replace(person, suspended_at=person.suspended_at or now)

    async def reinstate(self, caller: Caller, professional_id: UUID) -> Professional:
        """Let someone in again."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "professional.reinstate", professional_id)
            person = await self._administered(uow, caller, professional_id)
            await self._set_suspended(uow, person.id, None)
            return replace(person, suspended_at=None)

    async def me(self, caller: Caller) -> Professional:
        """The signed-in person. Raises NotFound."""
        async with self._database.read() as session:
            person = await ProfessionalStore(session).find(require_self(caller))
        if person is None:
            raise NotFound("Personne introuvable.")
        return person

    async def _set_suspended(self, uow: UnitOfWork, professional_id: UUID, at: datetime | None) -> None:
        await ProfessionalStore(uow.session).set_suspended(professional_id, at)
        for follower in self._on_suspension:
            await follower.follow_suspension(uow, professional_id, at)

    async def _administered(self, uow: UnitOfWork, caller: Caller, professional_id: UUID) -> Professional:
        """A person that the caller administers. Raises Forbidden, NotFound."""
        person = await ProfessionalStore(uow.session).find(professional_id, for_update=True)
        if caller.kind is CallerKind.SYSTEM and person is not None:
            return person
        practice_id = require_practice(caller, Role.ADMINISTRATOR)
        if person is None or person.practice_id != practice_id:
            raise NotFound("Personne introuvable.")
        return person

    async def _forget_secrets(self, uow: UnitOfWork, professional_id: UUID) -> None:
        accounts, now = AccountStore(uow.session), self._clock.now()
        await accounts.forget_secrets(professional_id)
        await accounts.replace_recovery_codes(professional_id, ())
        await SessionStore(uow.session).end_all(professional_id, now, SessionEnd.CREDENTIALS_CHANGED)
        tell_end(uow, professional_id, now)

    async def _add(self, uow: UnitOfWork, person: Professional, login: str) -> Invitation:
        decision = check_professional(person)
        if not decision.is_allowed:
            raise Refused(decision)
        await ProfessionalStore(uow.session).add(person)
        await AccountStore(uow.session).add(person.id, login)
        return await self._invite(uow, person.id)

    async def _invite(self, uow: UnitOfWork, professional_id: UUID) -> Invitation:
        token, now = make_token(), self._clock.now()
        expires_at = now + INVITATION_LASTS
        await AccountStore(uow.session).add_invitation(professional_id, hash_token(token), now, expires_at)
        return Invitation(professional_id, token, expires_at)

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, professional_id: UUID) -> None:
        self._journal.note(uow, caller, action, resource=f"professional:{professional_id}", purpose="management")
