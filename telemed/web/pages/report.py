"""The report: written beside its picture, signed once, corrected only by a new version."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from telemed.acts.teleconsultation.model import RESUME_WINDOW, State
from telemed.acts.teleconsultation.service.report import ReportView
from telemed.api.auth import only
from telemed.documents.model import IdentityStatus
from telemed.documents.service import Artifact
from telemed.kernel.caller import Role
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms, french
from telemed.web.pages.page import RENDERING, Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.proposal import find_proposal
from telemed.web.pages.report_form import KINDS, first_form, prescription_lines, read_report
from telemed.web.pages.today import act_id_of
from telemed.web.views.frame import Badge, Choice, Form, ReasonLine, Tone
from telemed.web.views.report import (
    Departure,
    Fate,
    FlagsCard,
    Incident,
    ReportPageView,
    Section,
    SignedReportView,
)

pages = Pages()
_DOCTOR = only(Role.DOCTOR)
_PNG = {"Content-Type": "image/png", "Cache-Control": "private, no-store"}
_SECTIONS = (
    ("motif", "Motif", False),
    ("examen", "Interrogatoire et examen", False),
    ("conclusion", "Conclusion", True),
    ("conduite", "Conduite à tenir", False),
)


@pages.get("/consultations/{id}/compte-rendu", _DOCTOR)
async def show_report(visitor: Visitor) -> web.Response:
    """The draft; or the signed document, unless a correction of it is under way."""
    place = await open_workplace(visitor, "today")
    report = await _report_or_none(visitor)
    if report is None:
        return visitor.go(f"/consultations/{act_id_of(visitor)}")
    if report.act.state is State.CLOSED and report.revision == 0:
        return await _show_signed(visitor, place, report)
    return _show_draft(visitor, place, report, first_form(report))


@pages.post("/consultations/{id}/compte-rendu", _DOCTOR)
async def save_report(visitor: Visitor) -> web.Response:
    """Keep what was written; a script is told the new revision, a form sees the page again."""
    place = await open_workplace(visitor, "today")
    form = await forms.typed(visitor.request)
    try:
        report = await _save(visitor, form)
    except forms.FormError as err:
        return await _not_saved(visitor, place, err.form, 422)
    except (Invalid, Conflict, Refused) as err:
        return await _not_saved(visitor, place, forms.refused(form, err), 409)
    if visitor.wants_json:
        return web.json_response(
            {
                "revision": report.revision,
                "picture": _picture(report),
                "decision": _decision_html(visitor, place, report),
            }
        )
    return visitor.go(f"/consultations/{report.act.id}/compte-rendu", flash="saved")


@pages.post("/consultations/{id}/compte-rendu/signer", _DOCTOR)
async def sign_report(visitor: Visitor) -> web.Response:
    """Save, then sign exactly what was saved."""
    place = await open_workplace(visitor, "today")
    form = await forms.typed(visitor.request)
    try:
        report = await _save(visitor, form)
        await visitor.services.reports.sign(visitor.known, report.act.id, revision=report.revision)
    except forms.FormError as err:
        return await _not_saved(visitor, place, err.form, 422)
    except (Invalid, Conflict, Refused) as err:
        return await _not_saved(visitor, place, forms.refused(form, err), 409)
    return visitor.go(f"/consultations/{report.act.id}/compte-rendu", flash="report-signed")


@pages.post("/consultations/{id}/compte-rendu/corriger", _DOCTOR)
async def correct_report(visitor: Visitor) -> web.Response:
    """Begin a new version of a signed report."""
    form = await forms.typed(visitor.request)
    reason = form.value("raison").strip() or "Correction du compte rendu"
    await visitor.services.reports.correct(visitor.known, act_id_of(visitor), reason[:500])
    return visitor.go(f"/consultations/{act_id_of(visitor)}/compte-rendu")


@pages.get("/consultations/{id}/compte-rendu/apercu.png", _DOCTOR)
async def draw_draft(visitor: Visitor) -> web.Response:
    """The draft as it would be printed."""
    pdf = await visitor.services.reports.preview(visitor.known, act_id_of(visitor))
    return web.Response(body=await visitor.services.draw(pdf), headers=_PNG)


@pages.get("/consultations/{id}/compte-rendu/signe.png", _DOCTOR)
async def draw_signed(visitor: Visitor) -> web.Response:
    """The signed document, drawn from its sealed bytes."""
    one = await visitor.services.overview.get(visitor.known, act_id_of(visitor))
    if one.act.document_id is None:
        raise web.HTTPNotFound
    found = await visitor.services.archive.download(visitor.known, one.act.document_id, Artifact.PDF)
    return web.Response(body=await visitor.services.draw(found.files.pdf), headers=_PNG)


async def _report_or_none(visitor: Visitor) -> ReportView | None:
    """The report; None while the call is not over."""
    try:
        return await visitor.services.reports.view(visitor.known, act_id_of(visitor))
    except Conflict:
        return None


async def _save(visitor: Visitor, form: Form) -> ReportView:
    report = await visitor.services.reports.view(visitor.known, act_id_of(visitor))
    asked = read_report(form, report)
    revision = int(form.value("revision")) if form.value("revision").isdecimal() else 0
    return await visitor.services.reports.save(visitor.known, report.act.id, asked, revision=revision)


async def _not_saved(visitor: Visitor, place: Workplace, form: Form, status: int) -> web.Response:
    if visitor.wants_json:
        return web.json_response({"errors": form.errors}, status=status)
    report = await visitor.services.reports.view(visitor.known, act_id_of(visitor))
    shown = Form(form.values | {"revision": str(report.revision)}, form.errors)
    return _show_draft(visitor, place, report, shown, status=status)


def _show_draft(
    visitor: Visitor, place: Workplace, report: ReportView, form: Form, *, status: int = 200
) -> web.Response:
    act, base = report.act, f"/consultations/{report.act.id}/compte-rendu"
    continuity = report.facts.continuity
    started = act.started_at or act.booked_at
    view = ReportPageView(
        act_id=str(act.id),
        patient=_name(report),
        held_at=started,
        length=(act.finished_at or started) - started,
        video=Badge("Vidéo établie", Tone.FINE) if continuity.video_took_place else Badge("Sans vidéo", Tone.NOW),
        form=form,
        sections=tuple(_section(key, title, report, is_required=needed) for key, title, needed in _SECTIONS),
        kinds=KINDS,
        prescriptions=prescription_lines(form),
        incidents=_incidents(report),
        departures=_departures(report),
        flags=_flags(report),
        decision=_decision(report),
        picture=_picture(report),
        pdf_address=f"/teleconsultations/{act.id}/report/preview",
        save_address=base,
        sign_address=f"{base}/signer",
        resume_address=f"/consultations/{act.id}/reprendre" if _may_resume(report, place) else "",
        is_correction=report.is_correction,
    )
    return visitor.render("professional/report.html", place.frame, view, status=status)


def _name(report: ReportView) -> str:
    traits = report.facts.patient
    return f"{(traits.used_name or traits.birth_name).upper()} {traits.used_given_name or traits.birth_given_names[0]}"


def _decision(report: ReportView) -> tuple[ReasonLine, ...]:
    """What would refuse the signature, then what is only said."""
    return (
        *(forms.reason_line(reason, Tone.SOON) for reason in report.decision.refusals),
        *(forms.reason_line(reason, Tone.PLAIN) for reason in report.decision.warnings),
    )


def _decision_html(visitor: Visitor, place: Workplace, report: ReportView) -> str:
    return visitor.request.app[RENDERING].render(
        "fragments/decision.html", place.frame, view={"decision": _decision(report)}
    )


def _may_resume(report: ReportView, place: Workplace) -> bool:
    """For ten minutes a call that was ended can be taken up again."""
    finished = report.act.finished_at
    return report.act.state is State.FINISHED and finished is not None and place.frame.now - finished < RESUME_WINDOW


def _picture(report: ReportView) -> str:
    return f"/consultations/{report.act.id}/compte-rendu/apercu.png?r={report.revision}"


def _section(key: str, title: str, report: ReportView, *, is_required: bool) -> Section:
    facts = _facts(report) if key == "examen" else ()
    return Section(key, title, facts=facts, is_required=is_required)


def _facts(report: ReportView) -> tuple[str, ...]:
    """Sentences that the report writes by itself from what happened."""
    found = []
    if report.facts.consent is not None:
        found.append("L’accord du patient est enregistré et cité.")
    if report.facts.identity_check is not None:
        found.append(f"Identité contrôlée : {french.typographic(report.facts.identity_check.method)}.")
    continuity = report.facts.continuity
    if continuity.video_took_place:
        length = french.format_duration(timedelta(seconds=continuity.video_seconds))
        found.append(f"Vidéo établie pendant {length}.")
    return tuple(french.typographic(text) for text in found)


def _incidents(report: ReportView) -> tuple[Incident, ...]:
    return tuple(
        Incident(
            one.at,
            french.typographic(one.description),
            None if one.duration_seconds is None else timedelta(seconds=one.duration_seconds),
        )
        for one in report.facts.continuity.incidents or ()
    )


def _flags(report: ReportView) -> FlagsCard:
    assessment = report.assessment
    return FlagsCard(
        exceptions=tuple(Choice(code, label) for code, label in report.exceptions.items()),
        sick_leave_text=french.typographic(report.leave_limit),
        reimbursement_text=(
            "L’Assurance Maladie rembourse si trois critères sont réunis : parcours de soins, alternance avec la"
            " présence, territoire ; ou si une exception s’applique."
        )
        .replace(" :", "\u00a0:")
        .replace(" ;", "\u00a0;"),
        reimbursement_reference="Convention médicale 2024-2029, articles 87 à 90",
        held=tuple(report.exceptions[code] for code in assessment.exceptions) if assessment else (),
    )


def _departures(report: ReportView) -> tuple[Departure, ...]:
    """What leaves at the signature, what does not, and why."""
    is_qualified = report.facts.patient.identity_status is IdentityStatus.QUAL
    ins = (
        Departure("Matricule INS", "dans le CDA", Fate.LEAVES)
        if is_qualified
        else Departure(
            "Matricule INS",
            "",
            Fate.STAYS,
            "L’identité n’est pas qualifiée : seul le statut QUAL permet de transmettre l’INS.",
            "R-5",
        )
    )
    to_doctor = (
        Departure("Copie au médecin traitant", "MSSanté", Fate.STAYS, "MSSanté n’est pas raccordée à ce cabinet.")
        if report.facts.medecin_traitant is not None
        else Departure("Copie au médecin traitant", "", Fate.STAYS, "Aucun autre médecin traitant n’est connu.")
    )
    return (
        Departure("Compte rendu signé, PDF et CDA", "dossier du patient, au cabinet", Fate.LEAVES),
        Departure("Faits de l’acte, sans identité ni texte médical", "facturation du cabinet", Fate.LEAVES),
        ins,
        to_doctor,
        Departure("Dépôt au DMP", "Mon espace santé", Fate.STAYS, "Le DMP n’est pas raccordé à ce cabinet."),
    )


async def _show_signed(visitor: Visitor, place: Workplace, report: ReportView) -> web.Response:
    act, base = report.act, f"/consultations/{report.act.id}/compte-rendu"
    if act.document_id is None:
        raise LookupError("a closed act has a document")
    document, versions = await visitor.services.archive.get(visitor.known, act.document_id)
    view = SignedReportView(
        act_id=str(act.id),
        patient=_name(report),
        held_at=act.started_at or act.booked_at,
        signed_at=document.signed_at,
        signatory=place.person.full_name,
        rpps=document.signer_rpps,
        version=document.identity.version,
        versions=len(versions),
        fingerprint=document.content_sha256,
        picture=f"{base}/signe.png?v={document.identity.version}",
        pdf_address=f"/documents/{act.document_id}/pdf",
        cda_address=f"/documents/{act.document_id}/cda",
        seal_address=f"/documents/{act.document_id}/seal",
        departures=_departures(report),
        proposal=await find_proposal(visitor, act.id),
        correct_address=f"{base}/corriger",
    )
    return visitor.render("professional/report_signed.html", place.frame, view)
