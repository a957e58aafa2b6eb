"""Merge two records of one person, and part them again: traced, undoable, followed at once by whoever counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.decision import Decision, combine
from telemed.kernel.errors import Conflict, Refused
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.patients.model import Merge, MergeChange, Patient
from telemed.patients.ports import DeathFollower, MergeFollower
from telemed.patients.rules import check_merge, check_merge_with_the_dead
from telemed.patients.service.deaths import is_carer, tell_death
from telemed.patients.service.records import open_record
from telemed.patients.store import DeathStore, PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_EVENTS = {MergeChange.MERGED: "patient.merged", MergeChange.UNDONE: "patient.merge_undone"}
_VERSION = 1


class MergeService:
    """Duplicates, for the carers and secretaries of their practice (trap 13).

    The absorbed record leaves lists and searches; its acts, documents and consents keep it, and show the person
    that took it in. `on_merge` follows in the same transaction, and `on_death` where the person is known to have died:
    what followed the record that did not say so ends as if the death had been noted there.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        on_merge: Sequence[MergeFollower] = (),
        on_death: Sequence[DeathFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._on_merge = on_merge
        self._on_death = on_death

    async def compare(self, caller: Caller, kept_id: UUID, absorbed_id: UUID) -> tuple[Patient, Patient, Decision]:
        """Both records, and what the rules say of merging them. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            kept, absorbed = await self._open_both(uow, caller, kept_id, absorbed_id, "patient.compare")
            return kept, absorbed, await _check(uow, caller, kept, absorbed)

    async def merge(self, caller: Caller, kept_id: UUID, absorbed_id: UUID, *, is_confirmed: bool) -> Merge:
        """Take `absorbed` into `kept`. Raises Forbidden, NotFound, Refused.

        What the rules warn of refuses too, unless `is_confirmed`: a person has read it and compared the records.
        """
        async with self._database.begin() as uow:
            kept, absorbed = await self._open_both(uow, caller, kept_id, absorbed_id, "patient.merge")
            decision = await _check(uow, caller, kept, absorbed)
            if not decision.is_allowed:
                raise Refused(decision)
            if decision.warnings and not is_confirmed:
                raise Refused.because(*decision.warnings)
            merge = await self._keep(uow, caller, kept, absorbed, MergeChange.MERGED)
            for follower in self._on_merge:
                await follower.follow_merge(uow, kept=kept.id, absorbed=absorbed.id)
            if await DeathStore(uow.session).died_on(kept.id) is not None:
                await tell_death(uow, caller, kept.id, self._on_death)
            return merge

    async def undo(self, caller: Caller, kept_id: UUID, absorbed_id: UUID) -> Merge:
        """Part two records that were merged; what a merge ended does not begin again by itself.

        Raises Forbidden, NotFound, Conflict.
        """
        async with self._database.begin() as uow:
            kept, absorbed = await self._open_both(uow, caller, kept_id, absorbed_id, "patient.undo_merge")
            if absorbed.merged_into != kept.id:
                raise Conflict("Ces deux dossiers ne sont pas réunis.", code="patient.not_merged")
            merge = await self._keep(uow, caller, kept, absorbed, MergeChange.UNDONE)
            for follower in self._on_merge:
                await follower.follow_undo(uow, kept=kept.id, absorbed=absorbed.id)
            return merge

    async def absorbed(self, caller: Caller, kept_id: UUID) -> list[Patient]:
        """The records that this one took in: their acts are this person's too. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            self._note(uow, caller, kept_id, "patient.read_merges")
            await open_record(uow, caller, kept_id)
            return await PatientStore(uow.session).absorbed_by(kept_id)

    async def history(
        self, caller: Caller, kept_id: UUID, *, before: UUID | None = None, limit: int = 50
    ) -> list[Merge]:
        """What was merged into a record and parted from it, the newest first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            self._note(uow, caller, kept_id, "patient.read_merges")
            await open_record(uow, caller, kept_id)
            return await PatientStore(uow.session).merges(kept_id, before=before, limit=limit)

    async def _open_both(
        self, uow: UnitOfWork, caller: Caller, kept_id: UUID, absorbed_id: UUID, action: str
    ) -> tuple[Patient, Patient]:
        """Both records, locked in one order whoever is kept; the trace of each says what was done."""
        for patient_id, other_id in ((kept_id, absorbed_id), (absorbed_id, kept_id)):
            self._note(uow, caller, patient_id, action, other=other_id, is_kept=patient_id == kept_id)
        found = {one: await open_record(uow, caller, one) for one in sorted({kept_id, absorbed_id})}
        return found[kept_id], found[absorbed_id]

    async def _keep(
        self, uow: UnitOfWork, caller: Caller, kept: Patient, absorbed: Patient, change: MergeChange
    ) -> Merge:
        """The record as it is now, a line of history, and the event."""
        merged_into = kept.id if change is MergeChange.MERGED else None
        store, merge = (
            PatientStore(uow.session),
            Merge(new_id(), kept.id, absorbed.id, change, self._clock.now(), caller.id),
        )
        await store.save(replace(absorbed, merged_into=merged_into, version=absorbed.version + 1))
        await store.save(replace(kept, version=kept.version + 1))
        await store.add_merge(merge)
        payload = {
            "version": _VERSION,
            "practice_id": str(kept.practice_id),
            "kept_id": str(kept.id),
            "absorbed_id": str(absorbed.id),
        }
        uow.add_event(Event(_EVENTS[change], f"{_EVENTS[change]}:{merge.id}", merge.at, payload))
        return merge

    def _note(
        self,
        uow: UnitOfWork,
        caller: Caller,
        patient_id: UUID,
        action: str,
        *,
        other: UUID | None = None,
        is_kept: bool = True,
    ) -> None:
        details: dict[str, str | int | bool | None] = {
            "is_kept": is_kept,
            **({"other_id": str(other)} if other else {}),
        }
        self._journal.note(
            uow, caller, action, patient_id=patient_id, resource=f"patient:{patient_id}", details=details
        )


async def _check(uow: UnitOfWork, caller: Caller, kept: Patient, absorbed: Patient) -> Decision:
    deaths = DeathStore(uow.session)
    died = check_merge_with_the_dead(
        is_kept_dead=await deaths.died_on(kept.id) is not None,
        is_absorbed_dead=await deaths.died_on(absorbed.id) is not None,
        is_carer=is_carer(caller),
    )
    return combine((check_merge(kept, absorbed), died))
