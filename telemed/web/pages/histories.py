"""Past measures of a patient from a file: chosen or dropped, looked at line by line, kept, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.formats.history import FRENCH_COLUMNS, MAX_LINES
from telemed.acts.telemonitoring.model.history import History, HistoryState
from telemed.acts.telemonitoring.model.observation import Catalogue, Signal, SignalKind
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Conflict, Invalid, NotFound
from telemed.web import files, forms, french
from telemed.web.pages.follow_up_cards import UNKNOWN
from telemed.web.pages.follow_ups import CARER, pathway_label
from telemed.web.pages.keying import Desk, open_desk
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.frame import NOTHING_TYPED, Badge, Form, Pager, Tone
from telemed.web.views.history import FaultLine, HistoriesView, HistoryLine, HistoryView, MeasureLine, Work

pages = Pages()
_PAGE = 20
_FILE = "fichier"
_STATES = {
    HistoryState.PREVIEWED: Badge("À décider", Tone.SOON),
    HistoryState.KEEPING: Badge("En train d’être gardé", Tone.SOON),
    HistoryState.KEPT: Badge("Gardé", Tone.FINE),
    HistoryState.UNDOING: Badge("En train d’être retiré", Tone.SOON),
    HistoryState.UNDONE: Badge("Retiré"),
}
_KEEPING = "Chacune compte dès qu’elle est gardée ; vous pourrez les retirer toutes ensuite."
_UNDOING = "Chacune cesse de compter dès qu’elle est retirée, et reste lisible."


@pages.get("/surveillance/{id}/historique", CARER)
async def show_files(visitor: Visitor) -> web.Response:
    return await _show(visitor)


@pages.get("/surveillance/{id}/historique/modele.csv", CARER)
async def give_template(visitor: Visitor) -> web.Response:
    """A file to begin from, which a spreadsheet opens: what this pathway watches, without values, so that it brings
    nothing where it is sent as it is."""
    desk = await open_desk(visitor)
    today = civil_date(visitor.services.clock.now(), desk.follow_up.plan.territory)
    lines = [";".join(FRENCH_COLUMNS)]
    for number, signal in enumerate(_wanted(visitor, desk)):
        day = today - timedelta(days=number + 1)
        lines.append(f"{day:%d/%m/%Y} 08:30;{signal.label};;{_plain_unit(signal)};")
    headers = {"Content-Disposition": 'attachment; filename="mesures.csv"', "Cache-Control": "no-store"}
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    return web.Response(body=text.encode(), content_type="text/csv", charset="utf-8", headers=headers)


@pages.post("/surveillance/{id}/historique", CARER)
async def preview_file(visitor: Visitor) -> web.Response:
    """Read the file; nothing of it counts yet."""
    telemonitoring = visitor.services.telemonitoring
    try:
        _, content = await files.receive_file(visitor.request, _FILE, largest=telemonitoring.largest_file)
        if not content:
            return await _show(visitor, Form({}, {_FILE: "Choisissez un fichier CSV qui ne soit pas vide."}))
        one = await telemonitoring.histories.preview(visitor.known, _follow_up_id(visitor), content)
    except forms.FormError as err:
        return await _show(visitor, err.form)
    except Invalid as err:
        return await _show(visitor, Form({}, {_FILE: forms.sentence(f"{err.detail} Rien n'en est gardé.")}))
    return visitor.go(f"/surveillance/{one.follow_up_id}/historique/{one.id}")


@pages.get("/surveillance/{id}/historique/{fichier}", CARER)
async def show_file(visitor: Visitor) -> web.Response:
    return await _show_one(visitor)


@pages.post("/surveillance/{id}/historique/{fichier}/garder", CARER)
async def keep_file(visitor: Visitor) -> web.Response:
    follow_up_id, file_id = _follow_up_id(visitor), _uuid(visitor.request.match_info["fichier"])
    try:
        one = await visitor.services.telemonitoring.histories.keep(visitor.known, follow_up_id, file_id)
    except Conflict as err:
        return await _show_one(visitor, forms.refused(Form(), err))
    address = f"/surveillance/{follow_up_id}/historique/{file_id}"
    if one.is_under_way:
        return visitor.go(address)
    return visitor.go(address, flash="history-kept", subject=f"{follow_up_id}.{file_id}")


@pages.post("/surveillance/{id}/historique/{fichier}/retirer", CARER)
async def undo_file(visitor: Visitor) -> web.Response:
    try:
        return await _undo(visitor, _follow_up_id(visitor), _uuid(visitor.request.match_info["fichier"]))
    except Conflict as err:
        return await _show_one(visitor, forms.refused(Form(), err))


@pages.post("/surveillance/historiques/{place}/retirer", CARER)
async def undo_file_at_once(visitor: Visitor) -> web.Response:
    """From the message that says that it was kept: the follow-up and its file in one name."""
    follow_up_id, _, file_id = visitor.request.match_info["place"].partition(".")
    return await _undo(visitor, _uuid(follow_up_id), _uuid(file_id))


async def _undo(visitor: Visitor, follow_up_id: UUID, file_id: UUID) -> web.Response:
    histories = visitor.services.telemonitoring.histories
    before = await histories.get(visitor.known, follow_up_id, file_id)
    after = await histories.undo(visitor.known, follow_up_id, file_id)
    if after.is_under_way:
        return visitor.go(f"/surveillance/{follow_up_id}/historique/{file_id}")
    if before.state is HistoryState.PREVIEWED:
        return visitor.go(f"/surveillance/{follow_up_id}/historique", flash="history-dropped")
    return visitor.go(f"/surveillance/{follow_up_id}/historique/{file_id}", flash="history-undone")


async def _show(visitor: Visitor, form: Form = NOTHING_TYPED) -> web.Response:
    desk, telemonitoring = await open_desk(visitor), visitor.services.telemonitoring
    found = await telemonitoring.histories.page(
        visitor.known, desk.follow_up.id, before=visitor.cursor(), limit=_PAGE + 1
    )
    base, shown, people = f"{desk.base}/historique", found[:_PAGE], await _people(visitor)
    wanted = _wanted(visitor, desk)
    view = HistoriesView(
        base=base,
        home=desk.base,
        patient=desk.patient.full_name,
        pathway=pathway_label(visitor, desk.follow_up),
        form=form,
        lines=tuple(_line(one, base, people) for one in shown),
        pager=Pager(f"{base}?apres={shown[-1].id}" if len(found) > _PAGE else "", base if visitor.cursor() else ""),
        columns=FRENCH_COLUMNS,
        wanted=_measures(wanted),
        others=_measures(one for one in telemonitoring.catalogue if one not in wanted),
        most_lines=MAX_LINES,
        most_bytes=telemonitoring.largest_file,
    )
    status = 422 if form.errors else 200
    return visitor.render("professional/histories.html", desk.place.frame, view, status=status)


async def _show_one(visitor: Visitor, form: Form = NOTHING_TYPED) -> web.Response:
    desk, telemonitoring = await open_desk(visitor), visitor.services.telemonitoring
    file_id = _uuid(visitor.request.match_info["fichier"])
    one = await telemonitoring.histories.get(visitor.known, desk.follow_up.id, file_id)
    view = _view(desk, one, await _people(visitor), telemonitoring.catalogue)
    status = 409 if form.errors else 200
    return visitor.render("professional/history.html", desk.place.frame, replace(view, form=form), status=status)


def _view(desk: Desk, one: History, people: dict[UUID, str], catalogue: Catalogue) -> HistoryView:
    is_waiting = one.state is HistoryState.PREVIEWED
    signals = (catalogue.find(name) for name in one.count.signals)
    return HistoryView(
        base=f"{desk.base}/historique/{one.id}",
        home=f"{desk.base}/historique",
        patient=desk.patient.full_name,
        state=_STATES[one.state],
        at=one.at,
        by=people.get(one.by, UNKNOWN),
        fresh=one.count.fresh - one.count.conflicting,
        known=one.count.known,
        conflicting=one.count.conflicting,
        doubtful=one.count.doubtful,
        rejected=one.count.rejected,
        measures=french.typographic(", ".join(signal.label for signal in signals if signal)),
        first_at=one.count.first_at,
        last_at=one.count.last_at,
        faults=tuple(FaultLine(fault.line, forms.sentence(fault.text)) for fault in one.faults),
        may_keep=is_waiting and one.count.fresh > 0,
        may_drop=is_waiting,
        may_undo=one.state is HistoryState.KEPT,
        settled_at=one.settled_at,
        work=_work(one),
    )


def _work(one: History) -> Work | None:
    """Which measures a file brought is known as they are taken back: of those it had, some were corrected since."""
    if not one.is_under_way:
        return None
    title, said, total = (
        ("Les mesures sont en train d’être gardées", _KEEPING, one.count.accepted)
        if one.state is HistoryState.KEEPING
        else ("Les mesures sont en train d’être retirées", _UNDOING, one.count.fresh - one.count.conflicting)
    )
    return Work(title, said, min(one.done, total), total)


def _line(one: History, base: str, people: dict[UUID, str]) -> HistoryLine:
    what = french.format_count(one.count.accepted, "mesure")
    if one.count.rejected:
        what += f", {french.format_count(one.count.rejected, 'ligne rejetée')}"
    return HistoryLine(f"{base}/{one.id}", one.at, people.get(one.by, UNKNOWN), what, _STATES[one.state])


def _wanted(visitor: Visitor, desk: Desk) -> Sequence[Signal]:
    """What the pathway watches, and what is keyed by hand, in the order of the catalogue."""
    telemonitoring, plan = visitor.services.telemonitoring, desk.follow_up.plan
    version = telemonitoring.pathways[plan.pathway].on(desk.place.frame.today)
    names = {name for datum in version.minimum_data for name in datum.signals} | plan.hand_signals
    return [one for one in telemonitoring.catalogue if one.name in names and one.kind is not SignalKind.ANSWER]


def _measures(signals: Iterable[Signal]) -> tuple[MeasureLine, ...]:
    return tuple(
        MeasureLine(french.typographic(one.label), one.name, format_unit(one.unit))
        for one in signals
        if one.kind is not SignalKind.ANSWER
    )


def _plain_unit(signal: Signal) -> str:
    """As people write it, where a spreadsheet that saves in Windows-1252 keeps it whole."""
    said = format_unit(signal.unit)
    try:
        said.encode("windows-1252")
    except UnicodeEncodeError:
        return signal.unit
    return said


async def _people(visitor: Visitor) -> dict[UUID, str]:
    staff = await visitor.services.professionals.page(visitor.known, limit=200)
    return {one.id: one.full_name for one in staff}


def _follow_up_id(visitor: Visitor) -> UUID:
    return _uuid(visitor.request.match_info["id"])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Cette page n'existe pas.") from None
