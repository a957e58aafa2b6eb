"""Équipes: lines that answer under one name, who answers in them and when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.model.levels import Levels
from telemed.experts.model import LineDraft, Membership, Opening, Person, Shift
from telemed.experts.model.standing import Standing
from telemed.experts.service.hours import joined
from telemed.experts.service.lines import LineView as LineOfExperts
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms, french, roster_words
from telemed.web.pages.availability import HoursForm, read_hours
from telemed.web.pages.expertise import CARER
from telemed.web.pages.expertise_people import specialty_choices
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import Badge, Choice, Form, Tone
from telemed.web.views.roster import Figure, HoursLine, LineCard, LinesView, LineView, MemberLine, RosterDay

pages = Pages()
_BASE = "/avis/equipes"
_MOST = 200
_DAYS_SHOWN = 7
_DAYS_MEASURED = 90
_FIELDS = {"name": "nom", "specialty_code": "specialite", "minutes": "fin", "first_on": "premier_jour"}
Gesture = Callable[[Form], Awaitable[str]]
"""Does it with what was typed, and gives the flash."""


class LineForm(forms.FormModel):
    nom: Annotated[str, Field(min_length=2, max_length=80)]
    specialite: Annotated[str, Field(min_length=1, max_length=20)]


class MemberHoursForm(HoursForm):
    membre: UUID


@pages.get(_BASE, CARER)
async def list_lines(visitor: Visitor) -> web.Response:
    return await _show_list(visitor, Form())


@pages.post(_BASE, CARER)
async def create_line(visitor: Visitor) -> web.Response:
    """A line of one's practice, that one looks after and answers in when one may."""
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(LineForm, form)
        created = await visitor.services.experts.lines.create(visitor.known, LineDraft(asked.nom, asked.specialite))
    except forms.FormError as err:
        return await _show_list(visitor, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await _show_list(visitor, forms.refused(form, err, _FIELDS), status=422)
    return visitor.go(f"{_BASE}/{created.line.id}", flash="line-created")


@pages.get(f"{_BASE}/{{id}}", CARER)
async def show_line(visitor: Visitor) -> web.Response:
    return await _show(visitor, Form())


@pages.post(f"{_BASE}/{{id}}/rejoindre", CARER)
async def join(visitor: Visitor) -> web.Response:
    await visitor.services.experts.teams.join(visitor.known, _line_id(visitor))
    return visitor.go(f"{_BASE}/{_line_id(visitor)}", flash="line-joined")


@pages.post(f"{_BASE}/{{id}}/quitter", CARER)
async def leave(visitor: Visitor) -> web.Response:
    await visitor.services.experts.teams.leave(visitor.known, _line_id(visitor))
    return visitor.go(_BASE, flash="line-left")


@pages.post(f"{_BASE}/{{id}}/membres", CARER)
async def invite(visitor: Visitor) -> web.Response:
    """Take a colleague in; the search button of the same form only looks for one."""
    form = await forms.typed(visitor.request)
    if form.value("geste") == "chercher":
        return await _show(visitor, form, is_search=True)

    async def add(form: Form) -> str:
        try:
            person = UUID(form.value("confrere"))
        except ValueError:
            raise forms.FormError(Form(form.values, {"confrere": "Choisissez un confrère."})) from None
        await visitor.services.experts.teams.invite(visitor.known, _line_id(visitor), person)
        return "member-invited"

    return await _do(visitor, form, add)


@pages.post(f"{_BASE}/{{id}}/membres/{{autre}}/retirer", CARER)
async def remove_member(visitor: Visitor) -> web.Response:
    """Take somebody out; the undo invites him again."""
    member = _uuid(visitor.request.match_info["autre"])
    await visitor.services.experts.teams.remove(visitor.known, _line_id(visitor), member)
    return visitor.go(f"{_BASE}/{_line_id(visitor)}", flash="member-removed")


@pages.post(f"{_BASE}/{{id}}/horaires", CARER)
async def add_hours(visitor: Visitor) -> web.Response:
    async def add(form: Form) -> str:
        asked = forms.read(MemberHoursForm, form)
        teams = visitor.services.experts.teams
        await teams.add_shift(visitor.known, _line_id(visitor), asked.membre, read_hours(asked))
        return "hours-added"

    return await _do(visitor, await forms.typed(visitor.request), add)


@pages.post(f"{_BASE}/{{id}}/horaires/{{autre}}/retirer", CARER)
async def remove_hours(visitor: Visitor) -> web.Response:
    shift_id = _uuid(visitor.request.match_info["autre"])
    await visitor.services.experts.teams.remove_shift(visitor.known, _line_id(visitor), shift_id)
    return visitor.go(f"{_BASE}/{_line_id(visitor)}", flash="hours-removed")


@pages.post(f"{_BASE}/{{id}}/fermer", CARER)
async def close_line(visitor: Visitor) -> web.Response:
    await visitor.services.experts.lines.close(visitor.known, _line_id(visitor))
    return visitor.go(_BASE, flash="line-closed")


async def _do(visitor: Visitor, form: Form, gesture: Gesture) -> web.Response:
    try:
        flash = await gesture(form)
    except forms.FormError as err:
        return await _show(visitor, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await _show(visitor, forms.refused(form, err, _FIELDS), status=422 if isinstance(err, Invalid) else 409)
    return visitor.go(f"{_BASE}/{_line_id(visitor)}", flash=flash)


async def _show_list(visitor: Visitor, form: Form, *, status: int = 200) -> web.Response:
    place = await open_workplace(visitor, "expertise/teams")
    found = await visitor.services.experts.lines.page(visitor.known, after=None, limit=_MOST)
    cards = tuple(_card(one) for one in found if not one.line.is_closed)
    view = LinesView(cards, form, specialty_choices())
    return visitor.render("professional/teams.html", place.frame, view, status=status)


def _card(one: LineOfExperts) -> LineCard:
    base, member = f"{_BASE}/{one.line.id}", one.membership
    is_inside = one.is_managed or (member is not None and member.joined_at is not None)
    is_asked = member is not None and member.joined_at is None
    return LineCard(
        name=one.line.name,
        specialty=one.specialty,
        state=_my_state(one),
        address=base if is_inside else "",
        join_address=f"{base}/rejoindre" if is_asked else "",
        leave_address=f"{base}/quitter" if is_asked else "",
    )


def _my_state(one: LineOfExperts) -> Badge:
    if one.membership is not None and one.membership.joined_at is None:
        return Badge("Vous y êtes invité", Tone.SOON)
    if one.is_managed:
        return Badge("Vous en êtes responsable", Tone.FINE)
    return Badge("Vous y répondez") if one.membership else Badge("De votre cabinet")


async def _show(visitor: Visitor, form: Form, *, is_search: bool = False, status: int = 200) -> web.Response:
    place, line_id = await open_workplace(visitor, "expertise/teams"), _line_id(visitor)
    services, caller = visitor.services.experts, visitor.known
    members, people = await services.teams.members(caller, line_id, after=None, limit=_MOST)
    one = await services.lines.get(caller, line_id)
    openings, _people = await services.lines.openings(caller, line_id, _DAYS_SHOWN)
    shifts = await services.teams.shifts(caller, line_id, after=None, limit=_MOST)
    standings, turns = await services.teams.loads(caller, line_id)
    loads = {who: _load_words(one, turns.get(who, 0), place) for who, one in standings.items()}
    levels = await visitor.services.expertise.levels.of_line(caller, line_id, days=_DAYS_MEASURED)
    view = LineView(
        base=f"{_BASE}/{line_id}",
        name=one.line.name,
        specialty=one.specialty,
        managers=", ".join(person.full_name for person in one.managers),
        is_managed=one.is_managed and not one.line.is_closed,
        is_member=one.membership is not None,
        is_closed=one.line.is_closed,
        roster=_roster(joined(openings), people, place),
        members=tuple(_member(each, people, shifts, one, place, loads) for each in members),
        form=Form({"premier_jour": place.frame.today.isoformat(), "rythme": "1"} | form.values, form.errors),
        member_choices=tuple(
            Choice(str(each.professional_id), people[each.professional_id].full_name)
            for each in members
            if each.joined_at is not None
        ),
        specialties=specialty_choices(),
        candidates=await _candidates(visitor, form, one, members) if is_search else (),
        is_searched=is_search,
        figures=_figures(levels) if levels.asked else (),
        since=levels.since,
    )
    return visitor.render("professional/team.html", place.frame, view, status=status)


async def _candidates(
    visitor: Visitor, form: Form, one: LineOfExperts, members: Sequence[Membership]
) -> tuple[Choice, ...]:
    """Colleagues of the line's specialty who are not in it yet; the caller too, whom no search of others finds."""
    name, inside = form.value("confrere_nom").strip(), {member.professional_id for member in members}
    found = await visitor.services.expertise.cases.colleagues(
        visitor.known,
        name=name if len(name) > 1 else None,
        specialty_code=None if len(name) > 1 else one.line.abilities.specialty_code,
        after=None,
        limit=20,
    )
    own = await visitor.services.expertise.cases.named(visitor.known, [visitor.known.id] if visitor.known.id else [])
    return tuple(
        Choice(str(each.person.id), each.person.full_name, each.practice.name)
        for each in (*own, *found)
        if each.person.id not in inside
    )


def _member(
    member: Membership,
    people: Mapping[UUID, Person],
    shifts: Sequence[Shift],
    one: LineOfExperts,
    place: Workplace,
    loads: Mapping[UUID, str],
) -> MemberLine:
    base, who = f"{_BASE}/{one.line.id}", member.professional_id
    may_change = one.is_managed and not one.line.is_closed
    return MemberLine(
        name=people[who].full_name if who in people else "Un confrère",
        state=Badge("Membre", Tone.FINE) if member.joined_at else Badge("Invité, pas encore répondu", Tone.SOON),
        shifts=tuple(
            HoursLine(
                roster_words.shift_words(shift, place.frame.today),
                "",
                f"{base}/horaires/{shift.id}/retirer" if may_change else "",
            )
            for shift in shifts
            if shift.professional_id == who
        ),
        load=loads.get(who, "Rien en cours."),
        remove_address=f"{base}/membres/{who}/retirer" if may_change else "",
    )


def _load_words(one: Standing, turns: int, place: Workplace) -> str:
    """`2 à prendre, 1 avis à rendre, 3 acceptées aujourd’hui ; sollicité 12 fois.`"""
    today = one.accepted_today(place.frame.today)
    told = [
        f"{one.pending} à prendre" if one.pending else "",
        french.format_count(one.open_cases, "avis à rendre", "avis à rendre") if one.open_cases else "",
        f"{french.format_count(today, 'acceptée')} aujourd’hui" if today else "",
    ]
    said = ", ".join(part for part in told if part) or "Rien en cours"
    return f"{said}\u00a0; sollicité {turns} fois par cette équipe." if turns else f"{said}."


def _figures(levels: Levels) -> tuple[Figure, ...]:
    """The service levels of a line, as its manager reads them."""
    return (
        Figure("Demandes", str(levels.asked), f"{levels.answered} répondues, {levels.waiting} en cours"),
        Figure("Réponse médiane", _length(levels.median_minutes)),
        Figure("Neuf réponses sur dix en", _length(levels.p90_minutes)),
        Figure("En retard", _share(levels.late_ratio), f"{levels.late} sur {levels.due}"),
        Figure("Refusées", _share(levels.refusal_ratio), f"{levels.refusals} sur {levels.asked}"),
        Figure("Consultations évitées", _share(levels.avoided_ratio), f"{levels.avoided} sur {levels.answered}"),
    )


def _length(minutes: int | None) -> str:
    return "—" if minutes is None else french.format_span(timedelta(minutes=minutes))


def _share(ratio: float | None) -> str:
    return "—" if ratio is None else french.format_percent(ratio)


def _roster(openings: Sequence[Opening], people: Mapping[UUID, Person], place: Workplace) -> tuple[RosterDay, ...]:
    """Each day with who answers on it."""
    zone = place.practice.territory.zone
    days: dict[date, dict[UUID, list[str]]] = {}
    for one in openings:
        start, end = (instant.astimezone(zone) for instant in (one.interval.start, one.interval.end))
        span = f"{french.format_hour(start, zone)} – {french.format_hour(end, zone)}"
        days.setdefault(start.date(), {}).setdefault(one.professional_id, []).append(span)
    return tuple(
        RosterDay(
            day,
            tuple(
                Choice(str(who), people[who].full_name if who in people else "Un confrère", ", ".join(spans))
                for who, spans in present.items()
            ),
        )
        for day, present in sorted(days.items())
    )


def _line_id(visitor: Visitor) -> UUID:
    return _uuid(visitor.request.match_info["id"])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise web.HTTPNotFound from None
