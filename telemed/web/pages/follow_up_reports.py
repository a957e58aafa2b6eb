"""The reports of a follow-up: of each month that is over, and of the end; looked at as a PDF, then signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from telemed.acts.telemonitoring.service.monitoring_reports import ReportLine
from telemed.api.auth import only
from telemed.documents.model import MonitoringWords
from telemed.kernel.caller import Role
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Conflict, Refused
from telemed.web import forms, french, words
from telemed.web.pages.follow_up_draft import follow_up_id_of
from telemed.web.pages.follow_ups import CARER, TAB, pathway_label
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.follow_up_report import ReportPageView, ReportStep
from telemed.web.views.frame import Badge, Form, Tone

pages = Pages()
_DOCTOR = only(Role.DOCTOR)
_END = "fin"
_MOST = 8_000


@pages.get("/surveillance/{id}/rapports", CARER)
async def list_reports(visitor: Visitor) -> web.Response:
    """The latest report, or that there is none yet."""
    return await _show(visitor, None)


@pages.get("/surveillance/{id}/rapports/{mois}", CARER)
async def show_report(visitor: Visitor) -> web.Response:
    return await _show(visitor, visitor.request.match_info["mois"])


@pages.post("/surveillance/{id}/rapports/{mois}/apercu", _DOCTOR)
async def preview(visitor: Visitor) -> web.Response:
    """The PDF as it would be, marked as a draft: nothing is kept."""
    form = await forms.typed(visitor.request)
    pdf, _ = await visitor.services.telemonitoring.reports.preview(
        visitor.known, follow_up_id_of(visitor), _month(visitor.request.match_info["mois"]), _words(form)
    )
    return web.Response(body=pdf, content_type="application/pdf", headers={"Cache-Control": "no-store"})


@pages.post("/surveillance/{id}/rapports/{mois}", _DOCTOR)
async def sign(visitor: Visitor) -> web.Response:
    form, name, follow_up_id = (
        await forms.typed(visitor.request),
        visitor.request.match_info["mois"],
        follow_up_id_of(visitor),
    )
    try:
        await visitor.services.telemonitoring.reports.sign(
            visitor.known, follow_up_id, _month(name), _words(form), reason=form.value("motif")[:500]
        )
    except (Refused, Conflict) as err:
        return await _show(visitor, name, forms.refused(form, err), status=422)
    return visitor.go(f"/surveillance/{follow_up_id}/rapports/{name}", flash="report-sealed")


def _words(form: Form) -> MonitoringWords:
    return MonitoringWords(form.value("conclusion")[:_MOST], form.value("conduite")[:_MOST])


def _month(name: str) -> int | None:
    """The month of an address, None for the end. Raises HTTPNotFound for anything else."""
    if name == _END:
        return None
    if name.isascii() and name.isdecimal() and len(name) <= 3:
        return int(name)
    raise web.HTTPNotFound


async def _show(visitor: Visitor, name: str | None, form: Form | None = None, *, status: int = 200) -> web.Response:
    place, services = await open_workplace(visitor, TAB), visitor.services
    follow_up_id, caller = follow_up_id_of(visitor), visitor.known
    lines = await services.telemonitoring.reports.list(caller, follow_up_id)
    follow_up = await services.telemonitoring.follow_ups.get(caller, follow_up_id)
    current = lines[0] if name is None and lines else _find(lines, name)
    patient = await services.patients.get(caller, follow_up.patient_id)
    home = f"/surveillance/{follow_up_id}"
    today = civil_date(services.clock.now(), follow_up.plan.territory)
    view = ReportPageView(
        base=f"{home}/rapports/{_name(current)}" if current else "",
        home=home,
        patient=patient.full_name,
        age=words.age(patient.identity.traits.birth_date, today),
        pathway=pathway_label(visitor, follow_up),
        steps=tuple(_step(home, one, current) for one in lines),
    )
    if current is not None:
        view = _with_report(visitor, view, current, form)
    return visitor.render("professional/follow_up_report.html", place.frame, view, status=status)


def _find(lines: Sequence[ReportLine], name: str | None) -> ReportLine | None:
    """The one that an address names. Raises HTTPNotFound where there is none."""
    if name is None:
        return None
    found = next((one for one in lines if one.month == _month(name)), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _name(line: ReportLine) -> str:
    return _END if line.month is None else str(line.month)


def _label(line: ReportLine) -> str:
    if line.month is None:
        return "Fin du suivi"
    return f"{'1er' if line.month == 1 else f'{line.month}e'} mois"


def _step(home: str, line: ReportLine, current: ReportLine | None) -> ReportStep:
    state = Badge("Signé", Tone.FINE) if line.signed else Badge("À rédiger", Tone.SOON)
    return ReportStep(_label(line), f"{home}/rapports/{_name(line)}", state, is_current=line == current)


def _with_report(visitor: Visitor, view: ReportPageView, line: ReportLine, form: Form | None) -> ReportPageView:
    """The page with what it says of one report; only a doctor writes, and opens what is sealed."""
    is_doctor, signed, label = visitor.known.has_role(Role.DOCTOR), line.signed, _label(line)
    view = replace(
        view,
        title=french.typographic(f"Rapport : {label[:1].lower()}{label[1:]}"),
        form=(form or Form()) if is_doctor else None,
    )
    if signed is None:
        return view
    address = f"/documents/{signed.identity.document_id}"
    return replace(
        view,
        signed_at=signed.signed_at,
        version=signed.identity.version,
        pdf_address=f"{address}/pdf" if is_doctor else "",
        cda_address=f"{address}/cda" if is_doctor else "",
    )
