"""The degraded mode (regulation §9.9): a password and a time-based code, or one recovery code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from uuid import UUID

from telemed.kernel.clock import Clock
from telemed.kernel.errors import TooMany, Unauthenticated
from telemed.professionals.model import Account, Attempts, SignInMeans
from telemed.professionals.ports import ProvenIdentity
from telemed.professionals.rules import delay_after
from telemed.professionals.store import AccountStore
from telemed.security import totp
from telemed.security.opaque import hash_token
from telemed.security.passwords import Passwords
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

_ONE_TEXT = "Identifiant, mot de passe ou code incorrect."
_NOBODY_S_SECRET = totp.make_secret()
_IN_A_ROW = "Trop d'essais pour cet identifiant : réessayez dans {wait} s."


@dataclass(frozen=True)
class PasswordAndCode:
    """What is typed on the sign-in page; `code` is six digits, or a recovery code."""

    login: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class _Proof:
    """What `use_up` spends: the step of a code, or the hash of a recovery code.

    `stronger_hash` replaces a password's hash made with weaker settings than today's.
    """

    login: str = field(repr=False)
    step: int | None
    recovery: bytes | None = field(repr=False)
    stronger_hash: str | None = field(default=None, repr=False)


class PasswordSignIn:
    """An IdentityProvider. An unknown login costs, waits and answers exactly as a wrong password does."""

    def __init__(self, *, database: Database, clock: Clock, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords

    def subject(self, credentials: PasswordAndCode) -> str:
        """The blind index of the login, shortened: tells attempts apart, names nobody."""
        index = self._database.keyring.blind_index(credentials.login.strip().casefold(), "accounts.login")
        return f"login:{index.hex()[:16]}"

    async def verify(self, credentials: PasswordAndCode) -> ProvenIdentity:
        """Raises TooMany while the login is shut, Unauthenticated with one text for every cause.

        The attempt is counted before anything is compared, so that guesses sent at once cannot slip through.
        """
        await self._count_attempt(credentials.login)
        async with self._database.read() as session:
            accounts = AccountStore(session)
            account = await accounts.find_by_login(credentials.login)
            recovery = _recovery_digest(credentials.code)
            is_recovery = await accounts.has_recovery_code(account.professional_id if account else _NOBODY, recovery)
        stored = account.password_hash if account and account.confirmed_at else None
        knows_password = await self._passwords.matches(credentials.password, stored)
        step = self._step(account, credentials.code)
        if account is None or not knows_password or (step is None and not is_recovery):
            raise Unauthenticated(_ONE_TEXT, code="sign_in.failed")
        means = SignInMeans.PASSWORD_TOTP if step is not None else SignInMeans.RECOVERY_CODE
        is_weak = stored is not None and self._passwords.needs_rehash(stored)
        stronger = await self._passwords.hash(credentials.password) if is_weak else None
        proof = _Proof(credentials.login, step, recovery if step is None else None, stronger)
        return ProvenIdentity(means, factors=2, professional_id=account.professional_id, proof=proof)

    async def use_up(self, uow: UnitOfWork, proven: ProvenIdentity) -> None:
        """Spend the code, and forgive the failures. Raises Unauthenticated if the code was spent in the meantime."""
        proof, accounts, now = proven.proof, AccountStore(uow.session), self._clock.now()
        if not isinstance(proof, _Proof) or proven.professional_id is None:
            raise Unauthenticated(_ONE_TEXT, code="sign_in.failed")
        if proof.recovery is not None:
            is_spent = await accounts.spend_recovery_code(proof.recovery, now)
        else:
            is_spent = await accounts.spend_step(proven.professional_id, proof.step or 0)
        if not is_spent:
            raise Unauthenticated(_ONE_TEXT, code="sign_in.failed")
        if proof.stronger_hash is not None:
            await accounts.set_password(proven.professional_id, proof.stronger_hash, now)
        await accounts.lock_attempts(proof.login, now)
        await accounts.save_attempts(proof.login, Attempts(), now)

    async def _count_attempt(self, login: str) -> None:
        now = self._clock.now()
        async with self._database.begin() as uow:
            accounts = AccountStore(uow.session)
            attempts = await accounts.lock_attempts(login, now)
            if attempts.locked_until is not None and now < attempts.locked_until:
                wait = int((attempts.locked_until - now).total_seconds()) + 1
                raise TooMany(_IN_A_ROW.format(wait=wait), retry_after_seconds=wait, code="sign_in.locked")
            failures = attempts.failures + 1
            await accounts.save_attempts(login, Attempts(failures, now + delay_after(failures)), now)

    def _step(self, account: Account | None, code: str) -> int | None:
        secret = account.totp_secret if account and account.totp_secret else _NOBODY_S_SECRET
        last_step = account.totp_last_step if account else 0
        return totp.accepted_step(secret, re.sub(r"\s", "", code), self._clock.now(), last_step)


_NOBODY = UUID(int=0)


def _recovery_digest(code: str) -> bytes:
    return hash_token(re.sub(r"[\s-]", "", code).upper())
