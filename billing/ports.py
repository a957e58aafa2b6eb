"""What billing asks of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.facts import Biller
from billing.model import Claim
from billing.model.exchange import Return, SealedLot, TransportReceipt
from billing.model.reconciliation import Heading
from billing.rules.cap import Counts
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Unavailable
from telemed.storage.uow import UnitOfWork


class BookedActs(Protocol):
    """The agenda, as billing needs it."""

    async def count_booked(
        self, session: AsyncSession, rpps: str, *, start: datetime, end: datetime, now: datetime
    ) -> Counts:
        """Téléconsultations of this doctor in every practice, from `start` to `end` (excluded), that no claim counts.

        Those booked and still to come at `now`, those under way, and those whose report is owed; not the cancelled.
        Reads in the caller's transaction.
        """
        ...


class CaisseUnavailable(Unavailable):
    """No answer of the caisse: whether it has the lot is not known. The same bytes may be sent again."""

    code = "caisse.unavailable"
    title = "La caisse ne répond pas"


class CaisseGarbage(Unavailable):
    """The caisse answered what cannot be read, or about something else: nothing is concluded from it."""

    code = "caisse.garbage"
    title = "La réponse de la caisse ne se lit pas"


class Caisse(Protocol):
    """The caisses of the Assurance Maladie, behind one concentrator (docs/reference/caisse.md)."""

    async def transmit(self, lot: SealedLot, *, is_retransmission: bool) -> TransportReceipt:
        """Hand a lot over; the same bytes of the same number are one lot however often they are sent.

        Raises CaisseUnavailable or CaisseGarbage: in both the lot may have arrived.
        """
        ...

    async def fetch_returns(self, after: str | None) -> Sequence[Return]:
        """Some of the returns since the one whose id is `after`, oldest first; none when there are no more.

        The same return comes again until a later cursor is given. Raises CaisseUnavailable or CaisseGarbage.
        """
        ...


class LotSigner(Protocol):
    """Signs a lot on behalf of its issuer: a detached JWS (ES256) over the encoded bytes."""

    async def sign(self, payload: bytes, *, rpps: str) -> str:
        """Raises ValueError unless the payload names `rpps`."""
        ...


class KnownPatients(Protocol):
    """The patients' records, as billing needs them."""

    async def is_of_practice(self, patient_id: UUID, practice_id: UUID) -> bool:
        """Does this practice hold the record of this patient?"""
        ...


class CapCheck(Protocol):
    """May a conventioned téléconsultation of that day be invoiced under the yearly cap?"""

    async def __call__(
        self,
        session: AsyncSession,
        *,
        rpps: str,
        specialty: str,
        territory: Territory,
        day: date,
        is_own_patient: bool,
        is_urgent: bool,
        override_reason: str | None,
    ) -> Decision:
        """A refusal holds the invoice; urgent care and an override with its reason pass, with a warning."""
        ...


class Directory(Protocol):
    """The professionals of the practices, as billing needs them."""

    async def find_biller(
        self, session: AsyncSession, professional_id: UUID, *, patient_id: UUID | None, at: datetime
    ) -> Biller | None:
        """A health professional as he practises, and how he stands to the patient on the civil day of `at`."""
        ...


class ClaimFollower(Protocol):
    """What happens to a claim after it is judged."""

    async def follow(self, uow: UnitOfWork, claim: Claim, former: Claim | None) -> None:
        """A new entry of the ledger, and the one that it supersedes; same transaction, their counts are locked."""
        ...


class Headings(Protocol):
    """The names that stand above accounts."""

    async def find(self, caller: Caller, professional_id: UUID | None) -> Heading:
        """The caller's practice and this professional of it, or all (None).

        Raises NotFound for a professional who is not of the practice, Forbidden for a caller who has none.
        """
        ...


class StatementRenderer(Protocol):
    """Makes a PDF/A of a page described by `billing.formats.statement`, the same bytes each time."""

    async def render(self, page: Mapping[str, Any]) -> bytes: ...
