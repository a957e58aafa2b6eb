"""The reports of a follow-up: of each month that is over, and of the end; looked at, signed, and where they went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from aiohttp import web

from telemed.acts.telemonitoring.service.monitoring_reports import ReportLine
from telemed.acts.telemonitoring.service.report_sending import Sending
from telemed.api.auth import only
from telemed.documents.model import Delivery, DeliveryReason, DeliveryStep, MonitoringWords, Recipient
from telemed.kernel.caller import Role
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Conflict, Refused
from telemed.web import forms, french, words
from telemed.web.delivery_words import REASONS, RECIPIENTS, advice_of, state_of
from telemed.web.pages.follow_up_draft import follow_up_id_of
from telemed.web.pages.follow_ups import CARER, TAB, pathway_label
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.pages.report_names import label_of_month, month_of_name, name_of_month
from telemed.web.views.follow_up_report import ReportPageView, ReportStep, SendingEvent, SendingLine
from telemed.web.views.frame import Badge, Form, Tone

pages = Pages()
_DOCTOR = only(Role.DOCTOR)
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
        visitor.known, follow_up_id_of(visitor), month_of_name(visitor.request.match_info["mois"]), _words(form)
    )
    return web.Response(body=pdf, content_type="application/pdf", headers={"Cache-Control": "no-store"})


@pages.post("/surveillance/{id}/rapports/{mois}/envois", CARER)
async def send_again(visitor: Visitor) -> web.Response:
    """Tell one of those whom it is for again."""
    form, sending = await forms.typed(visitor.request), visitor.services.telemonitoring.sending

    async def gesture(month: int | None) -> None:
        try:
            recipient = Recipient(form.value("destinataire"))
        except ValueError:
            raise web.HTTPNotFound from None
        await sending.send_again(visitor.known, follow_up_id_of(visitor), month, recipient)

    return await _sent(visitor, gesture, "report-sent-again")


@pages.post("/surveillance/{id}/rapports/{mois}/remise", CARER)
async def hand_over(visitor: Visitor) -> web.Response:
    """The patient has it in his hands."""

    async def gesture(month: int | None) -> None:
        sending = visitor.services.telemonitoring.sending
        await sending.hand_over(visitor.known, follow_up_id_of(visitor), month)

    return await _sent(visitor, gesture, "report-handed-over")


async def _sent(visitor: Visitor, gesture: Callable[[int | None], Awaitable[None]], flash: str) -> web.Response:
    name = visitor.request.match_info["mois"]
    try:
        await gesture(month_of_name(name))
    except Conflict as err:
        return await _show(visitor, name, refusal=forms.sentence(err.detail), status=422)
    return visitor.go(f"/surveillance/{follow_up_id_of(visitor)}/rapports/{name}#envois", flash=flash)


@pages.post("/surveillance/{id}/rapports/{mois}", _DOCTOR)
async def sign(visitor: Visitor) -> web.Response:
    form, name, follow_up_id = (
        await forms.typed(visitor.request),
        visitor.request.match_info["mois"],
        follow_up_id_of(visitor),
    )
    try:
        await visitor.services.telemonitoring.reports.sign(
            visitor.known, follow_up_id, month_of_name(name), _words(form), reason=form.value("motif")[:500]
        )
    except (Refused, Conflict) as err:
        return await _show(visitor, name, forms.refused(form, err), status=422)
    return visitor.go(f"/surveillance/{follow_up_id}/rapports/{name}", flash="report-sealed")


def _words(form: Form) -> MonitoringWords:
    return MonitoringWords(form.value("conclusion")[:_MOST], form.value("conduite")[:_MOST])


async def _show(
    visitor: Visitor, name: str | None, form: Form | None = None, *, refusal: str = "", status: int = 200
) -> web.Response:
    place, services = await open_workplace(visitor, TAB), visitor.services
    follow_up_id, caller = follow_up_id_of(visitor), visitor.known
    lines = await services.telemonitoring.reports.list(caller, follow_up_id)
    follow_up = await services.telemonitoring.follow_ups.get(caller, follow_up_id)
    current = lines[0] if name is None and lines else _find(lines, name)
    patient = await services.patients.get(caller, follow_up.patient_id)
    home = f"/surveillance/{follow_up_id}"
    today = civil_date(services.clock.now(), follow_up.plan.territory)
    view = ReportPageView(
        base=f"{home}/rapports/{name_of_month(current.month)}" if current else "",
        home=home,
        patient=patient.full_name,
        age=words.age(patient.identity.traits.birth_date, today),
        pathway=pathway_label(visitor, follow_up),
        steps=tuple(_step(home, one, current) for one in lines),
        refusal=refusal,
    )
    if current is not None:
        if form is None and current.signed is None and visitor.known.has_role(Role.DOCTOR):
            proposed = await services.telemonitoring.reports.propose(caller, follow_up_id, current.month)
            form = Form({"conclusion": proposed.conclusion})
        view = _with_report(visitor, view, current, form)
    return visitor.render("professional/follow_up_report.html", place.frame, view, status=status)


def _find(lines: Sequence[ReportLine], name: str | None) -> ReportLine | None:
    """The one that an address names. Raises HTTPNotFound where there is none."""
    if name is None:
        return None
    found = next((one for one in lines if one.month == month_of_name(name)), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _step(home: str, line: ReportLine, current: ReportLine | None) -> ReportStep:
    state = Badge("Signé", Tone.FINE) if line.signed else Badge("À rédiger", Tone.SOON)
    return ReportStep(
        label_of_month(line.month), f"{home}/rapports/{name_of_month(line.month)}", state, is_current=line == current
    )


def _with_report(visitor: Visitor, view: ReportPageView, line: ReportLine, form: Form | None) -> ReportPageView:
    """The page with what it says of one report; only a doctor writes, and opens what is sealed."""
    is_doctor, signed, label = visitor.known.has_role(Role.DOCTOR), line.signed, label_of_month(line.month)
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
        sendings=_sending_lines(line.sendings),
        history=tuple(
            SendingEvent(one.delivery.at, RECIPIENTS[one.delivery.recipient], REASONS[one.delivery.reason], one.by)
            for one in reversed(line.sendings)
        ),
    )


def _sending_lines(sendings: Sequence[Sending]) -> tuple[SendingLine, ...]:
    """Where each recipient stands: his last line."""
    last = {one.delivery.recipient: one.delivery for one in sendings}
    return tuple(_sending_line(last[recipient]) for recipient in Recipient if recipient in last)


def _sending_line(one: Delivery) -> SendingLine:
    is_on_its_way = one.reason is DeliveryReason.TO_TELL
    is_settled = one.reason in (DeliveryReason.IS_AUTHOR, DeliveryReason.IS_PRESCRIBER, DeliveryReason.DECEASED)
    is_patient, is_to_dmp = one.recipient is Recipient.PATIENT, one.recipient is Recipient.DMP
    return SendingLine(
        to=RECIPIENTS[one.recipient],
        state=state_of(one),
        words=advice_of(one),
        at=one.at,
        key="" if is_on_its_way or is_settled or is_to_dmp else one.recipient.value,
        may_be_given=is_patient and not is_settled and one.step is not DeliveryStep.HANDED_OVER,
    )
