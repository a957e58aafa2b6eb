"""What is done to a follow-up from its sheet, or from the enrolment: limits, team, devices, sessions, its life."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import segno
from aiohttp import web

from telemed.acts.telemonitoring.model.care import EducationTopic, FollowUp
from telemed.acts.telemonitoring.model.devices import LONGEST_CREDENTIAL, DeviceContent
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.quarantine import Verdict
from telemed.kernel.errors import Conflict, Invalid, NotFound, Refused
from telemed.web import forms
from telemed.web.pages import follow_up_forms as asked
from telemed.web.pages.deaths import record_typed
from telemed.web.pages.follow_up_draft import follow_up_id_of, render_step
from telemed.web.pages.follow_up_sheet import read_place, render_sheet
from telemed.web.pages.follow_ups import CARER
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.follow_up import Issued
from telemed.web.views.frame import Form

pages = Pages()
Gesture = Callable[[Form], Awaitable[str]]
"""Does what a form asks, and names what to say of it."""


async def _do(visitor: Visitor, step: str, section: str, gesture: Gesture) -> web.Response:
    """Do it, and go back to where it was asked: the sheet, or the step of a draft. A refusal keeps what was typed."""
    form, follow_up = await forms.typed(visitor.request), await _follow_up(visitor)
    try:
        flash = await gesture(form)
    except forms.FormError as err:
        return await _show_again(visitor, follow_up, step, err.form)
    except (Invalid, Refused, Conflict) as err:
        return await _show_again(visitor, follow_up, step, forms.refused(form, err, asked.FIELDS))
    if follow_up.state is FollowUpState.DRAFT:
        return visitor.go(f"/surveillance/{follow_up.id}/inscription/{step}", flash=flash)
    return visitor.go(f"/surveillance/{follow_up.id}#{section}", flash=flash)


async def _follow_up(visitor: Visitor) -> FollowUp:
    return await visitor.services.telemonitoring.follow_ups.get(visitor.known, follow_up_id_of(visitor))


async def _show_again(visitor: Visitor, follow_up: FollowUp, step: str, form: Form) -> web.Response:
    if follow_up.state is FollowUpState.DRAFT and step:
        return await render_step(visitor, follow_up, step, form, status=422)
    return await render_sheet(visitor, follow_up.id, form, status=422)


@pages.post("/surveillance/{id}/seuils", CARER)
async def set_limits(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        telemonitoring, caller, follow_up = visitor.services.telemonitoring, visitor.known, await _follow_up(visitor)
        known = await telemonitoring.sheets.asked_limits(caller, follow_up.id)
        drafts, reason = asked.read_limits(form, known, follow_up)
        await telemonitoring.thresholds.set(caller, follow_up.id, drafts, reason=reason)
        return "limits-set"

    return await _do(visitor, "seuils", "seuils", gesture)


@pages.post("/surveillance/{id}/equipe", CARER)
async def put_member(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        member = forms.read(asked.TeamForm, form)
        teams = visitor.services.telemonitoring.teams
        await teams.put(visitor.known, follow_up_id_of(visitor), member.personne, member.role)
        return "saved"

    return await _do(visitor, "equipe", "equipe", gesture)


@pages.post("/surveillance/{id}/equipe/{personne}/retirer", CARER)
async def remove_member(visitor: Visitor) -> web.Response:
    async def gesture(_form: Form) -> str:
        teams = visitor.services.telemonitoring.teams
        await teams.remove(visitor.known, follow_up_id_of(visitor), _named(visitor, "personne"))
        return "saved"

    return await _do(visitor, "equipe", "equipe", gesture)


@pages.post("/surveillance/{id}/dispositifs", CARER)
async def add_device(visitor: Visitor) -> web.Response:
    """A device that the practice did not know, given to this patient at once."""

    async def gesture(form: Form) -> str:
        typed, devices = forms.read(asked.DeviceForm, form), visitor.services.telemonitoring.devices
        signals = frozenset(filter(None, typed.mesures.split(",")))
        content = DeviceContent(typed.identifiant, typed.modele, typed.nom, signals)
        device = await devices.add(visitor.known, content)
        await devices.assign(visitor.known, device.id, follow_up_id_of(visitor))
        return "device-given"

    return await _do(visitor, "materiel", "materiel", gesture)


@pages.post("/surveillance/{id}/dispositifs/confier", CARER)
async def give_device(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        devices = visitor.services.telemonitoring.devices
        try:
            device_id = UUID(form.value("dispositif"))
        except ValueError:
            raise forms.FormError(Form(form.values, {"dispositif": "Choisissez un dispositif."})) from None
        await devices.assign(visitor.known, device_id, follow_up_id_of(visitor))
        return "device-given"

    return await _do(visitor, "materiel", "materiel", gesture)


@pages.post("/surveillance/{id}/dispositifs/{dispositif}/reprendre", CARER)
async def take_device_back(visitor: Visitor) -> web.Response:
    async def gesture(_form: Form) -> str:
        standing = await own_device(visitor)
        await visitor.services.telemonitoring.devices.unassign(visitor.known, standing)
        return "device-back"

    return await _do(visitor, "materiel", "materiel", gesture)


@pages.post("/surveillance/{id}/dispositifs/{dispositif}/acces", CARER)
async def issue_access(visitor: Visitor) -> web.Response:
    """A token for the device, shown on this answer and never again: there is no address where it could be read."""
    follow_up, devices = await _follow_up(visitor), visitor.services.telemonitoring.devices
    device_id = await own_device(visitor)
    try:
        made = await devices.issue_token(visitor.known, device_id, days=LONGEST_CREDENTIAL.days)
    except (Conflict, Refused) as err:
        return await _show_again(visitor, follow_up, "materiel", forms.refused(Form(), err))
    standing = await devices.get(visitor.known, device_id)
    issued = show_issued(visitor, standing.device.content.label, made.token or "")
    if follow_up.state is FollowUpState.DRAFT:
        response = await render_step(visitor, follow_up, "materiel", issued=issued)
    else:
        response = await render_sheet(visitor, follow_up.id, issued=issued)
    response.headers["Cache-Control"] = "no-store"
    return response


def show_issued(visitor: Visitor, label: str, token: str) -> Issued:
    """A token with where it is used, and a picture of both."""
    address = f"{visitor.services.public_url.rstrip('/')}/fhir"
    picture = segno.make(f"{address}#{token}", error="m").svg_data_uri(scale=4, border=2, light="#ffffff")
    return Issued(label, address, token, picture)


@pages.post("/surveillance/{id}/mises-de-cote", CARER)
async def judge_measure(visitor: Visitor) -> web.Response:
    """Does a measure that was set aside count?"""

    async def gesture(form: Form) -> str:
        try:
            place = read_place(form.value("mesure"))
        except ValueError:
            raise web.HTTPNotFound from None
        verdict = Verdict.CONFIRMED if form.value("reponse") == "compter" else Verdict.REJECTED
        await visitor.services.telemonitoring.quarantine.decide(visitor.known, follow_up_id_of(visitor), place, verdict)
        return "measure-confirmed" if verdict is Verdict.CONFIRMED else "measure-rejected"

    return await _do(visitor, "", "attente", gesture)


@pages.post("/surveillance/{id}/sourdines/{sourdine}/lever", CARER)
async def lift_mute(visitor: Visitor) -> web.Response:
    async def gesture(_form: Form) -> str:
        await visitor.services.surveillance.mutes.lift(visitor.known, _named(visitor, "sourdine"))
        return "alert-unmuted"

    return await _do(visitor, "", "sourdines", gesture)


@pages.post("/surveillance/{id}/seances", CARER)
async def log_session(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        typed = forms.read(asked.SessionForm, form)
        known = {topic.value for topic in EducationTopic}
        topics = [EducationTopic(one) for one in typed.sujets.split(",") if one in known]
        await visitor.services.telemonitoring.education.log(
            visitor.known,
            follow_up_id_of(visitor),
            held_on=typed.seance_le,
            minutes=typed.seance_duree,
            topics=topics,
            note=typed.seance_note,
        )
        return "session-logged"

    return await _do(visitor, "", "seances", gesture)


@pages.post("/surveillance/{id}/renouveler", CARER)
async def renew(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        draft = asked.read_prescription(form)
        await visitor.services.telemonitoring.follow_ups.renew(visitor.known, follow_up_id_of(visitor), draft)
        return "follow-up-renewed"

    return await _do(visitor, "", "prescriptions", gesture)


@pages.post("/surveillance/{id}/suspendre", CARER)
async def suspend(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        typed, service = forms.read(asked.SuspendForm, form), visitor.services.telemonitoring.follow_ups
        try:
            await service.suspend(
                visitor.known, follow_up_id_of(visitor), first_day=typed.absent_le, reason=typed.motif_absence
            )
        except Invalid as err:
            raise forms.FormError(forms.refused(form, err, {"first_day": "absent_le"})) from err
        return "follow-up-suspended"

    return await _do(visitor, "", "conduite", gesture)


@pages.post("/surveillance/{id}/reprendre", CARER)
async def resume(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        typed, service = forms.read(asked.ResumeForm, form), visitor.services.telemonitoring.follow_ups
        await service.resume(visitor.known, follow_up_id_of(visitor), day=typed.retour_le)
        return "follow-up-resumed"

    return await _do(visitor, "", "conduite", gesture)


@pages.post("/surveillance/{id}/poursuivre", CARER)
async def keep(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        typed, service = forms.read(asked.KeepForm, form), visitor.services.telemonitoring.follow_ups
        await service.keep(visitor.known, follow_up_id_of(visitor), reason=typed.motif_poursuite)
        return "saved"

    return await _do(visitor, "", "conduite", gesture)


@pages.post("/surveillance/{id}/arreter", CARER)
async def stop(visitor: Visitor) -> web.Response:
    async def gesture(form: Form) -> str:
        typed, service = forms.read(asked.StopForm, form), visitor.services.telemonitoring.follow_ups
        await service.stop(visitor.known, follow_up_id_of(visitor), end_reason=typed.fin_motif, reason=typed.fin_texte)
        return "follow-up-stopped"

    return await _do(visitor, "", "conduite", gesture)


@pages.post("/surveillance/{id}/deces", CARER)
async def record_death(visitor: Visitor) -> web.Response:
    """On the patient, not on this follow-up alone: all that follow him end."""

    async def gesture(form: Form) -> str:
        await record_typed(visitor, form, (await _follow_up(visitor)).patient_id)
        return "death-recorded"

    return await _do(visitor, "", "conduite", gesture)


def _named(visitor: Visitor, name: str) -> UUID:
    try:
        return UUID(visitor.request.match_info[name])
    except ValueError:
        raise web.HTTPNotFound from None


async def own_device(visitor: Visitor) -> UUID:
    """The device of the address, if this patient has it. Raises NotFound."""
    device_id = _named(visitor, "dispositif")
    standings = await visitor.services.telemonitoring.devices.of_follow_up(visitor.known, follow_up_id_of(visitor))
    if all(one.device.id != device_id for one in standings):
        raise NotFound("Ce patient n'a pas ce dispositif.")
    return device_id
