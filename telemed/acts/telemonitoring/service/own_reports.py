"""The reports of a follow-up on its patient's own page, while it lasts and after its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.service.entry_access import open_own
from telemed.acts.telemonitoring.service.report_acts import KIND, act_id_of, act_ids_of
from telemed.documents.rules import check_reading
from telemed.documents.service import DocumentArchive, Download
from telemed.documents.service.archive import Artifact
from telemed.documents.store import DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import NotFound
from telemed.professionals.model import Practice
from telemed.professionals.store import PracticeStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


@dataclass(frozen=True)
class OwnReport:
    """A report that the patient may open; `month` None: of the end of care."""

    month: int | None
    document_id: UUID
    signed_at: datetime


@dataclass(frozen=True)
class OwnReports:
    """His follow-up, the practice to call, and his reports, the latest first."""

    follow_up: FollowUp
    practice: Practice
    reports: tuple[OwnReport, ...]

    @property
    def is_over(self) -> bool:
        return self.follow_up.state not in TAKES_DATA


class OwnReportService:
    def __init__(self, *, database: Database, journal: Journal, archive: DocumentArchive) -> None:
        self._database = database
        self._journal = journal
        self._archive = archive

    async def view(self, caller: Caller) -> OwnReports:
        """Raises Unauthenticated."""
        async with self._database.begin() as uow:
            follow_up = await open_own(uow, self._journal, caller, "list_own_reports", may_be_over=True)
            practice = await PracticeStore(uow.session).find(follow_up.practice_id)
            if practice is None:
                raise LookupError("a follow-up has a practice")
            return OwnReports(follow_up, practice, tuple(await _readable(uow, caller, follow_up)))

    async def open(self, caller: Caller, month: int | None) -> Download:
        """The sealed PDF of one of them; that he opened it is its receipt. Raises Unauthenticated, NotFound."""
        async with self._database.begin() as uow:
            follow_up = await open_own(uow, self._journal, caller, "read_own_report", may_be_over=True)
            found = {one.month: one for one in await _readable(uow, caller, follow_up)}
        if month not in found:
            raise NotFound("Ce rapport n'existe pas.")
        return await self._archive.download(_of_act(caller, follow_up, month), found[month].document_id, Artifact.PDF)


async def _readable(uow: UnitOfWork, caller: Caller, follow_up: FollowUp) -> Sequence[OwnReport]:
    acts = act_ids_of(follow_up)
    signed = await DocumentStore(uow.session).find_current_of_acts(list(acts), KIND)
    readable = [
        OwnReport(acts[one.act_id], one.identity.document_id, one.signed_at)
        for one in signed
        if check_reading(_of_act(caller, follow_up, acts[one.act_id]), one).is_allowed
    ]
    return sorted(readable, key=lambda one: one.signed_at, reverse=True)


def _of_act(caller: Caller, follow_up: FollowUp, month: int | None) -> Caller:
    """The patient as the reader of one act of his own follow-up: a link opens the documents of its own act."""
    return replace(caller, act_id=act_id_of(follow_up.id, month))
