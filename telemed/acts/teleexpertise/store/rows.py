"""A case, an offer, a move to and from their rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    STANDINGS,
    Actor,
    Administrative,
    CareSetting,
    Cascade,
    Case,
    CaseContent,
    EndReason,
    Medical,
    Move,
    Offer,
    Outcome,
    Owner,
    RefusalReason,
    Side,
    State,
    Step,
    Urgency,
    Via,
)
from telemed.acts.teleexpertise.tables import CaseRow, MoveRow, OfferRow
from telemed.kernel.clock import Territory


def to_values(case: Case) -> dict[str, Any]:
    """The columns of a case, but its id."""
    standing, asker, expert = STANDINGS[case.state], case.requerant, case.requis
    return {
        "patient_id": case.patient_id,
        "requerant_id": asker.professional_id,
        "requerant_practice_id": asker.practice_id,
        "requerant_rpps": asker.rpps,
        "requerant_territory": asker.territory.value,
        "state": case.state.value,
        "owner": standing.owner.value if standing else None,
        "due_at": case.due_at,
        "version": case.version,
        **_content_values(case.content),
        "created_at": case.created_at,
        "edited_at": case.edited_at,
        "sent_at": case.sent_at,
        "deadline": case.deadline,
        "expires_at": case.expires_at,
        "escalated_at": case.escalated_at,
        "requis_id": expert.professional_id if expert else None,
        "requis_practice_id": expert.practice_id if expert else None,
        "requis_rpps": expert.rpps if expert else None,
        "requis_territory": expert.territory.value if expert else None,
        "accepted_at": case.accepted_at,
        "answered_at": case.answered_at,
        "ended_at": case.ended_at,
        "end_reason": case.end_reason.value if case.end_reason else None,
        **_cascade_values(case.cascade),
    }


def _cascade_values(cascade: Cascade | None) -> dict[str, Any]:
    return {
        "stage": cascade.stage.value if cascade else None,
        "stage_until": cascade.until if cascade else None,
        "sought_in": cascade.territory.value if cascade else None,
        "line_id": cascade.line_id if cascade else None,
        "widens": cascade.widens if cascade else True,
        "look_at": cascade.look_at if cascade else None,
    }


def _content_values(content: CaseContent) -> dict[str, Any]:
    return {
        "urgency": content.urgency.value,
        "specialty_code": content.specialty_code,
        "skill": content.skill,
        "question": content.question,
        "administrative": asdict(content.administrative) | {"setting": content.administrative.setting.value},
        "medical": asdict(content.medical),
    }


def to_case(row: CaseRow, offers: tuple[Offer, ...]) -> Case:
    return Case(
        id=row.id,
        patient_id=row.patient_id,
        requerant=Side(
            row.requerant_id, row.requerant_practice_id, row.requerant_rpps, Territory(row.requerant_territory)
        ),
        state=State(row.state),
        content=_to_content(row),
        created_at=row.created_at,
        edited_at=row.edited_at,
        version=row.version,
        due_at=row.due_at,
        sent_at=row.sent_at,
        deadline=row.deadline,
        expires_at=row.expires_at,
        escalated_at=row.escalated_at,
        requis=_to_requis(row),
        accepted_at=row.accepted_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        end_reason=EndReason(row.end_reason) if row.end_reason else None,
        offers=offers,
        cascade=_to_cascade(row),
    )


def _to_cascade(row: CaseRow) -> Cascade | None:
    if not (row.stage and row.stage_until and row.sought_in):
        return None
    return Cascade(
        stage=Via(row.stage),
        until=row.stage_until,
        territory=Territory(row.sought_in),
        line_id=row.line_id,
        widens=row.widens,
        look_at=row.look_at,
    )


def _to_content(row: CaseRow) -> CaseContent:
    administrative = row.administrative | {"setting": CareSetting(row.administrative["setting"])}
    return CaseContent(
        question=row.question,
        urgency=Urgency(row.urgency),
        specialty_code=row.specialty_code,
        skill=row.skill,
        administrative=Administrative(**administrative),
        medical=Medical(**row.medical),
    )


def _to_requis(row: CaseRow) -> Side | None:
    if not (row.requis_id and row.requis_practice_id and row.requis_rpps and row.requis_territory):
        return None
    return Side(row.requis_id, row.requis_practice_id, row.requis_rpps, Territory(row.requis_territory))


def offer_values(case: Case, offer: Offer) -> dict[str, Any]:
    """The columns of an offer, but its id."""
    return {
        "case_id": case.id,
        "professional_id": offer.to.professional_id,
        "practice_id": offer.to.practice_id,
        "rpps": offer.to.rpps,
        "territory": offer.to.territory.value,
        "offered_at": offer.offered_at,
        "until": offer.until,
        "outcome": offer.outcome.value,
        "due_at": case.due_at if offer.holds else None,
        "seen_at": offer.seen_at,
        "settled_at": offer.settled_at,
        "reason": offer.reason.value if offer.reason else None,
        "words": offer.words,
        "via": offer.via.value,
        "line_id": offer.line_id,
    }


def to_offer(row: OfferRow) -> Offer:
    return Offer(
        id=row.id,
        to=Side(row.professional_id, row.practice_id, row.rpps, Territory(row.territory)),
        offered_at=row.offered_at,
        until=row.until,
        outcome=Outcome(row.outcome),
        seen_at=row.seen_at,
        settled_at=row.settled_at,
        reason=RefusalReason(row.reason) if row.reason else None,
        words=row.words,
        via=Via(row.via),
        line_id=row.line_id,
    )


def to_move_row(move: Move, row_id: UUID) -> MoveRow:
    return MoveRow(
        id=row_id,
        case_id=move.case_id,
        position=move.position,
        step=move.step.value,
        start_state=move.start.value,
        end_state=move.end.value,
        actor=move.actor.value,
        at=move.at,
        owner=move.owner.value if move.owner else None,
        due_at=move.due_at,
        by=move.by,
        reason=move.reason,
    )


def to_move(row: MoveRow) -> Move:
    return Move(
        case_id=row.case_id,
        position=row.position,
        step=Step(row.step),
        start=State(row.start_state),
        end=State(row.end_state),
        actor=Actor(row.actor),
        at=row.at,
        owner=Owner(row.owner) if row.owner else None,
        due_at=row.due_at,
        by=row.by,
        reason=row.reason,
    )
