"""Devices of a practice: made known, given to patients, taken back; their credentials issued once and revoked."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.devices import (
    LONGEST_CREDENTIAL,
    MOST_DEVICES_BEHIND,
    Assignment,
    Credential,
    CredentialKind,
    Device,
    DeviceContent,
    DeviceKind,
    DeviceStanding,
)
from telemed.acts.telemonitoring.model.doors import doors_changed
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.devices import check_device
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.store.devices import DeviceStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.security.device_tokens import DeviceClaims, DeviceTokens
from telemed.security.shown_certificates import ShownCertificate, read_certificate
from telemed.storage.engine import Database, violated_constraint
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_NEVER = datetime.max.replace(tzinfo=UTC)
_ABSENT = "Ce dispositif n'existe pas ou n'est pas de votre cabinet."
_TAKEN = {
    constraint: (code, text)
    for constraint, code, text in (
        (
            "uq_telemonitoring_devices_practice_id_identifier",
            "telemonitoring.device_known",
            "Ce dispositif est déjà connu du cabinet : confiez celui-là, repris d'abord s'il est porté.",
        ),
        (
            "uq_telemonitoring_assignments_device",
            "telemonitoring.device_assigned",
            "Ce dispositif est déjà attribué : reprenez-le d'abord.",
        ),
        (
            "uq_telemonitoring_credentials_thumbprint",
            "telemonitoring.certificate_known",
            "Ce certificat est déjà celui d'un dispositif.",
        ),
    )
}


@dataclass(frozen=True)
class Issued:
    """A credential that was just made; `token` is shown this once, and kept nowhere."""

    credential: Credential
    token: str | None


class DeviceService:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        catalogue: Catalogue,
        pathways: Mapping[str, Pathway],
        tokens: DeviceTokens,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._catalogue = catalogue
        self._pathways = pathways
        self._tokens = tokens

    async def add(self, caller: Caller, content: DeviceContent) -> Device:
        """Make a device known. One that was taken out of use comes back, as itself: what it sent stays with whom it was
        sent for, comes in no second time, and no access that it had opens anything.

        Raises Invalid on a signal out of the catalogue, or where it was of another kind, Conflict where it is in use.
        """
        async with self._database.begin() as uow:
            practice_id, store = self._manage(uow, caller, "add_device"), DeviceStore(uow.session)
            former = await store.find_retired(practice_id, content.identifier)
            if former is None:
                device = Device(new_id(), practice_id, content, self._clock.now())
            else:
                _require_kind(former, content)
                device = replace(former, content=content, retired_at=None)
            await self._check_content(store, device)
            await _keep(store.save(device) if former else store.add(device))
            self._tell(uow, device.id, *_gateway(content))
            return device

    async def change(self, caller: Caller, device_id: UUID, content: DeviceContent) -> Device:
        """Describe it anew; its kind stays. Raises NotFound, Invalid, Conflict."""
        async with self._database.begin() as uow:
            former = await self._open(uow, caller, "change_device", device_id)
            _require_kind(former, content)
            device = replace(former, content=content)
            await self._check_content(DeviceStore(uow.session), device)
            await _keep(DeviceStore(uow.session).save(device))
            self._tell(uow, device.id, *_gateway(former.content), *_gateway(content))
            return device

    async def retire(self, caller: Caller, device_id: UUID) -> Device:
        """Take it out of use: taken back from its patient, its credentials revoked. A second time changes nothing."""
        async with self._database.begin() as uow:
            device, store = await self._open(uow, caller, "retire_device", device_id), DeviceStore(uow.session)
            if device.retired_at is not None:
                return device
            now = self._clock.now()
            await self._take_back(uow, device, now)
            await store.retire(device, now)
            self._tell(uow, device.id, *_gateway(device.content))
            return replace(device, retired_at=now)

    async def page(self, caller: Caller, *, after: UUID | None, limit: int) -> list[DeviceStanding]:
        """The practice's devices, the oldest first, with who wears each and its credentials."""
        practice_id = _require_practice(caller)
        async with self._database.read() as session:
            store = DeviceStore(session)
            return await store.standings(await store.page(practice_id, after=after, limit=limit))

    async def free(self, caller: Caller, *, limit: int) -> list[Device]:
        """Those of the practice that may be given to a patient, the newest first."""
        practice_id = _require_practice(caller)
        async with self._database.read() as session:
            return await DeviceStore(session).free(practice_id, limit=limit)

    async def get(self, caller: Caller, device_id: UUID) -> DeviceStanding:
        """Raises NotFound."""
        practice_id = _require_practice(caller)
        async with self._database.read() as session:
            store = DeviceStore(session)
            device = await store.find(device_id, practice_id)
            return (await store.standings([_found(device)]))[0]

    async def of_follow_up(self, caller: Caller, follow_up_id: UUID) -> list[DeviceStanding]:
        """What the patient has now. Raises NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_devices")
            store = DeviceStore(uow.session)
            return await store.standings(await store.of_follow_up(follow_up_id))

    async def assign(self, caller: Caller, device_id: UUID, follow_up_id: UUID, *, subject: str = "") -> Assignment:
        """Give it to a patient. `subject` is how its messages name him, if not by our own names.

        Raises NotFound, Conflict where somebody wears it or the follow-up is over, Refused where it supplies nothing of
        what the pathway wants (R-37).
        """
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "assign_device", right=Right.ENROL, lock=True
            )
            store = DeviceStore(uow.session)
            device = _found(await store.find(device_id, follow_up.practice_id, lock=True))
            if device.retired_at is not None or device.content.kind is DeviceKind.GATEWAY:
                text = "Une passerelle, ou un dispositif hors d'usage, ne s'attribue pas."
                raise Conflict(text, code="telemonitoring.device_not_wearable")
            await self._check_useful(store, device, follow_up)
            assignment = Assignment(new_id(), device_id, follow_up_id, self._clock.now(), subject)
            await _keep(store.assign(assignment))
            self._tell(uow, device_id, *_gateway(device.content))
            return assignment

    async def unassign(self, caller: Caller, device_id: UUID) -> None:
        """Take it back; what it was known by is revoked. Taken back twice changes nothing. Raises NotFound."""
        async with self._database.begin() as uow:
            device = await self._open(uow, caller, "unassign_device", device_id)
            await self._take_back(uow, device, self._clock.now())
            self._tell(uow, device_id, *_gateway(device.content))

    async def issue_token(self, caller: Caller, device_id: UUID, *, days: int) -> Issued:
        """A token for the device, bound to it and to its follow-up. Raises NotFound, Conflict where nobody wears it."""
        return await self._issue(caller, device_id, CredentialKind.TOKEN, days=days)

    async def register_certificate(self, caller: Caller, device_id: UUID, thumbprint: str, *, days: int) -> Issued:
        """Let in whoever proves to hold this certificate. Raises NotFound, Conflict."""
        kind = CredentialKind.CERTIFICATE
        return await self._issue(caller, device_id, kind, days=days, thumbprint=thumbprint.lower())

    async def register_shown(self, caller: Caller, device_id: UUID, content: bytes) -> Issued:
        """The same for a certificate that is shown whole, PEM or DER: until it ends itself, a year and a day at most.

        Raises Invalid on what is no certificate, or one that does not hold now.
        """
        now = self._clock.now()
        try:
            shown = read_certificate(content)
        except ValueError as err:
            raise Invalid(f"{err}", field="certificate", code="telemonitoring.certificate_unreadable") from err
        if not shown.first_at <= now < shown.last_at:
            text = "Ce certificat est échu, ou ne vaut pas encore : demandez-en un autre à qui fournit le dispositif."
            raise Invalid(text, field="certificate", code="telemonitoring.certificate_over")
        kind = CredentialKind.CERTIFICATE
        return await self._issue(caller, device_id, kind, days=LONGEST_CREDENTIAL.days, shown=shown)

    async def last_sent(self, caller: Caller, follow_up_id: UUID, device_id: UUID) -> datetime | None:
        """When the device last sent a measure of this patient. Raises NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_devices")
            store = DeviceStore(uow.session)
            device = _found(await store.find(device_id, _require_practice(caller)))
            return await store.last_sent(follow_up_id, device_id, device.content.signals)

    async def revoke(self, caller: Caller, device_id: UUID, credential_id: UUID) -> None:
        """At once, on every door of every process. Raises NotFound; revoked twice changes nothing."""
        async with self._database.begin() as uow:
            device, store = await self._open(uow, caller, "revoke_credential", device_id), DeviceStore(uow.session)
            if await store.credential(credential_id, device_id) is None:
                raise NotFound("Cet accès n'existe pas.")
            await store.revoke(credential_id, self._clock.now())
            self._tell(uow, device.id)

    async def _issue(
        self,
        caller: Caller,
        device_id: UUID,
        kind: CredentialKind,
        *,
        days: int,
        thumbprint: str | None = None,
        shown: ShownCertificate | None = None,
    ) -> Issued:
        async with self._database.begin() as uow:
            device, store = await self._open(uow, caller, "issue_credential", device_id), DeviceStore(uow.session)
            assignment, now = await store.assignment_of(device_id), self._clock.now()
            is_gateway = device.content.kind is DeviceKind.GATEWAY
            if device.retired_at is not None or (assignment is None and not is_gateway):
                text = "Attribuez d'abord ce dispositif à un patient : son accès ne vaut que pour lui."
                raise Conflict(text, code="telemonitoring.device_not_assigned")
            credential = Credential(
                id=new_id(),
                device_id=device_id,
                assignment_id=assignment.id if assignment else None,
                kind=kind,
                issued_at=now,
                expires_at=min(now + min(timedelta(days=days), LONGEST_CREDENTIAL), shown.last_at if shown else _NEVER),
                thumbprint=shown.thumbprint if shown else thumbprint,
                subject=shown.subject if shown else "",
            )
            await _keep(store.issue(credential))
            self._tell(uow, device_id)
        claims = DeviceClaims(credential.id, device_id, assignment.follow_up_id if assignment else None)
        return Issued(credential, self._tokens.sign(claims) if kind is CredentialKind.TOKEN else None)

    async def _check_content(self, store: DeviceStore, device: Device) -> None:
        content = device.content
        unknown = [name for name in sorted(content.signals) if self._catalogue.find(name) is None]
        if unknown:
            raise Invalid("Un de ces signaux n'est pas au catalogue.", field="signals", code="telemonitoring.signal")
        if content.gateway_id is None:
            return
        gateway = await store.find(content.gateway_id, device.practice_id, lock=True)
        if gateway is None or gateway.content.kind is not DeviceKind.GATEWAY:
            raise NotFound("Cette passerelle n'existe pas ou n'est pas de votre cabinet.")
        if await store.count_behind(gateway.id) >= MOST_DEVICES_BEHIND:
            text = f"Une passerelle parle pour {MOST_DEVICES_BEHIND} dispositifs au plus."
            raise Conflict(text, code="telemonitoring.gateway_full")

    async def _check_useful(self, store: DeviceStore, device: Device, follow_up: FollowUp) -> None:
        if not follow_up.is_living:
            raise Conflict("Ce suivi est terminé.", code="telemonitoring.over")
        pathway = self._pathways[follow_up.plan.pathway]
        today = civil_date(self._clock.now(), follow_up.plan.territory)
        others = await store.signals_of(follow_up.id) | follow_up.plan.hand_signals
        decision = check_device(pathway.on(today), device.content.signals, others)
        if not decision.is_allowed:
            raise Refused(decision)

    async def _take_back(self, uow: UnitOfWork, device: Device, at: datetime) -> None:
        store = DeviceStore(uow.session)
        assignment = await store.assignment_of(device.id)
        if assignment is not None:
            await store.end_assignment(assignment.id, at)
            uow.tell(doors_changed(assignment.follow_up_id, at))

    def _manage(self, uow: UnitOfWork, caller: Caller, action: str, resource: str = "") -> UUID:
        self._journal.note(uow, caller, f"telemonitoring.{action}", resource=resource, purpose="management")
        return _require_practice(caller)

    async def _open(self, uow: UnitOfWork, caller: Caller, action: str, device_id: UUID) -> Device:
        practice_id = self._manage(uow, caller, action, f"device:{device_id}")
        return _found(await DeviceStore(uow.session).find(device_id, practice_id, lock=True))

    def _tell(self, uow: UnitOfWork, *subjects: UUID) -> None:
        uow.tell(*(doors_changed(subject, self._clock.now()) for subject in subjects))


def _require_practice(caller: Caller) -> UUID:
    require_right(caller, Right.MANAGE)
    if caller.practice_id is None:
        raise Forbidden("Les dispositifs sont ceux d'un cabinet.")
    return caller.practice_id


def _require_kind(former: Device, content: DeviceContent) -> None:
    if content.kind is not former.content.kind:
        raise Invalid("Un dispositif ne devient pas une passerelle, ni l'inverse.", field="kind")


def _gateway(content: DeviceContent) -> Sequence[UUID]:
    return [content.gateway_id] if content.gateway_id else []


def _found(device: Device | None) -> Device:
    if device is None:
        raise NotFound(_ABSENT)
    return device


async def _keep(work: Awaitable[None]) -> None:
    """Say which invariant of the database refuses."""
    try:
        await work
    except IntegrityError as err:
        known = _TAKEN.get(violated_constraint(err))
        if known is None:
            raise
        raise Conflict(known[1], code=known[0]) from err
