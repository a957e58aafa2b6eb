"""Two records of one person: compared, merged, parted again."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Conflict, Refused
from telemed.patients.model import Patient
from telemed.web import forms, words
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import ReasonLine, Tone
from telemed.web.views.patients import MergeView, RecordView

pages = Pages()
_CARING = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.SECRETARY)


@pages.get("/patientele/{id}/reunir/{autre}", _CARING)
async def compare(visitor: Visitor) -> web.Response:
    """Both records side by side, and what the rules say."""
    place = await open_workplace(visitor, "patients")
    return await _show(visitor, place)


@pages.post("/patientele/{id}/reunir/{autre}", _CARING)
async def merge(visitor: Visitor) -> web.Response:
    kept_id, absorbed_id = _id(visitor, "id"), _id(visitor, "autre")
    form = await forms.typed(visitor.request)
    is_confirmed = bool(form.value("compares"))
    try:
        await visitor.services.merges.merge(visitor.known, kept_id, absorbed_id, is_confirmed=is_confirmed)
    except Refused:
        return await _show(visitor, await open_workplace(visitor, "patients"), status=409)
    return visitor.go(f"/patientele/{kept_id}", flash="patients-merged", subject=str(absorbed_id))


@pages.post("/patientele/{id}/separer", _CARING)
async def part(visitor: Visitor) -> web.Response:
    """Part an absorbed record from the one that took it in."""
    absorbed_id = _id(visitor, "id")
    kept_id = await find_kept(visitor, absorbed_id)
    if kept_id is None:
        raise Conflict("Ces deux dossiers ne sont pas réunis.", code="patient.not_merged")
    await visitor.services.merges.undo(visitor.known, kept_id, absorbed_id)
    return visitor.go(f"/patientele/{kept_id}", flash="patients-parted")


async def find_kept(visitor: Visitor, patient_id: UUID) -> UUID | None:
    """The record that took this one in; None for a record that stands alone."""
    try:
        await visitor.services.patients.get(visitor.known, patient_id)
    except Refused as refusal:
        for reason in refusal.decision.refusals:
            if reason.code == "patient.merged":
                return UUID(str(reason.compared["merged_into"]))
        raise
    return None


async def _show(visitor: Visitor, place: Workplace, *, status: int = 200) -> web.Response:
    kept, absorbed, decision = await visitor.services.merges.compare(
        visitor.known, _id(visitor, "id"), _id(visitor, "autre")
    )
    view = MergeView(
        kept=_record(kept, place),
        absorbed=_record(absorbed, place),
        refusals=tuple(_line(one, Tone.NOW) for one in decision.refusals),
        warnings=tuple(_line(one, Tone.SOON) for one in decision.warnings),
    )
    return visitor.render("professional/merge.html", place.frame, view, status=status)


def _record(patient: Patient, place: Workplace) -> RecordView:
    known = patient.identity.traits
    matricule = patient.identity.matricule
    return RecordView(
        id=str(patient.id),
        name=patient.full_name,
        birth_name=known.birth_name,
        first_names=" ".join(known.birth_given_names),
        born=words.birth(known.birth_date),
        sex=words.sex(known.sex),
        birth_place=known.birth_place or "Pas encore demandé",
        matricule=matricule.value if matricule else "Aucun",
        status=words.status_badge(patient.identity),
        created_on=patient.created_at,
        age=words.age(known.birth_date, place.frame.today),
    )


def _line(reason: Reason, tone: Tone) -> ReasonLine:
    return ReasonLine(reason.text, reason.reference, tone)


def _id(visitor: Visitor, name: str) -> UUID:
    try:
        return UUID(visitor.request.match_info[name])
    except ValueError:
        raise web.HTTPNotFound from None
