"""Accounts, their recovery codes and invitations, and the attempts to sign in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.kernel.errors import Conflict
from telemed.professionals.model import Account, Attempts
from telemed.professionals.tables import AccountRow, InvitationRow, RecoveryCodeRow, SignInAttemptRow
from telemed.storage.engine import violated_constraint
from telemed.storage.types import keyring_of

_LOGIN_CONTEXT = "accounts.login"


class AccountStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def index_of(self, login: str) -> bytes:
        """The blind index of a login: case and surrounding spaces do not count."""
        keyring = keyring_of(self._session.get_bind().dialect)
        return keyring.blind_index(login.strip().casefold(), _LOGIN_CONTEXT)

    async def add(self, professional_id: UUID, login: str) -> None:
        """An account without password yet. Raises Conflict when the login is taken."""
        index = self.index_of(login)
        self._session.add(AccountRow(professional_id=professional_id, login=login.strip(), login_index=index))
        try:
            await self._session.flush()
        except IntegrityError as err:
            if violated_constraint(err) == "uq_accounts_login_index":
                raise Conflict("Cet identifiant est déjà utilisé.", code="account.login_taken") from err
            raise

    async def find_by_login(self, login: str) -> Account | None:
        query = select(AccountRow).where(col(AccountRow.login_index) == self.index_of(login))
        row = await self._session.scalar(query)
        return _to_account(row) if row else None

    async def find(self, professional_id: UUID, *, for_update: bool = False) -> Account | None:
        row = await self._session.get(AccountRow, professional_id, with_for_update=for_update or None)
        return _to_account(row) if row else None

    async def set_password(self, professional_id: UUID, password_hash: str, at: datetime) -> None:
        row = await self._session.get_one(AccountRow, professional_id)
        row.password_hash, row.password_changed_at = password_hash, at
        await self._session.flush()

    async def set_second_factor(self, professional_id: UUID, secret: str, confirmed_at: datetime | None) -> None:
        """A new shared secret; unusable for signing in until confirmed."""
        row = await self._session.get_one(AccountRow, professional_id)
        row.totp_secret, row.totp_last_step, row.confirmed_at = secret, 0, confirmed_at
        await self._session.flush()

    async def forget_secrets(self, professional_id: UUID) -> None:
        """The account cannot sign in until it is enrolled again."""
        row = await self._session.get_one(AccountRow, professional_id)
        row.password_hash, row.totp_secret, row.totp_last_step, row.confirmed_at = None, None, 0, None
        await self._session.flush()

    async def confirm(self, professional_id: UUID, step: int, at: datetime) -> None:
        row = await self._session.get_one(AccountRow, professional_id)
        row.totp_last_step, row.confirmed_at = step, at
        await self._session.flush()

    async def spend_step(self, professional_id: UUID, step: int) -> bool:
        """Use a code's step up; False if it, or a later one, was used in the meantime."""
        used = (
            update(AccountRow)
            .where(col(AccountRow.professional_id) == professional_id, col(AccountRow.totp_last_step) < step)
            .values(totp_last_step=step)
        )
        return await self._changed(used)

    async def replace_recovery_codes(self, professional_id: UUID, hashes: Iterable[bytes]) -> None:
        """The former codes are worth nothing any more."""
        former = delete(RecoveryCodeRow).where(col(RecoveryCodeRow.professional_id) == professional_id)
        await self._session.execute(former)
        self._session.add_all(RecoveryCodeRow(code_hash=digest, professional_id=professional_id) for digest in hashes)
        await self._session.flush()

    async def has_recovery_code(self, professional_id: UUID, digest: bytes) -> bool:
        row = await self._session.get(RecoveryCodeRow, digest)
        return row is not None and row.professional_id == professional_id and row.used_at is None

    async def spend_recovery_code(self, digest: bytes, at: datetime) -> bool:
        """Use a recovery code up; False if it was used in the meantime."""
        unused = (col(RecoveryCodeRow.code_hash) == digest, col(RecoveryCodeRow.used_at).is_(None))
        return await self._changed(update(RecoveryCodeRow).where(*unused).values(used_at=at))

    async def add_invitation(self, professional_id: UUID, digest: bytes, at: datetime, expires_at: datetime) -> None:
        """A new invitation closes the former ones."""
        await self.close_invitations(professional_id, at)
        self._session.add(
            InvitationRow(token_hash=digest, professional_id=professional_id, created_at=at, expires_at=expires_at)
        )
        await self._session.flush()

    async def find_invited(self, digest: bytes, at: datetime) -> UUID | None:
        """Whose invitation this is, if it still holds; locked until the transaction ends."""
        row = await self._session.get(InvitationRow, digest, with_for_update=True)
        if row is None or row.closed_at is not None or at >= row.expires_at:
            return None
        return row.professional_id

    async def close_invitations(self, professional_id: UUID, at: datetime) -> None:
        open_ones = (col(InvitationRow.professional_id) == professional_id, col(InvitationRow.closed_at).is_(None))
        await self._session.execute(update(InvitationRow).where(*open_ones).values(closed_at=at))

    async def lock_attempts(self, login: str, at: datetime) -> Attempts:
        """The failures of a login, locked until the transaction ends so that guesses made at once all count."""
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        fresh = insert(SignInAttemptRow).values(login_index=self.index_of(login), failures=0, last_tried_at=at)
        await self._session.execute(fresh.on_conflict_do_nothing())
        row = await self._session.get_one(SignInAttemptRow, self.index_of(login), with_for_update=True)
        return Attempts(row.failures, row.locked_until)

    async def save_attempts(self, login: str, attempts: Attempts, at: datetime) -> None:
        row = await self._session.get_one(SignInAttemptRow, self.index_of(login))
        row.failures, row.locked_until, row.last_tried_at = attempts.failures, attempts.locked_until, at
        await self._session.flush()

    async def forget_attempts(self, before: datetime) -> int:
        """Drop what nobody tried again since; returns how many."""
        old = delete(SignInAttemptRow).where(col(SignInAttemptRow.last_tried_at) < before)
        result = await self._session.execute(old)
        return result.rowcount if isinstance(result, CursorResult) else 0

    async def _changed(self, statement: object) -> bool:
        result = await self._session.execute(statement)  # type: ignore[call-overload]
        return bool(result.rowcount)


def _to_account(row: AccountRow) -> Account:
    return Account(
        professional_id=row.professional_id,
        login=row.login,
        password_hash=row.password_hash,
        totp_secret=row.totp_secret,
        totp_last_step=row.totp_last_step,
        confirmed_at=row.confirmed_at,
    )
