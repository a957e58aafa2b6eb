"""The accounts of a period as a page to print and as a table: for the accountant, without any patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from billing.formats.words import PLACES, STAGES, act_words, organism_words
from billing.model.reconciliation import AccountLine, Heading, Reconciliation
from billing.rules.reconciliation import Place, Sum
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.money import format_euros
from telemed.kernel.spreadsheet import Euros, write_csv

HEAD = (
    "Jour de l'acte", "Acte", "Code", "Facture n°", "Lot n°", "Organisme", "Étape", "Montant", "Facturé",
    "Encaissé", "Reste dû", "Dernier paiement", "Motif",
)  # fmt: skip

EXPLANATION = (
    "Un acte compte le jour où il a été fait. Les montants viennent du registre des écritures, qui ne s’efface pas : "
    "une annulation y est une écriture contraire. Aucun patient n’est nommé."
)


def statement_csv(lines: Iterable[AccountLine], territory: Territory) -> bytes:
    """One line a claim, the oldest act first; what another entry replaced and was never invoiced is left out."""
    return write_csv(HEAD, [_row(line, territory) for line in lines if line.place is not None])


def _row(line: AccountLine, territory: Territory) -> tuple[Any, ...]:
    return (
        line.day,
        act_words(line.kind, line.part),
        line.code,
        line.number,
        line.lot_number,
        organism_words(line.organism),
        STAGES[line.stage],
        None if line.amount_cents is None else Euros(line.amount_cents),
        Euros(line.charged_cents),
        Euros(line.paid_cents),
        Euros(line.due_cents),
        None if line.paid_at is None else civil_date(line.paid_at, territory),
        line.why,
    )


def statement_page(accounts: Reconciliation, heading: Heading) -> Mapping[str, Any]:
    """What the renderer lays out; JSON-ready, every amount and day already in French."""
    made = accounts.made_at.astimezone(heading.territory.zone)
    left = accounts.outstanding_number - len(accounts.outstanding)
    return {
        "created_at": int(accounts.made_at.timestamp()),
        "title": "Rapprochement de facturation",
        "period": f"Actes du {_day(accounts.since)} au {_day(accounts.until)}, inclus",
        "practice": {"name": heading.practice, "address": heading.address},
        "professional": {"name": heading.professional, "line": heading.qualification},
        "explanations": [EXPLANATION],
        "places": _places(accounts),
        "money": _money(accounts),
        "money_totals": [3],
        "codes": _codes(accounts),
        "rejections": [[one.text or "Sans motif", *_counted(one.sum)] for one in accounts.rejections],
        "outstanding": [_outstanding(line) for line in accounts.outstanding],
        "outstanding_note": f"Et {left} autres : l’export en tableur les a tous." if left > 0 else "",
        "made": f"Établi le {_day(made.date())} à {made:%H:%M}.",
    }


def _places(accounts: Reconciliation) -> list[list[str]]:
    told = [
        [f"{PLACES[place][0]} : {PLACES[place][1]}", *_counted(total)]
        for place, total in accounts.totals.places.items()
        if total.number and place is not Place.UNDONE
    ]
    return [*told, ["Tous les actes", *_counted(accounts.totals.acts)]]


def _money(accounts: Reconciliation) -> list[list[str]]:
    ledger = accounts.ledger
    return [
        ["Facturé", format_euros(ledger.charges_cents)],
        ["Annulé par écriture contraire", format_euros(ledger.reversals_cents)],
        ["Encaissé sur ces actes", format_euros(ledger.payments_cents)],
        ["Reste dû", format_euros(ledger.due_cents)],
        ["Pour mémoire, encaissé pendant la période, quel que soit l’acte", format_euros(accounts.cashed_cents)],
    ]


def _codes(accounts: Reconciliation) -> list[list[str]]:
    rows = [[code or "Sans code", *_settled(total)] for code, total in accounts.totals.codes]
    whole = Sum(accounts.totals.acts.number) + Sum(
        0, 0, accounts.totals.money.charged_cents, accounts.totals.money.paid_cents
    )
    return [*rows, ["Total", *_settled(whole)]] if rows else []


def _counted(total: Sum) -> list[str]:
    return [str(total.number), format_euros(total.amount_cents)]


def _settled(total: Sum) -> list[str]:
    amounts = (total.charged_cents, total.paid_cents, total.due_cents)
    return [str(total.number), *(format_euros(cents) for cents in amounts)]


def _outstanding(line: AccountLine) -> list[str]:
    number = f", facture n° {line.number}" if line.number else ""
    return [
        _day(line.day),
        line.code,
        organism_words(line.organism) or "—",
        f"{STAGES[line.stage]}{number}",
        format_euros(line.due_cents),
    ]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
