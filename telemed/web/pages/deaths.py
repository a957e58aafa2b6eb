"""A death on the patient's own sheet: recorded, corrected, taken back."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.errors import Conflict, Invalid
from telemed.patients.model import DeathSource
from telemed.web import forms
from telemed.web.pages.page import Pages, Visitor
from telemed.web.pages.patients import show_sheet
from telemed.web.views.frame import Form

pages = Pages()
CLINICIAN = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
_FIELDS = {"died_on": "deces_le", "reason": "deces_raison"}


class DeathForm(forms.FormModel):
    deces_le: date
    deces_source: DeathSource


class DeathErrorForm(forms.FormModel):
    deces_raison: Annotated[str, Field(min_length=1, max_length=500)]


@pages.post("/patientele/{id}/deces", CLINICIAN)
async def record(visitor: Visitor) -> web.Response:
    form, patient_id = await forms.typed(visitor.request), _patient_id(visitor)
    try:
        await record_typed(visitor, form, patient_id)
    except forms.FormError as err:
        return await _show_again(visitor, err.form)
    return visitor.go(f"/patientele/{patient_id}", flash="death-recorded")


@pages.post("/patientele/{id}/deces/annuler", CLINICIAN)
async def take_back(visitor: Visitor) -> web.Response:
    form, patient_id = await forms.typed(visitor.request), _patient_id(visitor)
    try:
        asked = forms.read(DeathErrorForm, form)
        await visitor.services.deaths.take_back(visitor.known, patient_id, reason=asked.deces_raison)
    except forms.FormError as err:
        return await _show_again(visitor, err.form)
    except (Invalid, Conflict) as err:
        return await _show_again(visitor, forms.refused(form, err, _FIELDS))
    return visitor.go(f"/patientele/{patient_id}", flash="death-taken-back")


async def record_typed(visitor: Visitor, form: Form, patient_id: UUID) -> None:
    """What a form says of a death. Raises FormError with what was typed, and why not."""
    asked = forms.read(DeathForm, form)
    try:
        await visitor.services.deaths.record(
            visitor.known, patient_id, died_on=asked.deces_le, source=asked.deces_source
        )
    except (Invalid, Conflict) as err:
        raise forms.FormError(forms.refused(form, err, _FIELDS)) from err


async def _show_again(visitor: Visitor, form: Form) -> web.Response:
    return await show_sheet(visitor, form, status=422)


def _patient_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
