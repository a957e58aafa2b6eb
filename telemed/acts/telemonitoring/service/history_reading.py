"""A file of past measures as it was sent, line by line, and what it would let in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from telemed.acts.telemonitoring.formats.fhir.observation import Reading
from telemed.acts.telemonitoring.formats.history import decode_history
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.history import History, device_of_history
from telemed.acts.telemonitoring.model.observation import Catalogue, Observation
from telemed.acts.telemonitoring.model.receipt import Issue, Receipt, Unreadable
from telemed.acts.telemonitoring.rules.arrivals import check_clock
from telemed.acts.telemonitoring.store.devices import DeviceStore
from telemed.kernel.errors import Invalid
from telemed.storage.engine import Database


class Line(NamedTuple):
    """A line of the file, and what it says or what is wrong with it."""

    number: int
    observation: Observation | None
    fault: Issue | None


class HistoryReader:
    def __init__(self, *, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    async def read(self, content: bytes, follow_up: FollowUp, at: datetime) -> list[Line]:
        """Its lines, as of `at`. Raises Invalid."""
        reading = Reading(self._catalogue, follow_up.plan.territory)
        try:
            return await asyncio.to_thread(
                lambda: list(_judge(decode_history(content, str(follow_up.patient_id), reading), at))
            )
        except Unreadable as unreadable:
            raise Invalid(unreadable.issue.text, field="file", code="history.unreadable") from unreadable

    async def read_again(self, follow_up: FollowUp, one: History, content: bytes) -> list[Arrival]:
        """What the file brings, read as it was read when it was looked at."""
        return await self.arrivals(follow_up, one.id, one.at, await self.read(content, follow_up, one.at))

    async def arrivals(
        self, follow_up: FollowUp, history_id: UUID, at: datetime, lines: Iterable[Line]
    ) -> list[Arrival]:
        """Of the lines that are taken, in order of measure: rules then read them once, straight on."""
        async with self._database.read() as session:
            devices = await DeviceStore(session).of_follow_up(follow_up.id)
        known = {device.content.identifier: device.id for device in devices}

        @cache
        def find_device(name: str) -> UUID:
            return known.get(name) or device_of_history(follow_up.id, name)

        said = (line.observation for line in lines if line.observation is not None)
        found = [Arrival(follow_up.id, find_device(one.device), history_id, at, one) for one in said]
        return sorted(found, key=lambda arrival: arrival.observation.measured_at)


def _judge(receipts: Iterable[Receipt], at: datetime) -> Iterator[Line]:
    for number, receipt in enumerate(receipts, 2):
        observation = receipt.observations[0] if receipt.observations else None
        late = check_clock(observation, at) if observation is not None else None
        fault = late or (receipt.issues[0] if receipt.is_refused else None)
        yield Line(number, None if fault else observation, fault)
