"""The enrolment of a patient, step by step: whatever lacks is said with its text, and each step keeps the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.observation import SignalKind
from telemed.acts.telemonitoring.rules.enrolment import EXCLUSIONS
from telemed.acts.telemonitoring.service.askings import REMIND_AT
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from telemed.web import follow_up_words, forms, french, words
from telemed.web.pages.follow_up_cards import devices_card, limits_card, prescriptions_card, team_card
from telemed.web.pages.follow_up_forms import FIELDS, read_plan, read_prescription
from telemed.web.pages.follow_ups import CARER, LIST, TAB, pathway_label
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.follow_up import ConsentCard, DraftStep, DraftView, Issued, PlanCard, ReminderCard
from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, Tone
from telemed.web.wording import read_blocks

pages = Pages()
STEPS: Mapping[str, str] = {
    "suivi": "Le suivi",
    "prescription": "Prescription",
    "accords": "Accords",
    "materiel": "Matériel",
    "seuils": "Seuils",
    "equipe": "Équipe",
    "commencer": "Commencer",
}
_MISSING = {
    "telemonitoring.prescription_missing": "prescription",
    "telemonitoring.prescriber": "prescription",
    "telemonitoring.prescription_too_long": "prescription",
    "telemonitoring.prescription_not_in_force": "prescription",
    "telemonitoring.consent_missing": "accords",
    "telemonitoring.usage_data_consent_missing": "accords",
    "telemonitoring.minimum_data_missing": "materiel",
    "telemonitoring.responsible_missing": "equipe",
}
"""Where what lacks is mended; everything else on the first page."""
_CONSENTS = {
    ActKind.TELEMONITORING: "Télésurveillance",
    ActKind.TELEMONITORING_USAGE: "Transmission des données d’utilisation",
}
_DECISIONS = {
    ConsentDecision.GIVEN: Badge("Accepté", Tone.FINE),
    ConsentDecision.REFUSED: Badge("Refusé", Tone.NOW),
    ConsentDecision.WITHDRAWN: Badge("Retiré", Tone.NOW),
}


class ConsentForm(forms.FormModel):
    accord: ActKind
    reponse: Literal["given", "refused"]


def follow_up_id_of(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None


@pages.get("/surveillance/{id}/inscription", CARER)
async def go_on(visitor: Visitor) -> web.Response:
    """The first step that still lacks something."""
    follow_up = await _draft(visitor)
    if follow_up.state is not FollowUpState.DRAFT:
        return visitor.go(f"/surveillance/{follow_up.id}")
    missing = _steps_lacking(await visitor.services.telemonitoring.follow_ups.check(visitor.known, follow_up.id))
    step = next((one for one in STEPS if one in missing), "commencer")
    return visitor.go(f"/surveillance/{follow_up.id}/inscription/{step}")


@pages.get("/surveillance/{id}/inscription/{etape}", CARER)
async def show_step(visitor: Visitor) -> web.Response:
    step = visitor.request.match_info["etape"]
    if step not in STEPS:
        raise web.HTTPNotFound
    follow_up = await visitor.services.telemonitoring.follow_ups.get(visitor.known, follow_up_id_of(visitor))
    if follow_up.state is not FollowUpState.DRAFT:
        return visitor.go(f"/surveillance/{follow_up.id}")
    return await render_step(visitor, follow_up, step)


@pages.post("/surveillance/{id}/inscription/suivi", CARER)
async def save_plan(visitor: Visitor) -> web.Response:
    follow_up, form = await _draft(visitor), await forms.typed(visitor.request)
    try:
        draft, version = read_plan(form, follow_up)
        await visitor.services.telemonitoring.follow_ups.edit(visitor.known, follow_up.id, draft, version=version)
    except forms.FormError as err:
        return await render_step(visitor, follow_up, "suivi", err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await render_step(visitor, follow_up, "suivi", forms.refused(form, err, FIELDS), status=422)
    return _next(visitor, follow_up, "suivi")


@pages.post("/surveillance/{id}/inscription/prescription", CARER)
async def save_prescription(visitor: Visitor) -> web.Response:
    follow_up, form = await _draft(visitor), await forms.typed(visitor.request)
    try:
        draft = read_prescription(form)
        await visitor.services.telemonitoring.follow_ups.prescribe(visitor.known, follow_up.id, draft)
    except forms.FormError as err:
        return await render_step(visitor, follow_up, "prescription", err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await render_step(visitor, follow_up, "prescription", forms.refused(form, err, FIELDS), status=422)
    return _next(visitor, follow_up, "prescription")


@pages.post("/surveillance/{id}/inscription/accords", CARER)
async def record_consent(visitor: Visitor) -> web.Response:
    """What the patient says aloud once the text was read to him."""
    follow_up, asked = await _draft(visitor), forms.read(ConsentForm, await forms.typed(visitor.request))
    await visitor.services.consents.record_oral(
        visitor.known,
        patient_id=follow_up.patient_id,
        act_kind=asked.accord,
        act_id=follow_up.id,
        decision=ConsentDecision(asked.reponse),
    )
    return visitor.go(f"/surveillance/{follow_up.id}/inscription/accords", flash="consent-recorded")


@pages.post("/surveillance/{id}/inscription/rappels", CARER)
async def answer_about_reminders(visitor: Visitor) -> web.Response:
    """Whether the patient wants to be reminded, and by which way."""
    follow_up, form = await _draft(visitor), await forms.typed(visitor.request)
    channel = {one.value: one for one in visitor.services.keying.links.channels}.get(form.value("moyen"))
    await visitor.services.keying.askings.remind_all(visitor.known, follow_up.id, channel)
    return visitor.go(f"/surveillance/{follow_up.id}/inscription/accords", flash="saved")


@pages.post("/surveillance/{id}/inscription/commencer", CARER)
async def start(visitor: Visitor) -> web.Response:
    follow_up = await _draft(visitor)
    try:
        await visitor.services.telemonitoring.follow_ups.start(visitor.known, follow_up.id)
    except Refused:
        return await render_step(visitor, follow_up, "commencer", status=422)
    return visitor.go(f"/surveillance/{follow_up.id}", flash="follow-up-started")


@pages.post("/surveillance/{id}/inscription/abandonner", CARER)
async def drop(visitor: Visitor) -> web.Response:
    await visitor.services.telemonitoring.follow_ups.drop(visitor.known, follow_up_id_of(visitor))
    return visitor.go(LIST, flash="follow-up-dropped")


async def _draft(visitor: Visitor) -> FollowUp:
    return await visitor.services.telemonitoring.follow_ups.get(visitor.known, follow_up_id_of(visitor))


def _next(visitor: Visitor, follow_up: FollowUp, step: str) -> web.Response:
    return visitor.go(f"/surveillance/{follow_up.id}/inscription/{_after(step)}", flash="saved")


def _after(step: str) -> str:
    names = list(STEPS)
    return names[min(names.index(step) + 1, len(names) - 1)]


def _steps_lacking(decision: Decision) -> set[str]:
    return {_MISSING.get(reason.code, "suivi") for reason in decision.refusals}


async def render_step(
    visitor: Visitor,
    follow_up: FollowUp,
    step: str,
    form: Form = NOTHING_TYPED,
    *,
    issued: Issued | None = None,
    status: int = 200,
) -> web.Response:
    """One step of a draft, with where the others stand."""
    place, services = await open_workplace(visitor, TAB), visitor.services
    decision = await services.telemonitoring.follow_ups.check(visitor.known, follow_up.id)
    patient = await services.patients.get(visitor.known, follow_up.patient_id)
    settings = await services.telemonitoring.thresholds.history(visitor.known, follow_up.id)
    lacking = _steps_lacking(decision)
    if not settings:
        lacking.add("seuils")
    view = await _view(visitor, follow_up, patient, decision, step, form, lacking, issued)
    return visitor.render("professional/follow_up_draft.html", place.frame, view, status=status)


async def _view(
    visitor: Visitor,
    follow_up: FollowUp,
    patient: Patient,
    decision: Decision,
    step: str,
    form: Form,
    lacking: set[str],
    issued: Issued | None,
) -> DraftView:
    telemonitoring, caller = visitor.services.telemonitoring, visitor.known
    home = f"/surveillance/{follow_up.id}"
    today = civil_date(visitor.services.clock.now(), follow_up.plan.territory)
    version = telemonitoring.pathways[follow_up.plan.pathway].on(today)
    prescriptions = team = devices = limits = None
    if step == "prescription":
        found = await telemonitoring.follow_ups.prescriptions(caller, follow_up.id)
        start = form if form.values else Form({"prescrit_le": today.isoformat(), "debut": today.isoformat()})
        prescriptions = prescriptions_card(home, found, start)
    elif step == "equipe":
        team = await team_card(visitor, home, await telemonitoring.teams.members(caller, follow_up.id), form)
    elif step == "materiel":
        standings = await telemonitoring.devices.of_follow_up(caller, follow_up.id)
        devices = await devices_card(visitor, home, standings, form, issued=issued)
    elif step == "seuils":
        settings = await telemonitoring.thresholds.history(caller, follow_up.id)
        asked = await telemonitoring.sheets.asked_limits(caller, follow_up.id)
        people = {one.id: one for one in await visitor.services.professionals.page(caller, limit=200)}
        limits = limits_card(visitor, home, settings, asked, people, form)
    return DraftView(
        base=f"{home}/inscription",
        patient=patient.full_name,
        age=words.age(patient.identity.traits.birth_date, today),
        pathway=pathway_label(visitor, follow_up),
        minimum=follow_up_words.minimum_words(version),
        steps=_steps(home, step, lacking),
        step=step,
        form=form,
        next_address=f"{home}/inscription/{_after(step)}" if step != "commencer" else "",
        plan=_plan_card(visitor, follow_up, form, version.silence.days) if step == "suivi" else None,
        prescriptions=prescriptions,
        consents=await _consents(visitor, follow_up) if step == "accords" else (),
        reminders=await _reminders(visitor, follow_up, patient) if step == "accords" else None,
        devices=devices,
        limits=limits,
        team=team,
        reasons=tuple(forms.reason_line(one, Tone.NOW) for one in decision.refusals),
        warnings=tuple(forms.reason_line(one, Tone.SOON) for one in decision.warnings),
        is_responsible_missing="equipe" in lacking,
    )


async def _reminders(visitor: Visitor, follow_up: FollowUp, patient: Patient) -> ReminderCard | None:
    """Proposed by SMS where there is a telephone, else by e-mail; None where nothing is asked."""
    keying = visitor.services.keying
    asked = [one for one in await keying.askings.of_follow_up(visitor.known, follow_up.id) if not one.is_off]
    if not asked:
        return None
    ways = ((Channel.SMS, patient.contact.phone, "par SMS"), (Channel.EMAIL, patient.contact.email, "par courriel"))
    known = [(channel, way) for channel, address, way in ways if address and channel in keying.links.channels]
    channel, way = known[0] if known else (None, "")
    return ReminderCard(
        questionnaires=tuple(french.typographic(one.known.questionnaire.title) for one in asked),
        channel=channel.value if channel else "",
        way=way,
        hour=f"{REMIND_AT.hour}{french.FIXED}h",
        is_on=any(one.asking.channel is not None for one in asked),
    )


def _steps(home: str, current: str, lacking: set[str]) -> tuple[DraftStep, ...]:
    def state(key: str) -> Badge:
        if key == "commencer":
            return Badge("À compléter", Tone.SOON) if lacking - {"seuils"} else Badge("Prêt", Tone.FINE)
        if key == "seuils" and key in lacking:
            return Badge("Aucun", Tone.SOON)
        return Badge("À faire", Tone.SOON) if key in lacking else Badge("Fait", Tone.FINE)

    return tuple(
        DraftStep(key, label, f"{home}/inscription/{key}", state(key), is_current=key == current)
        for key, label in STEPS.items()
    )


def _plan_card(visitor: Visitor, follow_up: FollowUp, form: Form, most_days: int) -> PlanCard:
    plan, catalogue = follow_up.plan, visitor.services.telemonitoring.catalogue
    today = civil_date(visitor.services.clock.now(), plan.territory)
    typed = form.values or {
        "silence": str(plan.silence_days),
        "dmn": plan.dmn,
        "exploitant": plan.exploitant,
        "saisis": ",".join(sorted(plan.hand_signals)),
        "exclusions": ",".join(sorted(plan.exclusions)),
        "tiers_payant": "oui" if plan.is_tiers_payant else "",
    }
    labels = visitor.services.law.on(today).value(EXCLUSIONS).labels
    version = visitor.services.telemonitoring.pathways[plan.pathway].on(today)
    wanted = {name for datum in version.minimum_data for name in datum.signals} | plan.hand_signals
    return PlanCard(
        form=Form({**typed, "version": str(follow_up.version)}, form.errors),
        exclusions=tuple(Choice(code, french.typographic(label)) for code, label in labels.items()),
        signals=tuple(
            Choice(one.name, french.typographic(one.label))
            for one in catalogue
            if one.name in wanted and one.kind is not SignalKind.ANSWER
        ),
        most_days=most_days,
    )


async def _consents(visitor: Visitor, follow_up: FollowUp) -> tuple[ConsentCard, ...]:
    """Both consents with their words, and the last decision about this follow-up."""
    consents = visitor.services.consents
    records = await consents.page(visitor.known, follow_up.patient_id, limit=100)
    cards = []
    for kind, title in _CONSENTS.items():
        own = [one for one in records if one.act_kind is kind and one.act_id == follow_up.id]
        last = max(own, key=lambda one: one.at, default=None)
        state = _DECISIONS[last.decision] if last else Badge("À recueillir", Tone.SOON)
        blocks = read_blocks(consents.wording(kind).text)
        cards.append(ConsentCard(kind.value, title, state, tuple(blocks), last.at if last else None))
    return tuple(cards)
