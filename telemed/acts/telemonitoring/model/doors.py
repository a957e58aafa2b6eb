"""Who speaks at a door, for whom, and what became of what was said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

import msgspec

from telemed.acts.telemonitoring.model.arrival import Taken
from telemed.acts.telemonitoring.model.receipt import Issue, IssueSeverity
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Territory
from telemed.kernel.events import LiveEvent

DOORS = UUID("7e1e0000-d005-5000-8000-000000000001")
"""The audience under which every process hears that a device, a credential or a follow-up has changed."""


def doors_changed(subject: UUID, at: datetime) -> LiveEvent:
    """Tell it in the transaction that changes a device or a follow-up (its state, its patient): `uow.tell(…)`."""
    return LiveEvent(DOORS, "doors.changed", subject, at)


@dataclass(frozen=True, slots=True, repr=False)
class Worn:
    """A device with its follow-up. `subjects` are the names under which messages may speak of the patient.

    `others_until`: until then (excluded) somebody else had it at times; None where nobody had.
    """

    device_id: UUID
    follow_up_id: UUID
    patient_id: UUID
    takes_data: bool
    territory: Territory
    subjects: frozenset[str]
    others_until: datetime | None = None


@dataclass(frozen=True, repr=False)
class DeviceIdentity:
    """Who was let in by a credential, as long as nothing is changed.

    `worn` are the devices it may speak for, by each name that a message may give them; `own` is the device itself, None
    for a gateway, whose messages must say which device they come from.
    """

    credential_id: UUID
    device_id: UUID
    practice_id: UUID
    territory: Territory
    expires_at: datetime
    own: Worn | None
    worn: Mapping[str, Worn] = field(default_factory=dict)
    is_revoked: bool = False

    @property
    def follow_up_id(self) -> UUID | None:
        """That of the device; a gateway has none."""
        return self.own.follow_up_id if self.own else None

    @cached_property
    def caller(self) -> DeviceCaller:
        """The device as routes know callers: the same one for each of its messages."""
        return DeviceCaller(
            CallerKind.DEVICE, self.device_id, self.practice_id, session_id=self.credential_id, identity=self
        )

    def subjects(self) -> Iterator[UUID]:
        """The devices and follow-ups that it stands on."""
        yield self.device_id
        for one in self.worn.values():
            yield one.device_id
            yield one.follow_up_id

    def concerns(self, changed: Iterable[UUID]) -> bool:
        """Does one of these changes touch it?"""
        return not set(self.subjects()).isdisjoint(changed)


@dataclass(frozen=True)
class DeviceCaller(Caller):
    """A device that calls, with what it may speak for."""

    identity: DeviceIdentity | None = None


class Said(StrEnum):
    """What a message was."""

    OBSERVATION = "observation"
    TRANSACTION = "transaction"
    BATCH = "batch"
    PCD01 = "pcd01"


class EntryOutcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one entry: an HTTP status, what is said of it, and where it can be read."""

    status: int
    issues: tuple[Issue, ...] = ()
    taken: tuple[Taken, ...] = ()
    location: str = ""

    @property
    def is_refused(self) -> bool:
        return self.status >= 400


class Received(msgspec.Struct, frozen=True, gc=False):
    """What became of a message, told once what was kept is on disk.

    `status` is that of the whole: of a batch whose entries fared differently it is 200. Where the message is refused as
    a whole, nothing of it was kept, `issues` say why, and there is no entry.
    """

    said: Said
    status: int
    entries: tuple[EntryOutcome, ...] = ()
    issues: tuple[Issue, ...] = ()
    reference: str = ""

    @property
    def is_refused(self) -> bool:
        """Was nothing of it taken?"""
        return self.status >= 400 or (bool(self.entries) and all(entry.is_refused for entry in self.entries))

    @property
    def is_faulty(self) -> bool:
        """Was any part of it refused?"""
        told = (*self.issues, *(issue for entry in self.entries for issue in entry.issues))
        return any(issue.severity is IssueSeverity.ERROR for issue in told)
