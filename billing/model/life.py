"""What happens to a claim once it is judged: one table of stages and transitions, for claims and for their lots.

A lot goes through the part of the table that its claims go through with it, from `lotted` to `acknowledged` or
`paper_requested`. docs/reference/claim-stages.md shows this table; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a claim, or a lot, stands now."""

    NOT_BILLABLE = "not_billable"
    TO_COMPLETE = "to_complete"
    TO_INVOICE = "to_invoice"
    HELD = "held"
    INVOICED = "invoiced"
    LOTTED = "lotted"
    TRANSMITTED = "transmitted"
    REFUSED = "refused"
    SILENT = "silent"
    RETRANSMITTED = "retransmitted"
    PAPER_REQUESTED = "paper_requested"
    ON_PAPER = "on_paper"
    ACKNOWLEDGED = "acknowledged"
    PAID = "paid"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    ABANDONED = "abandoned"
    REPLACED = "replaced"
    REVERSED = "reversed"
    COVERED = "covered"


class Happening(StrEnum):
    """What may happen to it."""

    OPENED = "opened"
    HELD = "held"
    INVOICED = "invoiced"
    PUT_ON_PAPER = "put_on_paper"
    LOTTED = "lotted"
    SENT = "sent"
    ARL_POSITIVE = "arl_positive"
    ARL_NEGATIVE = "arl_negative"
    NO_RETURN = "no_return"
    RESENT = "resent"
    PAPER_DUE = "paper_due"
    PAPER_SENT = "paper_sent"
    RSP_PAID = "rsp_paid"
    RSP_REJECTED = "rsp_rejected"
    ANSWERED = "answered"
    SHARE_PAID = "share_paid"
    SHARE_REJECTED = "share_rejected"
    SETTLED = "settled"
    PAYMENT_RECORDED = "payment_recorded"
    CORRECTED = "corrected"
    ABANDONED = "abandoned"
    RESTORED = "restored"
    SUPERSEDED = "superseded"
    REVERSED = "reversed"


class Actor(StrEnum):
    """Who may make it happen: a job, a return of the caisse, or a person: `doctor` is whoever bills the claim."""

    JOB = "job"
    CAISSE = "caisse"
    DOCTOR = "doctor"
    SECRETARY = "secretary"


class Due(StrEnum):
    """What is due at a stage, and so what the day in `due_on` is."""

    NOTHING = "nothing"
    INVOICE = "invoice"
    DECISION = "decision"
    TRANSMISSION = "transmission"
    RETURN = "return"
    RETRANSMISSION = "retransmission"
    PAPER = "paper"
    REPAYMENT = "repayment"


@dataclass(frozen=True)
class Transition:
    """What a happening does: from each of these stages to one stage; None leaves it where it is, as a step."""

    happening: Happening
    sources: frozenset[Stage]
    target: Stage | None
    actors: frozenset[Actor]
    why: str


class NotAllowed(LookupError):
    """The table has no such transition from that stage."""


_S, _A = Stage, Actor
_PEOPLE = frozenset({_A.DOCTOR, _A.SECRETARY})
_DOCTOR = frozenset({_A.DOCTOR})
_JOB = frozenset({_A.JOB})
_CAISSE = frozenset({_A.CAISSE})
BEFORE_INVOICE = frozenset({_S.TO_COMPLETE, _S.TO_INVOICE, _S.HELD})
IN_A_LOT = frozenset({_S.LOTTED, _S.TRANSMITTED, _S.REFUSED, _S.SILENT, _S.RETRANSMITTED, _S.PAPER_REQUESTED})
LIVE = frozenset({_S.INVOICED, *IN_A_LOT, _S.ON_PAPER, _S.ACKNOWLEDGED})
UNDONE = frozenset({_S.REVERSED, _S.CORRECTED})
INVOICED_AND_AFTER = LIVE | {_S.PAID, _S.REJECTED}


