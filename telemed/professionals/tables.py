"""Tables of practices, professionals, accounts and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, false
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, UtcDateTime

DIGEST = LargeBinary(32)


class PracticeRow(Table, table=True):
    """A place of practice."""

    __tablename__ = "practices"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    territory: str
    facility_type: str
    finess: str | None = None
    phone: str | None = None
    address: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class ProfessionalRow(Table, table=True):
    """A person of a practice; `roles` is a sorted list of words between commas, such as `,doctor,`."""

    __tablename__ = "professionals"
    __table_args__ = (
        UniqueConstraint("practice_id", "rpps"),
        CheckConstraint("roles NOT LIKE '%,doctor,%' OR rpps IS NOT NULL", name="doctor_has_rpps"),
        Index("ix_professionals_page", "practice_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    family_name: str
    given_name: str
    roles: str
    title: str | None = None
    rpps: str | None = Field(default=None, index=True)
    profession: str | None = None
    specialty_code: str | None = None
    sector: str | None = None
    suspended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccountRow(Table, table=True):
    """The degraded mode's secrets of one professional."""

    __tablename__ = "accounts"

    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")
    login: str = Field(sa_type=Encrypted("accounts.login"))
    login_index: bytes = Field(sa_column=Column(DIGEST, nullable=False, unique=True))
    password_hash: str | None = None
    totp_secret: str | None = Field(default=None, sa_type=Encrypted("accounts.totp_secret"))
    totp_last_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    password_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCodeRow(Table, table=True):
    """A one-time code that stands for a lost second factor."""

    __tablename__ = "account_recovery_codes"

    code_hash: bytes = Field(sa_column=Column(DIGEST, primary_key=True))
    professional_id: UUID = Field(foreign_key="accounts.professional_id", index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InvitationRow(Table, table=True):
    """The right to choose a password and a second factor, once and for a time."""

    __tablename__ = "account_invitations"

    token_hash: bytes = Field(sa_column=Column(DIGEST, primary_key=True))
    professional_id: UUID = Field(foreign_key="accounts.professional_id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInAttemptRow(Table, table=True):
    """Failures in a row for one login, real or not: an attacker learns nothing from being shut out."""

    __tablename__ = "sign_in_attempts"

    login_index: bytes = Field(sa_column=Column(DIGEST, primary_key=True))
    failures: int = 0
    last_tried_at: datetime = Field(sa_type=UtcDateTime, index=True)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SessionRow(Table, table=True):
    """A session on the server; the cookie holds a token of which only the hash is here."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_page", "professional_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    professional_id: UUID = Field(foreign_key="professionals.id")
    token_hash: bytes = Field(sa_column=Column(DIGEST, nullable=False, unique=True))
    means: str
    factors: int
    device: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = None


class ContactRow(Table, table=True):
    """Where and when a professional wants to be told that something waits for him; times are minutes of the day."""

    __tablename__ = "teleexpertise_contacts"
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until", name="quiet"),
        CheckConstraint("quiet_from >= 0 AND quiet_from < 1440", name="quiet_from"),
        CheckConstraint("quiet_until >= 0 AND quiet_until < 1440", name="quiet_until"),
        CheckConstraint("digest_at >= 0 AND digest_at < 1440", name="digest_at"),
    )

    professional_id: UUID = Field(primary_key=True, foreign_key="professionals.id")
    phone: str | None = Field(default=None, sa_type=Encrypted("teleexpertise_contacts.phone"))
    email: str | None = Field(default=None, sa_type=Encrypted("teleexpertise_contacts.email"))
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None
    holds_urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
