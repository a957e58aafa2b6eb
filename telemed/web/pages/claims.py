"""Facturation: what waits today, the claims of a period by stage, and invoicing all that is ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from billing.formats.words import act_words
from billing.model.life import Due, Stage
from billing.model.standing import Standing
from billing.routes.cursors import read_cursor
from billing.rules.reconciliation import Sum, Tally, add_up
from telemed.api.auth import only
from telemed.api.pagination import encode_cursor
from telemed.kernel.caller import Role
from telemed.patients.model import Patient
from telemed.web import claim_words
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.claims import ClaimLine, DeskView, DueLine, StageTile
from telemed.web.views.frame import Badge, Choice, Form, Tone

pages = Pages()
CARING = only(Role.DOCTOR, Role.SECRETARY)
_PAGE = 50
_MOST_DUE = 12
_SHOWN_DAYS = 365
_ELSEWHERE = "Patient d’un autre cabinet"


@dataclass(frozen=True)
class Group:
    """Stages that the page shows under one name."""

    key: str
    label: str
    stages: frozenset[Stage]
    tone: Tone = Tone.PLAIN


GROUPS = (
    Group("a-facturer", "À facturer", frozenset({Stage.TO_INVOICE}), Tone.SOON),
    Group("a-completer", "À compléter", frozenset({Stage.TO_COMPLETE}), Tone.SOON),
    Group("retenue", "Retenues", frozenset({Stage.HELD}), Tone.NOW),
    Group("en-route", "En route", frozenset({Stage.INVOICED, Stage.LOTTED, Stage.TRANSMITTED, Stage.RETRANSMITTED})),
    Group("en-difficulte", "En difficulté", frozenset({Stage.REFUSED, Stage.SILENT, Stage.PAPER_REQUESTED}), Tone.NOW),
    Group("papier", "Sur papier", frozenset({Stage.ON_PAPER})),
    Group("recue", "Reçues", frozenset({Stage.ACKNOWLEDGED})),
    Group("rejetee", "Rejetées", frozenset({Stage.REJECTED}), Tone.NOW),
    Group("payee", "Payées", frozenset({Stage.PAID})),
    Group("non-facturable", "Non facturables", frozenset({Stage.NOT_BILLABLE})),
    Group("abandonnee", "Abandonnées", frozenset({Stage.ABANDONED})),
    Group("annulee", "Annulées", frozenset({Stage.REVERSED, Stage.CORRECTED})),
)
_ALL_STAGES = frozenset(stage for group in GROUPS for stage in group.stages)
_UNSENT = frozenset({Stage.INVOICED, Stage.LOTTED})
_GESTURES = {
    Stage.REJECTED: "Corriger",
    Stage.PAPER_REQUESTED: "Dire parti",
    Stage.HELD: "Débloquer",
    Stage.TO_COMPLETE: "Compléter",
}
_UNINSURED = "billing.insurance_missing"
_LEGAL_DAY = frozenset({Due.RETRANSMISSION, Due.PAPER})
_SHOWN = {
    Stage.PAPER_REQUESTED: "Adressez un duplicata papier à la caisse.",
    Stage.REFUSED: "Le lot repart de lui-même avant ce jour.",
    Stage.SILENT: "Le lot repart de lui-même avant ce jour.",
}


@dataclass(frozen=True)
class Asked:
    """What the address of the page asks to see."""

    group: Group | None
    since: date
    until: date
    code: str
    cursor: str

    @property
    def stages(self) -> frozenset[Stage]:
        return self.group.stages if self.group else _ALL_STAGES


@pages.get("/facturation", CARING)
async def show_desk(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "billing")
    asked = _asked(visitor, place.frame.today)
    services, caller = visitor.services, visitor.known
    waiting = await services.desk.waiting(caller, limit=_MOST_DUE)
    tallies = await services.desk.tallies(caller, since=asked.since, until=asked.until)
    found = await services.desk.page(
        caller,
        limit=_PAGE + 1,
        since=asked.since,
        until=asked.until,
        stages=asked.stages,
        code=asked.code or None,
        after=read_cursor(asked.cursor or None),
    )
    shown = found[:_PAGE]
    people = await services.patients.names(caller, [one.patient_id for one in (*waiting.first, *shown)])
    doctors = await _doctors(visitor)
    view = DeskView(
        due=tuple(
            _due_line(one, people, place.frame.today, waiting.send_by.get(one.claim_id)) for one in waiting.first
        ),
        due_more=max(waiting.number - len(waiting.first), 0),
        ready_number=waiting.ready.number,
        ready_cents=waiting.ready.amount_cents,
        tiles=_tiles(tallies, asked, visitor),
        lines=tuple(_line(one, people, doctors) for one in shown),
        form=Form({name: visitor.request.query.get(name, "") for name in ("du", "au", "code")}),
        codes=tuple(Choice(code, code) for code in sorted({one.code for one in tallies if one.code})),
        stage=asked.group.key if asked.group else "",
        stage_label=asked.group.label if asked.group else "",
        is_filtered=any(visitor.request.query.get(name) for name in ("etape", "du", "au", "code")),
        has_caisse=services.lots.is_configured,
        unsent_number=add_up(one.sum for one in tallies if one.stage in _UNSENT).number,
        shows_doctors=not caller.has_role(Role.DOCTOR),
        next_page=_address(visitor, apres=_cursor(shown[-1])) if len(found) > _PAGE else "",
        first_page=_address(visitor, apres="") if asked.cursor else "",
    )
    return visitor.render("professional/claims.html", place.frame, view)


@pages.post("/facturation/tout", CARING)
async def invoice_ready(visitor: Visitor) -> web.Response:
    """Invoice all that nothing holds; what is held says why, at the top of the page."""
    batch = await visitor.services.invoices.invoice_ready(visitor.known)
    if batch.held:
        return visitor.go("/facturation", flash="invoiced-partly" if batch.invoiced else "invoiced-none")
    return visitor.go("/facturation", flash="invoiced-all")


@pages.post("/facturation/envoyer", CARING)
async def send_now(visitor: Visitor) -> web.Response:
    """Make the lots, send them and take in what the caisses have answered, without waiting for the jobs."""
    await visitor.services.lots.send_now(visitor.known)
    return visitor.go("/facturation", flash="lots-sent")


async def _doctors(visitor: Visitor) -> dict[UUID, str]:
    """The names of the practice's doctors, for those who see the acts of several."""
    if visitor.known.has_role(Role.DOCTOR):
        return {}
    return {one.id: one.full_name for one in await visitor.services.professionals.page(visitor.known, limit=200)}