def _transition(
    happening: Happening, sources: frozenset[Stage] | Stage, target: Stage | None, actors: frozenset[Actor], why: str
) -> Transition:
    return Transition(happening, frozenset({sources}) if isinstance(sources, Stage) else sources, target, actors, why)


_H = Happening
TRANSITIONS: tuple[Transition, ...] = (
    _transition(
        _H.HELD,
        frozenset({_S.TO_INVOICE, _S.HELD}),
        _S.HELD,
        _PEOPLE,
        "asked to invoice, the rules hold it: the reasons are kept",
    ),
    _transition(_H.INVOICED, frozenset({_S.TO_INVOICE, _S.HELD}), _S.INVOICED, _PEOPLE, "an FSE is made and numbered"),
    _transition(
        _H.PUT_ON_PAPER,
        frozenset({_S.TO_INVOICE, _S.HELD}),
        _S.ON_PAPER,
        _PEOPLE,
        "a paper sheet, where no right of the patient was read",
    ),
    _transition(_H.LOTTED, _S.INVOICED, _S.LOTTED, _JOB, "put in the lot of its issuer for its organism, sealed"),
    _transition(_H.SENT, _S.LOTTED, _S.TRANSMITTED, _JOB, "the caisse has the bytes"),
    _transition(
        _H.ARL_POSITIVE,
        IN_A_LOT,
        _S.ACKNOWLEDGED,
        _CAISSE,
        "ARL positif: the issuer is discharged, even late and after paper was requested",
    ),
    _transition(
        _H.ARL_NEGATIVE,
        frozenset({_S.LOTTED, _S.TRANSMITTED, _S.SILENT}),
        _S.REFUSED,
        _CAISSE,
        "ARL négatif: send again within the delay",
    ),
    _transition(_H.ARL_NEGATIVE, _S.RETRANSMITTED, _S.PAPER_REQUESTED, _CAISSE, "refused twice: paper"),
    _transition(_H.NO_RETURN, _S.TRANSMITTED, _S.SILENT, _JOB, "no return: send again on the last day of the delay"),
    _transition(
        _H.RESENT,
        frozenset({_S.REFUSED, _S.SILENT}),
        _S.RETRANSMITTED,
        _JOB,
        "the same number and the same bytes, once more",
    ),
    _transition(
        _H.PAPER_DUE,
        frozenset({_S.REFUSED, _S.SILENT, _S.RETRANSMITTED}),
        _S.PAPER_REQUESTED,
        _JOB,
        "sent again in vain, or the delay to do so is over",
    ),
    _transition(_H.PAPER_SENT, _S.PAPER_REQUESTED, _S.ON_PAPER, _PEOPLE, "the paper duplicate has left"),
    _transition(
        _H.ANSWERED, IN_A_LOT, _S.ACKNOWLEDGED, _CAISSE, "an RSP came before the ARL: the lot was therefore received"
    ),
    _transition(
        _H.SHARE_PAID,
        IN_A_LOT | {_S.ACKNOWLEDGED},
        _S.ACKNOWLEDGED,
        _CAISSE,
        "RSP: one of two insurers has paid",
    ),
    _transition(_H.SHARE_PAID, frozenset({_S.ON_PAPER, _S.PAID, _S.REJECTED}), None, _CAISSE, "the same, on paper"),
    _transition(
        _H.SHARE_REJECTED,
        LIVE | {_S.PAID, _S.REJECTED},
        None,
        _CAISSE,
        "RSP: the complementary insurer refuses its share, which the patient then owes",
    ),
    _transition(_H.SHARE_REJECTED, _S.ACKNOWLEDGED, _S.PAID, _CAISSE, "the same, the compulsory insurance having paid"),
    _transition(
        _H.RSP_PAID,
        LIVE | {_S.PAID, _S.REJECTED},
        _S.PAID,
        _CAISSE,
        "RSP: nothing more is owed by an insurer; it may come before the ARL",
    ),
    _transition(_H.RSP_PAID, UNDONE, None, _CAISSE, "paid although undone: to be repaid"),
    _transition(_H.RSP_REJECTED, IN_A_LOT | {_S.ACKNOWLEDGED}, _S.REJECTED, _CAISSE, "RSP: the caisse rejects the FSE"),
    _transition(_H.SETTLED, _S.ACKNOWLEDGED, _S.PAID, _CAISSE, "direct payment: the ARL ends it, no RSP will come"),
    _transition(
        _H.PAYMENT_RECORDED,
        frozenset({_S.PAPER_REQUESTED, _S.ON_PAPER, _S.ACKNOWLEDGED, _S.REJECTED}),
        _S.PAID,
        _PEOPLE,
        "money seen on the account: nothing more is owed",
    ),
    _transition(
        _H.PAYMENT_RECORDED,
        INVOICED_AND_AFTER | UNDONE,
        None,
        _PEOPLE,
        "a part is paid, or a sum is repaid",
    ),
    _transition(_H.CORRECTED, _S.REJECTED, _S.CORRECTED, _PEOPLE, "rejected, corrected once by a new claim"),
    _transition(_H.ABANDONED, BEFORE_INVOICE, _S.ABANDONED, _DOCTOR, "the doctor gives it up, with a reason"),
    _transition(
        _H.ABANDONED,
        frozenset({_S.REJECTED, _S.PAPER_REQUESTED, _S.ON_PAPER}),
        _S.REVERSED,
        _DOCTOR,
        "the same once invoiced: what was charged is reversed",
    ),
    _transition(_H.RESTORED, _S.ABANDONED, _S.TO_INVOICE, _DOCTOR, "given up by mistake"),
    _transition(_H.RESTORED, _S.ABANDONED, _S.TO_COMPLETE, _DOCTOR, "the same, its amount still to be given"),
    _transition(
        _H.SUPERSEDED,
        BEFORE_INVOICE | {_S.NOT_BILLABLE, _S.ABANDONED, _S.COVERED},
        _S.REPLACED,
        frozenset({_A.JOB, *_PEOPLE}),
        "a later entry of the act takes its place; nothing was invoiced",
    ),
    _transition(
        _H.REVERSED,
        INVOICED_AND_AFTER,
        _S.REVERSED,
        frozenset({_A.JOB, *_DOCTOR}),
        "the act was corrected, or the doctor cancels: reversal entries; what left is for the caisse to undo",
    ),
)
DUE: Mapping[Stage, Due] = MappingProxyType(
    {
        _S.TO_COMPLETE: Due.DECISION,
        _S.TO_INVOICE: Due.INVOICE,
        _S.HELD: Due.DECISION,
        _S.INVOICED: Due.TRANSMISSION,
        _S.LOTTED: Due.TRANSMISSION,
        _S.TRANSMITTED: Due.RETURN,
        _S.REFUSED: Due.RETRANSMISSION,
        _S.SILENT: Due.RETRANSMISSION,
        _S.RETRANSMITTED: Due.RETURN,
        _S.PAPER_REQUESTED: Due.PAPER,
        _S.REJECTED: Due.DECISION,
    }
)
"""What is due at each stage; nothing at the others, but the repayment of what was paid too much once it is over."""


def find_transition(stage: Stage, happening: Happening, *, to: Stage | None = None) -> Transition | None:
    """The transition of the table, None where it has none; `to` chooses where a happening has several."""
    found = [one for one in TRANSITIONS if one.happening is happening and stage in one.sources]
    if to is not None:
        found = [one for one in found if (one.target or stage) is to]
    return found[0] if found else None


def move(stage: Stage, happening: Happening, *, to: Stage | None = None) -> Stage:
    """The stage after what happened. Raises NotAllowed where the table has no such transition."""
    found = find_transition(stage, happening, to=to)
    if found is None:
        raise NotAllowed(f"{happening} at {stage}")
    return found.target or stage


def due_at(stage: Stage) -> Due:
    """What is due at that stage."""
    return DUE.get(stage, Due.NOTHING)
