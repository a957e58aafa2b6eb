"""What the open pages of both sides are told of a case, in the transaction that moves it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from telemed.acts.teleexpertise.model import STANDINGS, Case, Owner, State
from telemed.acts.teleexpertise.ports import Experts
from telemed.kernel.events import LiveEvent
from telemed.storage.uow import UnitOfWork

CASE_CHANGED = "case.changed"
INBOX_CHANGED = "inbox.changed"


def tell_change(uow: UnitOfWork, former: Case, case: Case, at: datetime) -> None:
    """Tell everybody whose case this is or was, and those whose count of cases to deal with may differ now."""
    for person in _people(former) | _people(case):
        uow.tell(LiveEvent(person, CASE_CHANGED, case.id, at))
        if _place(former, person) != _place(case, person):
            uow.tell(LiveEvent(person, INBOX_CHANGED, case.id, at))


def tell_word(uow: UnitOfWork, case: Case, at: datetime) -> None:
    """Tell both sides that something was written inside a case."""
    uow.tell(*(LiveEvent(person, CASE_CHANGED, case.id, at) for person in _people(case)))


async def tell_line(experts: Experts, uow: UnitOfWork, former: Case, case: Case, at: datetime) -> None:
    """Tell the members of a line that a case waits for one of them, or no longer does."""
    if former.state is case.state or State.QUEUED not in (former.state, case.state):
        return
    queued = case if case.state is State.QUEUED else former
    line_id = queued.cascade.line_id if queued.cascade else None
    members = await experts.members(uow, line_id) if line_id else ()
    uow.tell(*(LiveEvent(person, INBOX_CHANGED, case.id, at) for person in members))


def _people(case: Case) -> set[UUID]:
    return {case.requerant.professional_id, *(side.professional_id for side in case.holders)}


def _place(case: Case, person: UUID) -> tuple[bool, bool, datetime | None]:
    """What puts a case in a person's lists: is it in his hands, does he owe something, and by when."""
    standing = STANDINGS[case.state]
    is_asker = person == case.requerant.professional_id
    holds = any(side.professional_id == person for side in case.holders)
    owes = standing is not None and (is_asker if standing.owner is Owner.REQUERANT else holds)
    return holds, owes, case.due_at
