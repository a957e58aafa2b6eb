"""Moves a claim along the table of stages: nothing else may change a standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from billing.model.invoice import Entry, EntryKind, Owing
from billing.model.life import UNDONE, Actor, Due, Happening, Stage, due_at, find_transition
from billing.model.standing import Standing
from billing.service.access import PROFESSIONALS
from billing.store.life import LifeStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Conflict, Forbidden, NotFound

DIRECT_PAYMENT = "direct"
"""Key of the payment that an FSE in direct payment states."""


class Mover:
    """The steps of one transaction, all at the same instant."""

    def __init__(self, store: LifeStore, *, now: datetime) -> None:
        self.store = store
        self._now = now

    async def advance(
        self,
        standing: Standing,
        happening: Happening,
        *,
        by: Caller | Actor,
        due_on: date | None = None,
        reasons: Iterable[Reason] = (),
        note: str | None = None,
        **changes: Any,
    ) -> Standing:
        """What happened, on a locked standing; `changes` are other fields of it, `to` chooses between two targets.

        Raises Conflict where the table has no such transition from there, Forbidden if it is not this actor's.
        """
        transition = find_transition(standing.stage, happening, to=changes.pop("to", None))
        if transition is None:
            raise Conflict("Cette facture n'en est plus là : rechargez la page.", code="claim.stage")
        actor = actor_of(by, standing)
        if actor not in transition.actors:
            raise Forbidden("Cette décision revient à la personne qui facture.")
        if transition.target is not None:
            due = due_at(transition.target)
            changes = {
                "stage": transition.target,
                "since": self._now,
                "due": due,
                "due_on": None if due is Due.NOTHING else due_on,
                "reasons": tuple(reasons),
            } | changes
        elif reasons:
            changes["reasons"] = tuple(reasons)
        after = due_once_over(replace(standing, **changes), self._today(standing))
        actor_id = by.id if isinstance(by, Caller) else None
        return await self.store.record(after, happening, at=self._now, actor=actor.value, actor_id=actor_id, note=note)

    async def charge(self, standing: Standing, shares: dict[Owing, int]) -> Standing:
        """What each owes, from now on."""
        return await self.store.add_entries(
            standing,
            [
                self._entry(standing, EntryKind.CHARGE, owing, cents, key=f"charge:{owing}")
                for owing, cents in shares.items()
                if cents
            ],
        )

    async def pay(self, standing: Standing, owing: Owing, cents: int, *, key: str) -> Standing:
        """Money that came (`cents` positive) or went back (negative)."""
        return await self._add(standing, [self._entry(standing, EntryKind.PAYMENT, owing, -cents, key=key)])

    async def undo(self, standing: Standing) -> Standing:
        """Reverse what is charged and not reversed yet; the payment that the FSE itself stated goes with it."""
        entries = await self.store.entries(standing.claim_id)
        lines = [
            self._entry(standing, EntryKind.REVERSAL, owing, -cents, key=f"reversal:{owing}")
            for owing, cents in owed(entries, payments=False).items()
            if cents > 0
        ]
        lines += [
            self._entry(standing, EntryKind.PAYMENT, one.owing, -one.cents, key=f"{DIRECT_PAYMENT}:undone")
            for one in entries
            if one.key == DIRECT_PAYMENT
        ]
        return await self._add(standing, lines)

    async def hand_over_share(self, standing: Standing, giver: Owing, taker: Owing) -> Standing:
        """The share of one, refused, becomes that of another."""
        cents = owed(await self.store.entries(standing.claim_id), payments=False).get(giver, 0)
        if cents <= 0:
            return standing
        return await self.store.add_entries(
            standing,
            [
                self._entry(standing, EntryKind.REVERSAL, giver, -cents, key=f"reversal:{giver}"),
                self._entry(standing, EntryKind.CHARGE, taker, cents, key=f"charge:{taker}:of:{giver}"),
            ],
        )

    async def _add(self, standing: Standing, lines: list[Entry]) -> Standing:
        """Lines of the ledger, and what is due once they count."""
        after = await self.store.add_entries(standing, lines)
        over = due_once_over(after, self._today(standing))
        return after if over == after else await self.store.amend(after, due=over.due, due_on=over.due_on)

    def _today(self, standing: Standing) -> date:
        return civil_date(self._now, standing.territory)

    def _entry(self, standing: Standing, kind: EntryKind, owing: Owing, cents: int, *, key: str) -> Entry:
        return Entry(standing.claim_id, kind, owing, cents, self._now, key)


def owed(entries: Iterable[Entry], *, payments: bool = True) -> dict[Owing, int]:
    """What each still owes; without `payments`, what each was charged and not reversed."""
    found: dict[Owing, int] = {}
    for one in entries:
        if payments or one.kind is not EntryKind.PAYMENT:
            found[one.owing] = found.get(one.owing, 0) + one.cents
    return found


def due_once_over(standing: Standing, today: date) -> Standing:
    """What was paid too much of a claim that is over is to be given back, from the day on which it is known."""
    if standing.stage not in (*UNDONE, Stage.PAID):
        return standing
    if standing.balance_cents >= 0:
        return replace(standing, due=Due.NOTHING, due_on=None)
    return standing if standing.due is Due.REPAYMENT else replace(standing, due=Due.REPAYMENT, due_on=today)


def actor_of(by: Caller | Actor, standing: Standing) -> Actor:
    """As whom somebody acts on a claim. Raises NotFound for a claim that is not his, Forbidden for a reader."""
    if isinstance(by, Actor):
        return by
    if by.kind is CallerKind.SYSTEM:
        return Actor.JOB
    if by.has_role(*PROFESSIONALS) and by.id == standing.professional_id:
        return Actor.DOCTOR
    if by.practice_id != standing.practice_id or not by.has_role(Role.SECRETARY, Role.ADMINISTRATOR):
        raise NotFound("Cette proposition de facturation est introuvable.")
    if not by.has_role(Role.SECRETARY):
        raise Forbidden("La facturation revient à qui facture et à son secrétariat.")
    return Actor.SECRETARY


def require_own(by: Caller, standing: Standing | None) -> Standing:
    """The standing, if the caller may act on it. Raises NotFound or Forbidden."""
    if standing is None:
        raise NotFound("Cette proposition de facturation est introuvable.")
    actor_of(by, standing)
    return standing
