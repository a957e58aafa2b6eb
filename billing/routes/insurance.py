"""HTTP of the rights of patients, and of the calendar of a practice."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from billing.schemas.insurance import CalendarChoice, PatientInsurance, PracticeCalendar
from billing.service import access
from billing.service.insurance import InsuranceService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Forbidden, NotFound

INSURANCES = web.AppKey("insurances", InsuranceService)
operations = Operations("billing")
BILLERS = only(*access.BILLERS)
MEMBERS = only(*access.READERS)


@operations.get("/billing/patients/{patient_id}/insurance", access=BILLERS, errors=(404,))
async def get_insurance(request: web.Request, caller: Caller, patient_id: UUID) -> PatientInsurance:
    """Show the rights of a patient as the practice read them last."""
    insurance = await request.app[INSURANCES].get(caller, patient_id)
    if insurance is None:
        raise NotFound("Aucun droit n'est enregistré pour ce patient.")
    return PatientInsurance.of(insurance)


@operations.put("/billing/patients/{patient_id}/insurance", access=BILLERS, errors=(404,))
async def put_insurance(
    request: web.Request, caller: Caller, patient_id: UUID, body: PatientInsurance
) -> PatientInsurance:
    """Keep the rights of a patient as they were read; the former reading is kept too."""
    if caller.practice_id is None:
        raise Forbidden("Votre compte n'est rattaché à aucun cabinet.")
    kept = await request.app[INSURANCES].put(caller, body.to_insurance(patient_id, caller.practice_id))
    return PatientInsurance.of(kept)


@operations.get("/billing/calendar", access=MEMBERS)
async def get_calendar(request: web.Request, caller: Caller) -> PracticeCalendar:
    """Show which public holidays count for the practice."""
    return PracticeCalendar(zone=await request.app[INSURANCES].calendar(caller))


@operations.put("/billing/calendar", access=only(Role.DOCTOR, Role.ADMINISTRATOR))
async def put_calendar(request: web.Request, caller: Caller, body: CalendarChoice) -> PracticeCalendar:
    """Say which public holidays the practice has: Alsace and Moselle have their own."""
    return PracticeCalendar(zone=await request.app[INSURANCES].set_calendar(caller, body.zone))
