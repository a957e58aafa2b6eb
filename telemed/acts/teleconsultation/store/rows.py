"""A teleconsultation to and from its row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from telemed.acts.teleconsultation.model import (
    Coverage,
    DeviceCheck,
    FinishReason,
    IdentityCheck,
    IdentityMethod,
    Kind,
    LeaveAnswer,
    Place,
    PlaceKind,
    Readiness,
    State,
    Teleconsultation,
    TraitsAnswer,
    TraitsConfirmation,
)
from telemed.acts.teleconsultation.tables import TeleconsultationRow
from telemed.kernel.clock import Territory
from telemed.kernel.period import Interval


def to_values(act: Teleconsultation) -> dict[str, Any]:
    """The columns of an act, but its id."""
    place, traits, check, device = act.place, act.traits_confirmation, act.identity_check, act.device_check
    return {
        "practice_id": act.practice_id,
        "professional_id": act.professional_id,
        "patient_id": act.patient_id,
        "territory": act.territory.value,
        "kind": act.kind.value,
        "state": act.state.value,
        "room": act.room,
        "version": act.version,
        "listed_at": act.slot.start if act.slot else act.booked_at,
        "booked_at": act.booked_at,
        "booked_by": act.booked_by,
        "slot_start": act.slot.start if act.slot else None,
        "slot_end": act.slot.end if act.slot else None,
        "motive": act.motive,
        "arrived_at": act.arrived_at,
        "started_at": act.started_at,
        "finished_at": act.finished_at,
        "finish_reason": act.finish_reason.value if act.finish_reason else None,
        "closed_at": act.closed_at,
        "cancelled_at": act.cancelled_at,
        "place": _place_json(place) if place else None,
        "traits_answer": traits.answer.value if traits else None,
        "traits_answered_at": traits.at if traits else None,
        "traits_by_patient": traits.by_patient if traits else False,
        "identity_method": check.method.value if check else None,
        "identity_checked_at": check.at if check else None,
        "identity_checked_by": check.by if check else None,
        "device_check": _device_json(device) if device else None,
        "device_checked_at": device.at if device else None,
        "notes": act.notes,
        "coverage": _coverage_json(act.coverage) if act.coverage else None,
        "sick_leave": _leave_json(act.sick_leave) if act.sick_leave else None,
        "document_id": act.document_id,
    }


def _place_json(place: Place) -> dict[str, str]:
    return {
        "kind": place.kind.value,
        "description": place.description,
        "phone": place.phone,
        "confirmed_at": place.confirmed_at.isoformat(),
    }


def _device_json(device: DeviceCheck) -> dict[str, str]:
    return {
        "camera": device.camera.value,
        "microphone": device.microphone.value,
        "network": device.network.value,
    }


def to_act(row: TeleconsultationRow) -> Teleconsultation:
    return Teleconsultation(
        id=row.id,
        practice_id=row.practice_id,
        professional_id=row.professional_id,
        patient_id=row.patient_id,
        territory=Territory(row.territory),
        kind=Kind(row.kind),
        state=State(row.state),
        room=row.room,
        version=row.version,
        booked_at=row.booked_at,
        booked_by=row.booked_by,
        slot=Interval(row.slot_start, row.slot_end) if row.slot_start and row.slot_end else None,
        motive=row.motive,
        arrived_at=row.arrived_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        finish_reason=FinishReason(row.finish_reason) if row.finish_reason else None,
        closed_at=row.closed_at,
        cancelled_at=row.cancelled_at,
        place=_to_place(row),
        traits_confirmation=_to_confirmation(row),
        identity_check=_to_check(row),
        device_check=_to_device(row),
        notes=row.notes,
        coverage=_to_coverage(row.coverage) if row.coverage else None,
        sick_leave=_to_leave(row.sick_leave) if row.sick_leave else None,
        document_id=row.document_id,
    )


def _to_place(row: TeleconsultationRow) -> Place | None:
    if row.place is None:
        return None
    return Place(
        kind=PlaceKind(row.place["kind"]),
        description=row.place["description"],
        phone=row.place["phone"],
        confirmed_at=datetime.fromisoformat(row.place["confirmed_at"]),
    )


def _to_confirmation(row: TeleconsultationRow) -> TraitsConfirmation | None:
    if row.traits_answer is None or row.traits_answered_at is None:
        return None
    return TraitsConfirmation(
        answer=TraitsAnswer(row.traits_answer), at=row.traits_answered_at, by_patient=row.traits_by_patient
    )


def _to_check(row: TeleconsultationRow) -> IdentityCheck | None:
    if row.identity_method is None or row.identity_checked_at is None or row.identity_checked_by is None:
        return None
    return IdentityCheck(
        method=IdentityMethod(row.identity_method), at=row.identity_checked_at, by=row.identity_checked_by
    )


def _to_device(row: TeleconsultationRow) -> DeviceCheck | None:
    if row.device_check is None or row.device_checked_at is None:
        return None
    return DeviceCheck(
        camera=Readiness(row.device_check["camera"]),
        microphone=Readiness(row.device_check["microphone"]),
        network=Readiness(row.device_check["network"]),
        at=row.device_checked_at,
    )


def _coverage_json(coverage: Coverage) -> dict[str, Any]:
    return {
        "follows_pathway": coverage.follows_pathway,
        "is_within_territory": coverage.is_within_territory,
        "alternates": coverage.alternates,
        "invoked": sorted(coverage.invoked),
        "has_overrun": coverage.has_overrun,
        "is_tiers_payant": coverage.is_tiers_payant,
        "fee_cents": coverage.fee_cents,
    }


def _to_coverage(values: dict[str, Any]) -> Coverage:
    return Coverage(**{**values, "invoked": frozenset(values["invoked"])})


def _leave_json(leave: LeaveAnswer) -> dict[str, Any]:
    return {
        "first_day": leave.first_day.isoformat(),
        "last_day": leave.last_day.isoformat(),
        "ongoing_first_day": leave.ongoing_first_day.isoformat() if leave.ongoing_first_day else None,
        "ongoing_last_day": leave.ongoing_last_day.isoformat() if leave.ongoing_last_day else None,
        "justification": leave.justification,
    }


def _to_leave(values: dict[str, Any]) -> LeaveAnswer:
    days = {
        name: date.fromisoformat(values[name]) if values[name] else None
        for name in ("ongoing_first_day", "ongoing_last_day")
    }
    return LeaveAnswer(
        first_day=date.fromisoformat(values["first_day"]),
        last_day=date.fromisoformat(values["last_day"]),
        justification=values["justification"],
        **days,
    )
