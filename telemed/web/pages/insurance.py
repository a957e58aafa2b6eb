"""Assurance du patient: the rights under which his acts are billed, read again on each visit of this page."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from billing.model.invoice import HOLDER, Complementary, Insurance, RightsError, RightsSource
from telemed.kernel.errors import Invalid
from telemed.kernel.identifiers import parse_matricule
from telemed.patients.model import Patient
from telemed.web import claim_words, forms, words
from telemed.web.pages.claims import CARING
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import Form
from telemed.web.views.insurance import InsuranceView

pages = Pages()
_PATH = "/patientele/{id}/assurance"
_ADULT_AGE = 18
_BACK = re.compile(r"/(?:facturation|patientele)/[0-9a-f-]{36}", re.ASCII)
_RIGHTS_FIELDS = {
    "nss": "nss",
    "organism": "caisse",
    "patient_rank": "rang",
    "complementary.insurer": "complementaire",
    "complementary.contract": "contrat",
}


class RightsForm(forms.FormModel):
    regime: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    caisse: Annotated[str, Field(pattern=r"^[0-9]{3}$")]
    centre: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    source: RightsSource
    vue_le: date
    rang: Annotated[int, Field(ge=1, le=9)] = HOLDER


_SHAPES = {
    "regime": "Deux chiffres, comme 01.",
    "caisse": "Trois chiffres, comme 351.",
    "centre": "Quatre chiffres, comme 0000.",
}


@pages.get(_PATH, CARING)
async def show_insurance(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "patients")
    return await _show(visitor, place, None)


@pages.post(_PATH, CARING)
async def save_insurance(visitor: Visitor) -> web.Response:
    """Keep the rights as they were read; the former reading is kept too."""
    place = await open_workplace(visitor, "patients")
    form = await forms.typed(visitor.request)
    patient = await visitor.services.patients.get(visitor.known, _patient_id(visitor))
    former = await visitor.services.insurances.get(visitor.known, patient.id)
    try:
        await visitor.services.insurances.put(visitor.known, _read(form, patient, former))
    except forms.FormError as err:
        return await _show(visitor, place, err.form, status=422)
    except Invalid as err:
        return await _show(visitor, place, forms.refused(form, err, {"seen_on": "vue_le"}), status=422)
    return visitor.go(_back(form.value("retour"), patient.id), flash="insurance-saved")


def _read(form: Form, patient: Patient, former: Insurance | None) -> Insurance:
    """What was typed; a number left empty keeps the former one. Raises FormError with every field in error."""
    try:
        asked = forms.read(RightsForm, form)
    except forms.FormError as err:
        told = {name: _SHAPES.get(name, text) for name, text in err.form.errors.items()}
        raise forms.FormError(Form(form.values, told)) from None
    answers = forms.Answers(form)
    nss = answers.optional("nss", lambda text: parse_matricule(text).value) or (former.nss if former else "")
    if not nss and not form.value("nss").strip():
        answers.add("nss", "À remplir.")
    answers.check()
    try:
        return Insurance(
            patient_id=patient.id,
            practice_id=patient.practice_id,
            nss=nss,
            organism=f"{asked.regime}{asked.caisse}{asked.centre}",
            source=asked.source,
            seen_on=asked.vue_le,
            is_on_parents_number=bool(form.value("ayant_droit")),
            patient_rank=asked.rang,
            complementary=_complementary(form),
        )
    except RightsError as err:
        name = _RIGHTS_FIELDS.get(err.field_name, "")
        raise forms.FormError(Form(form.values, {name: forms.sentence(str(err))})) from None


def _complementary(form: Form) -> Complementary | None:
    """Raises RightsError on a number or a contract that cannot be."""
    insurer, contract = form.value("complementaire").strip().upper(), form.value("contrat").strip()
    if not insurer and not contract:
        return None
    return Complementary(insurer, contract, takes_dre=bool(form.value("dre")))


async def _show(visitor: Visitor, place: Workplace, typed: Form | None, *, status: int = 200) -> web.Response:
    patient = await visitor.services.patients.get(visitor.known, _patient_id(visitor))
    known = await visitor.services.insurances.get(visitor.known, patient.id)
    is_child = words.age(patient.identity.traits.birth_date, place.frame.today) < _ADULT_AGE
    form = typed or _form(known, is_child=is_child, today=place.frame.today)
    asked = typed.value("retour") if typed else visitor.request.query.get("retour", "")
    view = InsuranceView(
        patient=patient.full_name,
        action=f"/patientele/{patient.id}/assurance",
        back_address=_back(asked, patient.id),
        form=form,
        masked_nss=claim_words.masked_nss(known.nss) if known else "",
        is_child=is_child,
        sources=claim_words.RIGHTS,
        seen_on=known.seen_on if known else None,
        may_use_own=not is_child and patient.identity.matricule is not None,
    )
    return visitor.render("professional/insurance.html", place.frame, view, status=status)


def _form(known: Insurance | None, *, is_child: bool, today: date) -> Form:
    """The rights in force, to be changed; the number itself is never shown again."""
    values = {"vue_le": today.isoformat(), "rang": "2" if is_child else "1", "ayant_droit": "oui" if is_child else ""}
    if known is None:
        return Form(values)
    other = known.complementary
    values |= {
        "regime": known.organism[:2],
        "caisse": known.organism[2:5],
        "centre": known.organism[5:],
        "source": known.source.value,
        "rang": str(known.patient_rank),
        "ayant_droit": "oui" if known.is_on_parents_number else "",
        "complementaire": other.insurer if other else "",
        "contrat": other.contract if other else "",
        "dre": "oui" if other and other.takes_dre else "",
    }
    return Form(values)


def _back(asked: str, patient_id: UUID) -> str:
    """Where one came from, if it is a page of ours that leads here."""
    return asked if _BACK.fullmatch(asked) else f"/patientele/{patient_id}"


def _patient_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
