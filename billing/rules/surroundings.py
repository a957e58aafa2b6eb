"""What stands around an act when it is judged: how much of a quota is left, and what else was billed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QuotaRoom:
    """Is there room for this act: `taken` acts reserved or consumed by others, of `limit` in its civil year."""

    is_granted: bool
    limit: int
    taken: int


@dataclass(frozen=True)
class Surroundings:
    """`quota` None: nobody asked the counter (a question without a patient). `other_codes`: what the same biller bills

    for the same patient on the same civil day. `is_already_accompanied`: another professional of the same kind bills
    the accompaniment of this téléconsultation.
    """

    quota: QuotaRoom | None = None
    other_codes: tuple[str, ...] = ()
    is_already_accompanied: bool = False


ALONE = Surroundings()
