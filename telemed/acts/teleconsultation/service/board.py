"""Tells those who wait in the rooms of this process their place and the wait to expect, as it changes."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from telemed.acts.teleconsultation.model import Seat, Teleconsultation
from telemed.acts.teleconsultation.ports import Rooms
from telemed.acts.teleconsultation.rules.queue import expected_wait
from telemed.acts.teleconsultation.service.visit import waiting_of
from telemed.acts.teleconsultation.store import ActStore
from telemed.kernel.clock import Clock
from telemed.storage.engine import Database


class WaitingBoard:
    """Called every few seconds; costs one statement while nobody waits, three a doctor with a waiting room."""

    def __init__(self, *, database: Database, clock: Clock, rooms: Rooms) -> None:
        self._database = database
        self._clock = clock
        self._rooms = rooms

    async def tell(self) -> int:
        """Tell everybody who waits; returns to how many it was told."""
        now, told = self._clock.now(), 0
        async with self._database.read() as session:
            store = ActStore(session)
            queues: dict[UUID, list[Teleconsultation]] = defaultdict(list)
            for act in await store.all_waiting():
                queues[act.professional_id].append(act)
            for professional_id, acts in queues.items():
                current = await store.in_call(professional_id)
                lengths = await store.recent_lengths(professional_id)
                for act in acts:
                    wait = expected_wait(
                        act.id,
                        waiting_of(acts),
                        now=now,
                        recent_lengths=lengths,
                        current_since=current.started_at if current else None,
                    )
                    if wait is not None:
                        minutes = int(wait.expected.total_seconds() // 60)
                        self._rooms.tell_place(
                            act.room, Seat.PATIENT.value, position=wait.position, expected_minutes=minutes
                        )
                        told += 1
        return told
