"""From an invitation to a usable account: password, second factor, recovery codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Invalid, NotFound, Refused
from telemed.professionals.model import Account, Enrolment
from telemed.professionals.rules import check_password
from telemed.professionals.store import AccountStore
from telemed.security import totp
from telemed.security.opaque import hash_token
from telemed.security.passwords import Passwords
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_CODES = 8
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GONE = "Cette invitation n'existe pas, a servi ou a expiré : demandez-en une autre."


@dataclass(frozen=True)
class SecondFactor:
    """What the authenticator application needs; `uri` goes in a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


class EnrolmentService:
    """Invited people choose their secrets; the invitation is spent when the second factor is confirmed."""

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._passwords = passwords

    async def choose_password(self, token: str, password: str) -> SecondFactor:
        """Set the password and begin a second factor; may be done again until the code is confirmed.

        Raises NotFound (invitation), Refused (password).
        """
        password_hash = await self._passwords.hash(password)
        secret = totp.make_secret()
        async with self._database.begin() as uow:
            account = await self._invited(uow, token, "account.choose_password")
            decision = check_password(password, login=account.login)
            if not decision.is_allowed:
                raise Refused(decision)
            accounts = AccountStore(uow.session)
            await accounts.set_password(account.professional_id, password_hash, self._clock.now())
            await accounts.set_second_factor(account.professional_id, secret, None)
            return SecondFactor(secret, totp.provisioning_uri(secret, account.login))

    async def confirm(self, token: str, code: str) -> Enrolment:
        """Confirm the second factor by its first code. Raises NotFound (invitation), Invalid (code)."""
        async with self._database.begin() as uow:
            account, now = await self._invited(uow, token, "account.confirm"), self._clock.now()
            step = totp.accepted_step(account.totp_secret, code, now, 0) if account.totp_secret else None
            if step is None or account.password_hash is None:
                raise Invalid("Ce code n'est pas le bon : vérifiez l'heure du téléphone.", field="code")
            return await self._finish(uow, account.professional_id, step, now)

    async def enrol(self, caller: Caller, professional_id: UUID, password: str, secret: str) -> Enrolment:
        """Give an account its secrets at once, as the demonstration and the tests need. Only the system may."""
        password_hash = await self._passwords.hash(password)
        async with self._database.begin() as uow:
            self._note(uow, caller, "account.enrol", professional_id)
            accounts, now = AccountStore(uow.session), self._clock.now()
            if caller.kind is not CallerKind.SYSTEM or await accounts.find(professional_id) is None:
                raise NotFound(_GONE)
            await accounts.set_password(professional_id, password_hash, now)
            await accounts.set_second_factor(professional_id, secret, now)
            return await self._finish(uow, professional_id, 0, now)

    async def _finish(self, uow: UnitOfWork, professional_id: UUID, step: int, now: datetime) -> Enrolment:
        accounts = AccountStore(uow.session)
        codes = tuple(_make_recovery_code() for _ in range(_CODES))
        await accounts.confirm(professional_id, step, now)
        await accounts.replace_recovery_codes(professional_id, [hash_token(code.replace("-", "")) for code in codes])
        await accounts.close_invitations(professional_id, now)
        return Enrolment(professional_id, codes)

    async def _invited(self, uow: UnitOfWork, token: str, action: str) -> Account:
        accounts = AccountStore(uow.session)
        professional_id = await accounts.find_invited(hash_token(token), self._clock.now())
        self._note(uow, Caller(CallerKind.PROFESSIONAL, professional_id), action, professional_id)
        account = await accounts.find(professional_id, for_update=True) if professional_id else None
        if account is None:
            raise NotFound(_GONE, code="account.invitation_gone")
        return account

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, professional_id: UUID | None) -> None:
        resource = f"professional:{professional_id}" if professional_id else "professional:unknown"
        self._journal.note(uow, caller, action, resource=resource, purpose="access")


def _make_recovery_code() -> str:
    """Eighty random bits in four groups, without letters that look like digits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
