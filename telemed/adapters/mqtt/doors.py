"""The doors of télésurveillance, as MQTT asks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from telemed.acts.telemonitoring.formats.fhir.answers import write_answer, write_issues
from telemed.acts.telemonitoring.model.doors import DeviceIdentity, Received
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity
from telemed.acts.telemonitoring.service.doors import DoorService
from telemed.adapters.mqtt.door import PCD01, Answer, Shown
from telemed.kernel.errors import Unauthenticated

_NOT_LET_IN = "Ce dispositif n'est pas reconnu, ou n'écrit pas ici : ce message n'est pas gardé."


class TelemonitoringDoor:
    """Credentials, rights and formats are those of every other door."""

    def __init__(self, doors: DoorService) -> None:
        self._doors = doors

    async def let_in(self, shown: Shown) -> DeviceGuest:
        identity = await self._doors.authenticate(token=shown.token, certificate=shown.thumbprint)
        return DeviceGuest(self._doors, identity)

    def refuse(self) -> Answer:
        code = "device.not_let_in"
        issue = Issue(IssueSeverity.ERROR, IssueKind.BUSINESS_RULE, code, _NOT_LET_IN)
        return Answer(is_refused=True, code=code, body=write_issues([issue]))

    def on_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        self._doors.on_change.append(tell)


@dataclass
class DeviceGuest:
    """A device that was let in; what it may is read anew before each message."""

    _doors: DoorService
    _identity: DeviceIdentity

    @property
    def device_id(self) -> UUID:
        return self._identity.device_id

    async def is_welcome(self) -> bool:
        try:
            self._identity = await self._doors.check_living(self._identity)
        except Unauthenticated:
            return False
        return True

    def is_among(self, ids: frozenset[UUID] | None) -> bool:
        return ids is None or self._identity.concerns(ids)

    async def take(self, payload: bytes, media: str) -> Answer:
        if media.partition(";")[0].strip().lower() == PCD01:
            received = await self._doors.receive_pcd01(self._identity, payload)
            body = write_issues(_issues(received))
        else:
            received = await self._doors.receive_fhir(self._identity, payload)
            body = write_answer(received)
        return Answer(received.is_refused, _first_fault(received) if received.is_refused else "", body)


def _issues(received: Received) -> list[Issue]:
    return [*received.issues, *(issue for entry in received.entries for issue in entry.issues)]


def _first_fault(received: Received) -> str:
    faults = (issue.code for issue in _issues(received) if issue.severity is IssueSeverity.ERROR)
    return next(faults, "")
