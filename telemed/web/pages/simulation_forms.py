"""The questions of “Puis-je facturer ?”, one form a kind of act, and how each becomes a question to billing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import Field as Rule

from billing.facts import DOCTOR, ActKind, MedecinTraitant, Part, Reimbursement, Setting
from billing.model.preview import (
    AccompanimentQuestion,
    Colleague,
    Question,
    TeleconsultationQuestion,
    TeleexpertiseQuestion,
)
from telemed.kernel.clock import Territory, resolve_local
from telemed.web import claim_words, forms
from telemed.web.views.frame import Choice, Form
from telemed.web.views.simulation import Field

M = TypeVar("M", bound=forms.FormModel)
ACTS = (
    Choice(ActKind.TELECONSULTATION, "Téléconsultation"),
    Choice(ActKind.TELEEXPERTISE, "Télé-expertise"),
    Choice(ActKind.ACCOMPANIMENT, "Accompagnement"),
)
PROFESSIONS = (
    Choice(DOCTOR, "Médecin"),
    Choice("50", "Sage-femme"),
    Choice("40", "Chirurgien-dentiste"),
    Choice("60", "Infirmier"),
    Choice("21", "Pharmacien"),
    Choice("70", "Masseur-kinésithérapeute"),
    Choice("91", "Orthophoniste"),
)
_SIDES = (
    Choice(Part.OPINION, "Je rends l’avis (requis)"),
    Choice(Part.REQUEST, "Je demande l’avis (requérant)"),
)
_SETTINGS = (
    Choice(Setting.PLANNED_CARE, "Infirmier, pendant un soin déjà prévu"),
    Choice(Setting.DEDICATED_PLACE, "Infirmier, dans un lieu dédié"),
    Choice(Setting.HOME, "Infirmier, à domicile, pour cela"),
    Choice(Setting.PHARMACY, "Pharmacien, en officine"),
)
_PATHWAY = (
    Choice("oui", "Oui"),
    Choice("non", "Non"),
    Choice("", "Pas vérifié"),
)
_DAY = Field("day", "jour", "Jour de l’acte", "La loi de ce jour-là s’applique.")
_VIDEO = Field("tick", "video", "L’image a été établie", "Sans image, la téléconsultation ne se facture pas.")


@dataclass(frozen=True)
class Asker:
    """Who asks, for whom, and where the civil day is told."""

    professional_id: UUID
    patient_id: UUID | None
    territory: Territory


class TeleconsultationForm(forms.FormModel):
    jour: date
    medecin_traitant: MedecinTraitant = MedecinTraitant.UNKNOWN
    parcours: str = ""
    video: str = ""
    depassement: str = ""
    tiers_payant: str = ""
    urgence: str = ""


class TeleexpertiseForm(forms.FormModel):
    cote: Part
    demande_le: date
    jour: date
    rpps: Annotated[str, Rule(pattern=r"^[0-9]{11}$")]
    profession: Annotated[str, Rule(pattern=r"^[0-9]{2}$")]
    autres_codes: Annotated[str, Rule(max_length=100)] = ""
    depassement: str = ""


class AccompanimentForm(forms.FormModel):
    lieu: Setting
    jour: date
    consultation_le: date
    rpps: Annotated[str, Rule(pattern=r"^[0-9]{11}$")]
    video: str = ""
    telephone: str = ""


_TELECONSULTATION = (
    _DAY,
    Field("radios", "medecin_traitant", "Médecin traitant du patient", options=claim_words.ATTENDING),
    Field("radios", "parcours", "Conditions de prise en charge réunies", "Parcours, alternance, territoire.", _PATHWAY),
    _VIDEO,
    Field("tick", "tiers_payant", "Tiers payant"),
    Field("tick", "urgence", "Soin urgent", "Le plafond ne retient jamais un soin urgent."),
    Field("tick", "depassement", "Avec dépassement d’honoraires"),
    Field("euros", "honoraires", "Honoraires demandés, en euros", "Seulement en cas de dépassement.", (), False),
)
_TELEEXPERTISE = (
    Field("radios", "cote", "De quel côté êtes-vous", options=_SIDES),
    Field("day", "demande_le", "Demande reçue le"),
    Field("day", "jour", "Avis rendu le", "La loi de ce jour-là s’applique."),
    Field("choice", "profession", "Profession de l’autre", options=PROFESSIONS),
    Field("number", "rpps", "RPPS de l’autre", "11 chiffres."),
    Field(
        "text",
        "autres_codes",
        "Autres codes facturés avec",
        "Séparés par une espace ; une télé-expertise n’en admet aucun.",
        (),
        False,
    ),
    Field("tick", "depassement", "Avec dépassement d’honoraires"),
)
_ACCOMPANIMENT = (
    Field("choice", "lieu", "Qui accompagne, et où", options=_SETTINGS),
    Field("day", "jour", "Accompagnement fait le"),
    Field("day", "consultation_le", "Téléconsultation du"),
    Field("number", "rpps", "RPPS du médecin téléconsultant", "11 chiffres."),
    _VIDEO,
    Field("tick", "telephone", "L’équipement était un téléphone mobile"),
)
_SHAPES = {"rpps": "11 chiffres, sans espace.", "profession": "Choisissez une réponse de la liste."}


def fields_of(act: ActKind) -> tuple[Field, ...]:
    """The questions of a kind of act, in order."""
    return _FORMS[act][0]


def starting_values(act: ActKind, today: date) -> dict[str, str]:
    """An ordinary act of today, to be changed."""
    day = today.isoformat()
    ordinary = {"jour": day, "demande_le": day, "consultation_le": day, "video": "oui", "parcours": "oui"}
    chosen = {"medecin_traitant": MedecinTraitant.OTHER.value, "cote": Part.OPINION.value}
    asked = {field.name for field in fields_of(act)}
    return {name: value for name, value in (ordinary | chosen).items() if name in asked}


def read_question(act: ActKind, form: Form, asker: Asker) -> Question:
    """The question that was typed. Raises FormError with every field in error."""
    return _FORMS[act][1](form, asker)


def _ask_teleconsultation(form: Form, asker: Asker) -> Question:
    asked, answers = _read(TeleconsultationForm, form), forms.Answers(form)
    fee = answers.optional("honoraires", forms.parse_cents)
    answers.check()
    return TeleconsultationQuestion(
        asker.professional_id,
        asker.patient_id,
        started_at=_noon(asked.jour, asker.territory),
        is_video_established=bool(asked.video),
        has_overrun=bool(asked.depassement),
        fee_cents=fee,
        is_tiers_payant=bool(asked.tiers_payant),
        is_urgent=bool(asked.urgence),
        reimbursement=Reimbursement({"oui": True, "non": False}.get(asked.parcours)),
        medecin_traitant=asked.medecin_traitant,
    )


def _ask_teleexpertise(form: Form, asker: Asker) -> Question:
    asked = _read(TeleexpertiseForm, form)
    return TeleexpertiseQuestion(
        asker.professional_id,
        asker.patient_id,
        side=asked.cote,
        colleague=Colleague(asked.rpps, asked.profession),
        requested_at=_noon(asked.demande_le, asker.territory),
        completed_at=_noon(asked.jour, asker.territory),
        accepted_at=_noon(asked.demande_le, asker.territory),
        other_codes=tuple(asked.autres_codes.upper().split()),
        has_overrun=bool(asked.depassement),
    )


def _ask_accompaniment(form: Form, asker: Asker) -> Question:
    asked = _read(AccompanimentForm, form)
    return AccompanimentQuestion(
        asker.professional_id,
        asker.patient_id,
        setting=asked.lieu,
        done_at=_noon(asked.jour, asker.territory),
        teleconsultation_at=_noon(asked.consultation_le, asker.territory),
        doctor_rpps=asked.rpps,
        is_video_established=bool(asked.video),
        uses_smartphone=bool(asked.telephone),
    )


def _read(model: type[M], form: Form) -> M:
    try:
        return forms.read(model, form)
    except forms.FormError as err:
        told = {name: _SHAPES.get(name, text) for name, text in err.form.errors.items()}
        raise forms.FormError(Form(form.values, told)) from None


def _noon(day: date, territory: Territory) -> datetime:
    """The middle of a civil day: its instant where the professional practises."""
    return resolve_local(datetime.combine(day, time(12)), territory)


_FORMS: dict[ActKind, tuple[tuple[Field, ...], Callable[[Form, Asker], Question]]] = {
    ActKind.TELECONSULTATION: (_TELECONSULTATION, _ask_teleconsultation),
    ActKind.TELEEXPERTISE: (_TELEEXPERTISE, _ask_teleexpertise),
    ActKind.ACCOMPANIMENT: (_ACCOMPANIMENT, _ask_accompaniment),
}
