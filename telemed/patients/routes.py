"""HTTP of patients, for the doctors and secretaries of their practice."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller, Role
from telemed.patients.model import parse_birth_date
from telemed.patients.schemas import (
    AttendingDoctorHistory,
    AttendingDoctorIn,
    BirthDateText,
    DocumentCheckIn,
    IdentityCheckOut,
    IdentityDoubtIn,
    IdentityVersionOut,
    MergeIn,
    MergeOut,
    MergeUndoIn,
    PatientCreated,
    PatientIn,
    PatientOut,
    PatientPatch,
    PossibleDuplicateOut,
    PossibleDuplicates,
)
from telemed.patients.schemas.deaths import DeathErrorIn, DeathIn, DeathOut
from telemed.patients.service import DeathService, MergeService, PatientService

PATIENTS = web.AppKey("patients", PatientService)
MERGES = web.AppKey("merges", MergeService)
DEATHS = web.AppKey("patient_deaths", DeathService)
CARERS = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.SECRETARY)
CLINICIANS = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
operations = Operations("patients")

Name = Annotated[str | None, Field(max_length=100, description="Whole words of any of the names, case ignored.")]


@operations.post("/patients", access=CARERS, status=201, errors=(409,))
async def create_patient(request: web.Request, caller: Caller, *, body: PatientIn) -> PatientCreated:
    """Record a new patient, and point out the records that look alike."""
    patient, duplicates = await request.app[PATIENTS].create(caller, body.draft())
    return PatientCreated(
        patient=PatientOut.of(patient), possible_duplicates=[PossibleDuplicateOut.of(found) for found in duplicates]
    )


@operations.get("/patients", access=CARERS)
async def list_patients(
    request: web.Request,
    caller: Caller,
    *,
    name: Name = None,
    birth_date: BirthDateText | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PatientOut]:
    """List the practice's patients by order of creation, all or by name and birth date."""
    found = await request.app[PATIENTS].page(
        caller,
        name=name,
        birth_date=parse_birth_date(birth_date) if birth_date else None,
        after=decode_cursor_id(cursor),
        limit=limit + 1,
    )
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[PatientOut.of(patient) for patient in found[:limit]], next_cursor=more)


@operations.get("/patients/{patient_id}", access=CARERS, errors=(409,))
async def get_patient(request: web.Request, caller: Caller, patient_id: UUID) -> PatientOut:
    """Read a patient's record; one that was merged into another answers 409 `patient.merged`, with where it went."""
    return PatientOut.of(await request.app[PATIENTS].get(caller, patient_id))


@operations.patch("/patients/{patient_id}", access=CARERS, errors=(409,))
async def amend_patient(request: web.Request, caller: Caller, patient_id: UUID, *, body: PatientPatch) -> PatientOut:
    """Correct a patient's record.

    A strict trait that changes drops what was verified (R-6); the former identity stays in the history.
    """
    patient = await request.app[PATIENTS].amend(caller, patient_id, body.revise, version=body.version)
    return PatientOut.of(patient)


@operations.post("/patients/{patient_id}/identity-checks", access=CARERS, status=201, errors=(409,))
async def check_identity(
    request: web.Request, caller: Caller, patient_id: UUID, *, body: DocumentCheckIn
) -> IdentityCheckOut:
    """Record that a document was compared with the traits."""
    done = await request.app[PATIENTS].record_identity_check(
        caller, patient_id, proof=body.proof, method=body.method, companion=body.companion
    )
    return IdentityCheckOut(patient=PatientOut.of(done.patient), warnings=[reason.text for reason in done.warnings])


@operations.post("/patients/{patient_id}/identity-doubts", access=CARERS, status=201, errors=(409,))
async def doubt_identity(
    request: web.Request, caller: Caller, patient_id: UUID, *, body: IdentityDoubtIn
) -> PatientOut:
    """Set an identity aside until a document is checked again."""
    return PatientOut.of(await request.app[PATIENTS].raise_doubt(caller, patient_id, body.reason))


@operations.get("/patients/{patient_id}/identity-history", access=CARERS, errors=(409,))
async def list_identity_history(
    request: web.Request, caller: Caller, patient_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[IdentityVersionOut]:
    """List what the identity was, the newest first."""
    keys = decode_cursor(cursor, int)
    before = int(keys[0]) if keys else None
    found = await request.app[PATIENTS].identity_history(caller, patient_id, before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].number) if len(found) > limit else None
    return Page(items=[IdentityVersionOut.of(version) for version in found[:limit]], next_cursor=more)


