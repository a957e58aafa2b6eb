"""The doors by which measures come in: who is there, what it says, whose it is; answered once it is on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from telemed.acts.telemonitoring.formats.fhir.addresses import write_id
from telemed.acts.telemonitoring.formats.fhir.bundle import OpenedBundle, find_kind, open_bundle
from telemed.acts.telemonitoring.formats.fhir.conditions import check_condition
from telemed.acts.telemonitoring.formats.fhir.observation import Reading, decode_observation
from telemed.acts.telemonitoring.formats.pcd01 import decode_pcd01
from telemed.acts.telemonitoring.formats.pcd01_answers import write_ack
from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.model.doors import DeviceCaller, DeviceIdentity, EntryOutcome, Received, Said
from telemed.acts.telemonitoring.model.observation import Catalogue, Observation
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity, Receipt, Unreadable
from telemed.acts.telemonitoring.rules.arrivals import DRIFT, TOLERANCE, check_clock, find_drift
from telemed.acts.telemonitoring.rules.doors import find_wearer, status_of_issue
from telemed.acts.telemonitoring.service.door_keys import DoorKeys, OnChange
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.kernel.clock import Clock, Territory
from telemed.kernel.errors import Unauthenticated
from telemed.kernel.ids import new_id
from telemed.security.device_tokens import DeviceTokens
from telemed.storage.driver import as_written

_NEW = ((Taken.NEW,), (Taken.NEW, Taken.NEW), (Taken.NEW,) * 3)
_LONG_BYTES = 65_536
"""A message of HL7 v2 is read in one go; a longer one apart from the event loop."""

_IN_ONE_GO = 250
"""How many entries are read before others have their turn: about three milliseconds."""

_MEASURE_BYTES = 400
"""What a measure usually takes in a message: by its length, whether it will find room is known before it is read."""
log = structlog.get_logger("telemonitoring")


class _Mark(msgspec.Struct, frozen=True, gc=False):
    """When a message came, the id of what came with it, and from where on an instant is the future, or nearly."""

    at: datetime
    arrival_id: UUID
    future: datetime
    ahead: datetime


class _Draft(msgspec.Struct, gc=False):
    """An entry on its way: what it says, and what is to be kept of it. `position` is its place in a bundle."""

    place: str | int
    issues: tuple[Issue, ...]
    arrivals: tuple[Arrival, ...] = ()
    taken: tuple[Taken, ...] = ()

    @property
    def fault(self) -> Issue | None:
        return next((issue for issue in self.issues if issue.severity is IssueSeverity.ERROR), None)

    @property
    def where(self) -> str:
        """Its place, as issues write it: made only for those."""
        return self.place if isinstance(self.place, str) else f"Bundle.entry[{self.place}].resource"


class DoorService:
    """What every protocol calls: HTTP, MQTT and the history that a person brings."""

    def __init__(
        self,
        *,
        clock: Clock,
        catalogue: Catalogue,
        keys: DoorKeys,
        tokens: DeviceTokens,
        ingestion: Ingestion,
        base: str = "",
    ) -> None:
        """`base` is our own address of FHIR, which references may begin with."""
        self._clock = clock
        self._readings = {one: Reading(catalogue, one, base) for one in Territory}
        self._keys = keys
        self._tokens = tokens
        self._ingestion = ingestion
        self._reading = asyncio.Lock()

    @property
    def on_change(self) -> list[OnChange]:
        """Whoever keeps a connection open adds a callback here: it hears whose identity to ask for again."""
        return self._keys.on_change

    def recognises(self, *, token: str = "", certificate: str = "") -> bool:
        """Is it one of ours, revoked or not? Asks nobody: for a bound on how many may ask."""
        return self._tokens.read(token) is not None if token else self._keys.has(certificate)

    async def authenticate(self, *, token: str = "", certificate: str = "") -> DeviceIdentity:
        """Who shows this token, or the certificate of this thumbprint (SHA-256, hexadecimal).

        Raises Unauthenticated: not ours, expired, or revoked.
        """
        if not token:
            return self._living(await self._keys.find(certificate.lower()) if certificate else None)
        claims = self._tokens.read(token)
        identity = self._living(await self._keys.find(claims.credential_id) if claims else None)
        if claims is None or (claims.device_id, claims.follow_up_id) != (identity.device_id, identity.follow_up_id):
            raise _unknown()
        return identity

    async def caller(self, *, token: str = "", certificate: str = "") -> DeviceCaller:
        """The same, as routes know callers. Raises Unauthenticated."""
        return (await self.authenticate(token=token, certificate=certificate)).caller

    async def check_living(self, identity: DeviceIdentity) -> DeviceIdentity:
        """The same identity as it stands now. Raises Unauthenticated: for connections that stay open."""
        known = self._living(await self._keys.find(identity.credential_id))
        if known.follow_up_id != identity.follow_up_id:
            raise _unknown()
        return known

    async def receive_fhir(
        self, identity: DeviceIdentity, content: bytes, *, only: Said | None = None, if_none_exist: str | None = None
    ) -> Received:
        """An Observation, or a Bundle of them, unless `only` says which. `if_none_exist` is the condition of a single
        one. Raises TooMany when too much waits already: then nothing was kept."""
        reading = self._readings[identity.territory]
        if only is Said.OBSERVATION or (only is None and find_kind(content) == "Observation"):
            return await self._receive_one(identity, content, reading, if_none_exist)
        return await self._receive_bundle(identity, content, reading)

    async def receive_pcd01(self, identity: DeviceIdentity, content: bytes) -> Received:
        """An HL7 v2 message: its good measures are taken, the others told one by one."""
        self._check_room(content)
        reading = self._readings[identity.territory]
        is_long = len(content) > _LONG_BYTES
        receipt = await asyncio.to_thread(decode_pcd01, content, reading) if is_long else decode_pcd01(content, reading)
        mark = self._mark()
        said = zip(receipt.observations, receipt.places, strict=True)
        drafts = [_judge(Receipt((one,)), identity, mark, place) for one, place in said]
        told = receipt.issues
        if not drafts:
            status = status_of_issue(told[0]) if told else 422
            nothing = Issue(IssueSeverity.ERROR, IssueKind.REQUIRED, "value.missing", "Ce message n'a aucune mesure.")
            return Received(Said.PCD01, status, issues=told or (nothing,))
        await self._keep(drafts)
        entries = tuple(_outcome(draft) for draft in drafts)
        status = entries[0].status if all(entry.is_refused for entry in entries) else 200
        return Received(Said.PCD01, status, (*entries, *(EntryOutcome(422, (issue,)) for issue in told)))

    async def answer_pcd01(self, identity: DeviceIdentity, content: bytes) -> tuple[Received, bytes]:
        """The same, with the ACK that answers it."""
        received = await self.receive_pcd01(identity, content)
        return received, write_ack(content, received, at=self._clock.now(), control_id=new_id().hex)

    async def _receive_one(
        self, identity: DeviceIdentity, content: bytes, reading: Reading, condition: str | None
    ) -> Received:
        self._check_room(content)
        receipt = decode_observation(content, reading)
        draft = _judge(receipt, identity, self._mark(), "Observation", condition)
        await self._keep([draft])
        outcome = _outcome(draft)
        return Received(Said.OBSERVATION, outcome.status, (outcome,))

    def _check_room(self, content: bytes) -> None:
        """Raises TooMany before anything is read: turning away must cost less than taking."""
        self._ingestion.check_room(max(1, len(content) // _MEASURE_BYTES))

    async def _receive_bundle(self, identity: DeviceIdentity, content: bytes, reading: Reading) -> Received:
        """A transaction is refused before anything is kept, with everything that is wrong with it.

        Bundles are read one after the other: the next one knows of the room that this one takes.
        """
        async with self._reading:
            self._check_room(content)
            try:
                bundle = open_bundle(content, reading)
            except Unreadable as unreadable:
                return Received(Said.BATCH, status_of_issue(unreadable.issue), issues=(unreadable.issue,))
            drafts = await self._read(identity, bundle)
        said = Said.TRANSACTION if bundle.is_atomic else Said.BATCH
        refused = _refusal(said, drafts)
        if refused is None:
            await self._keep(drafts, is_atomic=bundle.is_atomic)
            refused = _refusal(said, drafts)
        return refused or Received(said, 200, tuple(_outcome(draft) for draft in drafts))

    async def _read(self, identity: DeviceIdentity, bundle: OpenedBundle) -> list[_Draft]:
        mark, drafts = self._mark(), list[_Draft]()
        for position in range(len(bundle)):
            if position and position % _IN_ONE_GO == 0:
                await asyncio.sleep(0)
            entry = bundle.read(position)
            drafts.append(_judge(entry.receipt, identity, mark, position, entry.if_none_exist))
        return drafts

    async def _keep(self, drafts: Sequence[_Draft], *, is_atomic: bool = False) -> None:
        """Keep what may be kept, and write on each draft what became of it.

        A row that the database itself refuses is found by halves, and fails nobody else; a transaction fails whole.
        """
        wanted = [draft for draft in drafts if draft.arrivals]
        try:
            taken = await self._ingestion.take([arrival for draft in wanted for arrival in draft.arrivals])
        except (DBAPIError, OverflowError, ValueError) as error:
            if not _is_of_a_row(error):
                raise
            log.warning("telemonitoring.not_kept", error=type(error).__name__, count=len(wanted))
            if is_atomic or len(wanted) == 1:
                for draft in wanted:
                    draft.issues = (_not_kept(draft.where),)
                    draft.arrivals = ()
                return
            half = len(wanted) // 2
            await self._keep(wanted[:half])
            await self._keep(wanted[half:])
            return
        position = 0
        for draft in wanted:
            end = position + len(draft.arrivals)
            draft.taken = tuple(taken[position:end])
            position = end

    def _mark(self) -> _Mark:
        now = self._clock.now()
        return _Mark(now, as_written(new_id()), now + TOLERANCE, now + DRIFT)

    def _living(self, identity: DeviceIdentity | None) -> DeviceIdentity:
        if identity is None:
            raise _unknown()
        if identity.is_revoked:
            raise Unauthenticated("L'accès de ce dispositif a été retiré.", code="device.revoked")
        if identity.expires_at <= self._clock.now():
            raise Unauthenticated("L'accès de ce dispositif a expiré : renouvelez-le.", code="device.expired")
        return identity


def _is_of_a_row(error: Exception) -> bool:
    """Does the database, or its driver, complain of a row? It may also be away."""
    if not isinstance(error, DBAPIError):
        return True
    return not error.connection_invalidated and not isinstance(error, OperationalError | InterfaceError)


def _refusal(said: Said, drafts: Sequence[_Draft]) -> Received | None:
    """A transaction of which anything is refused, with all that is wrong with it."""
    faults = [draft.fault for draft in drafts if draft.fault is not None] if said is Said.TRANSACTION else []
    return Received(said, max(map(status_of_issue, faults)), issues=tuple(faults)) if faults else None


def _judge(
    receipt: Receipt, identity: DeviceIdentity, mark: _Mark, place: str | int, condition: str | None = None
) -> _Draft:
    """An entry is taken with all its measures or with none."""
    issues = receipt.issues
    draft, is_conditional = _Draft(place, issues), condition is not None
    if issues and receipt.is_refused:
        return draft
    if condition is not None and (unknown := check_condition(condition, draft.where)):
        draft.issues = (unknown,)
        return draft
    arrivals = []
    for observation in receipt.observations:
        worn = find_wearer(observation, identity)
        if isinstance(worn, Issue):
            draft.issues = (replace(worn, place=f"{draft.where}{worn.place}"),)
            return draft
        if observation.measured_at > mark.ahead:
            told = _told_of_clock(observation, mark, draft.where)
            if told.severity is IssueSeverity.ERROR:
                draft.issues = (told,)
                return draft
            draft.issues = (*draft.issues, told)
        arrivals.append(
            Arrival(worn.follow_up_id, worn.device_id, mark.arrival_id, mark.at, observation, is_conditional)
        )
    draft.arrivals = tuple(arrivals)
    return draft


def _told_of_clock(observation: Observation, mark: _Mark, place: str) -> Issue:
    """A measure from beyond `mark.ahead`: refused, or taken and its sender told."""
    refused = check_clock(observation, mark.at, place)
    return refused or find_drift(place)


def _outcome(draft: _Draft) -> EntryOutcome:
    if not draft.taken:
        fault = draft.fault
        return EntryOutcome(status_of_issue(fault) if fault else 200, draft.issues)  # or a Device that comes along
    first = draft.arrivals[0]
    location = f"Observation/{write_id(first.device_id, first.observation)}"
    if draft.taken in _NEW:
        return EntryOutcome(201, draft.issues, draft.taken, location)
    status = 200 if draft.taken.count(Taken.DUPLICATE) == len(draft.taken) else 201
    return EntryOutcome(status, (*draft.issues, *_said(draft)), draft.taken, location)


def _said(draft: _Draft) -> Iterable[Issue]:
    """What is told of measures that are not simply new."""
    if Taken.CONFLICT in draft.taken:
        text = "Une autre valeur est déjà gardée pour cet instant : celle-ci est mise à part."
        yield Issue(IssueSeverity.WARNING, IssueKind.BUSINESS_RULE, "measure.conflict", text, draft.where)
    elif Taken.DUPLICATE in draft.taken:
        text = "Déjà reçu : rien n'est gardé deux fois."
        yield Issue(IssueSeverity.INFORMATION, IssueKind.INFORMATIONAL, "measure.known", text, draft.where)


def _not_kept(place: str) -> Issue:
    text = "Cette mesure n'a pas pu être gardée ; les autres le sont."
    return Issue(IssueSeverity.ERROR, IssueKind.EXCEPTION, "measure.not_kept", text, place)


def _unknown() -> Unauthenticated:
    return Unauthenticated("Ce dispositif n'est pas reconnu.", code="device.unknown")
