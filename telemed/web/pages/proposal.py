"""What billing proposes for one act, in words."""

from __future__ import annotations

from uuid import UUID

from billing.model import Claim
from telemed.web import forms
from telemed.web.pages.billing import STATES
from telemed.web.pages.page import Visitor
from telemed.web.views.frame import Tone
from telemed.web.views.report import ProposalCard

_LABELS = {
    "TCG": "Téléconsultation d’un médecin généraliste",
    "TC": "Téléconsultation",
    "TCS": "Téléconsultation d’un spécialiste",
}


async def find_proposal(visitor: Visitor, act_id: UUID) -> ProposalCard | None:
    """The present proposal of an act; None while billing has not heard of it."""
    claim = await visitor.services.claims.find_of_act(visitor.known, act_id)
    return None if claim is None else proposal_card(claim)


def proposal_card(claim: Claim) -> ProposalCard:
    """Code, amount, and every reason with its text."""
    basis = next((line for line in claim.basis if line.references), None)
    return ProposalCard(
        code=claim.code or "",
        label=_LABELS.get(claim.code or "", "Téléconsultation"),
        cents=claim.amount_cents,
        state=STATES[claim.state],
        reference=basis.references[0].title if basis else "",
        reasons=(
            *(forms.reason_line(reason, Tone.NOW) for reason in claim.refusals),
            *(forms.reason_line(reason, Tone.SOON) for reason in claim.missing),
            *(forms.reason_line(reason, Tone.PLAIN) for reason in claim.warnings),
        ),
    )
