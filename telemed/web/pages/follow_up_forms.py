"""What the forms of a follow-up hold, and how they become what its use cases take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from telemed.acts.telemonitoring.formats.figures import parse_value
from telemed.acts.telemonitoring.model.care import EndReason, FollowUp, TeamRole
from telemed.acts.telemonitoring.rules.limits import AskedLimit
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft, PrescriptionDraft
from telemed.acts.telemonitoring.service.thresholds import LimitDraft
from telemed.kernel.clock import resolve_local
from telemed.kernel.identifiers import parse_rpps
from telemed.web import forms
from telemed.web.views.frame import Form

FIELDS = {
    "prescribed_on": "prescrit_le",
    "first_day": "debut",
    "last_day": "fin",
    "silence_days": "silence",
    "hand_signals": "saisis",
    "exclusions": "exclusions",
    "held_on": "seance_le",
    "day": "retour_le",
    "role": "role",
    "until": "jusqu_au",
    "signals": "mesures",
}
"""Our field for each of the services'."""


class BeginForm(forms.FormModel):
    patient: UUID
    parcours: forms.Filled


class PlanForm(forms.FormModel):
    version: int
    silence: int
    dmn: Annotated[str, Field(max_length=200)] = ""
    exploitant: Annotated[str, Field(max_length=200)] = ""
    saisis: str = ""
    exclusions: str = ""
    tiers_payant: str = ""


class PrescriptionForm(forms.FormModel):
    prescripteur: Annotated[str, Field(min_length=1, max_length=200)]
    prescrit_le: date
    debut: date
    fin: date
    qualifie: str = ""


class DeviceForm(forms.FormModel):
    nom: Annotated[str, Field(min_length=1, max_length=100)]
    modele: Annotated[str, Field(min_length=1, max_length=100)]
    identifiant: Annotated[str, Field(min_length=1, max_length=200)]
    mesures: Annotated[str, Field(min_length=1, max_length=4_000)]


class TeamForm(forms.FormModel):
    personne: UUID
    role: TeamRole


class SessionForm(forms.FormModel):
    seance_le: date
    seance_duree: Annotated[int, Field(ge=1, le=600)]
    sujets: str = ""
    seance_note: Annotated[str, Field(max_length=4_000)] = ""


class SuspendForm(forms.FormModel):
    absent_le: date
    motif_absence: Annotated[str, Field(min_length=1, max_length=500)]


class ResumeForm(forms.FormModel):
    retour_le: date


class KeepForm(forms.FormModel):
    motif_poursuite: Annotated[str, Field(min_length=1, max_length=500)]


class StopForm(forms.FormModel):
    fin_motif: EndReason
    fin_texte: Annotated[str, Field(max_length=500)] = ""


class LimitsForm(forms.FormModel):
    motif: Annotated[str, Field(min_length=1, max_length=500)]
    jusqu_au: Annotated[date | None, forms.EMPTY_IS_NONE] = None


def read_plan(form: Form, follow_up: FollowUp) -> tuple[PlanDraft, int]:
    """The plan as typed, and the version that was read. Raises FormError."""
    asked = forms.read(PlanForm, form)
    plan = follow_up.plan
    draft = PlanDraft(
        pathway=plan.pathway,
        silence_days=asked.silence,
        territory=plan.territory,
        dmn=asked.dmn,
        exploitant=asked.exploitant,
        hand_signals=frozenset(filter(None, asked.saisis.split(","))),
        exclusions=frozenset(filter(None, asked.exclusions.split(","))),
        is_tiers_payant=bool(asked.tiers_payant),
    )
    return draft, asked.version


def read_prescription(form: Form) -> PrescriptionDraft:
    """Raises FormError with every field in error."""
    asked, answers = forms.read(PrescriptionForm, form), forms.Answers(form)
    rpps = answers.optional("rpps", parse_rpps)
    answers.check()
    return PrescriptionDraft(
        prescriber_name=asked.prescripteur,
        prescriber_rpps=rpps,
        specialty_code=None,
        is_qualified=bool(asked.qualifie),
        prescribed_on=asked.prescrit_le,
        first_day=asked.debut,
        last_day=asked.fin,
    )


def read_limits(form: Form, asked: Iterable[AskedLimit], follow_up: FollowUp) -> tuple[list[LimitDraft], str]:
    """The limits that were typed, or the one to take away, with their reason. Raises FormError."""
    typed = forms.read(LimitsForm, form)
    known = {one.name: one for one in asked}
    until = _end_of(typed.jusqu_au, follow_up)
    gone = form.value("retirer")
    if gone:
        one = known.get(gone)
        if one is None:
            raise forms.FormError(Form(form.values, {"": "Ce seuil n’est plus celui d’une règle : laissez-le."}))
        return [LimitDraft(gone, one.signal, one.unit, None, one.side)], typed.motif
    answers, drafts = forms.Answers(form), []
    for name, one in known.items():
        value = answers.optional(f"seuil_{name}", parse_value)
        if value is not None:
            drafts.append(LimitDraft(name, one.signal, one.unit, value, one.side, until=until))
    answers.check()
    if not drafts:
        raise forms.FormError(Form(form.values, {"": "Écrivez au moins un seuil."}))
    return drafts, typed.motif


def _end_of(day: date | None, follow_up: FollowUp) -> datetime | None:
    """The first instant after a day, where the patient lives."""
    if day is None:
        return None
    return resolve_local(datetime.combine(day + timedelta(days=1), time()), follow_up.plan.territory)
