"""What professionals send and receive."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from telemed.acts.teleconsultation.model import (
    ContinuityEntry,
    FinishReason,
    IdentityMethod,
    Kind,
    OpeningHours,
    PlaceKind,
    Readiness,
    State,
    TraitsAnswer,
)
from telemed.acts.teleconsultation.ports import RoomPass
from telemed.acts.teleconsultation.rules.continuity import ContinuitySummary
from telemed.acts.teleconsultation.service.overview import ActView
from telemed.api.problems import ProblemReason, to_reason
from telemed.consent.model import ConsentBy, ConsentDecision
from telemed.kernel.decision import Decision
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.links.model import Delivery, SendingState

Minutes = Annotated[int, Field(ge=5, le=180, description="Length in minutes.")]
# A wall time has no offset, which the JSON Schema format `time` asks for.
WallTime = Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", description="`HH:MM`, local time.")]
Words = Annotated[str, Field(max_length=500)]


class Input(BaseModel):
    """A body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class SlotIn(Input):
    """A time: its start, with an offset, and its length."""

    starts_at: AwareDatetime
    minutes: Minutes = 15

    def to_interval(self) -> Interval:
        return Interval(self.starts_at, self.starts_at + timedelta(minutes=self.minutes))


class BookingIn(Input):
    """A booking; without `slot` the patient joins the doctor's queue. With `send_link` the patient gets the link."""

    professional_id: UUID
    patient_id: UUID
    slot: SlotIn | None = None
    motive: Words = ""
    send_link: Channel | None = None
    is_urgent: bool = Field(default=False, description="Care that cannot wait: the yearly cap never holds it.")
    cap_override: Annotated[
        str, Field(max_length=300, description="Why it is booked in spite of the cap; kept in the trace.")
    ] = ""


class LinkIn(Input):
    channel: Channel


class FinishIn(Input):
    reason: FinishReason = FinishReason.COMPLETED


class IdentityCheckIn(Input):
    method: IdentityMethod


class PlaceIn(Input):
    """Where the patient is, precisely enough for an ambulance, and a phone that rings there."""

    kind: PlaceKind
    description: Annotated[str, Field(max_length=500)]
    phone: Annotated[str, Field(max_length=30)]


class ConsentIn(Input):
    """A decision; `representative_name` when a legal representative answers."""

    decision: ConsentDecision
    by: ConsentBy = ConsentBy.PATIENT
    representative_name: Annotated[str | None, Field(max_length=120)] = None


class NotesIn(Input):
    """Notes of the call. With `version`, a save over a newer version is refused and nothing is lost."""

    notes: Annotated[str, Field(max_length=20_000)]
    version: int | None = None


