"""What a doctor does on the Plafond page: import a file after its preview, withdraw it, record a derogation, end it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import date
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import BeforeValidator, Field

from billing.model.activity import ActivityUpload, ImportReport
from billing.routes.cursors import read_cursor
from billing.rules.derogation import DecidedBy, Derogation
from billing.rules.outside import KnownOutside
from telemed.api.auth import only
from telemed.api.pagination import encode_cursor
from telemed.kernel.caller import Role
from telemed.kernel.errors import Conflict, Invalid, NotFound, Refused
from telemed.web import forms, french
from telemed.web.pages.billing import OptionalDay, show_page
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.cap import CapActLine, CapActsView, PreviewView, RejectedLine
from telemed.web.views.frame import Form, ReasonLine, Tone

pages = Pages()
_DOCTOR = only(Role.DOCTOR)
_PAGE, _SHOWN = 50, 100
_COLUMNS = {"patients_mt": "patients MT"}
_DELIMITERS = {";": "point-virgule", ",": "virgule", "\t": "tabulation"}
_FILE_FIELDS = {
    "file": "fichier",
    "first_day": "couvre_du",
    "last_day": "couvre_au",
    "source": "provenance",
    "year": "fichier",
}
Year = Annotated[int, Field(ge=2018, le=2100)]


class FileForm(forms.FormModel):
    """A file of activity, and the days that it speaks of."""

    annee: Year
    provenance: Annotated[str, Field(min_length=1, max_length=200)]
    couvre_du: OptionalDay = None
    couvre_au: OptionalDay = None


class DerogationForm(forms.FormModel):
    """A decision of the CPN or of a CPAM."""

    annee: Year
    reference: Annotated[str, Field(min_length=1, max_length=200)]
    decidee_par: DecidedBy
    taux: Annotated[int, Field(ge=1, le=99)]
    du: date
    au: date
    origine: Annotated[str, Field(min_length=1, max_length=200)]


class EndForm(forms.FormModel):
    """The last day of a decision; left empty, the decision is withdrawn."""

    annee: Year
    fin: Annotated[date | None, BeforeValidator(lambda text: text or None)] = None


@pages.get("/facturation/plafond/actes", _DOCTOR)
async def show_acts(visitor: Visitor) -> web.Response:
    """The acts behind one figure: those that the cap limits, or all."""
    place = await open_workplace(visitor, "billing/cap")
    query = visitor.request.query
    year = int(query["annee"]) if query.get("annee", "").isdecimal() else place.frame.today.year
    is_remote, after = query.get("part") == "distance", query.get("apres") or None
    claims = await visitor.services.cap.acts(
        visitor.known, place.person.id, year, limit=_PAGE + 1, is_remote=is_remote, after=read_cursor(after)
    )
    shown = claims[:_PAGE]
    people = await visitor.services.patients.names(visitor.known, [one.patient_id for one in shown])
    base = f"/facturation/plafond/actes?annee={year}" + ("&part=distance" if is_remote else "")
    more = encode_cursor(shown[-1].day.isoformat(), str(shown[-1].id)) if len(claims) > _PAGE else ""
    view = CapActsView(
        year=year,
        title="Actes à distance comptés" if is_remote else "Tous les actes comptés ici",
        explanation=(
            "Ceux que le plafond limite, faits dans ce logiciel."
            if is_remote
            else "Faits dans ce logiciel ; les actes refusés à la facturation, annulés ou rejetés n’y sont pas."
        ),
        lines=tuple(
            CapActLine(
                held_on=one.day,
                patient=people[one.patient_id].full_name if one.patient_id in people else "Autre cabinet",
                code=one.code or "",
                note="Votre patient (médecin traitant)" if one.biller.is_for_own_patient else "",
                address=f"/facturation/{one.id}" if one.patient_id in people else "",
            )
            for one in shown
        ),
        next_page=f"{base}&apres={more}" if more else "",
        first_page=base if after else "",
    )
    return visitor.render("professional/cap_acts.html", place.frame, view)


@pages.post("/facturation/plafond/import", _DOCTOR)
async def preview_file(visitor: Visitor) -> web.Response:
    """Show what the file would bring; nothing of it is kept."""
    place = await open_workplace(visitor, "billing/cap")
    form, content = await _file(visitor)
    try:
        upload = _upload(form, content)
        report = await visitor.services.activity.preview(visitor.known, place.person.id, upload)
    except forms.FormError as err:
        return await show_page(visitor, place, err.form, status=422)
    except Invalid as err:
        return await show_page(visitor, place, _told(form, err), status=422)
    return visitor.render("professional/cap_import.html", place.frame, _preview(place, form, upload, report))


@pages.post("/facturation/plafond/import/confirmer", _DOCTOR)
async def keep_file(visitor: Visitor) -> web.Response:
    """Keep the accepted lines of the file that was previewed."""
    place = await open_workplace(visitor, "billing/cap")
    form, content = await _file(visitor)
    try:
        upload = _upload(form, content)
        report = await visitor.services.activity.keep(visitor.known, place.person.id, upload)
    except forms.FormError as err:
        return await show_page(visitor, place, err.form, status=422)
    except (Invalid, Refused) as err:
        return await show_page(visitor, place, _told(form, err), status=422 if isinstance(err, Invalid) else 409)
    address = f"/facturation/plafond?annee={upload.year}"
    if report.kept is None:
        return visitor.go(address, flash="activity-known")
    return visitor.go(address, flash="activity-imported", subject=str(report.kept.id))


@pages.post("/facturation/plafond/imports/{id}/retirer", _DOCTOR)
async def withdraw_file(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "billing/cap")
    entry = await visitor.services.activity.withdraw(visitor.known, place.person.id, _id_of(visitor))
    return visitor.go(f"/facturation/plafond?annee={entry.year}", flash="activity-withdrawn")


@pages.post("/facturation/plafond/derogations", _DOCTOR)
async def record_derogation(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "billing/cap")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(DerogationForm, form)
        derogation = Derogation(asked.reference, asked.taux, asked.du, asked.au, asked.decidee_par)
        await visitor.services.derogations.record(visitor.known, place.person.id, derogation, source=asked.origine)
    except forms.FormError as err:
        return await show_page(visitor, place, err.form, status=422)
    except (Invalid, Refused) as err:
        return await show_page(visitor, place, forms.refused(form, err), status=409)
    return visitor.go(f"/facturation/plafond?annee={asked.annee}", flash="derogation-recorded")


@pages.post("/facturation/plafond/derogations/{id}/fin", _DOCTOR)
async def end_derogation(visitor: Visitor) -> web.Response:
    """End a decision on a day, or withdraw it where no day is given."""
    place = await open_workplace(visitor, "billing/cap")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(EndForm, form)
        source = "Fin saisie par le médecin" if asked.fin else "Retirée par le médecin"
        await visitor.services.derogations.end(
            visitor.known, place.person.id, _id_of(visitor), last_day=asked.fin, source=source
        )
    except forms.FormError as err:
        return await show_page(visitor, place, err.form, status=422)
    except (Invalid, Conflict) as err:
        return await show_page(visitor, place, forms.refused(form, err, {"last_day": "fin"}), status=422)
    return visitor.go(f"/facturation/plafond?annee={asked.annee}", flash="derogation-ended")


async def _file(visitor: Visitor) -> tuple[Form, bytes]:
    """What was typed, and the bytes of the file: sent as a file, or again from its preview."""
    data = await visitor.request.post()
    values = {name: value for name, value in data.items() if isinstance(value, str) and name != "contenu"}
    sent, again = data.get("fichier"), data.get("contenu")
    if isinstance(sent, web.FileField):
        return Form(values), sent.file.read()
    try:
        return Form(values), b64decode(again if isinstance(again, str) else "", validate=True)
    except ValueError:
        return Form(values), b""


def _upload(form: Form, content: bytes) -> ActivityUpload:
    asked = forms.read(FileForm, form)
    return ActivityUpload(content, asked.annee, asked.provenance, asked.couvre_du, asked.couvre_au)


def _told(form: Form, error: Invalid | Refused) -> Form:
    """The refusal beside the field that it speaks of."""
    values = {**form.values, "fichier": ""}
    told = forms.refused(Form(values), error, _FILE_FIELDS)
    return Form({name: value for name, value in told.values.items() if name != "fichier"}, told.errors)


def _preview(place: Workplace, form: Form, upload: ActivityUpload, report: ImportReport) -> PreviewView:
    first, last, judged = report.first_day, report.last_day, report.judged
    counts = [one.activity.number for one in judged.accepted]
    return PreviewView(
        year=upload.year,
        form=form,
        content=b64encode(upload.content).decode(),
        encoding={"utf-8": "UTF-8", "windows-1252": "Windows-1252"}[report.encoding],
        delimiter=_DELIMITERS[report.delimiter],
        period=(first, last) if first and last else None,
        accepted=len(judged.accepted),
        acts=sum(counts),
        rejected=tuple(
            RejectedLine(one.line, _COLUMNS.get(one.column or "", one.column or ""), forms.sentence(one.reason.text))
            for one in judged.rejected[:_SHOWN]
        ),
        rejected_count=len(judged.rejected),
        before=_known(report.before),
        after=_known(report.after),
        notes=tuple(_notes(report)),
        may_confirm=bool(judged.accepted) and report.former is None,
    )


def _known(known: KnownOutside) -> str:
    if known.outside is None:
        return "Inconnue : elle n’est pas comptée comme nulle."
    acts = french.format_count(known.outside.counts.total, "acte")
    return f"{acts} au {french.format_date(known.outside.as_of)} ({known.outside.source})."


def _notes(report: ImportReport) -> list[ReasonLine]:
    found = []
    if report.former is not None:
        found.append("Ce fichier a déjà été importé : il n’est pas compté deux fois.")
    if report.encoding == "windows-1252":
        found.append("Le fichier est en Windows-1252 : vérifiez que les accents des lieux se lisent bien.")
    if report.before.is_declaration_used and not report.after.is_declaration_used:
        found.append("Ce fichier couvre toute la période de votre déclaration : il la remplace.")
    elif report.after.is_declaration_used and report.after.outside is not None:
        found.append("Les lignes de la période que vous avez déclarée en bloc ne comptent pas une seconde fois.")
    if report.after.unknown_from is not None:
        day = french.format_date(report.after.unknown_from)
        found.append(f"Rien ne dit votre activité à partir du {day} : les lignes qui suivent ce trou attendent.")
    return [ReasonLine(text, "", Tone.SOON) for text in found]


def _id_of(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise NotFound("Cette page n’existe pas.") from None
