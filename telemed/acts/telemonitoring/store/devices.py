"""Devices, their assignments and credentials: rows of one practice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.devices import (
    Assignment,
    Credential,
    CredentialKind,
    Device,
    DeviceContent,
    DeviceKind,
    DeviceStanding,
)
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.acts.telemonitoring.tables.devices import AssignmentRow, CredentialRow, DeviceRow


class DeviceStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, device: Device) -> None:
        """Raises IntegrityError where the practice has one of that name."""
        self._session.add(_to_row(device))
        await self._session.flush()

    async def save(self, device: Device) -> None:
        await self._session.merge(_to_row(device))
        await self._session.flush()

    async def find(self, device_id: UUID, practice_id: UUID, *, lock: bool = False) -> Device | None:
        query = select(DeviceRow).where(col(DeviceRow.id) == device_id, col(DeviceRow.practice_id) == practice_id)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        return _to_device(row) if row else None

    async def find_retired(self, practice_id: UUID, identifier: str) -> Device | None:
        """The one of that name that is out of use, locked."""
        query = select(DeviceRow).where(col(DeviceRow.practice_id) == practice_id)
        query = query.where(col(DeviceRow.identifier) == identifier)
        row = await self._session.scalar(query.where(col(DeviceRow.retired_at).is_not(None)).with_for_update())
        return _to_device(row) if row else None

    async def count_behind(self, gateway_id: UUID) -> int:
        """How many devices in use stand behind a gateway."""
        query = select(func.count()).select_from(DeviceRow)
        query = query.where(col(DeviceRow.gateway_id) == gateway_id, col(DeviceRow.retired_at).is_(None))
        return int(await self._session.scalar(query) or 0)

    async def page(self, practice_id: UUID, *, after: UUID | None, limit: int) -> list[Device]:
        """Those of a practice, the oldest first."""
        query = select(DeviceRow).where(col(DeviceRow.practice_id) == practice_id)
        if after is not None:
            query = query.where(col(DeviceRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(DeviceRow.id)).limit(limit))
        return [_to_device(row) for row in rows]

    async def free(self, practice_id: UUID, *, limit: int) -> list[Device]:
        """Those in use that nobody wears, gateways left out, the newest first."""
        worn = exists().where(col(AssignmentRow.device_id) == col(DeviceRow.id), col(AssignmentRow.ended_at).is_(None))
        query = select(DeviceRow).where(col(DeviceRow.practice_id) == practice_id, col(DeviceRow.retired_at).is_(None))
        query = query.where(col(DeviceRow.kind) == DeviceKind.DEVICE.value, ~worn)
        rows = await self._session.scalars(query.order_by(col(DeviceRow.id).desc()).limit(limit))
        return [_to_device(row) for row in rows]

    async def of_follow_up(self, follow_up_id: UUID) -> list[Device]:
        """Those that the patient has now, in the order in which they were given."""
        query = (
            select(DeviceRow)
            .join(AssignmentRow, col(AssignmentRow.device_id) == col(DeviceRow.id))
            .where(col(AssignmentRow.follow_up_id) == follow_up_id, col(AssignmentRow.ended_at).is_(None))
            .order_by(col(AssignmentRow.id))
        )
        return [_to_device(row) for row in await self._session.scalars(query)]

    async def last_sent(self, follow_up_id: UUID, device_id: UUID, signals: Iterable[str]) -> datetime | None:
        """When the latest of what the device measured for this follow-up came in: a look at the end of each signal."""
        row, found = ObservationRow, list[datetime]()
        for signal in signals:
            query = (
                select(col(row.received_at))
                .where(col(row.follow_up_id) == follow_up_id, col(row.signal) == signal)
                .where(col(row.device_id) == device_id)
                .order_by(col(row.measured_at).desc())
                .limit(1)
            )
            found.extend(await self._session.scalars(query))
        return max(found, default=None)

    async def signals_of(self, follow_up_id: UUID) -> frozenset[str]:
        """What the devices that the patient has now supply together."""
        return frozenset(name for device in await self.of_follow_up(follow_up_id) for name in device.content.signals)

    async def standings(self, devices: Collection[Device]) -> list[DeviceStanding]:
        """Each with who wears it now, and its credentials."""
        ids = [device.id for device in devices]
        assigned = await self._assignments(ids)
        query = (
            select(CredentialRow).where(col(CredentialRow.device_id).in_(ids)).order_by(col(CredentialRow.id).desc())
        )
        credentials: dict[UUID, list[Credential]] = {}
        for row in await self._session.scalars(query):
            credentials.setdefault(row.device_id, []).append(_to_credential(row))
        return [
            DeviceStanding(device, assigned.get(device.id), tuple(credentials.get(device.id, ()))) for device in devices
        ]

    async def assign(self, assignment: Assignment) -> None:
        """Raises IntegrityError where somebody wears it."""
        self._session.add(
            AssignmentRow(
                id=assignment.id,
                device_id=assignment.device_id,
                follow_up_id=assignment.follow_up_id,
                subject=assignment.subject,
                assigned_at=assignment.assigned_at,
            )
        )
        await self._session.flush()

    async def assignment_of(self, device_id: UUID) -> Assignment | None:
        """Who wears it now."""
        return (await self._assignments([device_id])).get(device_id)

    async def end_assignment(self, assignment_id: UUID, at: datetime) -> None:
        """Take the device back; the credentials that were bound to it are revoked."""
        rows = update(AssignmentRow).where(col(AssignmentRow.id) == assignment_id)
        await self._session.execute(rows.values(ended_at=at))
        await self._revoke(col(CredentialRow.assignment_id) == assignment_id, at)

    async def issue(self, credential: Credential) -> None:
        """Raises IntegrityError where the certificate is known already."""
        self._session.add(
            CredentialRow(
                id=credential.id,
                device_id=credential.device_id,
                assignment_id=credential.assignment_id,
                kind=credential.kind.value,
                thumbprint=credential.thumbprint,
                subject=credential.subject or None,
                issued_at=credential.issued_at,
                expires_at=credential.expires_at,
            )
        )
        await self._session.flush()

    async def credential(self, credential_id: UUID, device_id: UUID) -> Credential | None:
        query = select(CredentialRow).where(col(CredentialRow.id) == credential_id)
        row = await self._session.scalar(query.where(col(CredentialRow.device_id) == device_id))
        return _to_credential(row) if row else None

    async def revoke(self, credential_id: UUID, at: datetime) -> None:
        """From now on; a second time changes nothing."""
        await self._revoke(col(CredentialRow.id) == credential_id, at)

    async def retire(self, device: Device, at: datetime) -> None:
        """Take a device out of use, with all its credentials."""
        await self._session.execute(update(DeviceRow).where(col(DeviceRow.id) == device.id).values(retired_at=at))
        await self._revoke(col(CredentialRow.device_id) == device.id, at)

    async def _revoke(self, which: ColumnElement[bool], at: datetime) -> None:
        living = col(CredentialRow.revoked_at).is_(None)
        await self._session.execute(update(CredentialRow).where(which, living).values(revoked_at=at))

    async def _assignments(self, devices: Iterable[UUID]) -> dict[UUID, Assignment]:
        query = select(AssignmentRow).where(
            col(AssignmentRow.device_id).in_(list(devices)), col(AssignmentRow.ended_at).is_(None)
        )
        return {row.device_id: _to_assignment(row) for row in await self._session.scalars(query)}


def _to_row(device: Device) -> DeviceRow:
    content = device.content
    return DeviceRow(
        id=device.id,
        practice_id=device.practice_id,
        identifier=content.identifier,
        aliases=list(content.aliases),
        kind=content.kind.value,
        model=content.model,
        label=content.label,
        signals=sorted(content.signals),
        gateway_id=content.gateway_id,
        created_at=device.created_at,
        retired_at=device.retired_at,
    )


def _to_device(row: DeviceRow) -> Device:
    content = DeviceContent(
        identifier=row.identifier,
        model=row.model,
        label=row.label,
        signals=frozenset(row.signals),
        kind=DeviceKind(row.kind),
        aliases=tuple(row.aliases),
        gateway_id=row.gateway_id,
    )
    return Device(row.id, row.practice_id, content, row.created_at, row.retired_at)


def _to_assignment(row: AssignmentRow) -> Assignment:
    return Assignment(row.id, row.device_id, row.follow_up_id, row.assigned_at, row.subject, row.ended_at)


def _to_credential(row: CredentialRow) -> Credential:
    return Credential(
        id=row.id,
        device_id=row.device_id,
        assignment_id=row.assignment_id,
        kind=CredentialKind(row.kind),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        thumbprint=row.thumbprint,
        revoked_at=row.revoked_at,
        subject=row.subject or "",
    )
