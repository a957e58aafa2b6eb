"""What became of the acts of a period: each in one place, and sums that add up to the cent.

Money is in whole cents. Charges are net of their reversals, payments net of what was repaid; what remains due is
charges − payments, for each act and so for any sum of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from billing.model.life import Stage


class Place(StrEnum):
    """Where an act stands for the one who keeps the accounts; each act is in exactly one, in the order of its life.

    `UNDONE` holds invoices that another entry of the same act replaced: money, but no act of its own.
    """

    NOT_BILLABLE = "not_billable"
    ABANDONED = "abandoned"
    TO_COMPLETE = "to_complete"
    TO_INVOICE = "to_invoice"
    HELD = "held"
    INVOICED = "invoiced"
    SENT = "sent"
    IN_TROUBLE = "in_trouble"
    ON_PAPER = "on_paper"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    PAID = "paid"
    REVERSED = "reversed"
    UNDONE = "undone"


# Without REPLACED and COVERED: never invoiced themselves, another entry of the act stands for it.
_PLACES: Mapping[Stage, Place] = MappingProxyType(
    {
        Stage.NOT_BILLABLE: Place.NOT_BILLABLE,
        Stage.ABANDONED: Place.ABANDONED,
        Stage.TO_COMPLETE: Place.TO_COMPLETE,
        Stage.TO_INVOICE: Place.TO_INVOICE,
        Stage.HELD: Place.HELD,
        Stage.INVOICED: Place.INVOICED,
        Stage.LOTTED: Place.INVOICED,
        Stage.TRANSMITTED: Place.SENT,
        Stage.RETRANSMITTED: Place.SENT,
        Stage.REFUSED: Place.IN_TROUBLE,
        Stage.SILENT: Place.IN_TROUBLE,
        Stage.PAPER_REQUESTED: Place.IN_TROUBLE,
        Stage.ON_PAPER: Place.ON_PAPER,
        Stage.ACKNOWLEDGED: Place.ACKNOWLEDGED,
        Stage.REJECTED: Place.REJECTED,
        Stage.PAID: Place.PAID,
        Stage.REVERSED: Place.REVERSED,
        Stage.CORRECTED: Place.UNDONE,
    }
)
RECEIVED = (Place.ACKNOWLEDGED, Place.REJECTED, Place.PAID)
"""Places where the caisse has answered that it has the invoice."""


def find_place(stage: Stage, *, is_superseded: bool) -> Place | None:
    """The place of an entry, None for one that counts nowhere.

    A reversed entry is an act given back, unless another entry took its place: then that one is the act. Any other
    stage is the act's own, also where a later entry is covered by it.
    """
    if stage is Stage.REVERSED and is_superseded:
        return Place.UNDONE
    return _PLACES.get(stage)


@dataclass(frozen=True)
class Sum:
    """`number` acts and their money: `amount_cents` as judged or supplied, the rest as the ledger has it."""

    number: int = 0
    amount_cents: int = 0
    charged_cents: int = 0
    paid_cents: int = 0

    @property
    def due_cents(self) -> int:
        return self.charged_cents - self.paid_cents

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.number + other.number,
            self.amount_cents + other.amount_cents,
            self.charged_cents + other.charged_cents,
            self.paid_cents + other.paid_cents,
        )


NOTHING = Sum()


@dataclass(frozen=True)
class Tally:
    """Entries alike in stage and code, with the sum of their money."""

    stage: Stage
    code: str
    is_superseded: bool
    sum: Sum


@dataclass(frozen=True)
class Totals:
    """The figures of a period: by place (every place is named), by code; acts, and the money of all entries."""

    places: Mapping[Place, Sum]
    codes: tuple[tuple[str, Sum], ...]

    @property
    def acts(self) -> Sum:
        """What was done: every place but the invoices that another replaced."""
        return add_up(total for place, total in self.places.items() if place is not Place.UNDONE)

    @property
    def money(self) -> Sum:
        """Every entry of the period, also those that were undone: what the ledger must say."""
        return add_up(self.places.values())

    def of(self, *places: Place) -> Sum:
        """The sum of some places."""
        return add_up(self.places[place] for place in places)


def add_up(sums: Iterable[Sum]) -> Sum:
    total = NOTHING
    for one in sums:
        total = total + one
    return total


def reconcile(tallies: Iterable[Tally]) -> Totals:
    """The figures of these entries. Their sum by place and their sum by code are the same, whatever they are.

    An entry that another replaced adds its money to its code, and no act.
    """
    places = dict.fromkeys(Place, NOTHING)
    codes: dict[str, Sum] = {}
    for tally in tallies:
        place = find_place(tally.stage, is_superseded=tally.is_superseded)
        if place is None:
            continue
        places[place] = places[place] + tally.sum
        codes[tally.code] = codes.get(tally.code, NOTHING) + _without_acts(tally.sum, place)
    return Totals(MappingProxyType(places), tuple(sorted(codes.items())))


def _without_acts(total: Sum, place: Place) -> Sum:
    if place is not Place.UNDONE:
        return total
    return Sum(0, 0, total.charged_cents, total.paid_cents)


@dataclass(frozen=True)
class Motive:
    """Why caisses rejected, how often, and for how much."""

    text: str
    sum: Sum


def group_rejections(rejected: Iterable[tuple[str, Sum]]) -> tuple[Motive, ...]:
    """By motive, the most frequent first."""
    sums: dict[str, Sum] = {}
    for text, one in rejected:
        sums[text] = sums.get(text, NOTHING) + one
    motives = (Motive(text, total) for text, total in sums.items())
    return tuple(sorted(motives, key=lambda motive: (-motive.sum.number, motive.text)))