def _due_line(one: Standing, people: Mapping[UUID, Patient], today: date, send_by: date | None) -> DueLine:
    is_ready = one.stage is Stage.TO_INVOICE
    address = f"/facturation/{one.claim_id}"
    is_uninsured = one.stage is Stage.HELD and any(reason.code == _UNINSURED for reason in one.reasons)
    dated = one.due in _LEGAL_DAY and one.due_on is not None
    return DueLine(
        what=claim_words.stage_badge(one.stage) if one.due is not Due.REPAYMENT else Badge("À rembourser", Tone.NOW),
        patient=patient_name(people.get(one.patient_id)),
        code=one.code or "",
        held_on=one.day,
        cents=one.amount_cents,
        limit=claim_words.limit_badge(one.due_on, today) if dated else claim_words.since_badge(one.day, today),
        why=_why(one, today, send_by),
        address=address,
        gesture=_GESTURES.get(one.stage, "Ouvrir") if not is_uninsured else "Assurance",
        gesture_address=f"/patientele/{one.patient_id}/assurance?retour={address}" if is_uninsured else address,
        invoice_address=f"{address}/facturer" if is_ready else "",
    )


def _why(one: Standing, today: date, send_by: date | None) -> str:
    """What is to be done or holds it, and until when it would leave if it were invoiced today."""
    told = _SHOWN.get(one.stage) or claim_words.short_reasons(one.reasons)
    limit = "" if send_by is None else claim_words.sending_limit(send_by, today)
    return " ".join(filter(None, (told, limit)))


def _line(one: Standing, people: Mapping[UUID, Patient], doctors: Mapping[UUID, str]) -> ClaimLine:
    return ClaimLine(
        held_on=one.day,
        patient=patient_name(people.get(one.patient_id)),
        act=act_words(one.kind, one.part),
        code=one.code or "",
        cents=one.amount_cents,
        stage=claim_words.stage_badge(one.stage),
        why=claim_words.short_reasons(one.reasons),
        address=f"/facturation/{one.claim_id}",
        doctor=doctors.get(one.professional_id, ""),
    )


def patient_name(patient: Patient | None) -> str:
    """As a list names a patient; one whose record another practice holds is not named."""
    return patient.full_name if patient else _ELSEWHERE


def _tiles(tallies: Sequence[Tally], asked: Asked, visitor: Visitor) -> tuple[StageTile, ...]:
    """Every claim of the period, then each group that has some; the code asked for narrows both."""
    of_code = [one for one in tallies if one.stage in _ALL_STAGES and asked.code in ("", one.code)]
    whole = StageTile(
        "Tous", *_told(add_up(one.sum for one in of_code)), _address(visitor, etape="", apres=""), asked.group is None
    )
    tiles = [whole]
    for group in GROUPS:
        total = add_up(one.sum for one in of_code if one.stage in group.stages)
        if total.number or group is asked.group:
            address = _address(visitor, etape=group.key, apres="")
            tiles.append(StageTile(group.label, *_told(total), address, group is asked.group, group.tone))
    return tuple(tiles)


def _told(total: Sum) -> tuple[int, int]:
    return total.number, total.amount_cents


def _asked(visitor: Visitor, today: date) -> Asked:
    """What is readable of the address; the last year where it names no days."""
    query = visitor.request.query
    until = _day(query.get("au", "")) or today
    since = _day(query.get("du", "")) or min(until, today) - timedelta(days=_SHOWN_DAYS)
    group = next((one for one in GROUPS if one.key == query.get("etape")), None)
    return Asked(group, since, until, query.get("code", "")[:10], query.get("apres", ""))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address(visitor: Visitor, **changes: str) -> str:
    """This page with other words in its address."""
    query = {name: visitor.request.query.get(name, "") for name in ("etape", "du", "au", "code", "apres")} | changes
    kept = {name: value for name, value in query.items() if value}
    return f"/facturation?{urlencode(kept)}" if kept else "/facturation"


def _cursor(last: Standing) -> str:
    return encode_cursor(last.day.isoformat(), str(last.claim_id))
