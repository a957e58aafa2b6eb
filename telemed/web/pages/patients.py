"""Patients: the list and its search, the sheet, a new person, contact data, identity checks and doubts."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.teleconsultation.service.overview import ActView
from telemed.acts.telemonitoring.model.rights import Right, has_right
from telemed.api.auth import only
from telemed.consent.model import ActKind, ConsentRecord
from telemed.kernel.caller import Role
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.kernel.identifiers import InsOid, Matricule, parse_cog, parse_matricule
from telemed.patients.model import (
    Address,
    CheckMethod,
    Contact,
    DoubtReason,
    IdentityProof,
    Patient,
    Sex,
    Traits,
    UsedNames,
    parse_birth_date,
    parse_email,
    parse_phone,
    parse_strict_name,
    parse_used_name,
)
from telemed.patients.service import PatientDraft
from telemed.web import forms, french, words
from telemed.web.death_words import death_card
from telemed.web.pages.follow_ups import LASTING, pathway_label
from telemed.web.pages.merges import find_kept
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.patient_search import find_patients
from telemed.web.views.frame import Choice, Form, NavItem
from telemed.web.views.patients import (
    ActLine,
    ConsentLine,
    DocumentLine,
    PatientFormView,
    PatientLine,
    PatientsView,
    PatientView,
)

pages = Pages()
_KEEPING = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.SECRETARY)
_ACTS = {
    ActKind.TELECONSULTATION: "Téléconsultation",
    ActKind.TELEEXPERTISE: "Téléexpertise",
    ActKind.TELEMONITORING: "Télésurveillance",
    ActKind.TELEMONITORING_USAGE: "Télésurveillance : données d'utilisation",
}
_PAGE = 50
_METHODS = (
    Choice(CheckMethod.IN_PERSON, "Au cabinet, en présence"),
    Choice(CheckMethod.ON_VIDEO, "Montrée à la caméra", "Notée au dossier ; elle ne valide pas l’identité."),
    Choice(CheckMethod.ELECTRONIC, "Identité électronique"),
)


class PatientForm(forms.FormModel):
    nom_naissance: forms.Filled
    prenoms: forms.Filled
    sexe: Sex
    lieu_naissance: forms.Filled


class CheckForm(forms.FormModel):
    piece: IdentityProof
    maniere: CheckMethod


class DoubtForm(forms.FormModel):
    doute: DoubtReason


@pages.get("/patientele", _KEEPING)
async def list_patients(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "patients")
    query, after = visitor.request.query.get("q", "").strip(), visitor.cursor()
    found = await find_patients(visitor, query, after=after, limit=_PAGE + 1)
    more = urlencode({"q": query, "apres": str(found[_PAGE - 1].id)}) if len(found) > _PAGE else ""
    view = PatientsView(
        query=query,
        lines=tuple(patient_line(one, place) for one in found[:_PAGE]),
        next_page=f"/patientele?{more}" if more else "",
        first_page=f"/patientele?{urlencode({'q': query})}" if after else "",
    )
    return visitor.render("professional/patients.html", place.frame, view)


@pages.get("/patientele/recherche", _KEEPING)
async def search(visitor: Visitor) -> web.Response:
    """The results of the top line's search, as one types."""
    place = await open_workplace(visitor, "patients")
    query = visitor.request.query.get("q", "").strip()
    found = await find_patients(visitor, query) if len(query) > 1 else []
    view = PatientsView(query, tuple(patient_line(one, place) for one in found))
    return visitor.fragment("fragments/search.html", place.frame, view, headers={"Cache-Control": "no-store"})


@pages.get("/patientele/nouveau", _KEEPING)
async def show_new(visitor: Visitor) -> web.Response:
    return _show_form(visitor, await open_workplace(visitor, "patients"), Form())


@pages.post("/patientele", _KEEPING)
async def create(visitor: Visitor) -> web.Response:
    """A new record; one that looks like another is shown before it is made."""
    place = await open_workplace(visitor, "patients")
    form = await forms.typed(visitor.request)
    try:
        draft = read_draft(form, place)
        if not form.value("nouvelle_personne"):
            twins = await _twins(visitor, place, draft)
            if twins:
                return _show_form(visitor, place, form, twins=twins, status=409)
        patient, _ = await visitor.services.patients.create(visitor.known, draft)
    except forms.FormError as err:
        return _show_form(visitor, place, err.form, status=422)
    except (Invalid, Refused) as err:
        return _show_form(visitor, place, forms.refused(form, err), status=422)
    return visitor.go(f"/patientele/{patient.id}", flash="patient-created")


