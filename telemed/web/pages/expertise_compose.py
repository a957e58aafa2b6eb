"""Asking for an opinion: whom it is about, then one page that keeps itself, until it is sent."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.model import (
    DRAFT_LIFE,
    Actor,
    Administrative,
    CareSetting,
    Case,
    CaseContent,
    EndReason,
    Medical,
    State,
    Target,
    Urgency,
)
from telemed.acts.teleexpertise.service.lists import CaseView
from telemed.consent.model import ActKind, ConsentBy, ConsentDecision, ConsentRecord
from telemed.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from telemed.web import expertise_words, forms, french, words
from telemed.web.pages.attachment_view import pieces_view
from telemed.web.pages.expertise import CARER
from telemed.web.pages.expertise_case import RESUMABLE, case_id_of, patient_card
from telemed.web.pages.expertise_people import find_experts, is_specialty, read_target, specialty_choices
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.patient_search import find_patients, patient_label
from telemed.web.views.expertise import ChoosePatientView, ComposerView
from telemed.web.views.frame import Choice, Form
from telemed.web.wording import read_blocks

pages = Pages()
Words = Annotated[str, Field(max_length=8_000)]
_FIELDS = {"representative_name": "representant"}


class RequestForm(forms.FormModel):
    """What the composer holds, whether or not it is enough to be sent."""

    question: Words = ""
    constat: Words = ""
    antecedents: Words = ""
    traitements: Words = ""
    allergies: Words = ""
    urgence: Urgency = Urgency.WEEK
    specialite: Annotated[str, Field(max_length=20)] = ""
    competence: Annotated[str, Field(max_length=200)] = ""
    lieu: CareSetting = CareSetting.PRACTICE
    ald: Literal["", "oui", "non"] = ""
    a_savoir: Annotated[str, Field(max_length=2_000)] = ""
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1

    def to_content(self) -> CaseContent:
        return CaseContent(
            question=self.question,
            urgency=self.urgence,
            specialty_code=self.specialite if is_specialty(self.specialite) else None,
            skill=self.competence,
            administrative=Administrative(self.lieu, {"oui": True, "non": False}.get(self.ald), self.a_savoir),
            medical=Medical(self.antecedents, self.traitements, self.allergies, self.constat),
        )


@pages.get("/avis/nouveau", CARER)
async def choose_patient(visitor: Visitor) -> web.Response:
    """Whom it is about; a patient's sheet leads here with the patient already named."""
    place = await open_workplace(visitor, "expertise")
    query = visitor.request.query.get("q", "").strip()
    found = await find_patients(visitor, query) if query else []
    if (named := visitor.request.query.get("patient")) and not query:
        found = [await visitor.services.patients.get(visitor.known, _uuid(named))]
    matches = tuple(Choice(str(one.id), one.full_name, patient_label(one).partition(", ")[2]) for one in found)
    return visitor.render(
        "professional/expertise_patient.html", place.frame, ChoosePatientView(Form({"q": query}), matches)
    )


@pages.post("/avis", CARER)
async def begin(visitor: Visitor) -> web.Response:
    """A draft about this patient, and the page to write it on."""
    form = await forms.typed(visitor.request)
    patient_id = _uuid(form.value("patient"))
    case = await visitor.services.expertise.requests.create(visitor.known, patient_id, CaseContent(""))
    return visitor.go(f"/avis/{case.id}/rediger")


@pages.get("/avis/{id}/rediger", CARER)
async def show_composer(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "expertise")
    return await _show(visitor, place, Form())


@pages.post("/avis/{id}/rediger", CARER)
async def save_request(visitor: Visitor) -> web.Response:
    """Keep what is written; a script is told the new version; a button looks for colleagues or joins files besides."""
    place = await open_workplace(visitor, "expertise")
    form = await forms.typed(visitor.request)
    try:
        case = await _save(visitor, form)
    except forms.FormError as err:
        return await _not_saved(visitor, place, err.form, 422)
    except (Invalid, Refused, Conflict) as err:
        return await _not_saved(visitor, place, _again(form, err), 409)
    if visitor.wants_json:
        return web.json_response({"version": case.version})
    if form.value("geste") == "chercher":
        return await _show(visitor, place, _fresh(form), is_search=True)
    if form.value("geste") == "joindre":
        return visitor.go(f"/avis/{case.id}/pieces")
    return visitor.go(f"/avis/{case.id}/rediger", flash="saved")


