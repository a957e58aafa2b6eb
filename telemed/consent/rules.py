"""May the act start, as far as consent goes (R-1)? Pure."""

from __future__ import annotations

from datetime import datetime

from telemed.consent.model import ConsentBy, ConsentDecision, ConsentFacts, ConsentRecord
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse, warn

_LAW = "L. 1111-2 et L. 1111-4 CSP ; R-1"

_MISSING = Reason("consent.missing", "Le patient n'a pas encore donné son accord pour cet acte.", _LAW)
_REFUSED = Reason("consent.refused", "Le patient a refusé cet acte à distance.", _LAW)
_WITHDRAWN = Reason("consent.withdrawn", "Le patient a retiré son accord ; il faut le lui redemander.", _LAW)
_MINOR_BY_ITSELF = Reason(
    "consent.minor_without_representative",
    "Patient mineur : l'accord d'un titulaire de l'autorité parentale n'est pas enregistré, "
    "ni la demande de secret du mineur.",
    "L. 1111-4 et L. 1111-5 CSP",
)


def check_consent(facts: ConsentFacts, at: datetime) -> Decision:
    """Is there, at the instant `at` of the start, a free and informed consent of this patient for this act?

    The decision that counts is the last one dated `at` or before (the server stamps both, in order), among those
    of this act and the patient's withdrawals for this kind of act: a withdrawal stops every further act of the
    kind until a new consent, but for a care that lasts, taken back by itself. A consent given for another act, or
    by another patient, never counts.
    """
    current = current_record(facts, at)
    if current is None:
        return refuse(_MISSING)
    if current.decision is ConsentDecision.WITHDRAWN:
        return refuse(_WITHDRAWN)
    if current.decision is ConsentDecision.REFUSED:
        return refuse(_REFUSED)
    return warn(_MINOR_BY_ITSELF) if facts.is_minor and current.by is ConsentBy.PATIENT else ALLOWED


def current_record(facts: ConsentFacts, at: datetime) -> ConsentRecord | None:
    """The decision in force at `at` (included); of two with one date, the later recorded (ids sort by creation)."""
    counting = [record for record in facts.records if record.at <= at and _counts(record, facts)]
    return max(counting, key=lambda record: (record.at, record.id), default=None)


def _counts(record: ConsentRecord, facts: ConsentFacts) -> bool:
    if record.patient_id != facts.patient_id or record.act_kind is not facts.act_kind:
        return False
    if record.act_id == facts.act_id:
        return True
    return record.decision is ConsentDecision.WITHDRAWN and not record.act_kind.lasts
