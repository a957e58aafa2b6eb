"""Claims in the words of the screens: stages, what happened, what was compared, how near a day is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from billing.facts import MedecinTraitant, Sector
from billing.formats.words import STAGES
from billing.model.invoice import EntryKind, Owing, RightsSource
from billing.model.life import Happening, Stage
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Reason
from telemed.kernel.money import format_euros
from telemed.law.parameter import Reference
from telemed.professionals.model import find_specialty
from telemed.web import forms, french
from telemed.web.views.claims import BasisCard, Compared, ReasonCard, TextLink
from telemed.web.views.frame import Badge, Choice, Tone

_TONES = {
    Stage.TO_COMPLETE: Tone.SOON,
    Stage.TO_INVOICE: Tone.SOON,
    Stage.HELD: Tone.NOW,
    Stage.REFUSED: Tone.NOW,
    Stage.SILENT: Tone.SOON,
    Stage.PAPER_REQUESTED: Tone.NOW,
    Stage.REJECTED: Tone.NOW,
    Stage.ACKNOWLEDGED: Tone.FINE,
    Stage.PAID: Tone.FINE,
}
MEANINGS: Mapping[Stage, str] = {
    Stage.NOT_BILLABLE: "Cet acte ne se facture pas ; il reste au dossier.",
    Stage.TO_COMPLETE: "Il manque un montant qu’aucun texte réuni ici ne fixe : donnez-le, avec le texte.",
    Stage.TO_INVOICE: "Proposée d’après les règles du jour de l’acte, pas encore facturée.",
    Stage.HELD: "Elle n’a pas pu partir : levez ce qui la retient, puis facturez de nouveau.",
    Stage.INVOICED: "Facturée : elle attend le prochain lot de sa caisse.",
    Stage.LOTTED: "Dans un lot scellé, qui part à la caisse.",
    Stage.TRANSMITTED: "La caisse a le lot ; son accusé de réception est attendu.",
    Stage.REFUSED: "La caisse a refusé le lot (ARL négatif) : il est renvoyé de lui-même dans le délai.",
    Stage.SILENT: "La caisse n’a rien répondu : le lot est renvoyé de lui-même dans le délai.",
    Stage.RETRANSMITTED: "Le même lot est reparti ; la réponse de la caisse est attendue.",
    Stage.PAPER_REQUESTED: "Le renvoi n’a pas abouti : adressez un duplicata papier à la caisse.",
    Stage.ON_PAPER: "Partie sur papier : le paiement se note à la main.",
    Stage.ACKNOWLEDGED: "La caisse l’a reçue (ARL positif) : votre envoi vous est acquis.",
    Stage.PAID: "Payée par ceux qui la remboursent.",
    Stage.REJECTED: "La caisse l’a rejetée : corrigez ce qu’elle dit, une seule fois.",
    Stage.CORRECTED: "Rejetée, puis corrigée par une autre facture.",
    Stage.ABANDONED: "Le médecin a renoncé à la facturer.",
    Stage.REPLACED: "Remplacée avant d’être facturée.",
    Stage.REVERSED: "Annulée par une écriture contraire.",
    Stage.COVERED: "L’acte a été corrigé sans rien changer à sa facture, qui reste valable.",
}
"""Where a claim stands, in a sentence."""
_HAPPENINGS: Mapping[Happening, tuple[str, str, Tone]] = {
    Happening.OPENED: ("Proposée", "D’après le compte rendu signé.", Tone.PLAIN),
    Happening.HELD: ("Retenue", "", Tone.NOW),
    Happening.INVOICED: ("Facturée", "", Tone.PLAIN),
    Happening.PUT_ON_PAPER: ("Feuille de soins papier", "Rien n’est télétransmis.", Tone.SOON),
    Happening.LOTTED: ("Mise en lot", "Lot scellé et signé.", Tone.PLAIN),
    Happening.SENT: ("Envoyée à la caisse", "", Tone.PLAIN),
    Happening.ARL_POSITIVE: ("Reçue par la caisse", "ARL positif : votre envoi vous est acquis.", Tone.FINE),
    Happening.ARL_NEGATIVE: ("Lot refusé", "ARL négatif.", Tone.NOW),
    Happening.NO_RETURN: ("Sans réponse", "La caisse n’a rien renvoyé dans le délai.", Tone.SOON),
    Happening.RESENT: ("Renvoyée", "Le même lot, les mêmes octets.", Tone.PLAIN),
    Happening.PAPER_DUE: ("Duplicata papier demandé", "Le renvoi n’a pas abouti.", Tone.NOW),
    Happening.PAPER_SENT: ("Duplicata papier envoyé", "", Tone.PLAIN),
    Happening.RSP_PAID: ("Payée", "RSP de paiement.", Tone.FINE),
    Happening.RSP_REJECTED: ("Rejetée", "", Tone.NOW),
    Happening.ANSWERED: ("Reçue par la caisse", "Sa réponse est venue avant l’accusé de réception.", Tone.FINE),
    Happening.SHARE_PAID: ("Une part payée", "RSP d’un des deux organismes.", Tone.FINE),
    Happening.SHARE_REJECTED: ("Part complémentaire refusée", "Elle revient au patient.", Tone.SOON),
    Happening.SETTLED: ("Réglée", "Paiement direct : l’ARL y met fin.", Tone.FINE),
    Happening.PAYMENT_RECORDED: ("Paiement noté", "", Tone.FINE),
    Happening.CORRECTED: ("Corrigée", "Une autre facture la remplace.", Tone.PLAIN),
    Happening.ABANDONED: ("Abandonnée", "", Tone.SOON),
    Happening.RESTORED: ("Reprise", "", Tone.PLAIN),
    Happening.SUPERSEDED: ("Remplacée", "Une autre proposition du même acte prend sa place.", Tone.PLAIN),
    Happening.REVERSED: ("Annulée", "Écriture contraire au compte.", Tone.SOON),
}
OWING = {Owing.AMO: "Assurance maladie (AMO)", Owing.AMC: "Complémentaire (AMC)", Owing.PATIENT: "Patient"}
ENTRIES = {EntryKind.CHARGE: "Dû", EntryKind.REVERSAL: "Écriture contraire", EntryKind.PAYMENT: "Encaissé"}
RIGHTS = (
    Choice(RightsSource.CARTE_VITALE, "Carte Vitale lue"),
    Choice(RightsSource.ADRI, "ADRi", "Téléservice des droits en ligne."),
    Choice(RightsSource.ATTESTATION, "Attestation de droits", "Montrée ou envoyée par le patient."),
)
CODES = {
    "TCG": "Téléconsultation d’un généraliste",
    "TC": "Téléconsultation d’un autre médecin",
    "TCS": "Téléconsultation d’un spécialiste",
    "TE1": "Télé-expertise de premier niveau",
    "TE2": "Télé-expertise, avis du requis",
    "RQD": "Télé-expertise, demande du requérant",
    "TLS": "Accompagnement par un infirmier, lors d’un soin",
    "TLL": "Accompagnement par un infirmier, en lieu dédié",
    "TLD": "Accompagnement par un infirmier, à domicile",
    "TLM": "Accompagnement par un pharmacien",
    "TVA": "Télésurveillance, forfait opérateur de premier niveau",
    "TVB": "Télésurveillance, forfait opérateur de second niveau",
}
TERRITORIES = {
    Territory.METROPOLE: "Métropole",
    Territory.GUADELOUPE: "Guadeloupe",
    Territory.MARTINIQUE: "Martinique",
    Territory.GUYANE: "Guyane",
    Territory.LA_REUNION: "La Réunion",
    Territory.MAYOTTE: "Mayotte",
}
SECTORS = {
    Sector.SECTOR_1: "secteur 1",
    Sector.SECTOR_2_OPTAM: "secteur 2, OPTAM",
    Sector.SECTOR_2: "secteur 2",
    Sector.NOT_CONVENTIONED: "non conventionné",
}
ATTENDING = (
    Choice(MedecinTraitant.SELF, "C’est moi"),
    Choice(MedecinTraitant.OTHER, "Un autre médecin"),
    Choice(MedecinTraitant.NONE, "Aucun"),
    Choice(MedecinTraitant.UNKNOWN, "Je ne sais pas"),
)
_SPECIALTY_CODE = re.compile(r"G15_10/SM\d+", re.ASCII)
_SHORT = {
    "billing.insurance_missing": "L’assurance du patient manque.",
    "billing.coverage_not_established": "La part de l’assurance maladie est à donner.",
    "billing.tariff_not_established": "Le montant est à donner, avec son texte.",
    "billing.fee_missing": "Le montant demandé est à donner.",
    "billing.no_video": "Aucune image n’a été établie.",
    "cap.held": "Le plafond de l’année la retient.",
}
_CERTAINTIES = {"single_source": Badge("Source unique", Tone.SOON), "disputed": Badge("Discuté", Tone.SOON)}
COMPARED = {
    "acts": "Actes connus", "asked_cents": "Demandé", "certainty": "Certitude", "closed_on": "Clos le",
    "code": "Code", "consumed": "Déjà faites", "counted_until": "Compté jusqu’au",
    "prescribed_until": "Prescrit jusqu’au", "day": "Jour", "days": "Jours", "denominator": "Sur",
    "expected": "Attendues", "first_day": "Premier jour", "held_on": "Fait le", "highest": "Au plus",
    "last_day": "Dernier jour", "limit": "Limite", "line": "Ligne", "longest": "Au plus", "minimum": "Au moins",
    "month": "Mois", "name": "Valeur", "number": "Nombre", "numerator": "Comptés", "ordinary": "Taux ordinaire",
    "other_codes": "Autres codes", "own": "Dont patientèle", "pathway": "Parcours", "percent": "Seuil",
    "profession": "Profession", "rate": "Taux demandé", "rate_percent": "Limite", "reading": "Lecture",
    "received": "Reçues", "reserved": "Réservées", "scope": "Compté", "specialty": "Spécialité",
    "taken": "Déjà prises", "tariff_cents": "Tarif", "term": "Durée", "territory": "Territoire", "year": "Année",
}  # fmt: skip


"""What a rule weighed, by its name in the code."""
_VALUES = {
    "biller": "par professionnel", "patient": "par patient", "literal": "du texte", "caisse": "des caisses",
    "single_source": "source unique", "disputed": "discutée", "confirmed": "confirmée", "10": "médecin",
    "21": "pharmacien", "40": "chirurgien-dentiste", "50": "sage-femme", "60": "infirmier",
}  # fmt: skip


class CitedValue(Protocol):
    """A legal value, as a claim keeps it or as the law gives it."""

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def since(self) -> date: ...
    @property
    def territory(self) -> str | None: ...
    @property
    def certainty(self) -> str: ...
    @property
    def references(self) -> tuple[Reference, ...]: ...


def stage_badge(stage: Stage) -> Badge:
    return Badge(STAGES[stage], _TONES.get(stage, Tone.PLAIN))


def happening_words(happening: Happening) -> tuple[str, str, Tone]:
    """What happened: its title, what it means, and how loud it is."""
    return _HAPPENINGS[happening]


def code_words(code: str | None) -> str:
    return CODES.get(code or "", "")


def reason_cards(reasons: Iterable[Reason], tone: Tone) -> tuple[ReasonCard, ...]:
    """Each reason with the figures that it weighed."""
    return tuple(
        ReasonCard(
            forms.sentence(one.text),
            one.reference,
            tone,
            tuple(_compared(name, value) for name, value in one.compared.items()),
        )
        for one in reasons
    )


def short_reasons(reasons: Iterable[Reason]) -> str:
    """Why, in the few words that a list has room for: ours, or the first sentence of the rule."""
    return " ".join(_SHORT.get(one.code) or forms.sentence(one.text.split(" : ")[0].split(". ")[0]) for one in reasons)


def _compared(name: str, value: str | int | bool) -> Compared:
    return Compared(COMPARED.get(name, name.replace("_", " ").capitalize()), _value(name, value))


def _value(name: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name.endswith("_cents") and isinstance(value, int):
        return format_euros(value)
    if name in ("rate", "rate_percent", "highest", "ordinary", "percent"):
        return f"{value}{french.FIXED}%"
    if name == "territory":
        return TERRITORIES.get(Territory(str(value)), str(value)) if value in set(Territory) else str(value)
    if name == "specialty":
        found = find_specialty(str(value)) if value else None
        return found.label if found else (str(value) or "non renseignée")
    if name in ("certainty", "profession", "reading", "scope"):
        return _VALUES.get(str(value), str(value))
    if name == "pathway":
        return str(value).replace("_", " ")
    return _day(str(value)) or str(value)


def _day(text: str) -> str:
    try:
        return french.format_date(date.fromisoformat(text)) if len(text) == 10 else ""
    except ValueError:
        return ""


def basis_cards(values: Iterable[CitedValue], descriptions: Mapping[str, str], day: date) -> tuple[BasisCard, ...]:
    """The legal values with their texts; `descriptions` names each in the words of the law files."""
    return tuple(
        BasisCard(
            what=descriptions.get(one.name, one.name),
            value=_readable(one.text),
            since=one.since,
            address=f"/textes?jour={day.isoformat()}&nom={one.name}",
            texts=tuple(TextLink(text.title, text.address) for text in one.references),
            certainty=_CERTAINTIES.get(str(one.certainty)),
            territory=TERRITORIES[Territory(one.territory)] if one.territory else "",
        )
        for one in values
    )


def _readable(text: str) -> str:
    """The text of a value with the names of specialties in place of their codes, each once."""
    if not _SPECIALTY_CODE.search(text):
        return text
    found = (find_specialty(code) for code in text.split(", "))
    return ", ".join(dict.fromkeys(one.label for one in found if one)) or text


def limit_badge(due_on: date | None, today: date) -> Badge:
    """How near the last day is, as a word."""
    if due_on is None:
        return Badge("Sans délai")
    left = (due_on - today).days
    if left < 0:
        return Badge(f"En retard de {french.format_count(-left, 'jour')}", Tone.NOW)
    if left == 0:
        return Badge("Aujourd’hui", Tone.NOW)
    if left == 1:
        return Badge("Demain", Tone.SOON)
    return Badge(
        f"Avant {french.format_day(due_on, today)}" if left > 6 else french.format_day(due_on, today).capitalize()
    )


def sending_limit(send_by: date, today: date) -> str:
    """The legal limit of an invoice that is not made yet: the delay starts with it."""
    return f"Facturée aujourd’hui, elle part au plus tard le {french.format_day(send_by, today)}."


def since_badge(day: date, today: date) -> Badge:
    """How long it has waited."""
    days = (today - day).days
    return Badge("Depuis aujourd’hui") if days < 1 else Badge(f"Depuis {french.format_count(days, 'jour')}")


def masked_nss(nss: str) -> str:
    """The last five characters of a number with its key: enough to recognise, not to know."""
    return f"••••••••••{french.FIXED}{nss[-5:-2]}{french.FIXED}{nss[-2:]}"
