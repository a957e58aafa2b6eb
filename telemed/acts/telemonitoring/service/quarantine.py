"""What was set aside waits for a person: confirmed, it counts and rules read it; rejected, it stays aside."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.observation import ObservationStatus
from telemed.acts.telemonitoring.model.quarantine import Judgement, Place, SetAside, Verdict
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.quarantine import QuarantineStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.trace.service import Journal


class QuarantineService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, ingestion: Ingestion, writer: RowWriter
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._ingestion = ingestion
        self._writer = writer

    async def page(
        self,
        caller: Caller,
        follow_up_id: UUID,
        *,
        before: tuple[datetime, UUID, str, int] | None = None,
        limit: int = 50,
    ) -> list[SetAside]:
        """What waits for somebody, the latest measure first. Raises NotFound, Forbidden."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_quarantine")
            return await QuarantineStore(uow.session, self._writer).page(follow_up_id, before=before, limit=limit)

    async def decide(
        self, caller: Caller, follow_up_id: UUID, place: Place, verdict: Verdict, *, reason: str = ""
    ) -> None:
        """Say whether it is what was measured. Raises NotFound, Conflict where somebody has decided, or where a number
        that no column can hold is to be confirmed.

        What is confirmed becomes a correction of itself by the same way in as any measure, before the decision is
        written: a decision that is cut short is made again, and changes nothing twice.
        """
        who = require_right(caller, Right.ENROL)
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "judge_measure", right=Right.ENROL)
            found = await QuarantineStore(uow.session, self._writer).find(place, follow_up_id)
        if found is None:
            raise NotFound("Cette mesure n'est pas, ou n'est plus, à confirmer.")
        now = self._clock.now()
        if verdict is Verdict.CONFIRMED:
            await self._ingestion.take([_confirmed(found, now)])
        async with self._database.begin() as uow:
            judgement = Judgement(place, follow_up_id, verdict, who, now, reason)
            try:
                await QuarantineStore(uow.session, self._writer).add(judgement)
            except IntegrityError as err:
                raise Conflict("Quelqu'un a déjà décidé de cette mesure.", code="quarantine.decided") from err


def _confirmed(found: SetAside, now: datetime) -> Arrival:
    kept = found.kept
    if kept.observation.value is None and kept.observation.answer is None:
        raise Conflict("Ce nombre est trop grand pour être gardé comme mesure.", code="quarantine.no_value")
    stands = replace(kept.observation, quarantine=None, status=ObservationStatus.CORRECTED)
    return Arrival(kept.follow_up_id, kept.device_id, new_id(), now, stands)
