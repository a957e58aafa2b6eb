"""The patient's page as his team runs it: his link, which questionnaires are asked and when he is reminded."""

from __future__ import annotations

from datetime import time
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.model.rights import Right, has_right
from telemed.acts.telemonitoring.service.askings import Asked, AskingDraft
from telemed.acts.telemonitoring.service.questionnaires import KnownQuestionnaire
from telemed.kernel.errors import Conflict, Invalid
from telemed.kernel.messages import Channel
from telemed.web import forms, french
from telemed.web.pages.follow_ups import CARER, TAB, pathway_label
from telemed.web.pages.keying import Desk, open_desk
from telemed.web.pages.link_card import sending_line
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import NOTHING_TYPED, Badge, Choice, Form, Tone
from telemed.web.views.keying import AskedLine, KnownLine, OwnDeskView, QuestionnairesView

pages = Pages()
_FREQUENCIES = {
    1: "Chaque jour",
    2: "Tous les 2 jours",
    3: "Tous les 3 jours",
    7: "Chaque semaine",
    14: "Tous les 14 jours",
    28: "Toutes les 4 semaines",
}
_REMINDERS = {"": "Pas de rappel", "sms": "Par SMS", "email": "Par courriel"}
_LARGEST = 200_000


class AskingForm(forms.FormModel):
    questionnaire: UUID
    tous_les: int = 1
    rappel: str = ""
    heure: str = ""


class LinkForm(forms.FormModel):
    canal: Channel


@pages.get("/surveillance/{id}/page-patient", CARER)
async def show_own_desk(visitor: Visitor) -> web.Response:
    return await _show(visitor, await open_desk(visitor))


@pages.post("/surveillance/{id}/page-patient/lien", CARER)
async def send_own_link(visitor: Visitor) -> web.Response:
    desk, form = await open_desk(visitor), await forms.typed(visitor.request)
    asked = forms.read(LinkForm, form)
    try:
        await visitor.services.keying.links.send(visitor.known, desk.follow_up.id, asked.canal)
    except (Conflict, Invalid) as error:
        return await _show(visitor, desk, Form(form.values, {"": forms.sentence(error.detail)}))
    return visitor.go(f"{desk.base}/page-patient", flash="link-sent")


@pages.post("/surveillance/{id}/page-patient/lien/main", CARER)
async def make_own_link(visitor: Visitor) -> web.Response:
    """A link to type on the patient's own telephone; shown this once."""
    desk = await open_desk(visitor)
    return await _show(
        visitor, desk, made=await visitor.services.keying.links.make_link(visitor.known, desk.follow_up.id)
    )


@pages.post("/surveillance/{id}/page-patient/lien/revoquer", CARER)
async def revoke_own_links(visitor: Visitor) -> web.Response:
    desk = await open_desk(visitor)
    await visitor.services.keying.links.revoke(visitor.known, desk.follow_up.id)
    return visitor.go(f"{desk.base}/page-patient", flash="links-revoked")


@pages.post("/surveillance/{id}/page-patient/questionnaires", CARER)
async def set_own_questionnaire(visitor: Visitor) -> web.Response:
    """How often it is asked and when the patient is reminded; or not at all; or as the pathway says."""
    desk, typed = await open_desk(visitor), await forms.typed(visitor.request)
    asked, askings = forms.read(AskingForm, typed), visitor.services.keying.askings
    gesture = typed.value("geste")
    try:
        if gesture == "parcours":
            await askings.unset(visitor.known, desk.follow_up.id, asked.questionnaire)
        else:
            await askings.set(visitor.known, desk.follow_up.id, _draft(asked, is_off=gesture == "arreter"))
    except (Conflict, Invalid, ValueError) as error:
        detail = error.detail if isinstance(error, (Conflict, Invalid)) else "Cette heure n’existe pas."
        return await _show(visitor, desk, Form(typed.values, {"": forms.sentence(detail)}))
    return visitor.go(f"{desk.base}/page-patient", flash="asking-off" if gesture == "arreter" else "asking-saved")


def _draft(asked: AskingForm, *, is_off: bool) -> AskingDraft:
    """Raises ValueError on an hour or a channel that is none, Invalid on a number of days out of bounds."""
    if asked.tous_les not in _FREQUENCIES:
        raise Invalid("Choisissez une fréquence de la liste.", field="tous_les")
    channel = Channel(asked.rappel) if asked.rappel else None
    return AskingDraft(
        questionnaire_id=asked.questionnaire,
        every_days=asked.tous_les,
        remind_at=time.fromisoformat(asked.heure).replace(second=0, microsecond=0, tzinfo=None) if channel else None,
        channel=channel,
        is_off=is_off,
    )


