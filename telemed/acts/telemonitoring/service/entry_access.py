"""The one audited way to a follow-up for whoever keys something in: its patient by his link, or its team."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.entry import EntryChannel
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.model.hands import Hand
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import ABSENT, open_follow_up
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.errors import NotFound, Unauthenticated
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


async def open_keyed(
    uow: UnitOfWork, journal: Journal, caller: Caller, follow_up_id: UUID, action: str, *, lock: bool = False
) -> FollowUp:
    """The patient's own follow-up, or one of the practice of a professional. Raises Forbidden, NotFound."""
    if caller.kind is not CallerKind.PATIENT:
        return await open_follow_up(uow, journal, caller, follow_up_id, action, right=Right.ENROL, lock=lock)
    if caller.act_id != follow_up_id:
        raise NotFound(ABSENT)
    return await open_own(uow, journal, caller, action, lock=lock)


async def open_own(
    uow: UnitOfWork, journal: Journal, caller: Caller, action: str, *, lock: bool = False, may_be_over: bool = False
) -> FollowUp:
    """The follow-up of a patient's link; noted in the trace either way.

    Raises Unauthenticated, also for a follow-up that is over unless `may_be_over`: then only its reports are read.
    """
    follow_up = None
    if caller.kind is CallerKind.PATIENT and caller.act_id is not None:
        follow_up = await FollowUpStore(uow.session).find(caller.act_id, lock=lock)
    resource = f"follow_up:{caller.act_id}"
    journal.note(uow, caller, f"telemonitoring.{action}", patient_id=caller.id, resource=resource)
    if follow_up is None or not (may_be_over or follow_up.state in TAKES_DATA):
        raise Unauthenticated("Ce lien n'est plus valable.", code="link.unknown")
    return follow_up


def hand_of_caller(caller: Caller) -> Hand:
    return Hand.PATIENT if caller.kind is CallerKind.PATIENT else Hand.TEAM


def channel_of_caller(caller: Caller) -> EntryChannel:
    return EntryChannel.PATIENT_PAGE if caller.kind is CallerKind.PATIENT else EntryChannel.PHONE


def author_of_caller(caller: Caller) -> UUID | None:
    return None if caller.kind is CallerKind.PATIENT else caller.id
