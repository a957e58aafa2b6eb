"""Textes: the law on a day, one value through time, and nothing found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from telemed.web.views.claims import TextLink
from telemed.web.views.frame import Badge, Choice, Form, NavItem
from telemed.web.views.texts import TextGroup, TextLine, TextsView, TextView, ValueCard, ValueLine
from tests.unit.web.examples.frames import AUDITOR, DOCTOR, FINE, OVERSIGHT, SOON, Example

FRAME = replace(
    DOCTOR,
    current="billing/texts",
    tabs=(NavItem("billing", "Actes", "/facturation"), NavItem("billing/texts", "Textes", "/textes")),
)
AUDITOR_FRAME = replace(
    AUDITOR, navigation=(*OVERSIGHT, NavItem("texts", "Textes", "/textes", "document")), current="texts"
)
DAY = date(2026, 11, 24)
CONFIRMED, SINGLE, DISPUTED = Badge("Confirmée", FINE), Badge("Une seule source", SOON), Badge("Discutée", SOON)
HOLDS, UNKNOWN = Badge("En vigueur ce jour-là", FINE), Badge("Valeur non établie", SOON)
OMNIDOC = TextLink("Omnidoc, nouveaux tarifs au 1er janvier 2026", "https://omnidoc.fr/actualites")
ARRETE = TextLink("Arrêté du 21 octobre 2024, JO du 24 octobre 2024", "https://juriblio.fr/arretes")
TERRITORIES = (Choice("metropole", "Métropole"), Choice("martinique", "Martinique"))
TE2 = (ValueLine("23,00 €", "Métropole"), ValueLine("27,60 €", "Martinique"))

LINES = (
    TextLine(
        "/textes?jour=2026-11-24&nom=te2",
        "Tarif de l’opinion du professionnel requis (TE2)",
        TE2,
        HOLDS,
        CONFIRMED,
        date(2026, 1, 1),
        None,
        (OMNIDOC,),
    ),
    TextLine(
        "/textes?jour=2026-11-24&nom=exceptions",
        "Situations qui dispensent une téléconsultation du parcours de soins coordonnés",
        (ValueLine(items=("Patient de moins de 16 ans", "Spécialité en accès direct", "Urgence"), more=5),),
        HOLDS,
        DISPUTED,
        date(2022, 4, 1),
        date(2026, 12, 31),
        (TextLink("FMF, avenant n° 9 et télémédecine", "https://fmfpro.org"), OMNIDOC),
    ),
    TextLine(
        "/textes?jour=2026-11-24&nom=technique",
        "Forfait technique mensuel de l’exploitant, par patient",
        (),
        UNKNOWN,
        None,
        date(2024, 10, 25),
        None,
        (ARRETE,),
    ),
    TextLine(
        "/textes?jour=2026-11-24&nom=futur",
        "Un tarif qui commence plus tard",
        (),
        Badge("Pas encore en vigueur"),
        None,
        date(2027, 1, 1),
        None,
        (),
    ),
)
LIST = TextsView(
    form=Form({"jour": "2026-11-24"}),
    territories=TERRITORIES,
    day=DAY,
    groups=(
        TextGroup("teleexpertise", "Téléexpertise", LINES[:1]),
        TextGroup("teleconsultation", "Téléconsultation", LINES[1:]),
    ),
    number=4,
    doubtful=2,
    is_filtered=False,
)
NONE_FOUND = TextsView(
    form=Form({"jour": "2026-11-24", "q": "francs", "douteux": "oui"}, {"jour": "Cette date n’existe pas."}),
    territories=TERRITORIES,
    day=DAY,
    groups=(),
    number=0,
    doubtful=0,
    is_filtered=True,
)


def card(
    since: date, last_day: date | None, amount: str, *, is_current: bool, certainty: Badge = CONFIRMED
) -> ValueCard:
    return ValueCard(
        since=since,
        last_day=last_day,
        values=(ValueLine(amount, "Métropole"),) if amount else (),
        standing=HOLDS if amount else Badge("N’est plus en vigueur"),
        certainty=certainty if amount else None,
        texts=(OMNIDOC,),
        note="" if certainty is CONFIRMED else "Le premier jour est donné au 25 mars ou au 1er avril 2022.",
        published_on=since,
        is_current=is_current,
        address="/textes?jour=2026-01-01&nom=te2",
    )


HISTORY = (
    card(date(2028, 1, 1), None, "", is_current=False),
    card(date(2026, 1, 1), date(2027, 12, 31), "23,00 €", is_current=True),
    card(date(2022, 4, 1), date(2025, 12, 31), "20,00 €", is_current=False, certainty=DISPUTED),
)
ONE = TextView(
    form=Form({"jour": "2026-11-24", "territoire": "metropole"}),
    subject="Téléexpertise",
    what="Tarif de l’opinion du professionnel requis (TE2).",
    name="teleexpertise/tariffs/te2",
    unit="en euros",
    day=DAY,
    standing=HOLDS,
    current=HISTORY[1],
    history=HISTORY,
    reviewed_on=date(2026, 5, 1),
    is_overdue=True,
    list_address="/textes?jour=2026-11-24",
)
BEFORE = replace(
    ONE,
    form=Form({"jour": "2026-11-24"}, {"jour": "Cette date n’existe pas : voici les textes d’aujourd’hui."}),
    standing=Badge("Pas encore en vigueur"),
    current=None,
    history=(replace(HISTORY[0], is_current=False),),
    is_overdue=False,
)

EXAMPLES = {
    "textes": Example("Textes", "professional/texts.html", FRAME, LIST),
    "textes-rien": Example("Textes : rien ne correspond", "professional/texts.html", AUDITOR_FRAME, NONE_FOUND),
    "texte": Example("Une valeur et ses textes", "professional/text.html", FRAME, ONE),
    "texte-avant": Example("Une valeur avant son premier jour", "professional/text.html", FRAME, BEFORE),
}
