"""What a practice keeps for all its follow-ups: papers that its months need (R-30), and the hours of its team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from types import MappingProxyType
from uuid import UUID

from telemed.acts.telemonitoring.model.care import HoursSetting, Paper, PaperKind, Week
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.store.practices import HoursStore, PaperStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.kernel.period import DayRange, add_months
from telemed.law.calendar import CalendarZone
from telemed.law.law import Law
from telemed.professionals.store import PracticeStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

LISTING = "telemonitoring/listing_max_years"
DEFAULT_WEEK: Week = MappingProxyType({day: ((time(9), time(18)),) for day in range(5)})
"""Monday to Friday, 9 to 18, until the practice says its own. Ours: no text says when a team looks."""


@dataclass(frozen=True)
class PaperDraft:
    kind: PaperKind
    activity: str | None
    name: str
    days: DayRange


class PracticeCareService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, law: Law, pathways: Mapping[str, Pathway]
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law
        self._activities = frozenset(pathway.activity for pathway in pathways.values())

    async def add_paper(self, caller: Caller, draft: PaperDraft) -> Paper:
        """Record a declaration, a convention or a listing. Raises Forbidden, Invalid, Refused (a listing too long)."""
        async with self._database.begin() as uow:
            practice_id = self._note(uow, caller, "add_paper")
            if draft.activity is not None and draft.activity not in self._activities:
                raise Invalid("Cette activité n'existe pas.", field="activity")
            self._check_listing(draft)
            paper = Paper(
                id=new_id(),
                practice_id=practice_id,
                kind=draft.kind,
                activity=draft.activity,
                name=draft.name.strip(),
                days=draft.days,
                recorded_by=require_right(caller, Right.MANAGE),
                recorded_at=self._clock.now(),
            )
            await PaperStore(uow.session).add(paper)
            return paper

    async def cancel_paper(self, caller: Caller, paper_id: UUID) -> Paper:
        """It was recorded by mistake: months closed from now on do without it; it stays written. Raises NotFound."""
        async with self._database.begin() as uow:
            practice_id = self._note(uow, caller, "cancel_paper")
            store = PaperStore(uow.session)
            paper = await store.find(paper_id)
            if paper is None or paper.practice_id != practice_id:
                raise NotFound("Cette pièce n'existe pas ou n'est pas de votre cabinet.")
            if paper.cancelled_at is not None:
                return paper
            await store.cancel(paper_id, self._clock.now())
            return replace(paper, cancelled_at=self._clock.now())

    async def papers(self, caller: Caller, *, before: UUID | None = None, limit: int = 50) -> list[Paper]:
        """Papers of the caller's practice, the newest first."""
        async with self._database.begin() as uow:
            practice_id = self._note(uow, caller, "list_papers")
            return await PaperStore(uow.session).page(practice_id, before=before, limit=limit)

    async def hours(self, caller: Caller) -> HoursSetting:
        """When the team of the caller's practice looks; `set_by` None: nobody said, the usual ones hold."""
        async with self._database.begin() as uow:
            practice_id = self._note(uow, caller, "read_hours")
            found = await HoursStore(uow.session).find_many([practice_id])
            return found.get(practice_id, HoursSetting(practice_id, DEFAULT_WEEK))

    async def set_hours(self, caller: Caller, week: Week, calendar: CalendarZone | None = None) -> HoursSetting:
        """Say them; those before are kept. Raises Invalid on hours that overlap, on none at all, and on a `calendar`
        of another territory.
        """
        async with self._database.begin() as uow:
            practice_id = self._note(uow, caller, "set_hours")
            try:
                WorkedHours(week, Territory.METROPOLE)
            except ValueError:
                text = "Les horaires d'un jour se suivent sans se chevaucher, et il en faut un dans la semaine."
                raise Invalid(text, field="week") from None
            by, now = require_right(caller, Right.MANAGE), self._clock.now()
            (practice,) = (await PracticeStore(uow.session).find_many([practice_id])).values()
            if calendar is not None and calendar.territory is not practice.territory:
                raise Invalid("Ces jours fériés ne sont pas ceux du territoire du cabinet.", field="calendar")
            setting = HoursSetting(practice_id, week, by, now, calendar)
            await HoursStore(uow.session).add(setting, set_by=by, set_at=now)
            return setting

    def _check_listing(self, draft: PaperDraft) -> None:
        if draft.kind is not PaperKind.DMN_LISTING:
            return
        limit = self._law.on(civil_date(self._clock.now(), Territory.METROPOLE)).value(LISTING)
        if draft.days.last_day is None or draft.days.last_day >= add_months(draft.days.first_day, 12 * limit.integer):
            text = f"Une inscription sur la liste dure au plus {limit.text}."
            compared = {"at_most": limit.integer}
            raise Refused.because(Reason("telemonitoring.listing_too_long", text, "CSS, art. R. 162-73", compared))

    def _note(self, uow: UnitOfWork, caller: Caller, action: str) -> UUID:
        """The caller's practice. Raises Forbidden."""
        resource = f"practice:{caller.practice_id}"
        self._journal.note(uow, caller, f"telemonitoring.{action}", resource=resource, purpose="management")
        require_right(caller, Right.MANAGE)
        if caller.practice_id is None:
            raise NotFound("Ce cabinet n'existe pas.")
        return caller.practice_id
