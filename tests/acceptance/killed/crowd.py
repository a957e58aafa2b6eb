"""Thousands of devices, ten to a patient, and what each sends the moment that it is back."""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from telemed.acts.telemonitoring.tables.devices import AssignmentRow, CredentialRow, DeviceRow
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.adapters.mqtt.topics import observations_of
from telemed.kernel.ids import new_id
from telemed.patients.tables import PatientRow
from telemed.security.device_tokens import DeviceClaims, DeviceTokens
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from tests.integration.acts.telemonitoring.equipped import Equipped
from tests.integration.adapters.mqtt import raw
from tests.unit.acts.telemonitoring.making import make_weight

_OF_ONE_PATIENT = 10


@dataclass(frozen=True)
class Member:
    """One device of the crowd."""

    device_id: UUID
    token: str
    weight: bytes


async def gather_crowd(database: Database, model: Equipped, count: int, keyring: Keyring) -> list[Member]:
    """`count` copies of a device and of its credential, and of its patient and follow-up for every ten of them."""
    names, shared = ("device", "assignment", "credential"), ("patient", "follow_up")
    patients = [{name: new_id() for name in shared} for _ in range(0, count, _OF_ONE_PATIENT)]
    members = [patients[number // _OF_ONE_PATIENT] | {name: new_id() for name in names} for number in range(count)]
    worn_now = AssignmentRow.device_id == model.device_id
    async with database.begin() as uow:
        copy = _Copies(uow.session, patients)
        await copy.of(PatientRow, PatientRow.id == model.follow_up.patient_id, id="patient")
        await copy.of(FollowUpRow, FollowUpRow.id == model.follow_up.id, id="follow_up", patient_id="patient")
        copy = _Copies(uow.session, members)
        await copy.of(DeviceRow, DeviceRow.id == model.device_id, id="device", identifier="device")
        await copy.of(AssignmentRow, worn_now, id="assignment", device_id="device", follow_up_id="follow_up")
        known = CredentialRow.id == model.credential_id
        await copy.of(CredentialRow, known, id="credential", device_id="device", assignment_id="assignment")
    tokens, at = DeviceTokens(keyring), model.services.clock.now().isoformat()
    return [_member(tokens, one, at) for one in members]


def _member(tokens: DeviceTokens, ids: dict[str, UUID], at: str) -> Member:
    token = tokens.sign(DeviceClaims(ids["credential"], ids["device"], ids["follow_up"]))
    subject = {"reference": f"Patient/{ids['patient']}"}
    weight = make_weight(70.4, effectiveDateTime=at, subject=subject, device=None)
    return Member(ids["device"], token, json.dumps(weight).encode())


@dataclass(frozen=True)
class _Copies:
    session: AsyncSession
    members: list[dict[str, UUID]]

    async def of(self, row: type[SQLModel], which: Any, **named: str) -> None:
        """Each member has a copy of one row; `named` columns are its own."""
        table = inspect(row).local_table
        found = dict((await self.session.execute(select(table).where(which))).mappings().one())
        copies = [
            found | {column: self._own(one, column, name) for column, name in named.items()} for one in self.members
        ]
        await self.session.execute(insert(table), copies)

    @staticmethod
    def _own(member: dict[str, UUID], column: str, name: str) -> UUID | str:
        return str(member[name]) if column == "identifier" else member[name]


class _Socket(asyncio.Protocol):
    """Connects and sends its measure at once, as the standard lets it; done when both are answered."""

    ANSWERS = b"\x40\x02\x00\x01"

    def __init__(self, member: Member) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.WriteTransport | None = None
        self._member = member
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport
        member = self._member
        transport.write(raw.connect(member.token, str(member.device_id), flags=0xC0))
        transport.write(raw.publish(observations_of(member.device_id), member.weight))

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._heard.endswith(self.ANSWERS) and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError(self._heard[:8].hex()))


async def come_at_once(
    port: int, crowd: list[Member], tls: ssl.SSLContext | None = None
) -> list[asyncio.WriteTransport]:
    """All of them; gives their connections, open, once every measure is acknowledged."""
    loop, patience = asyncio.get_running_loop(), 300.0 if tls else None

    async def come(member: Member) -> asyncio.WriteTransport:
        _, socket = await loop.create_connection(
            lambda: _Socket(member), "127.0.0.1", port, ssl=tls, ssl_handshake_timeout=patience
        )
        await socket.done
        assert socket.transport is not None
        return socket.transport

    return list(await asyncio.gather(*(come(member) for member in crowd)))


def resident_mib(pid: int, name: str = "VmRSS") -> float:
    """`VmRSS` now, `VmHWM` at most."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def allow_files(count: int) -> None:
    """As many open files as the machine lets us have, at least that many. Raises RuntimeError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise RuntimeError(f"this machine allows {hard} open files, {count} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
