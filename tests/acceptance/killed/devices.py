"""Scales that send until everything they have is acknowledged, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from telemed.adapters.mqtt.address import parse_broker
from telemed.adapters.mqtt.bridge import TOKEN
from telemed.adapters.mqtt.link import Link, LinkLost, Terms, linked
from telemed.adapters.mqtt.topics import observations_of, outcomes_of
from telemed.kernel.errors import Unavailable
from tests.unit.acts.telemonitoring.making import make_weight

UNDER_WAY = 5
SPELL = (5, 6)
"""Of ten weights, these are beyond the limit: a new reason to call every ten."""


@dataclass
class Scale:
    """A device of a patient. `acknowledged` holds the seconds whose weight it was told is kept."""

    device_id: UUID
    token: str
    patient_id: UUID
    first_at: datetime
    acknowledged: set[int] = field(default_factory=set)
    is_to_end: bool = False
    _next: Iterator[int] = field(default_factory=itertools.count)
    _unsent: list[int] = field(default_factory=list)

    def at(self, second: int) -> datetime:
        return self.first_at + timedelta(seconds=second)

    def spells(self) -> set[datetime]:
        """When each episode beyond the limit began."""
        return {self.at(second) for second in self.acknowledged if second % 10 == SPELL[0]}

    def spell_of(self) -> dict[datetime, datetime]:
        """Each instant beyond the limit, with when its episode began: sent side by side, the later may come first."""
        beyond = (second for second in self.acknowledged if second % 10 in SPELL)
        return {self.at(second): self.at(second - second % 10 + SPELL[0]) for second in beyond}

    def weight(self, second: int) -> bytes:
        kilograms = 90 if second % 10 in SPELL else 70
        observation = make_weight(
            kilograms,
            effectiveDateTime=self.at(second).isoformat(),
            subject={"reference": f"Patient/{self.patient_id}"},
            device=None,
        )
        return json.dumps(observation).encode()

    async def send_all(self, url: str, *, waits_for_outcome: bool) -> None:
        """Until it is told to end, and up to the end of a spell. Behind a broker only an outcome says what is kept."""
        while not (self.is_to_end and not self._unsent and len(self.acknowledged) % 10 == 0):
            with suppress(Unavailable, LinkLost, OSError, TimeoutError, ExceptionGroup):
                await self._send_while_linked(url, waits_for_outcome=waits_for_outcome)
            await asyncio.sleep(0.05)

    async def _send_while_linked(self, url: str, *, waits_for_outcome: bool) -> None:
        outcomes = _Outcomes()
        broker = parse_broker(url.replace("://", f"://scale:{self.token}@"))
        async with linked(broker, Terms(f"scale-{self.device_id}"), outcomes.heard) as link:
            await link.subscribe(outcomes_of(self.device_id), qos=1)
            send = outcomes.wait_for if waits_for_outcome else _wait_for_puback
            async with asyncio.TaskGroup() as group:
                for _ in range(UNDER_WAY):
                    group.create_task(self._send_on(link, send))

    async def _send_on(self, link: Link, send: Send) -> None:
        while (second := self._take()) is not None:
            try:
                async with asyncio.timeout(5):
                    is_kept = await send(link, self, second)
            except BaseException:
                self._unsent.append(second)
                raise
            assert is_kept, "a good weight was refused"
            self.acknowledged.add(second)
            await asyncio.sleep(0.01)

    def _take(self) -> int | None:
        if self._unsent:
            self._unsent.sort()
            return self._unsent.pop(0)
        sent = len(self.acknowledged)
        return next(self._next) if not self.is_to_end or sent % 10 else None


Send = Callable[[Link, Scale, int], Awaitable[bool]]


async def _wait_for_puback(link: Link, scale: Scale, second: int) -> bool:
    return (await link.publish(observations_of(scale.device_id), scale.weight(second))).is_taken


class _Outcomes:
    """What came back, by the number that was sent along."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, asyncio.Future[bool]] = {}

    def heard(self, message: MQTTMessage) -> None:
        told = getattr(message.properties, "CorrelationData", b"")
        waiting = self._waiting.pop(told, None)
        if waiting is not None and not waiting.done():
            issues = json.loads(bytes(message.payload)).get("issue", [])
            waiting.set_result(all(issue["severity"] != "error" for issue in issues))

    async def wait_for(self, link: Link, scale: Scale, second: int) -> bool:
        said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        said.UserProperty = (TOKEN, scale.token)
        number = said.CorrelationData = str(second).encode()
        outcome = self._waiting[number] = asyncio.get_running_loop().create_future()
        await link.publish(observations_of(scale.device_id), scale.weight(second), said)
        is_kept: bool = await outcome
        return is_kept
