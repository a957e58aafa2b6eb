"""Measures read by professionals in FHIR: those of a patient over a while, or one by its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.formats.fhir.addresses import Address, name_of_measure
from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.observations import ObservationStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Forbidden, Invalid, NotFound
from telemed.storage.engine import Database
from telemed.trace.service import Journal

USUAL = timedelta(days=30)
LONGEST = timedelta(days=92)
_MOST_FOLLOW_UPS = 20
_ABSENT = "Cette mesure n'existe pas ou n'est pas de votre cabinet."


@dataclass(frozen=True)
class Found:
    """A measure with the follow-up that it is of."""

    kept: Kept
    follow_up: FollowUp


class FhirReading:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, catalogue: Catalogue) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self.catalogue = catalogue
        self._writer = RowWriter(catalogue)

    async def search(
        self,
        caller: Caller,
        patient_id: UUID,
        *,
        code: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Found]:
        """What stands of a patient's measures, the latest first; the last thirty days unless it is said.

        `code` is `system|code` of a signal, or the code alone, of any system. Raises Forbidden, Invalid on a while of
        more than 92 days; a patient who is followed by nobody here has none.
        """
        until = until or self._clock.now() + timedelta(days=1)
        since = since or until - USUAL
        if until - since > LONGEST:
            raise Invalid(f"Au plus {LONGEST.days} jours à la fois.", field="date", code="fhir.search")
        signals = self._signals(code)
        async with self._database.begin() as uow:
            store = ObservationStore(uow.session, self._writer)
            found: list[Found] = []
            for follow_up in await self._follow_ups(caller, FollowUpStore(uow.session), patient_id):
                await open_follow_up(uow, self._journal, caller, follow_up.id, "read_measures")
                kept = await store.history(follow_up.id, signals, since=since, until=until)
                found += [Found(one, follow_up) for one in kept]
        return sorted(found, key=lambda one: one.kept.observation.measured_at, reverse=True)

    async def get(self, caller: Caller, address: Address) -> Found:
        """Raises NotFound, Forbidden."""
        require_right(caller, Right.READ)
        async with self._database.begin() as uow:
            versions = await ObservationStore(uow.session, self._writer).at(address.device_id, address.measured_at)
            kept = next((one for one in versions if name_of_measure(one.observation) == address.name), None)
            if kept is None:
                raise NotFound(_ABSENT)
            return Found(kept, await open_follow_up(uow, self._journal, caller, kept.follow_up_id, "read_measures"))

    def _signals(self, code: str) -> list[str] | None:
        if not code:
            return None
        system, mark, value = code.rpartition("|")
        if not mark:
            return [one.name for one in self.catalogue if any(coding.code == value for coding in one.codings)] or [code]
        signal = self.catalogue.find_coded(system, value)
        return [signal.name] if signal else [code]

    async def _follow_ups(self, caller: Caller, store: FollowUpStore, patient_id: UUID) -> list[FollowUp]:
        require_right(caller, Right.READ)
        if caller.practice_id is None:
            raise Forbidden("Les mesures se lisent dans un cabinet.")
        return await store.page(caller.practice_id, patient_ids=[patient_id], limit=_MOST_FOLLOW_UPS)
