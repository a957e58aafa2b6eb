"""To whom a signed report goes at once, by what it hides and what its identity allows (R-5, R-38, R-40)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from telemed.documents.model import (
    Addressees,
    DeliveryReason,
    DeliveryStep,
    ExpertiseReport,
    Recipient,
    Visibility,
)
from telemed.kernel.clock import Territory, resolve_local

Planned = tuple[Recipient, DeliveryStep, DeliveryReason]
_TO_TELL = (DeliveryStep.QUEUED, DeliveryReason.TO_TELL)
_DECEASED = (DeliveryStep.WITHHELD, DeliveryReason.DECEASED)
_MORNING, _EVENING = time(8), time(20)
_HIDDEN = frozenset({Visibility.INVISIBLE_PATIENT, Visibility.INVISIBLE_REPRESENTANTS_LEGAUX})


def telling_time(now: datetime, territory: Territory) -> datetime:
    """When people are told of what was signed at `now`: at once by day, from eight in the morning otherwise."""
    local = now.astimezone(territory.zone)
    if _MORNING <= local.time() < _EVENING:
        return now
    day = local.date() if local.time() < _MORNING else local.date() + timedelta(days=1)
    return resolve_local(datetime.combine(day, _MORNING), territory)


def plan_deliveries(report: ExpertiseReport) -> tuple[Planned, ...]:
    """The first line of each recipient of an opinion.

    The requérant asked for it: he reads it in the case whatever it hides. What is hidden from professionals goes to
    no other; what is hidden from the patient or from legal representatives is not told to him, since who holds the
    telephone of a minor is not known.
    """
    return (
        (Recipient.REQUERANT, DeliveryStep.AVAILABLE, DeliveryReason.IN_CASE),
        (Recipient.MEDECIN_TRAITANT, *_to_doctor(report)),
        (Recipient.PATIENT, *_to_patient(report)),
        (Recipient.DMP, *_to_dmp(may_leave=report.patient.matricule_to_send is not None)),
    )


def plan_monitoring(people: Addressees) -> tuple[Planned, ...]:
    """The first line of each recipient of a report of télésurveillance: who prescribed it and the patient are owed the
    report of the end of care, the médecin traitant goes on with what it says."""
    return (
        (Recipient.PRESCRIBER, *_to_prescriber(people)),
        (Recipient.MEDECIN_TRAITANT, *_to_attending(people)),
        (Recipient.PATIENT, *(_DECEASED if people.is_dead else _TO_TELL)),
        (Recipient.DMP, *_to_dmp(may_leave=people.may_leave)),
    )


def _to_prescriber(people: Addressees) -> tuple[DeliveryStep, DeliveryReason]:
    if not people.prescriber:
        return DeliveryStep.WITHHELD, DeliveryReason.RPPS_UNKNOWN
    if people.prescriber == people.author:
        return DeliveryStep.AVAILABLE, DeliveryReason.IS_AUTHOR
    return DeliveryStep.QUEUED, DeliveryReason.TO_TELL


def _to_attending(people: Addressees) -> tuple[DeliveryStep, DeliveryReason]:
    if not people.attending:
        return DeliveryStep.WITHHELD, DeliveryReason.NO_ATTENDING_DOCTOR
    if people.attending == people.author:
        return DeliveryStep.AVAILABLE, DeliveryReason.IS_AUTHOR
    if people.attending == people.prescriber:
        return DeliveryStep.AVAILABLE, DeliveryReason.IS_PRESCRIBER
    return DeliveryStep.QUEUED, DeliveryReason.TO_TELL


def _to_doctor(report: ExpertiseReport) -> tuple[DeliveryStep, DeliveryReason]:
    doctor = report.medecin_traitant
    if doctor is None:
        return DeliveryStep.WITHHELD, DeliveryReason.NO_ATTENDING_DOCTOR
    if doctor.rpps == report.author.rpps:
        return DeliveryStep.AVAILABLE, DeliveryReason.IS_AUTHOR
    if doctor.rpps == report.facts.requerant.rpps:
        return DeliveryStep.AVAILABLE, DeliveryReason.IS_REQUERANT
    if Visibility.MASQUE_PS in report.visibility:
        return DeliveryStep.WITHHELD, DeliveryReason.MASKED
    return DeliveryStep.QUEUED, DeliveryReason.TO_TELL


def _to_patient(report: ExpertiseReport) -> tuple[DeliveryStep, DeliveryReason]:
    if _HIDDEN & report.visibility:
        return DeliveryStep.WITHHELD, DeliveryReason.HIDDEN_FROM_PATIENT
    return DeliveryStep.QUEUED, DeliveryReason.TO_TELL


def _to_dmp(*, may_leave: bool) -> tuple[DeliveryStep, DeliveryReason]:
    """Only under a matricule that may leave; it waits for the way to the DMP, with its codes of visibility."""
    if not may_leave:
        return DeliveryStep.WITHHELD, DeliveryReason.INS_NOT_QUALIFIED
    return DeliveryStep.QUEUED, DeliveryReason.DMP_NOT_CONNECTED
