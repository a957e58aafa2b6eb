"""Keeps the trace with each use case, also the refused ones, and verifies it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock
from telemed.kernel.errors import DomainError, Forbidden
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.model import GENESIS, Entry, Note, Outcome, Verification, hash_entry
from telemed.trace.store import TraceStore


class Journal:
    """Notes what a use case does. Call `note` first: it is kept with the commit, or with the refusal."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    def note(
        self,
        uow: UnitOfWork,
        caller: Caller,
        action: str,
        *,
        patient_id: UUID | None = None,
        resource: str = "",
        purpose: str = "care",
        details: Mapping[str, str | int | bool | None] | None = None,
    ) -> None:
        """Say that `caller` does `action` (`<slice>.<verb>`) on `resource` (`<kind>:<id>`).

        Kept as done when the unit of work commits. When a DomainError undoes it, kept as refused with the
        error's code. Details hold codes and counts, never identity traits, tokens, or free text other than the
        reason that a rule asked a person for.
        """
        self._keep(uow, [_note(caller, action, patient_id, resource, purpose=purpose, details=details)])

    def note_each(
        self, uow: UnitOfWork, caller: Caller, action: str, subjects: Sequence[tuple[UUID | None, str]]
    ) -> None:
        """The same for several at once, each a patient and a resource: one entry each, at the cost of one."""
        self._keep(uow, [_note(caller, action, patient_id, resource) for patient_id, resource in subjects])

    def _keep(self, uow: UnitOfWork, notes: Sequence[Note]) -> None:
        async def keep_done(session: AsyncSession) -> None:
            await TraceStore(session).append([(note, Outcome.DONE, "") for note in notes], self._clock.now())

        async def keep_refused(session: AsyncSession, refusal: DomainError) -> None:
            refused = [(note, Outcome.REFUSED, refusal.code) for note in notes]
            await TraceStore(session).append(refused, self._clock.now())

        uow.before_commit(keep_done)
        uow.after_refusal(keep_refused)


def _note(
    caller: Caller,
    action: str,
    patient_id: UUID | None,
    resource: str,
    *,
    purpose: str = "care",
    details: Mapping[str, str | int | bool | None] | None = None,
) -> Note:
    return Note(
        action=action,
        actor_kind=caller.kind.value,
        actor_id=caller.id,
        rpps=caller.rpps,
        patient_id=patient_id,
        resource=resource,
        purpose=purpose,
        details=dict(details or {}),
    )


class TraceService:
    """Reads the trace for those who may, and checks the chain."""

    def __init__(self, *, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def page(
        self, caller: Caller, *, before: int | None = None, limit: int = 50, patient_id: UUID | None = None
    ) -> list[Entry]:
        """Entries from the newest. For auditors only; reading the trace is itself traced."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "trace.read", patient_id=patient_id, purpose="audit")
            if not caller.has_role(Role.AUDITOR):
                raise Forbidden("La lecture des traces est réservée à l'auditeur.")
            return await TraceStore(uow.session).page(before=before, limit=limit, patient_id=patient_id)

    async def verify(self) -> Verification:
        """Recompute the whole chain and compare it with what is stored and with its head."""
        async with self._database.read() as session:
            store, previous, count = TraceStore(session), GENESIS, 0
            number, head = await store.head()
            async for entry in store.walk():
                if entry.number > number:
                    break
                count += 1
                if entry.number != count:
                    return Verification(count, count, "an entry is missing")
                previous = hash_entry(entry, previous)
                if previous != entry.hash:
                    return Verification(count, entry.number, "an entry was changed")
        if (count, previous) != (number, head):
            return Verification(count, count + 1, "the end of the chain is missing")
        return Verification(count, None, head=previous.hex())
