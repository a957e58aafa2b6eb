"""Facturation: the doctor's cap, what he declares of his year, and what is proposed for billing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from pydantic import BeforeValidator, Field

from billing.model import CapStanding, Claim, Declaration
from billing.routes.cursors import read_cursor
from billing.rules.cap import Counts, remote_acts
from billing.rules.projection import AnnualVolume, Outside
from billing.rules.tariff import ClaimState
from telemed.api.auth import only
from telemed.api.pagination import encode_cursor
from telemed.kernel.caller import Role
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Invalid
from telemed.patients.model import Patient
from telemed.web import forms
from telemed.web.pages.cap import LEVELS, TONES, basis_of, limit_reference, readings_of
from telemed.web.pages.cap_parts import curve_of, derogation_lines, file_lines
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.billing import BillingView, ProposalLine
from telemed.web.views.frame import Badge, Form, Tone

pages = Pages()
_DOCTOR = only(Role.DOCTOR)
_PAGE, _MOST = 50, 50
_FIRST_YEAR, _LAST_YEAR = 2018, 2100
STATES = {
    ClaimState.PROPOSED: Badge("Proposée", Tone.FINE),
    ClaimState.TO_COMPLETE: Badge("À compléter", Tone.SOON),
    ClaimState.NOT_BILLABLE: Badge("Non facturable", Tone.NOW),
}
_FIELDS = {"declared_on": "arrete_au", "outside.as_of": "arrete_au", "year": "annee"}

Acts = Annotated[int, Field(ge=0, le=100_000)]
OptionalActs = Annotated[Acts | None, BeforeValidator(lambda text: text or None)]
OptionalDay = Annotated[date | None, BeforeValidator(lambda text: text or None)]


class ActivityForm(forms.FormModel):
    """Acts done elsewhere up to a day, and the volume expected of the year; what is left empty is unknown."""

    annee: Annotated[int, Field(ge=_FIRST_YEAR, le=_LAST_YEAR)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    volume_annuel: OptionalActs = None
    arrete_au: OptionalDay = None
    actes: OptionalActs = None
    teleconsultations: OptionalActs = None
    teleconsultations_patientele: OptionalActs = None
    teleexpertises: OptionalActs = None
    actes_patientele: OptionalActs = None


@pages.get("/facturation/plafond", _DOCTOR)
async def show_billing(visitor: Visitor) -> web.Response:
    return await show_page(visitor, await open_workplace(visitor, "billing/cap"), None)


@pages.post("/facturation/activite", _DOCTOR)
async def declare_activity(visitor: Visitor) -> web.Response:
    """Keep what the doctor declares of a year; the page says at once what it changes."""
    place = await open_workplace(visitor, "billing/cap")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(ActivityForm, form)
        await visitor.services.cap.declare(
            visitor.known,
            place.person.id,
            year=asked.annee,
            source=asked.source,
            declared_on=_today(visitor, place),
            annual_volume=_volume(asked, _today(visitor, place)),
            outside=_outside(asked, form),
        )
    except forms.FormError as err:
        return await show_page(visitor, place, err.form, status=422)
    except Invalid as err:
        return await show_page(visitor, place, forms.refused(form, err, _FIELDS), status=422)
    return visitor.go(f"/facturation/plafond?annee={asked.annee}", flash="activity-declared")


def _volume(asked: ActivityForm, today: date) -> AnnualVolume | None:
    return None if asked.volume_annuel is None else AnnualVolume(asked.volume_annuel, asked.source, today)


def _outside(asked: ActivityForm, form: Form) -> Outside | None:
    """Acts done elsewhere; none without the day up to which they count. Raises FormError on parts above their whole."""
    if asked.arrete_au is None:
        if asked.actes is not None:
            raise forms.FormError(Form(form.values, {"arrete_au": "Jusqu’à quel jour ces actes sont-ils comptés ?"}))
        return None
    remote, own, expert = (
        asked.teleconsultations or 0,
        asked.teleconsultations_patientele or 0,
        asked.teleexpertises or 0,
    )
    try:
        counts = Counts(
            teleconsultations=remote,
            own_teleconsultations=own,
            teleexpertises=expert,
            other_acts=(asked.actes or 0) - remote - expert,
            own_acts=asked.actes_patientele,
        )
    except ValueError:
        text = "Une partie ne peut pas dépasser le tout : relisez ces nombres."
        raise forms.FormError(Form(form.values, {"actes": text})) from None
    return Outside(counts, asked.arrete_au, asked.source)


async def show_page(visitor: Visitor, place: Workplace, typed: Form | None, *, status: int = 200) -> web.Response:
    """The page of the cap, with the form as it was typed where one was refused."""
    today = _today(visitor, place)
    year = _year(visitor, typed, today)
    cursor = visitor.request.query.get("apres") or None
    standing = await visitor.services.cap.standing(visitor.known, place.person.id, year)
    claims = await visitor.services.claims.page(
        visitor.known, limit=_PAGE + 1, professional_id=place.person.id, year=year, after=read_cursor(cursor)
    )
    shown = claims[:_PAGE]
    people = await visitor.services.patients.names(visitor.known, [one.patient_id for one in shown])
    view = replace(
        await _with_parts(visitor, place, _view(place, year, standing, today), standing),
        form=_typed(typed, standing, year),
        proposals=tuple(_line(claim, people) for claim in shown),
        next_page=_address(year, shown[-1]) if len(claims) > _PAGE else "",
        first_page=_address(year, None) if cursor else "",
    )
    return visitor.render("professional/billing.html", place.frame, view, status=status)


async def _with_parts(
    visitor: Visitor, place: Workplace, view: BillingView, standing: CapStanding | None
) -> BillingView:
    """With the curve, the decisions and the files of the year, and the figures that open the acts behind them."""
    services, whose = visitor.services, place.person.id
    entries = await services.derogations.page(visitor.known, whose, limit=_MOST)
    files = await services.activity.page(visitor.known, whose, limit=_MOST, year=view.year)
    view = replace(
        view,
        derogations=derogation_lines(entries, view.computed_on),
        files=file_lines(files, place.practice.territory),
        acts_address=f"/facturation/plafond/actes?annee={view.year}",
    )
    if standing is None:
        return view
    facts, verdict, derogation = standing.facts, standing.verdict, standing.cap.derogation
    return replace(
        view,
        curve=curve_of(standing, await services.cap.curve(visitor.known, whose, standing)),
        remote_here=remote_acts(standing.cap.regime, facts.here),
        all_here=facts.here.total,
        booked=facts.booked.total,
        allowance=verdict.allowance,
        acts_needed=verdict.acts_needed,
        derogation=derogation.reference if derogation else "",
    )


def _typed(typed: Form | None, standing: CapStanding | None, year: int) -> Form:
    """The declaration in force, under what was typed in whichever form was refused."""
    kept = _form(standing, year)
    return kept if typed is None else Form({**kept.values, **typed.values}, typed.errors)


def _view(place: Workplace, year: int, standing: CapStanding | None, today: date) -> BillingView:
    outside = standing.facts.outside if standing else None
    verdict = standing.verdict if standing else None
    return BillingView(
        year=year,
        doctor=place.person.full_name,
        limit=standing.cap.rate_percent / 100 if standing else None,
        limit_reference=limit_reference(standing) if standing else "",
        badge=LEVELS[verdict.level] if verdict else Badge("Année sans plafond"),
        reasons=tuple(forms.reason_line(one, TONES[verdict.level]) for one in verdict.reasons) if verdict else (),
        readings=readings_of(standing) if standing else (),
        basis=basis_of(standing) if standing else "",
        computed_on=today,
        outside_acts=outside.counts.total if outside else None,
        outside_as_of=outside.as_of if outside else None,
        form=Form(),
        proposals=(),
        previous_year=max(year - 1, _FIRST_YEAR),
        next_year=year + 1 if year < today.year else None,
    )


def _line(claim: Claim, people: dict[UUID, Patient]) -> ProposalLine:
    patient = people.get(claim.patient_id)
    reasons = claim.refusals or claim.missing or claim.warnings
    return ProposalLine(
        held_on=claim.day,
        patient=patient.full_name if patient else "Autre cabinet",
        code=claim.code or "",
        cents=claim.amount_cents,
        state=STATES[claim.state],
        address=f"/consultations/{claim.act_id}/compte-rendu" if patient else "",
        why=" ".join(reason.text for reason in reasons),
    )


def _form(standing: CapStanding | None, year: int) -> Form:
    """The declaration in force, to be changed."""
    kept: Declaration | None = standing.declaration if standing else None
    values: dict[str, object] = {"annee": year}
    if kept is not None:
        values |= {"source": kept.source}
        values |= {"volume_annuel": kept.annual_volume.acts} if kept.annual_volume else {}
    if kept is not None and kept.outside is not None:
        counts = kept.outside.counts
        values |= {
            "arrete_au": kept.outside.as_of.isoformat(),
            "actes": counts.total,
            "teleconsultations": counts.teleconsultations,
            "teleconsultations_patientele": counts.own_teleconsultations,
            "teleexpertises": counts.teleexpertises,
            "actes_patientele": "" if counts.own_acts is None else counts.own_acts,
        }
    return Form({name: str(value) for name, value in values.items()})


def _today(visitor: Visitor, place: Workplace) -> date:
    return civil_date(visitor.services.clock.now(), place.practice.territory)


def _year(visitor: Visitor, typed: Form | None, today: date) -> int:
    text = typed.value("annee") if typed else visitor.request.query.get("annee", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else today.year
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else today.year


def _address(year: int, last: Claim | None) -> str:
    query = {"annee": str(year)}
    if last is not None:
        query["apres"] = encode_cursor(last.day.isoformat(), str(last.id))
    return f"/facturation/plafond?{urlencode(query)}"