class OpeningHoursItem(Input):
    """Slots offered on a day of the week (0 is Monday), in local time of the place of practice."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens_at: WallTime
    closes_at: WallTime
    slot_minutes: Minutes = 15

    def to_model(self) -> OpeningHours:
        opens_at, closes_at = time.fromisoformat(self.opens_at), time.fromisoformat(self.closes_at)
        return OpeningHours(self.weekday, opens_at, closes_at, self.slot_minutes)

    @classmethod
    def of(cls, hours: OpeningHours) -> OpeningHoursItem:
        return cls(
            weekday=hours.weekday,
            opens_at=f"{hours.opens_at:%H:%M}",
            closes_at=f"{hours.closes_at:%H:%M}",
            slot_minutes=hours.slot_minutes,
        )


class OpeningHoursList(Input):
    items: Annotated[list[OpeningHoursItem], Field(max_length=50)]


class FreeSlotOut(BaseModel):
    starts_at: datetime
    ends_at: datetime


class DeliveryOut(BaseModel):
    """One sending of the link; `opened_at` is when the birth date was first given through it."""

    id: UUID
    channel: Channel
    state: SendingState
    asked_at: datetime
    updated_at: datetime
    detail: str
    opened_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryOut:
        return cls(
            id=delivery.id,
            channel=delivery.channel,
            state=delivery.state,
            asked_at=delivery.asked_at,
            updated_at=delivery.updated_at,
            detail=delivery.detail,
            opened_at=delivery.opened_at,
        )


class LinkOut(BaseModel):
    """A link to hand over by hand. It is shown once and is not kept."""

    url: str


class PlaceOut(BaseModel):
    kind: PlaceKind
    description: str
    phone: str
    confirmed_at: datetime


class DevicesOut(BaseModel):
    camera: Readiness
    microphone: Readiness
    network: Readiness
    checked_at: datetime


class TeleconsultationOut(BaseModel):
    """A teleconsultation as its professionals see it. `motive` and `notes` are for its doctor alone."""

    id: UUID
    version: int
    state: State
    kind: Kind
    professional_id: UUID
    professional_name: str
    patient_id: UUID
    patient_name: str
    starts_at: datetime | None
    ends_at: datetime | None
    booked_at: datetime
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    closed_at: datetime | None
    motive: str
    notes: str
    has_consent: bool
    traits: TraitsAnswer | None
    identity_method: IdentityMethod | None
    place: PlaceOut | None
    devices: DevicesOut | None
    deliveries: list[DeliveryOut]
    document_id: UUID | None

    @classmethod
    def of(cls, view: ActView) -> TeleconsultationOut:
        act, place, devices = view.act, view.act.place, view.act.device_check
        return cls(
            id=act.id,
            version=act.version,
            state=act.state,
            kind=act.kind,
            professional_id=act.professional_id,
            professional_name=view.professional.full_name,
            patient_id=act.patient_id,
            patient_name=view.patient.full_name,
            starts_at=act.slot.start if act.slot else None,
            ends_at=act.slot.end if act.slot else None,
            booked_at=act.booked_at,
            arrived_at=act.arrived_at,
            started_at=act.started_at,
            finished_at=act.finished_at,
            closed_at=act.closed_at,
            motive=act.motive,
            notes=act.notes,
            has_consent=view.has_consent,
            traits=act.traits_confirmation.answer if act.traits_confirmation else None,
            identity_method=act.identity_check.method if act.identity_check else None,
            place=PlaceOut(
                kind=place.kind, description=place.description, phone=place.phone, confirmed_at=place.confirmed_at
            )
            if place
            else None,
            devices=DevicesOut(
                camera=devices.camera, microphone=devices.microphone, network=devices.network, checked_at=devices.at
            )
            if devices
            else None,
            deliveries=[DeliveryOut.of(delivery) for delivery in view.deliveries],
            document_id=act.document_id,
        )


class BookedOut(BaseModel):
    """The act, and what the rules warned of."""

    teleconsultation: TeleconsultationOut
    warnings: list[ProblemReason]


class ReadinessOut(BaseModel):
    """Whether the patient could be let in now, and everything that is missing."""

    is_ready: bool
    refusals: list[ProblemReason]
    warnings: list[ProblemReason]

    @classmethod
    def of(cls, decision: Decision) -> ReadinessOut:
        return cls(
            is_ready=decision.is_allowed,
            refusals=[to_reason(reason) for reason in decision.refusals],
            warnings=[to_reason(reason) for reason in decision.warnings],
        )


class RoomPassOut(BaseModel):
    """A signed token for one seat, to be shown in the first frame of the socket at `socket_path`."""

    token: str
    room: str
    seat: str
    socket_path: str
    expires_at: datetime

    @classmethod
    def of(cls, room_pass: RoomPass) -> RoomPassOut:
        return cls(
            token=room_pass.token,
            room=room_pass.room,
            seat=room_pass.seat,
            socket_path=room_pass.socket_path,
            expires_at=room_pass.expires_at,
        )


class ContinuityEntryOut(BaseModel):
    """One line of the ledger: `source` is the server, or the seat that reports with its own clock (`seat_at`)."""

    seat: str
    kind: str
    source: str
    at: datetime
    seat_at: datetime | None
    details: dict[str, str | int | float | bool]


class IncidentOut(BaseModel):
    kind: str
    seat: str
    started_at: datetime
    ended_at: datetime | None
    sentence: str


class SeatTimesOut(BaseModel):
    """How long a seat was in the room, and had its camera on."""

    seat: str
    present_seconds: int
    video_seconds: int


class ContinuityOut(BaseModel):
    """The ledger and what it proves: whether video took place (R-10), for how long, and what went wrong (R-9)."""

    video_established: bool
    both_ways: bool
    first_frame_at: datetime | None
    media_seconds: int
    interruptions: int
    by_phone: bool
    seats: list[SeatTimesOut]
    incidents: list[IncidentOut]
    entries: list[ContinuityEntryOut]

    @classmethod
    def of(cls, entries: tuple[ContinuityEntry, ...], summary: ContinuitySummary) -> ContinuityOut:
        return cls(
            video_established=summary.video_established,
            both_ways=summary.both_ways,
            first_frame_at=summary.first_frame_at,
            media_seconds=summary.media_seconds,
            interruptions=summary.interruptions,
            by_phone=summary.by_phone,
            seats=[
                SeatTimesOut(seat=one.seat, present_seconds=one.present_seconds, video_seconds=one.video_seconds)
                for one in summary.seats
            ],
            incidents=[
                IncidentOut(
                    kind=incident.kind,
                    seat=incident.seat,
                    started_at=incident.started_at,
                    ended_at=incident.ended_at,
                    sentence=incident.sentence,
                )
                for incident in summary.incidents
            ],
            entries=[
                ContinuityEntryOut(
                    seat=entry.seat,
                    kind=entry.kind,
                    source=entry.source,
                    at=entry.at,
                    seat_at=entry.seat_at,
                    details=dict(entry.details),
                )
                for entry in entries
            ],
        )
