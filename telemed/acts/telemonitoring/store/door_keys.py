"""Who is behind a credential: what a door must know, in two statements however many ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ScalarSelect, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.acts.telemonitoring.model.devices import DeviceKind
from telemed.acts.telemonitoring.model.doors import DeviceIdentity, Worn
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA, FollowUpState
from telemed.acts.telemonitoring.tables.devices import AssignmentRow, CredentialRow, DeviceRow
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.kernel.clock import Territory

Key = UUID | str
"""A credential's own id, which its token holds, or the thumbprint of a certificate."""


class _Wearing(NamedTuple):
    """A device in use, with its follow-up."""

    device: DeviceRow
    assignment: AssignmentRow
    follow_up: FollowUpRow
    others_until: datetime | None


class DoorKeyStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, keys: Collection[Key]) -> dict[Key, DeviceIdentity]:
        """The identities behind these credentials, also of tokens that are revoked; absent: there is no such one."""
        ids = [key for key in keys if isinstance(key, UUID)]
        digests = [key for key in keys if isinstance(key, str)]
        query = select(CredentialRow, DeviceRow).join(DeviceRow, col(DeviceRow.id) == col(CredentialRow.device_id))
        certified = and_(col(CredentialRow.thumbprint).in_(digests), col(CredentialRow.revoked_at).is_(None))
        named = or_(col(CredentialRow.id).in_(ids), certified)
        rows = [(row[0], row[1]) for row in await self._session.execute(query.where(named))]
        wearing = await self._wearing({device.id for _, device in rows})
        found: dict[Key, DeviceIdentity] = {}
        for credential, device in rows:
            identity = _identity(credential, device, wearing[device.id])
            shown = credential.thumbprint
            found[shown if shown is not None and shown in digests else credential.id] = identity
        return found

    async def _wearing(self, devices: Collection[UUID]) -> defaultdict[UUID, list[_Wearing]]:
        """What each of these, devices or gateways, may speak for now."""
        found: defaultdict[UUID, list[_Wearing]] = defaultdict(list)
        if not devices:
            return found
        query = (
            select(DeviceRow, AssignmentRow, FollowUpRow, _others_until())
            .join(AssignmentRow, col(AssignmentRow.device_id) == col(DeviceRow.id))
            .join(FollowUpRow, col(FollowUpRow.id) == col(AssignmentRow.follow_up_id))
            .where(or_(col(DeviceRow.id).in_(devices), col(DeviceRow.gateway_id).in_(devices)))
            .where(col(AssignmentRow.ended_at).is_(None), col(DeviceRow.retired_at).is_(None))
        )
        for row in await self._session.execute(query):
            one = _Wearing(row[0], row[1], row[2], row[3])
            for owner in (one.device.id, one.device.gateway_id):
                if owner is not None and owner in devices:
                    found[owner].append(one)
        return found


def _others_until() -> ScalarSelect[datetime | None]:
    """When the last other patient who had the device gave it back."""
    former, theirs = aliased(AssignmentRow), aliased(FollowUpRow)
    query = select(func.max(col(former.ended_at))).join(theirs, col(theirs.id) == col(former.follow_up_id))
    is_other = col(theirs.patient_id) != col(FollowUpRow.patient_id)
    return query.where(col(former.device_id) == col(DeviceRow.id), is_other).scalar_subquery()


def _identity(credential: CredentialRow, device: DeviceRow, wearing: Sequence[_Wearing]) -> DeviceIdentity:
    own: Worn | None = None
    worn: dict[str, Worn] = {}
    for one in wearing:
        known = _worn(one)
        worn.update((name, known) for name in _names(one.device))
        if one.device.id == device.id and one.assignment.id == credential.assignment_id:
            own = known
    is_gateway = device.kind == DeviceKind.GATEWAY
    return DeviceIdentity(
        credential_id=credential.id,
        device_id=device.id,
        practice_id=device.practice_id,
        territory=next((one.territory for one in worn.values()), Territory.METROPOLE),
        expires_at=credential.expires_at,
        own=own,
        worn=worn if is_gateway or own is not None else {},
        is_revoked=credential.revoked_at is not None or device.retired_at is not None,
    )


def _worn(one: _Wearing) -> Worn:
    follow_up, patient_id = one.follow_up, one.follow_up.patient_id
    names = {f"Patient/{patient_id}", f"urn:uuid:{patient_id}", f"urn:x-telemed:patient|{patient_id}"}
    return Worn(
        device_id=one.device.id,
        follow_up_id=follow_up.id,
        patient_id=patient_id,
        takes_data=FollowUpState(follow_up.state) in TAKES_DATA,
        territory=Territory(follow_up.territory),
        subjects=frozenset({*names, one.assignment.subject} - {""}),
        others_until=one.others_until,
    )


def _names(device: DeviceRow) -> Iterable[str]:
    return (device.identifier, *device.aliases, f"Device/{device.id}", f"urn:uuid:{device.id}")
