"""The questions of “Puis-je facturer ?”, one form a kind of act, and how each becomes a question to billing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BeforeValidator
from pydantic import Field as Rule

from billing.facts import DOCTOR, ActKind, MedecinTraitant, Part, Reimbursement, Setting
from billing.facts.telemonitoring import DataReturn
from billing.model.preview import (
    AccompanimentQuestion,
    Colleague,
    Question,
    TeleconsultationQuestion,
    TeleexpertiseQuestion,
    TelemonitoringQuestion,
)
from telemed.kernel.clock import Territory, resolve_local
from telemed.kernel.period import DayRange
from telemed.web import claim_words, forms
from telemed.web.views.frame import Choice, Form
from telemed.web.views.simulation import Field

M = TypeVar("M", bound=forms.FormModel)
ACTS = (
    Choice(ActKind.TELECONSULTATION, "Téléconsultation"),
    Choice(ActKind.TELEEXPERTISE, "Télé-expertise"),
    Choice(ActKind.ACCOMPANIMENT, "Accompagnement"),
    Choice(ActKind.TELEMONITORING, "Télésurveillance"),
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
_PATHWAYS = (
    Choice("insuffisance_cardiaque", "Insuffisance cardiaque chronique"),
    Choice("insuffisance_respiratoire", "Insuffisance respiratoire chronique"),
    Choice("insuffisance_renale", "Insuffisance rénale chronique"),
    Choice("diabete", "Diabète sous insuline"),
    Choice("diabete_gestationnel", "Diabète gestationnel sous insuline"),
    Choice("oncologie", "Oncologie"),
    Choice("prothese_cardiaque", "Prothèse cardiaque implantable"),
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


def _empty_is_none(text: object) -> object:
    return text or None


OptionalDay = Annotated[date | None, BeforeValidator(_empty_is_none)]
OptionalCount = Annotated[Annotated[int, Rule(ge=0, le=100_000)] | None, BeforeValidator(_empty_is_none)]


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


class TelemonitoringForm(forms.FormModel):
    parcours: forms.Filled
    debut: date
    mois: Annotated[int, Rule(ge=1, le=120)]
    jour: date
    prescrit_du: OptionalDay = None
    prescrit_au: OptionalDay = None
    attendues: OptionalCount = None
    recues: OptionalCount = None
    accord: str = ""
    accord_donnees: str = ""
    ars: str = ""
    convention: str = ""
    liste: str = ""
    seul: str = ""
    mois_faits: Annotated[str, Rule(pattern=r"^([0-9]{1,3}([ ,]+[0-9]{1,3})*)?$")] = ""


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
_TELEMONITORING = (
    Field("choice", "parcours", "Activité", options=_PATHWAYS),
    Field("day", "debut", "Suivi commencé le"),
    Field("number", "mois", "Mois du suivi", "Compté depuis son début : 1 pour le premier."),
    Field("day", "jour", "Mois clos le", "Un mois se facture une fois fini."),
    Field("day", "prescrit_du", "Prescrit du", is_required=False),
    Field("day", "prescrit_au", "Prescrit jusqu’au", "Inclus.", is_required=False),
    Field("number", "attendues", "Transmissions attendues ce mois", is_required=False),
    Field("number", "recues", "Transmissions reçues", is_required=False),
    Field("tick", "accord", "Le patient a donné son accord"),
    Field("tick", "accord_donnees", "Il accepte la transmission des données d’utilisation"),
    Field("tick", "ars", "Activité déclarée à l’ARS"),
    Field("tick", "convention", "Convention signée avec l’exploitant"),
    Field("tick", "liste", "Dispositif inscrit sur la liste"),
    Field("tick", "seul", "Seul suivi de ce patient sur ce parcours ce mois-ci"),
    Field(
        "text",
        "mois_faits",
        "Autres mois faits, pas encore facturés",
        "Leurs numéros, séparés par une espace.",
        (),
        False,
    ),
)
_SHAPES = {
    "rpps": "11 chiffres, sans espace.",
    "profession": "Choisissez une réponse de la liste.",
    "mois_faits": "Des numéros de mois, séparés par une espace : 1 2 3.",
}


def fields_of(act: ActKind) -> tuple[Field, ...]:
    """The questions of a kind of act, in order."""
    return _FORMS[act][0]


def starting_values(act: ActKind, today: date) -> dict[str, str]:
    """An ordinary act of today, to be changed."""
    day = today.isoformat()
    start = (today - timedelta(days=32)).isoformat()
    ordinary = {"jour": day, "demande_le": day, "consultation_le": day, "video": "oui", "debut": start, "mois": "1"}
    ordinary |= {"prescrit_du": start, "seul": "oui"}
    if act is ActKind.TELECONSULTATION:
        ordinary["parcours"] = "oui"
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


def _ask_telemonitoring(form: Form, asker: Asker) -> Question:
    asked = _read(TelemonitoringForm, form)
    since_start = DayRange(asked.debut)

    def held(tick: str) -> DayRange | None:
        return since_start if tick else None

    return TelemonitoringQuestion(
        asker.professional_id,
        asker.patient_id,
        pathway=asked.parcours,
        started_on=asked.debut,
        month=asked.mois,
        closed_at=_noon(asked.jour, asker.territory),
        prescription=_prescription(asked, form),
        consent=held(asked.accord),
        usage_data_consent=held(asked.accord_donnees),
        ars_declaration=held(asked.ars),
        convention=held(asked.convention),
        dmn_listing=held(asked.liste),
        is_only_follow_up=bool(asked.seul),
        data_returns=(DataReturn(asked.mois, asked.attendues, asked.recues or 0),) if asked.attendues else (),
        months_done=tuple(int(one) for one in re.findall(r"[0-9]+", asked.mois_faits)),
    )


def _prescription(asked: TelemonitoringForm, form: Form) -> DayRange | None:
    """Raises FormError where it ends before it starts."""
    if asked.prescrit_du is None:
        return None
    try:
        return DayRange(asked.prescrit_du, asked.prescrit_au)
    except ValueError:
        text = "La prescription finit avant de commencer."
        raise forms.FormError(Form(form.values, {"prescrit_au": text})) from None


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
    ActKind.TELEMONITORING: (_TELEMONITORING, _ask_telemonitoring),
}