@pages.post("/avis/{id}/envoyer", CARER)
async def send(visitor: Visitor) -> web.Response:
    """Keep what is written, record what the patient decided, and send: each reason that holds it is told at once.

    « Appeler maintenant » rings whoever is there in the same gesture; without an answer, the request goes in writing.
    """
    place = await open_workplace(visitor, "expertise")
    form = await forms.typed(visitor.request)
    is_call = form.value("geste") == "appeler"
    try:
        case = await _save(visitor, form)
        target = await _require_complete(visitor, form, case, place, is_call=is_call)
        if is_call:
            await visitor.services.expertise.rings.start(visitor.known, case.id, target.colleague_ids, target)
        else:
            await visitor.services.expertise.requests.send(visitor.known, case.id, target)
    except forms.FormError as err:
        return await _show(visitor, place, _fresh(err.form), status=422)
    except (Invalid, Refused, Conflict) as err:
        return await _show(visitor, place, _again(form, err), status=422 if isinstance(err, Invalid) else 409)
    return visitor.go(f"/avis/{case.id}/appel") if is_call else visitor.go(f"/avis/{case.id}", flash="case-sent")


@pages.post("/avis/{id}/abandonner", CARER)
async def drop(visitor: Visitor) -> web.Response:
    """Give a draft up."""
    case_id = case_id_of(visitor)
    await visitor.services.expertise.requests.withdraw(visitor.known, case_id, EndReason.NO_LONGER_NEEDED)
    return visitor.go("/avis", flash="case-dropped", subject=str(case_id))


@pages.post("/avis/{id}/reprendre", CARER)
async def resume(visitor: Visitor) -> web.Response:
    """A new draft with what a request said that ended without an answer; its files are joined anew."""
    one = await visitor.services.expertise.cases.get(visitor.known, case_id_of(visitor))
    if one.actor is not Actor.REQUERANT:
        raise NotFound("Cette demande n'existe pas ou n'est pas la vôtre.")
    if one.case.state not in RESUMABLE:
        raise Conflict("Cette demande n'est pas à reprendre : elle suit son cours, ou elle a sa réponse.")
    case = await visitor.services.expertise.requests.create(visitor.known, one.case.patient_id, one.case.content)
    return visitor.go(f"/avis/{case.id}/rediger", flash="case-resumed")


async def _save(visitor: Visitor, form: Form) -> Case:
    asked = forms.read(RequestForm, form)
    return await visitor.services.expertise.requests.edit(
        visitor.known, case_id_of(visitor), asked.to_content(), version=asked.version
    )


async def _require_complete(visitor: Visitor, form: Form, case: Case, place: Workplace, *, is_call: bool) -> Target:
    """Whom it goes to, with the consent that was just said recorded; a call needs no name, the specialty is enough.

    Raises FormError with everything that a field of this page lacks.
    """
    errors, target = {}, read_target(form, place.practice.territory)
    if target is None and is_call and case.content.specialty_code:
        target = Target(territory=place.practice.territory)
    if not case.content.question.strip():
        errors["question"] = "Écrivez la question posée au confrère."
    medical = case.content.medical
    if not any(text.strip() for text in (medical.findings, medical.history, medical.treatments, medical.allergies)):
        errors["constat"] = "Joignez au moins une donnée médicale utile."
    if target is None:
        errors["confrere"] = "Choisissez une spécialité, ou qui appeler." if is_call else "Choisissez à qui demander."
    record = await _consent(visitor, case)
    is_given = record is not None and record.decision is ConsentDecision.GIVEN
    if not is_given and not form.value("accord"):
        errors["accord"] = "Dites que le patient est informé et qu’il accepte."
    if form.value("accord_par") == ConsentBy.LEGAL_REPRESENTATIVE and not form.value("representant").strip():
        errors["representant"] = "Indiquez le nom du représentant légal."
    if errors or target is None:
        raise forms.FormError(Form(form.values, errors))
    if not is_given:
        await _record_consent(visitor, form, case)
    return target


