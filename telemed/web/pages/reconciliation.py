"""Rapprochement: the accounts of a period, and their exports for the accountant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from billing.formats.words import PLACES, organism_words
from billing.model.reconciliation import AccountLine, Reconciliation
from billing.routes.reconciliation import as_file, file_name
from billing.rules.reconciliation import RECEIVED, Place, Sum
from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.errors import Invalid
from telemed.web import claim_words, forms
from telemed.web.pages.claims import GROUPS
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import Badge, Choice, Form, Tone
from telemed.web.views.reconciliation import (
    CodeLine,
    Figure,
    MotiveLine,
    OutstandingLine,
    PlaceLine,
    ReconciliationView,
)

pages = Pages()
_READERS = only(Role.DOCTOR, Role.SECRETARY, Role.ADMINISTRATOR)
_PATH = "/facturation/rapprochement"
_TONES = {
    Place.TO_COMPLETE: Tone.SOON,
    Place.TO_INVOICE: Tone.SOON,
    Place.HELD: Tone.NOW,
    Place.IN_TROUBLE: Tone.NOW,
    Place.REJECTED: Tone.NOW,
    Place.ACKNOWLEDGED: Tone.FINE,
    Place.PAID: Tone.FINE,
}
_GROUPS = {
    Place.NOT_BILLABLE: "non-facturable",
    Place.ABANDONED: "abandonnee",
    Place.TO_COMPLETE: "a-completer",
    Place.TO_INVOICE: "a-facturer",
    Place.HELD: "retenue",
    Place.INVOICED: "en-route",
    Place.SENT: "en-route",
    Place.IN_TROUBLE: "en-difficulte",
    Place.ON_PAPER: "papier",
    Place.ACKNOWLEDGED: "recue",
    Place.REJECTED: "rejetee",
    Place.PAID: "payee",
    Place.REVERSED: "annulee",
}
_FIELDS = {"since": "du", "until": "au"}


@dataclass(frozen=True)
class Period:
    """What is asked for: two days, both included, and one professional or all that the caller may see."""

    since: date
    until: date
    professional_id: UUID | None

    @property
    def query(self) -> str:
        asked = {"du": self.since.isoformat(), "au": self.until.isoformat()}
        if self.professional_id is not None:
            asked["professionnel"] = str(self.professional_id)
        return urlencode(asked)


@pages.get(_PATH, _READERS)
async def show_reconciliation(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "billing/reconciliation")
    typed = Form({name: visitor.request.query.get(name, "") for name in ("du", "au", "professionnel")})
    try:
        period = _period(visitor, place.frame.today)
        accounts = await _read(visitor, period)
    except forms.FormError as err:
        return await _show(visitor, place, await _fallback(visitor, place), err.form, status=422)
    except Invalid as err:
        form = forms.refused(typed, err, _FIELDS)
        return await _show(visitor, place, await _fallback(visitor, place), form, status=422)
    form = Form({"du": period.since.isoformat(), "au": period.until.isoformat()} | _whose(period))
    return await _show(visitor, place, accounts, form)


@pages.get(f"{_PATH}.csv", _READERS)
async def download_csv(visitor: Visitor) -> web.Response:
    period = _period(visitor, (await open_workplace(visitor, "billing")).frame.today)
    body = await visitor.services.reconciliation.csv(
        visitor.known, since=period.since, until=period.until, professional_id=period.professional_id
    )
    return as_file(body, "text/csv", file_name(period.since, period.until, "csv"))


@pages.get(f"{_PATH}.pdf", _READERS)
async def download_pdf(visitor: Visitor) -> web.Response:
    period = _period(visitor, (await open_workplace(visitor, "billing")).frame.today)
    body = await visitor.services.reconciliation.pdf(
        visitor.known, since=period.since, until=period.until, professional_id=period.professional_id
    )
    return as_file(body, "application/pdf", file_name(period.since, period.until, "pdf"))


async def _read(visitor: Visitor, period: Period) -> Reconciliation:
    return await visitor.services.reconciliation.read(
        visitor.known, since=period.since, until=period.until, professional_id=period.professional_id
    )


async def _fallback(visitor: Visitor, place: Workplace) -> Reconciliation:
    """The present month, under what cannot be shown."""
    today = place.frame.today
    return await _read(visitor, Period(today.replace(day=1), today, None))


def _period(visitor: Visitor, today: date) -> Period:
    """The period of the address; this month up to today where it names none. Raises FormError."""
    query = visitor.request.query
    form = Form({name: query.get(name, "") for name in ("du", "au", "professionnel")})
    answers = forms.Answers(form)
    since = answers.optional("du", _day)
    until = answers.optional("au", _day)
    whose = answers.optional("professionnel", _identifier)
    answers.check()
    return Period(since or (until or today).replace(day=1), until or max(today, since or today), whose)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("cette date n’existe pas") from None


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("choisissez un professionnel de la liste") from None


def _whose(period: Period) -> dict[str, str]:
    return {"professionnel": "" if period.professional_id is None else str(period.professional_id)}


async def _show(
    visitor: Visitor, place: Workplace, accounts: Reconciliation, form: Form, *, status: int = 200
) -> web.Response:
    view = _view(accounts, form, await _doctors(visitor), place.frame.today, opens=_opens_claims(visitor))
    return visitor.render("professional/reconciliation.html", place.frame, view, status=status)


def _opens_claims(visitor: Visitor) -> bool:
    return visitor.known.has_role(Role.DOCTOR, Role.SECRETARY)


async def _doctors(visitor: Visitor) -> tuple[Choice, ...]:
    """Whom one may choose: those of the practice who bill, for its office."""
    if not visitor.known.has_role(Role.SECRETARY, Role.ADMINISTRATOR):
        return ()
    people = await visitor.services.professionals.page(visitor.known, limit=200)
    return tuple(Choice(str(one.id), one.full_name) for one in people if one.rpps)


def _view(
    accounts: Reconciliation, form: Form, doctors: tuple[Choice, ...], today: date, *, opens: bool
) -> ReconciliationView:
    period = Period(accounts.since, accounts.until, accounts.professional_id)
    money, acts = accounts.totals.money, accounts.totals.acts
    return ReconciliationView(
        form=form,
        first=accounts.since,
        last=accounts.until,
        doctors=doctors,
        shortcuts=_shortcuts(today, period.professional_id),
        figures=_figures(accounts),
        places=tuple(
            _place_line(place, total, period, opens=opens)
            for place, total in accounts.totals.places.items()
            if total.number and place is not Place.UNDONE
        ),
        whole_number=acts.number,
        whole_cents=acts.amount_cents,
        codes=tuple(_code_line(code, total) for code, total in accounts.totals.codes),
        codes_total=CodeLine("", acts.number, money.charged_cents, money.paid_cents, money.due_cents),
        rejections=tuple(
            MotiveLine(forms.sentence(one.text) if one.text else "", one.sum.number, one.sum.amount_cents)
            for one in accounts.rejections
        ),
        outstanding=tuple(_outstanding(line, opens=opens) for line in accounts.outstanding),
        outstanding_more=accounts.outstanding_number - len(accounts.outstanding),
        cashed_cents=accounts.cashed_cents,
        csv_address=f"{_PATH}.csv?{period.query}",
        pdf_address=f"{_PATH}.pdf?{period.query}",
        undone_number=accounts.totals.places[Place.UNDONE].number,
        adds_up=accounts.adds_up,
    )


def _figures(accounts: Reconciliation) -> tuple[Figure, ...]:
    totals = accounts.totals
    invoiced = totals.of(
        Place.INVOICED, Place.SENT, Place.IN_TROUBLE, Place.ON_PAPER, Place.ACKNOWLEDGED, Place.REJECTED, Place.PAID
    )
    received, paid, rejected = totals.of(*RECEIVED), totals.of(Place.PAID), totals.of(Place.REJECTED)
    return (
        Figure("Faits", totals.acts.number, totals.acts.amount_cents),
        Figure("Facturés", invoiced.number, invoiced.charged_cents),
        Figure("Reçus par la caisse", received.number, received.charged_cents),
        Figure("Payés", paid.number, paid.paid_cents),
        Figure("Rejetés", rejected.number, rejected.charged_cents),
        Figure("Reste dû", accounts.outstanding_number, accounts.ledger.due_cents),
    )


def _place_line(place: Place, total: Sum, period: Period, *, opens: bool) -> PlaceLine:
    label, meaning = PLACES[place]
    is_narrowed = period.professional_id is not None
    listed = opens and not is_narrowed and any(group.key == _GROUPS.get(place) for group in GROUPS)
    address = f"/facturation?{urlencode({'etape': _GROUPS.get(place, '')})}&{period.query}" if listed else ""
    tone = _TONES.get(place, Tone.PLAIN)
    return PlaceLine(Badge(label, tone), total.number, total.amount_cents, meaning, address)


def _code_line(code: str, total: Sum) -> CodeLine:
    return CodeLine(code, total.number, total.charged_cents, total.paid_cents, total.due_cents)


def _outstanding(line: AccountLine, *, opens: bool) -> OutstandingLine:
    return OutstandingLine(
        held_on=line.day,
        code=line.code,
        organism=organism_words(line.organism),
        stage=claim_words.stage_badge(line.stage),
        due_cents=line.due_cents,
        address=f"/facturation/{line.claim_id}" if opens else "",
        why=claim_words.short_reasons(line.reasons),
    )


def _shortcuts(today: date, professional_id: UUID | None) -> tuple[Choice, ...]:
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    spans = (
        ("Ce mois", first, today),
        ("Le mois dernier", before.replace(day=1), before),
        ("Cette année", today.replace(month=1, day=1), today),
        ("L’an dernier", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    )
    return tuple(Choice(f"?{Period(since, until, professional_id).query}", label) for label, since, until in spans)
