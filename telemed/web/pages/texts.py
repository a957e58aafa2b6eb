"""Textes: what the law fixes, as it stood on any day, for whoever has to answer for a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode

from aiohttp import web

from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.clock import Territory
from telemed.kernel.errors import NotFound
from telemed.law.parameter import Parameter, Reference, UnknownParameter, Value
from telemed.law.reading import Reading, Standing, read_on, search
from telemed.law.units import Quantity, Unit, format_quantity
from telemed.web.french import typographic
from telemed.web.pages.page import Pages, Visitor, open_workplace, texts_key
from telemed.web.views import texts as views
from telemed.web.views.claims import TextLink
from telemed.web.views.frame import Badge, Choice, Form, Tone
from telemed.web.words_of_law import CERTAINTIES, SUBJECTS, TERRITORIES, UNITS

pages = Pages()
_FEW = 3
_STANDINGS = {
    Standing.IN_FORCE: Badge("En vigueur ce jour-là", Tone.FINE),
    Standing.NOT_ESTABLISHED: Badge("Valeur non établie", Tone.SOON),
    Standing.NOT_YET: Badge("Pas encore en vigueur"),
    Standing.ENDED: Badge("N’est plus en vigueur"),
}
_NAMES = ("jour", "q", "territoire", "douteux", "nom")


@pages.get("/textes", only(*Role))
async def show_texts(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, texts_key(visitor.known))
    asked = {name: visitor.request.query.get(name, "").strip()[:200] for name in _NAMES}
    day, error = _day(asked["jour"], place.frame.today)
    form = Form(asked | {"jour": day.isoformat()}, {"jour": error} if error else {})
    if asked["nom"]:
        return visitor.render("professional/text.html", place.frame, _one(visitor, form, day, place.frame.today))
    return visitor.render("professional/texts.html", place.frame, _list(visitor, form, day))


def _day(text: str, today: date) -> tuple[date, str]:
    """The day asked for, else today; and what is wrong with what was asked."""
    if not text:
        return today, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return today, "Cette date n’existe pas\u00a0: voici les textes d’aujourd’hui."


def _territory(form: Form) -> Territory | None:
    return Territory(form.value("territoire")) if form.value("territoire") in set(Territory) else None


def _list(visitor: Visitor, form: Form, day: date) -> views.TextsView:
    territory = _territory(form)
    readings = [read_on(one, day, territory) for one in search(visitor.services.law, form.value("q"))]
    shown = [one for one in readings if _is_asked_for(one, territory, only_doubtful=bool(form.value("douteux")))]
    return views.TextsView(
        form=form,
        territories=tuple(Choice(one.value, TERRITORIES[one]) for one in Territory),
        day=day,
        groups=tuple(_groups(shown, form)),
        number=len(shown),
        doubtful=sum(one.is_doubtful for one in shown),
        is_filtered=any(form.value(name) for name in ("q", "territoire", "douteux")),
    )


def _is_asked_for(reading: Reading, territory: Territory | None, *, only_doubtful: bool) -> bool:
    """With a territory: only what a text fixes there on that day, known to us or not."""
    is_there = territory is None or reading.standing in (Standing.IN_FORCE, Standing.NOT_ESTABLISHED)
    return is_there and (reading.is_doubtful or not only_doubtful)


def _groups(readings: Iterable[Reading], form: Form) -> Iterator[views.TextGroup]:
    for subject, found in groupby(readings, key=lambda one: subject_of(one.parameter)):
        yield views.TextGroup(subject, SUBJECTS.get(subject, subject), tuple(_line(one, form) for one in found))


def subject_of(parameter: Parameter) -> str:
    """The first part of the name: `teleconsultation`."""
    return parameter.name.partition("/")[0]


def _line(reading: Reading, form: Form) -> views.TextLine:
    value, parameter = reading.value, reading.parameter
    return views.TextLine(
        address=address_of(form.value("jour"), parameter.name, form.value("territoire")),
        what=typographic(parameter.description.removesuffix(".")),
        values=_values(reading.quantities, parameter.unit, few=True),
        standing=_STANDINGS[reading.standing],
        certainty=_certainty(reading),
        since=value.since if value is not None else reading.until,
        last_day=_eve(reading.until) if value is not None else None,
        texts=_texts(value.references) if value is not None else (),
    )


def _one(visitor: Visitor, form: Form, day: date, today: date) -> views.TextView:
    try:
        parameter = visitor.services.law.parameter(form.value("nom"))
    except UnknownParameter as error:
        raise NotFound("Aucune valeur de la loi ne porte ce nom.") from error
    territory = _territory(form)
    reading = read_on(parameter, day, territory)
    cards = [_card(parameter, value, reading, form) for value in parameter.values]
    return views.TextView(
        form=form,
        subject=SUBJECTS.get(subject_of(parameter), subject_of(parameter)),
        what=typographic(parameter.description),
        name=parameter.name,
        unit=UNITS[parameter.unit],
        day=day,
        standing=_STANDINGS[reading.standing],
        current=next((card for card in cards if card.is_current), None),
        history=tuple(reversed(cards)),
        reviewed_on=parameter.reviewed_on,
        is_overdue=parameter.is_overdue(today),
        list_address=f"/textes?{urlencode({'jour': day.isoformat()})}",
    )


def _card(parameter: Parameter, value: Value, reading: Reading, form: Form) -> views.ValueCard:
    then = read_on(parameter, value.since, reading.territory)
    return views.ValueCard(
        since=value.since,
        last_day=_eve(then.until),
        values=_values(then.quantities, parameter.unit),
        standing=_STANDINGS[then.standing],
        certainty=_certainty(then),
        texts=_texts(value.references),
        note=typographic(value.note),
        published_on=value.published_on,
        is_current=value is reading.value,
        address=address_of(value.since.isoformat(), parameter.name, form.value("territoire")),
    )


def _certainty(reading: Reading) -> Badge | None:
    """How sure the value is, or its end; nothing of what is not known or has not begun."""
    if reading.value is None or reading.standing is Standing.NOT_ESTABLISHED:
        return None
    return CERTAINTIES[reading.value.certainty]


def address_of(day: str, name: str, territory: str = "") -> str:
    """The page of one legal quantity on a day."""
    return f"/textes?{urlencode({'jour': day, 'nom': name} | ({'territoire': territory} if territory else {}))}"


def _values(
    quantities: Mapping[Territory | None, Quantity], unit: Unit, *, few: bool = False
) -> tuple[views.ValueLine, ...]:
    return tuple(_value(where, quantity, unit, few=few) for where, quantity in quantities.items())


def _value(where: Territory | None, quantity: Quantity, unit: Unit, *, few: bool) -> views.ValueLine:
    place = "" if where is None else TERRITORIES[where]
    if not isinstance(quantity, Mapping):
        return views.ValueLine(typographic(format_quantity(quantity, unit)), place)
    items = _items(quantity, unit)
    if not few or len(items) <= _FEW + 1:
        return views.ValueLine("", place, items)
    return views.ValueLine("", place, items[:_FEW], len(items) - _FEW)


def _items(quantity: Mapping[str, str], unit: Unit) -> tuple[str, ...]:
    """Each entry of a list, in words; a holiday with its day."""
    if unit is Unit.HOLIDAYS:
        return tuple(typographic(format_quantity({code: name}, unit)) for code, name in quantity.items())
    return tuple(typographic(label) for label in quantity.values())


def _texts(references: Iterable[Reference]) -> tuple[TextLink, ...]:
    return tuple(TextLink(typographic(one.title), one.address) for one in references)


def _eve(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=1)