@operations.get("/patients/{patient_id}/possible-duplicates", access=CARERS, errors=(409,))
async def find_possible_duplicates(request: web.Request, caller: Caller, patient_id: UUID) -> PossibleDuplicates:
    """Point out the records that may be the same person: ten at most."""
    found = await request.app[PATIENTS].duplicates(caller, patient_id)
    return PossibleDuplicates(possible_duplicates=[PossibleDuplicateOut.of(duplicate) for duplicate in found])


@operations.get("/patients/{patient_id}/attending-doctor", access=CARERS, errors=(409,))
async def get_attending_doctor(request: web.Request, caller: Caller, patient_id: UUID) -> AttendingDoctorHistory:
    """Read who the médecin traitant was, day by day."""
    return AttendingDoctorHistory.of(await request.app[PATIENTS].attending_doctors(caller, patient_id))


@operations.put("/patients/{patient_id}/attending-doctor", access=CARERS, errors=(409,))
async def set_attending_doctor(
    request: web.Request, caller: Caller, patient_id: UUID, *, body: AttendingDoctorIn
) -> AttendingDoctorHistory:
    """Declare the médecin traitant from a day on, or that there is none; former entries stay."""
    history = await request.app[PATIENTS].set_attending_doctor(
        caller, patient_id, rpps=body.rpps, name=body.name, from_on=body.from_on
    )
    return AttendingDoctorHistory.of(history)


@operations.get("/patients/{patient_id}/death", access=CARERS, errors=(409,))
async def get_death(request: web.Request, caller: Caller, patient_id: UUID) -> DeathOut:
    """Read whether the patient is known to have died, and what was recorded of it."""
    return DeathOut.of(await request.app[DEATHS].read(caller, patient_id))


@operations.put("/patients/{patient_id}/death", access=CLINICIANS, errors=(409,))
async def record_death(request: web.Request, caller: Caller, patient_id: UUID, *, body: DeathIn) -> DeathOut:
    """Record a death, or correct its day; follow-ups end at once, with their links and the access of their devices.

    Nothing is erased: the record is kept as long as the law says, counted from that day.
    """
    deaths = await request.app[DEATHS].record(caller, patient_id, died_on=body.died_on, source=body.source)
    return DeathOut.of(deaths)


@operations.post("/patients/{patient_id}/death/cancellation", access=CLINICIANS, errors=(409,))
async def take_death_back(request: web.Request, caller: Caller, patient_id: UUID, *, body: DeathErrorIn) -> DeathOut:
    """Say that it was recorded wrongly. What ended does not begin again by itself."""
    return DeathOut.of(await request.app[DEATHS].take_back(caller, patient_id, reason=body.reason))


@operations.post("/patients/{patient_id}/merge", access=CARERS, status=201, errors=(409,))
async def merge_patient(request: web.Request, caller: Caller, patient_id: UUID, *, body: MergeIn) -> MergeOut:
    """Take a duplicate into this record, which is kept.

    What the rules warn of (twins share four traits) refuses until it is confirmed. The absorbed record leaves lists
    and searches and answers 409 `patient.merged` with where it went; what was done under it stays under its id, and
    counts in the quotas of this person. It can be undone.
    """
    done = await request.app[MERGES].merge(caller, patient_id, body.absorbed_id, is_confirmed=body.is_confirmed)
    return MergeOut.of(done)


@operations.post("/patients/{patient_id}/merge/undo", access=CARERS, status=201, errors=(409,))
async def undo_merge(request: web.Request, caller: Caller, patient_id: UUID, *, body: MergeUndoIn) -> MergeOut:
    """Part a record from this one; each takes back the acts made under it."""
    return MergeOut.of(await request.app[MERGES].undo(caller, patient_id, body.absorbed_id))


@operations.get("/patients/{patient_id}/merges", access=CARERS)
async def list_merges(
    request: web.Request, caller: Caller, patient_id: UUID, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MergeOut]:
    """List what was merged into this record and parted from it, the newest first."""
    found = await request.app[MERGES].history(caller, patient_id, before=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page(items=[MergeOut.of(merge) for merge in found[:limit]], next_cursor=more)
