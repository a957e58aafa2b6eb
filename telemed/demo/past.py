"""What happened in the demonstration before today: visits played by the services, on a clock of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from telemed.acts.teleconsultation.model import (
    ContinuityEntry,
    Coverage,
    FinishReason,
    IdentityMethod,
    PlaceKind,
    Readiness,
    Seat,
    Teleconsultation,
    TraitsAnswer,
)
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.acts.teleconsultation.service.report import ReportForm
from telemed.app import Services
from telemed.consent.model import ConsentBy, ConsentDecision
from telemed.demo.bills import bill
from telemed.demo.people import PATIENTS, mobile_of
from telemed.demo.practice import DemoPractice
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import FrozenClock
from telemed.kernel.period import Interval

_LENGTH = timedelta(minutes=15)
_NOT_BILLED_DAYS = 2
_MOREAU, _BENALI, _FONTAINE = "claire.moreau", "karim.benali", "lucie.fontaine"


@dataclass(frozen=True)
class PastVisit:
    """`days_ago` civil days before today, at `hour:minute` UTC; `is_cut` had a lost connection."""

    days_ago: int
    hour: int
    minute: int
    doctor: str
    patient: int
    notes: str
    is_cut: bool = False


PAST: tuple[PastVisit, ...] = (
    PastVisit(9, 8, 0, _MOREAU, 2, "Glycémies stables, traitement inchangé, bilan dans trois mois."),
    PastVisit(9, 8, 30, _MOREAU, 4, "Lombalgie commune sans signe d'alerte. Antalgiques, reprise douce.", is_cut=True),
    PastVisit(8, 9, 0, _BENALI, 5, "Acné modérée, bonne tolérance du traitement local."),
    PastVisit(7, 13, 15, _MOREAU, 7, "Pas de prise de poids, pas d'œdème. Traitement poursuivi."),
    PastVisit(6, 8, 15, _FONTAINE, 6, "Anxiété en recul, sommeil meilleur. Prochain entretien dans quinze jours."),
    PastVisit(5, 9, 30, _MOREAU, 13, "Renouvellement après contrôle de la tension, bien équilibrée."),
    PastVisit(5, 14, 0, _BENALI, 8, "Eczéma des mains : émollients, éviction du détergent."),
    PastVisit(3, 8, 45, _MOREAU, 17, "INR dans la cible, pas de saignement."),
    PastVisit(2, 13, 0, _MOREAU, 15, "Palpitations brèves, à l'effort seulement : électrocardiogramme prescrit."),
    PastVisit(1, 9, 15, _MOREAU, 19, "Asthme contrôlé, technique d'inhalation revue.", is_cut=True),
)  # fmt: skip


async def play_past(
    services: Services,
    practice: DemoPractice,
    clock: FrozenClock,
    today: datetime,
    *,
    meanwhile: Callable[[datetime], Awaitable[None]],
) -> None:
    """Every visit of PAST, in order. `services` run on `clock`, which is moved through the days up to `today`.

    `meanwhile` does what else happened up to the instant that it is given. The last days are left to invoice.
    """
    for visit in PAST:
        day = today - timedelta(days=visit.days_ago)
        start = day.replace(hour=visit.hour, minute=visit.minute, second=0, microsecond=0)
        await meanwhile(start - timedelta(minutes=50))
        clock.move_to(max(clock.now(), start - timedelta(minutes=50)))
        act = await _play(services, practice, clock, visit, Interval(start, start + _LENGTH))
        clock.advance(timedelta(minutes=3))
        await _sign(services, practice.callers[visit.doctor], act, visit)
        if visit.days_ago > _NOT_BILLED_DAYS:
            await bill(services, practice.callers[visit.doctor])


async def leave_one_to_sign(services: Services, practice: DemoPractice, clock: FrozenClock, now: datetime) -> None:
    """One visit of this morning whose report its doctor still owes."""
    start = now - timedelta(minutes=75)
    clock.move_to(max(clock.now(), start - timedelta(minutes=50)))
    visit = PastVisit(0, 0, 0, _MOREAU, 11, "Gonalgie mécanique bilatérale, marche conservée.")
    await _play(services, practice, clock, visit, Interval(start, start + _LENGTH))


async def _play(
    services: Services, practice: DemoPractice, clock: FrozenClock, visit: PastVisit, slot: Interval
) -> Teleconsultation:
    """From the booking to the end of the call."""
    doctor = practice.callers[visit.doctor]
    patient_id = practice.patients[visit.patient]
    asked = BookingRequest(_id(doctor.id), patient_id, slot, motive=PATIENTS[visit.patient].complaint)
    act = (await services.booking.book(practice.secretary, asked)).act
    patient = Caller(CallerKind.PATIENT, id=patient_id, practice_id=practice.practice_id, act_id=act.id, factors=2)
    clock.move_to(slot.start - timedelta(minutes=4))
    await _prepare(services, patient, mobile_of(visit.patient))
    clock.advance(timedelta(minutes=5))
    await services.calls.admit(doctor, act.id)
    for entry in _ledger(clock.now(), is_cut=visit.is_cut):
        await services.room_records.record(act.room, entry)
    clock.advance(timedelta(minutes=10))
    await services.calls.check_identity(doctor, act.id, IdentityMethod.KNOWN_PATIENT)
    await services.calls.save_notes(doctor, act.id, visit.notes)
    return await services.calls.finish(doctor, act.id, FinishReason.COMPLETED)


async def _prepare(services: Services, patient: Caller, phone: str) -> None:
    """What the patient does behind the link."""
    visits = services.visits
    wording = visits.wording()
    await visits.decide_consent(
        patient, ConsentDecision.GIVEN, wording_sha256=wording.sha256, by=ConsentBy.PATIENT, representative_name=None
    )
    await visits.confirm_traits(patient, TraitsAnswer.CONFIRMED)
    await visits.give_place(patient, PlaceKind.HOME, "Chez moi, 4 rue des Ursulines, Tours, deuxième étage", phone)
    await visits.report_devices(patient, Readiness.GOOD, Readiness.GOOD, Readiness.FAIR)
    await visits.arrive(patient)


def _ledger(start: datetime, *, is_cut: bool) -> Sequence[ContinuityEntry]:
    """What both pages and the server would have told of ten quiet minutes, or of ten minutes with a cut."""
    told = [(seat, kind, source, offset) for seat in Seat for kind, source, offset in _USUAL]
    if is_cut:
        told += [(Seat.PATIENT, kind, source, offset) for kind, source, offset in _CUT]
    return [
        ContinuityEntry(
            seat=seat.value,
            kind=kind,
            source=source,
            at=start + timedelta(seconds=offset),
            seat_at=start + timedelta(seconds=offset) if source == "seat" else None,
            stream=f"{source}-{seat.value}",
            sequence=number,
        )
        for number, (seat, kind, source, offset) in enumerate(sorted(told, key=lambda each: each[3]), start=1)
    ]


_USUAL = (
    ("joined", "server", 0.0),
    ("media_connected", "seat", 1.1),
    ("audio_on", "seat", 1.1),
    ("video_on", "seat", 1.1),
    ("first_frame", "seat", 1.4),
)
_CUT = (
    ("dropped", "server", 200.0),
    ("media_interrupted", "seat", 201.0),
    ("resumed", "server", 214.0),
    ("media_restored", "seat", 215.5),
)


def _id(value: UUID | None) -> UUID:
    if value is None:
        raise LookupError("a professional has an id")
    return value


async def _sign(services: Services, doctor: Caller, act: Teleconsultation, visit: PastVisit) -> None:
    """The report, written and signed: the act is closed, and billing hears of it."""
    draft = await services.reports.view(doctor, act.id)
    content = replace(
        draft.form.content,
        reason=PATIENTS[visit.patient].complaint + ".",
        findings=visit.notes,
        conclusion="Évolution favorable.",
        plan="Conduite expliquée au patient, qui rappellera en cas de changement.",
        prescribed=(),
    )
    coverage = Coverage(follows_pathway=True, is_within_territory=True, alternates=True, is_tiers_payant=True)
    written = await services.reports.save(
        doctor, act.id, ReportForm(content, coverage=coverage), revision=draft.revision
    )
    await services.reports.sign(doctor, act.id, revision=written.revision)
