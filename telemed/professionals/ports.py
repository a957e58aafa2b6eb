"""What professionals asks from outside: who proves the identity of a person that signs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from telemed.professionals.model import SignInMeans
from telemed.storage.uow import UnitOfWork

Credentials = TypeVar("Credentials", contravariant=True)


@dataclass(frozen=True)
class ProvenIdentity:
    """What a provider vouches for: one of our accounts, or an RPPS of the national directory.

    `factors` counts what was shown; `proof` is the provider's own, handed back to it by `use_up`.
    """

    means: SignInMeans
    factors: int
    professional_id: UUID | None = None
    rpps: str | None = None
    proof: object = field(default=None, repr=False)


class IdentityProvider(Protocol[Credentials]):
    """One way to sign in: the degraded mode here (password and code); Pro Santé Connect and the CPS card later.

    `SignInService.sign_in` is the one path for all: `subject` names who is claimed for the trace (a blind index or
    a national id, never a name), `verify` does what is slow or remote outside any transaction, `use_up` spends
    within the transaction that opens the session what may serve only once (a code, a nonce).
    `verify` and `use_up` raise Unauthenticated with one text for every cause; `verify` may raise TooMany, or
    Unavailable when the provider is away.
    """

    def subject(self, credentials: Credentials) -> str: ...

    async def verify(self, credentials: Credentials) -> ProvenIdentity: ...

    async def use_up(self, uow: UnitOfWork, proven: ProvenIdentity) -> None: ...


class SuspensionFollower(Protocol):
    """What must know at once that somebody was shut out, or let in again: called last, in the same transaction."""

    async def follow_suspension(self, uow: UnitOfWork, professional_id: UUID, at: datetime | None) -> None:
        """Suspended since `at`; None: no longer."""
        ...