async def _show(visitor: Visitor, desk: Desk, form: Form = NOTHING_TYPED, *, made: str = "") -> web.Response:
    keying = visitor.services.keying
    asked = await keying.askings.of_follow_up(visitor.known, desk.follow_up.id)
    deliveries = await keying.links.deliveries(visitor.known, desk.follow_up.id)
    _, imported = await keying.questionnaires.page(visitor.known, limit=100)
    known = {one.known.id for one in asked}
    others = [one for one in imported if one.id not in known and one.retired_at is None]
    view = OwnDeskView(
        patient=desk.patient.full_name,
        pathway=pathway_label(visitor, desk.follow_up),
        base=f"{desk.base}/page-patient",
        is_running=desk.follow_up.state in TAKES_DATA,
        phone=desk.patient.contact.phone or "",
        email=desk.patient.contact.email or "",
        channels=tuple(channel.value for channel in keying.links.channels),
        sendings=tuple(sending_line(desk.patient.contact, one) for one in deliveries[:10]),
        asked=tuple(map(_asked_line, asked)),
        others=tuple(Choice(str(one.id), french.typographic(one.questionnaire.title)) for one in others),
        frequencies=tuple(Choice(str(days), words) for days, words in _FREQUENCIES.items()),
        reminders=tuple(Choice(value, words) for value, words in _REMINDERS.items()),
        form=form,
        made_link=made,
    )
    status = 422 if form.errors else 200
    headers = {"Cache-Control": "no-store"} if made else None
    return visitor.render("professional/own_desk.html", desk.place.frame, view, status=status, headers=headers)


def _asked_line(asked: Asked) -> AskedLine:
    asking = asked.asking
    every = _FREQUENCIES.get(asking.every_days, f"Tous les {asking.every_days} jours")
    reminder = f", rappel à {asking.remind_at:%H:%M}" if asking.remind_at else ", sans rappel"
    state = (
        Badge("Pas posé")
        if asked.is_off
        else Badge("Attend", Tone.SOON)
        if asked.is_due
        else Badge("Répondu", Tone.FINE)
    )
    values = {
        "tous_les": str(asking.every_days),
        "rappel": asking.channel.value if asking.channel else "",
        "heure": f"{asking.remind_at:%H:%M}" if asking.remind_at else "18:00",
    }
    return AskedLine(
        key=str(asked.known.id),
        title=french.typographic(asked.known.questionnaire.title),
        sentence=f"{every}{reminder}{'' if asked.is_set else ' (comme le parcours le prévoit)'}",
        state=state,
        is_set=asked.is_set,
        is_off=asked.is_off,
        form=Form(values),
    )


@pages.get("/surveillance/questionnaires", CARER)
async def show_questionnaires(visitor: Visitor) -> web.Response:
    return await _show_known(visitor)


@pages.post("/surveillance/questionnaires", CARER)
async def import_questionnaire(visitor: Visitor) -> web.Response:
    """A FHIR Questionnaire from a file, whole or not at all."""
    data = await visitor.request.post()
    file = data.get("fichier")
    content = file.file.read(_LARGEST + 1) if isinstance(file, web.FileField) else b""
    if not 0 < len(content) <= _LARGEST:
        return await _show_known(visitor, ("Choisissez un fichier JSON de 200 ko au plus.",))
    try:
        outcome = await visitor.services.keying.questionnaires.add(visitor.known, content)
    except Conflict as error:
        return await _show_known(visitor, (forms.sentence(error.detail),))
    if outcome.known is None:
        faults = tuple(french.typographic(f"{issue.place} : {issue.text}") for issue in outcome.issues)
        return await _show_known(visitor, faults)
    return visitor.go("/surveillance/questionnaires", flash="questionnaire-imported")


@pages.post("/surveillance/questionnaires/{id}/retirer", CARER)
async def retire_questionnaire(visitor: Visitor) -> web.Response:
    try:
        questionnaire_id = UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
    await visitor.services.keying.questionnaires.retire(visitor.known, questionnaire_id)
    return visitor.go("/surveillance/questionnaires", flash="questionnaire-retired")


async def _show_known(visitor: Visitor, faults: tuple[str, ...] = ()) -> web.Response:
    place = await open_workplace(visitor, TAB)
    ours, imported = await visitor.services.keying.questionnaires.page(visitor.known, limit=100)
    may_import = has_right(visitor.known, Right.DECIDE)
    view = QuestionnairesView(
        ours=tuple(_known_line(visitor, one, may_import=False) for one in ours),
        imported=tuple(_known_line(visitor, one, may_import=may_import) for one in imported),
        may_import=may_import,
        faults=faults,
    )
    return visitor.render("professional/questionnaires.html", place.frame, view, status=422 if faults else 200)


def _known_line(visitor: Visitor, known: KnownQuestionnaire, *, may_import: bool) -> KnownLine:
    form, pathways = known.questionnaire, visitor.services.telemonitoring.pathways
    where = ", ".join(french.typographic(pathways[code].label) for code in sorted(form.pathways) if code in pathways)
    is_retired = known.retired_at is not None
    return KnownLine(
        title=french.typographic(form.title),
        version=form.version,
        questions=tuple(french.typographic(question.text) for question in form.questions),
        where=where or "Posé aux patients que vous choisissez",
        state=Badge("Retiré", Tone.SOON) if is_retired else Badge("En service", Tone.FINE),
        retire_address=f"/surveillance/questionnaires/{known.id}/retirer" if may_import and not is_retired else "",
    )
