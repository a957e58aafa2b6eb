"""What stands around an act when it is judged: whether its quota has room, and what else was billed."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.kernel.decision import Decision


@dataclass(frozen=True)
class Surroundings:
    """What the ledger and the counters know beside the facts.

    `quota` is the decision of `billing.rules.quota`, None where nobody asked the counter (a question without a
    patient). `other_codes` are billed by the same biller for the same patient on the same civil day.
    `is_already_accompanied`: another professional of the same kind bills the accompaniment of this téléconsultation.
    """

    quota: Decision | None = None
    other_codes: tuple[str, ...] = ()
    is_already_accompanied: bool = False


ALONE = Surroundings()
