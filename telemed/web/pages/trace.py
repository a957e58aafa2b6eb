"""Traçabilité: the journal for the auditor, newest first, by patient where one is named."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.trace.model import Entry, Outcome
from telemed.web.actions import action_words
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import Badge, Form, Tone
from telemed.web.views.oversight import TraceLine, TraceView

pages = Pages()
_PAGE = 50
_PURPOSES = {"care": "soins", "audit": "audit", "management": "gestion", "access": "connexion", "operation": "service"}
_ACTORS = {"professional": "Professionnel", "patient": "Patient", "system": "Service"}


@pages.get("/tracabilite", only(Role.AUDITOR))
async def show_trace(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "trace")
    query = visitor.request.query
    patient, error = _patient(query.get("patient", ""))
    before = int(query["avant"]) if query.get("avant", "").isdecimal() else None
    entries = await visitor.services.trace.page(visitor.known, before=before, limit=_PAGE + 1, patient_id=patient)
    people = {one.id: one.full_name for one in await visitor.services.professionals.page(visitor.known, limit=200)}
    shown = entries[:_PAGE]
    view = TraceView(
        form=Form({"patient": query.get("patient", "")}, {"patient": error} if error else {}),
        lines=tuple(_line(entry, people) for entry in shown),
        next_page=_address(query.get("patient", ""), shown[-1].number) if len(entries) > _PAGE else "",
        first_page=_address(query.get("patient", ""), None) if before else "",
    )
    return visitor.render("professional/trace.html", place.frame, view)


def _line(entry: Entry, people: dict[UUID, str]) -> TraceLine:
    note = entry.note
    who = people.get(note.actor_id) if note.actor_id else None
    kept = entry.outcome is Outcome.DONE
    return TraceLine(
        sequence=entry.number,
        at=entry.at,
        who=who or _ACTORS.get(note.actor_kind, note.actor_kind),
        action=action_words(note.action),
        subject=note.resource or (f"patient:{note.patient_id}" if note.patient_id else "—"),
        purpose=_PURPOSES.get(note.purpose, note.purpose),
        outcome=Badge("Fait", Tone.FINE) if kept else Badge("Refusé", Tone.NOW, hint=entry.code),
        code=entry.code,
    )


def _patient(text: str) -> tuple[UUID | None, str]:
    if not text:
        return None, ""
    try:
        return UUID(text), ""
    except ValueError:
        return None, "Cet identifiant de patient n’est pas lisible."


def _address(patient: str, before: int | None) -> str:
    query = {name: value for name, value in (("patient", patient), ("avant", before)) if value}
    return f"/tracabilite?{urlencode(query)}" if query else "/tracabilite"