async def _record_consent(visitor: Visitor, form: Form, case: Case) -> None:
    by = form.value("accord_par")
    await visitor.services.consents.record_oral(
        visitor.known,
        patient_id=case.patient_id,
        act_kind=ActKind.TELEEXPERTISE,
        act_id=case.id,
        decision=ConsentDecision.GIVEN,
        by=ConsentBy(by) if by in tuple(ConsentBy) else ConsentBy.PATIENT,
        representative_name=form.value("representant") or None,
    )


async def _consent(visitor: Visitor, case: Case) -> ConsentRecord | None:
    """What the patient decided last about this request."""
    records = await visitor.services.consents.page(visitor.known, case.patient_id, limit=50)
    return next((one for one in records if one.act_id == case.id), None)


async def _not_saved(visitor: Visitor, place: Workplace, form: Form, status: int) -> web.Response:
    if visitor.wants_json:
        return web.json_response({"errors": form.errors}, status=status)
    return await _show(visitor, place, form, status=status)


def _again(form: Form, error: DomainError) -> Form:
    return _fresh(forms.refused(form, error, _FIELDS))


def _fresh(form: Form) -> Form:
    """What was typed, to be saved next on the version that is kept now."""
    return Form({name: text for name, text in form.values.items() if name != "version"}, form.errors)


async def _show(
    visitor: Visitor, place: Workplace, form: Form, *, is_search: bool = False, status: int = 200
) -> web.Response:
    one = await visitor.services.expertise.cases.get(visitor.known, case_id_of(visitor))
    if one.actor is not Actor.REQUERANT:
        raise NotFound("Cette demande n'existe pas ou n'est pas la vôtre.")
    if one.case.state is not State.DRAFT:
        return visitor.go(f"/avis/{one.case.id}")
    shown = _form(one, form)
    view = await _view(visitor, place, one, shown, is_search=is_search)
    return visitor.render("professional/expertise_compose.html", place.frame, view, status=status)


async def _view(visitor: Visitor, place: Workplace, one: CaseView, form: Form, *, is_search: bool) -> ComposerView:
    case, record = one.case, await _consent(visitor, one.case)
    wording = visitor.services.consents.wording(ActKind.TELEEXPERTISE)
    return ComposerView(
        base=f"/avis/{case.id}",
        patient=patient_card(one.patient, place),
        form=form,
        urgencies=expertise_words.URGENCIES,
        settings=expertise_words.SETTINGS,
        specialties=specialty_choices(),
        finder=await find_experts(visitor, form, case, is_search=is_search),
        consent=words.consent_badge(record) if record else None,
        consent_at=record.at if record else None,
        wording=read_blocks(french.typographic(wording.text)),
        may_be_minor=one.patient.identity.traits.birth_date.is_under(18, place.frame.today) is not False,
        kept_until=case.edited_at + DRAFT_LIFE,
        saved_at=case.edited_at,
        pieces=await pieces_view(visitor, case.id),
    )


def _form(one: CaseView, form: Form) -> Form:
    """What is kept, and over it what was just typed."""
    content = one.case.content
    administrative, medical = content.administrative, content.medical
    illness = administrative.has_long_term_illness
    kept = {
        "question": content.question,
        "constat": medical.findings,
        "antecedents": medical.history,
        "traitements": medical.treatments,
        "allergies": medical.allergies,
        "urgence": content.urgency.value,
        "specialite": content.specialty_code or "",
        "competence": content.skill,
        "lieu": administrative.setting.value,
        "ald": "" if illness is None else ("oui" if illness else "non"),
        "a_savoir": administrative.remarks,
        "accord_par": ConsentBy.PATIENT.value,
        "version": str(one.case.version),
    }
    return Form(kept | form.values, form.errors)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise web.HTTPNotFound from None
