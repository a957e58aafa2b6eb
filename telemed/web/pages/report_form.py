"""The report's form: from the draft to fields, and from fields back to what the service takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from telemed.acts.teleconsultation.model import Coverage, LeaveAnswer
from telemed.acts.teleconsultation.service.report import ReportForm, ReportView
from telemed.documents.model import PrescribedItem, PrescribedKind
from telemed.web import forms
from telemed.web.views.frame import Choice, Form
from telemed.web.views.report import PrescriptionLine

_MOST_LINES = 50
KINDS = (
    Choice(PrescribedKind.DRUG, "Médicament"),
    Choice(PrescribedKind.BIOLOGY, "Biologie"),
    Choice(PrescribedKind.IMAGING, "Imagerie"),
    Choice(PrescribedKind.CARE, "Soins"),
    Choice(PrescribedKind.REFERRAL, "Adressage"),
    Choice(PrescribedKind.ACT, "Acte réalisé"),
    Choice(PrescribedKind.OTHER, "Autre"),
)
_ALTERNATES = {"oui": True, "non": False}


def first_form(report: ReportView) -> Form:
    """The fields as the draft holds them."""
    content = report.form.content
    values = {
        "revision": str(report.revision),
        "motif": content.reason,
        "examen": content.findings,
        "conclusion": content.conclusion,
        "conduite": content.plan,
        "incidents": content.incidents_note,
    }
    return Form(
        values
        | prescribed_values(content.prescribed)
        | _leave_values(report.form.leave)
        | _coverage_values(report.form.coverage)
    )


def read_report(form: Form, report: ReportView) -> ReportForm:
    """What the form says, on top of what it does not show. Raises FormError with every field in error."""
    answers = forms.Answers(form)
    leave = _read_leave(form, answers)
    fee = answers.optional("honoraires", forms.parse_cents)
    answers.check()
    content = replace(
        report.form.content,
        reason=form.value("motif"),
        findings=form.value("examen"),
        conclusion=form.value("conclusion"),
        plan=form.value("conduite"),
        incidents_note=form.value("incidents")[:2000],
        prescribed=read_prescribed(form),
    )
    coverage = Coverage(
        follows_pathway=bool(form.value("parcours")),
        is_within_territory=bool(form.value("territoire")),
        alternates=_ALTERNATES.get(form.value("alternance")),
        invoked=frozenset(code for code in form.value("exceptions").split(",") if code),
        has_overrun=fee is not None,
        is_tiers_payant=bool(form.value("tiers_payant")),
        fee_cents=fee,
    )
    return ReportForm(content, leave, coverage)


def prescribed_values(prescribed: tuple[PrescribedItem, ...] | None) -> dict[str, str]:
    """Acts and prescriptions as fields: one pair a line, or the tick that there is none."""
    values = {"aucune_prescription": "oui" if prescribed == () else ""}
    for number, item in enumerate(prescribed or (), start=1):
        values |= {f"prescription-{number}": item.text, f"nature-{number}": item.kind.value}
    return values


def prescription_lines(form: Form) -> tuple[PrescriptionLine, ...]:
    """The lines typed so far and two more."""
    filled = [number for number in range(1, _MOST_LINES + 1) if form.value(f"prescription-{number}")]
    last = max(filled, default=0) + 2
    return tuple(PrescriptionLine(f"prescription-{number}", f"nature-{number}") for number in range(1, last + 1))


def read_prescribed(form: Form) -> tuple[PrescribedItem, ...] | None:
    """The lines that say something; none on purpose; or not yet said."""
    items = []
    for number in range(1, _MOST_LINES + 1):
        text, kind = form.value(f"prescription-{number}").strip(), form.value(f"nature-{number}")
        if text:
            known = kind in set(PrescribedKind)
            items.append(PrescribedItem(PrescribedKind(kind) if known else PrescribedKind.OTHER, text[:2000]))
    if items:
        return tuple(items)
    return () if form.value("aucune_prescription") else None


def _read_leave(form: Form, answers: forms.Answers) -> LeaveAnswer | None:
    first, last = answers.optional("arret_debut", _read_day), answers.optional("arret_fin", _read_day)
    ongoing_first = answers.optional("en_cours_debut", _read_day)
    ongoing_last = answers.optional("en_cours_fin", _read_day)
    if first is None and last is None:
        return None
    if first is None or last is None:
        name = "arret_fin" if last is None else "arret_debut"
        answers.add(name, "Donnez le premier et le dernier jour de l’arrêt.")
        return None
    if (ongoing_first is None) != (ongoing_last is None):
        answers.add("en_cours_fin", "Donnez le premier et le dernier jour de l’arrêt en cours.")
        return None
    return LeaveAnswer(first, last, ongoing_first, ongoing_last, form.value("arret_justification")[:1000])


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("cette date n’existe pas") from None


def _leave_values(leave: LeaveAnswer | None) -> dict[str, str]:
    if leave is None:
        return {}
    return {
        "arret_debut": leave.first_day.isoformat(),
        "arret_fin": leave.last_day.isoformat(),
        "en_cours_debut": leave.ongoing_first_day.isoformat() if leave.ongoing_first_day else "",
        "en_cours_fin": leave.ongoing_last_day.isoformat() if leave.ongoing_last_day else "",
        "arret_justification": leave.justification,
    }


def _coverage_values(coverage: Coverage | None) -> dict[str, str]:
    if coverage is None:
        return {}
    fee = coverage.fee_cents
    return {
        "parcours": "oui" if coverage.follows_pathway else "",
        "territoire": "oui" if coverage.is_within_territory else "",
        "alternance": {True: "oui", False: "non", None: ""}[coverage.alternates],
        "exceptions": ",".join(sorted(coverage.invoked)),
        "tiers_payant": "oui" if coverage.is_tiers_payant else "",
        "honoraires": "" if fee is None else f"{fee // 100},{fee % 100:02d}",
    }