@pages.get("/patientele/{id}", _KEEPING)
async def show_patient(visitor: Visitor) -> web.Response:
    """The sheet; that of a merged record is the one of the person."""
    if kept_id := await find_kept(visitor, _patient_id(visitor)):
        return visitor.go(f"/patientele/{kept_id}", flash="patient-is-here")
    return await show_sheet(visitor, None)


@pages.post("/patientele/{id}/contact", _KEEPING)
async def save_contact(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "patients")
    form = await forms.typed(visitor.request)
    patient = await visitor.services.patients.get(visitor.known, _patient_id(visitor))
    try:
        answers, postal = forms.Answers(form), form.value("adresse").strip()
        contact = replace(_contact(answers, place), address=Address(lines=(postal,)) if postal else None)
        answers.check()
        await visitor.services.patients.amend(
            visitor.known, patient.id, lambda draft: replace(draft, contact=contact), version=patient.version
        )
    except forms.FormError as err:
        return await show_sheet(visitor, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await show_sheet(visitor, forms.refused(form, err), status=422)
    return visitor.go(f"/patientele/{patient.id}", flash="contact-saved")


@pages.post("/patientele/{id}/identite", _KEEPING)
async def check_identity(visitor: Visitor) -> web.Response:
    asked = forms.read(CheckForm, await forms.typed(visitor.request))
    await visitor.services.patients.record_identity_check(
        visitor.known, _patient_id(visitor), proof=asked.piece, method=asked.maniere
    )
    return visitor.go(f"/patientele/{_patient_id(visitor)}", flash="identity-checked")


@pages.post("/patientele/{id}/doute", _KEEPING)
async def raise_doubt(visitor: Visitor) -> web.Response:
    asked = forms.read(DoubtForm, await forms.typed(visitor.request))
    await visitor.services.patients.raise_doubt(visitor.known, _patient_id(visitor), asked.doute)
    return visitor.go(f"/patientele/{_patient_id(visitor)}", flash="identity-doubted")


def read_draft(form: Form, place: Workplace) -> PatientDraft:
    """What was typed, as the service takes it. Raises FormError with every field in error."""
    asked, answers = forms.read(PatientForm, form), forms.Answers(form)
    born = answers.read("naissance", parse_birth_date, _iso_birth_date(form))
    family = answers.read("nom_naissance", parse_strict_name, asked.nom_naissance)
    given = answers.read("prenoms", lambda text: tuple(map(parse_strict_name, text.split())), asked.prenoms)
    birth_place = answers.read("lieu_naissance", parse_cog, asked.lieu_naissance)
    used = UsedNames(
        family=answers.optional("nom_utilise", parse_used_name),
        given=answers.optional("prenom_utilise", parse_used_name),
    )
    matricule = answers.optional("matricule", _parse_matricule)
    contact = _contact(answers, place)
    answers.check()
    if born is None or family is None or given is None:
        raise LookupError("every error has been raised")
    return PatientDraft(Traits(family, given, born, asked.sexe, birth_place), used, contact, matricule)


def _iso_birth_date(form: Form) -> str:
    """`1955-03-12`, or `1955-03` and `1955` where the day or the month is not known."""
    year, month, day = (form.value(f"naissance_{part}").strip() for part in ("annee", "mois", "jour"))
    return "-".join([year, *(f"{part:0>2}" for part in (month, day) if part)])


def _parse_matricule(text: str) -> Matricule:
    """A matricule under the OID that its first digit tells: a NIR, or a NIA while the person is being registered."""
    return parse_matricule(text, InsOid.NIA if text[:1] in ("3", "4", "7", "8") else InsOid.NIR)


def _contact(answers: forms.Answers, place: Workplace) -> Contact:
    return Contact(
        phone=answers.optional("telephone", lambda text: parse_phone(text, place.practice.territory)),
        email=answers.optional("courriel", parse_email),
    )


async def _twins(visitor: Visitor, place: Workplace, draft: PatientDraft) -> tuple[PatientLine, ...]:
    """Records of the same name and birth date."""
    found = await visitor.services.patients.page(
        visitor.known, name=draft.traits.birth_name, birth_date=draft.traits.birth_date, limit=5
    )
    return tuple(patient_line(one, place) for one in found)


def _show_form(
    visitor: Visitor, place: Workplace, form: Form, *, twins: tuple[PatientLine, ...] = (), status: int = 200
) -> web.Response:
    view = PatientFormView(form, words.sex_choices(), twins)
    return visitor.render("professional/patient_form.html", place.frame, view, status=status)


async def show_sheet(visitor: Visitor, form: Form | None, *, status: int = 200) -> web.Response:
    """The sheet; `form` is what was typed on it and refused."""
    place, services = await open_workplace(visitor, "patients"), visitor.services
    caller, patient_id = visitor.known, _patient_id(visitor)
    patient = await services.patients.get(caller, patient_id)
    alike = [one.patient_id for one in await services.patients.duplicates(caller, patient_id)]
    others = await services.patients.names(caller, alike) if alike else {}
    absorbed = await services.merges.absorbed(caller, patient_id)
    acts: list[ActView] = []
    consents: list[ConsentRecord] = []
    for record_id in (patient_id, *(one.id for one in absorbed)):
        if caller.has_role(Role.DOCTOR, Role.SECRETARY):
            acts += await services.overview.page(caller, patient_id=record_id, limit=20, newest_first=True)
        consents += await services.consents.page(caller, record_id, limit=20)
    known = patient.identity.traits
    is_clinical = caller.has_role(Role.DOCTOR)
    view = PatientView(
        id=str(patient.id),
        name=patient.full_name,
        birth_name=known.birth_name,
        used_name=patient.used.family or "",
        first_names=" ".join(known.birth_given_names),
        sex=words.sex(known.sex),
        is_woman=known.sex is Sex.FEMALE,
        born=words.birth(known.birth_date),
        birth_place=known.birth_place or "Pas encore demandé",
        age=words.age(known.birth_date, place.frame.today),
        status=words.status_card(patient.identity),
        contact_form=_typed_over(_contact_form(patient), form),
        proofs=words.PROOFS,
        methods=_METHODS,
        doubts=words.DOUBTS,
        acts=tuple(_act_line(one) for one in acts),
        documents=tuple(_document_line(one) for one in acts if is_clinical and one.act.closed_at),
        consents=tuple(
            ConsentLine(_ACTS[one.act_kind], one.at, words.consent_way(one), words.consent_badge(one))
            for one in consents
        ),
        alike=tuple(patient_line(one, place) for one in others.values()),
        absorbed=tuple(replace(patient_line(one, place), address=f"/patientele/{one.id}/separer") for one in absorbed),
        is_clinical=is_clinical,
        may_book=caller.has_role(Role.DOCTOR, Role.SECRETARY),
        may_ask=caller.has_role(Role.DOCTOR, Role.HEALTH_PROFESSIONAL),
        death=death_card(
            await services.deaths.read(caller, patient_id),
            may_record=caller.has_role(Role.DOCTOR, Role.HEALTH_PROFESSIONAL),
        ),
        followed=await _followed(visitor, patient_id),
    )
    return visitor.render("professional/patient.html", place.frame, view, status=status)


def _typed_over(known: Form, typed: Form | None) -> Form:
    """What is known, with what was just typed in its place."""
    return known if typed is None else Form({**known.values, **typed.values}, typed.errors)


async def _followed(visitor: Visitor, patient_id: UUID) -> tuple[NavItem, ...]:
    """The follow-ups of this person that last, to whoever may read them."""
    if not has_right(visitor.known, Right.READ):
        return ()
    service = visitor.services.telemonitoring.follow_ups
    found = await service.page(visitor.known, patient_id=patient_id, states=LASTING, limit=10)
    return tuple(NavItem(str(one.id), pathway_label(visitor, one), f"/surveillance/{one.id}") for one in found)


def _act_line(one: ActView) -> ActLine:
    act = one.act
    return ActLine(
        held_at=act.started_at or (act.slot.start if act.slot else act.booked_at),
        label="Téléconsultation",
        doctor=one.professional.full_name,
        state=words.state(act.state),
        address=f"/rendez-vous/{act.id}",
    )


def _document_line(one: ActView) -> DocumentLine:
    if one.act.closed_at is None:
        raise LookupError("only a closed act has a signed report")
    return DocumentLine(
        "Compte rendu de téléconsultation", one.act.closed_at, f"/consultations/{one.act.id}/compte-rendu"
    )


def _contact_form(patient: Patient) -> Form:
    contact = patient.contact
    return Form(
        {
            "telephone": french.format_phone(contact.phone).replace("\u00a0", " ") if contact.phone else "",
            "courriel": contact.email or "",
            "adresse": ", ".join(contact.address.lines) if contact.address else "",
        }
    )


def patient_line(patient: Patient, place: Workplace) -> PatientLine:
    """One person in a list."""
    born = patient.identity.traits.birth_date
    return PatientLine(
        address=f"/patientele/{patient.id}",
        name=patient.full_name,
        born=words.birth(born),
        age=words.age(born, place.frame.today),
        status=words.status_badge(patient.identity),
        phone=patient.contact.phone or "",
    )


def _patient_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
