"""What is asked of a patient and how often: what the pathway says, unless his team set something else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.entry import Asking
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.askings import find_period, find_reminder
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.questionnaires import KnownQuestionnaire, QuestionnaireService
from telemed.acts.telemonitoring.store.entries import EntryStore
from telemed.acts.telemonitoring.store.questionnaires import AskingStore, SetAsking
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Conflict, Invalid
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.kernel.period import DayRange
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

REMIND_AT = time(18)
"""When a patient is reminded unless his team says another hour: home again, and still time to answer."""


@dataclass(frozen=True)
class AskingDraft:
    """How a questionnaire is to be asked; `is_off`: not at all, although the pathway does."""

    questionnaire_id: UUID
    every_days: int
    first_day: date | None = None
    last_day: date | None = None
    remind_at: time | None = None
    channel: Channel | None = None
    is_off: bool = False


@dataclass(frozen=True)
class Asked:
    """A questionnaire asked of a patient. `period` is that of today, None outside its days; `answered_at` when it was
    answered within it."""

    known: KnownQuestionnaire
    asking: Asking
    is_set: bool
    is_off: bool
    period: DayRange | None
    answered_at: datetime | None

    @property
    def is_due(self) -> bool:
        """Is it waiting for an answer today?"""
        return self.period is not None and self.answered_at is None and not self.is_off


class AskingService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, questionnaires: QuestionnaireService
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._questionnaires = questionnaires

    async def of_follow_up(self, caller: Caller, follow_up_id: UUID) -> list[Asked]:
        """What is asked of a patient of the practice. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, "read_askings")
            return await self.asked_within(uow, follow_up)

    async def set(self, caller: Caller, follow_up_id: UUID, draft: AskingDraft) -> list[Asked]:
        """From now on it is asked so, in place of what held. Raises Forbidden, NotFound, Invalid, Conflict."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "set_asking", right=Right.ENROL, lock=True
            )
            if not follow_up.is_living:
                raise Conflict("Ce suivi est terminé : rien n'est plus demandé.", code="telemonitoring.over")
            known = await self._questionnaires.get_within(uow.session, follow_up.practice_id, draft.questionnaire_id)
            if known.retired_at is not None:
                text = "Ce questionnaire est retiré : il n'est plus posé."
                raise Conflict(text, code="telemonitoring.questionnaire_retired")
            asking = _asking(draft, civil_date(now, follow_up.plan.territory))
            set_asking = SetAsking(
                new_id(), follow_up.id, asking, draft.is_off, require_right(caller, Right.ENROL), now
            )
            reminder = None if draft.is_off else find_reminder(asking, now, follow_up.plan.territory)
            await AskingStore(uow.session).replace(set_asking, reminder)
            return await self.asked_within(uow, follow_up)

    async def remind_all(self, caller: Caller, follow_up_id: UUID, channel: Channel | None) -> list[Asked]:
        """What the patient said aloud: remind him by `channel` of each questionnaire that is asked, at the usual hour;
        None: of none. Raises Forbidden, NotFound, Conflict once it is over."""
        action = "accept_reminders" if channel else "refuse_reminders"
        now = self._clock.now()
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, action, right=Right.ENROL, lock=True
            )
            by = require_right(caller, Right.ENROL)
            if not follow_up.is_living:
                raise Conflict("Ce suivi est terminé : rien n'est plus demandé.", code="telemonitoring.over")
            for one in await self.asked_within(uow, follow_up):
                if one.is_off or (one.asking.channel is None and channel is None):
                    continue
                asking = replace(one.asking, remind_at=REMIND_AT if channel else None, channel=channel)
                reminder = find_reminder(asking, now, follow_up.plan.territory)
                await AskingStore(uow.session).replace(
                    SetAsking(new_id(), follow_up.id, asking, is_off=False, set_by=by, set_at=now), reminder
                )
            return await self.asked_within(uow, follow_up)

    async def unset(self, caller: Caller, follow_up_id: UUID, questionnaire_id: UUID) -> list[Asked]:
        """Back to what the pathway says. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "set_asking", right=Right.ENROL, lock=True
            )
            await AskingStore(uow.session).end(follow_up.id, questionnaire_id, self._clock.now())
            return await self.asked_within(uow, follow_up)

    async def asked_within(self, uow: UnitOfWork, follow_up: FollowUp) -> list[Asked]:
        """In an open transaction, in three statements: what is asked, in order of title, those put off at the end."""
        today = civil_date(self._clock.now(), follow_up.plan.territory)
        own = {one.asking.questionnaire_id: one for one in await AskingStore(uow.session).living(follow_up.id)}
        usual = {
            known.id: Asking(known.id, known.questionnaire.every_days, follow_up.started_on or today)
            for known in self._questionnaires.of_pathway(follow_up.plan.pathway)
        }
        askings = usual | {one: set_asking.asking for one, set_asking in own.items()}
        known = await self._questionnaires.find_many(uow.session, follow_up.practice_id, list(askings))
        periods = {one: find_period(askings[one], today) for one in known}
        since = min((period.first_day for period in periods.values() if period), default=today)
        answered = await EntryStore(uow.session).answered(follow_up.id, since)
        takes = follow_up.state in TAKES_DATA
        found = [
            Asked(
                known=one,
                asking=askings[one.id],
                is_set=one.id in own,
                is_off=(one.id in own and own[one.id].is_off) or one.retired_at is not None,
                period=period if takes else None,
                answered_at=answered.get((one.questionnaire.canonical, period.first_day)) if period else None,
            )
            for one in known.values()
            for period in (periods[one.id],)
        ]
        return sorted(found, key=lambda asked: (asked.is_off, asked.known.questionnaire.title, asked.known.id))


def _asking(draft: AskingDraft, today: date) -> Asking:
    """Raises Invalid on days in the wrong order, and on a reminder without its hour or its channel."""
    first_day = draft.first_day or today
    if draft.last_day is not None and draft.last_day < first_day:
        raise Invalid("Le dernier jour vient après le premier.", field="last_day")
    if (draft.remind_at is None) != (draft.channel is None):
        raise Invalid("Un rappel a une heure et un moyen d'envoi.", field="remind_at")
    return Asking(
        questionnaire_id=draft.questionnaire_id,
        every_days=draft.every_days,
        first_day=first_day,
        last_day=draft.last_day,
        remind_at=draft.remind_at,
        channel=draft.channel,
    )
