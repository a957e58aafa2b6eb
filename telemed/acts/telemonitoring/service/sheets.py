"""The sheet of a follow-up: its picture over a window with all that was written around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.default_rules import Defaults
from telemed.acts.telemonitoring.model.care import FollowUp, Month, Prescription, TeamMember
from telemed.acts.telemonitoring.model.curve import Series, Span, Window
from telemed.acts.telemonitoring.rules.limits import AskedLimit
from telemed.acts.telemonitoring.service.care_access import open_follow_up
from telemed.acts.telemonitoring.service.charting import Charts, Drawn
from telemed.acts.telemonitoring.service.limits_asked import read_asked
from telemed.acts.telemonitoring.service.standing_mutes import StandingMute, explain_mutes
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.mutes import MuteStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.model import Professional
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal

_MUTES_OVER = 20


@dataclass(frozen=True, repr=False)
class Sheet:
    """A follow-up with whom it is about; `asked` are the limits that rules name, `people` all those whom it names.

    `mutes` are all that hold, then the last that are over.
    """

    follow_up: FollowUp
    patient: Patient
    drawn: Drawn
    prescriptions: Sequence[Prescription]
    team: Sequence[TeamMember]
    months: Sequence[Month]
    asked: Sequence[AskedLimit]
    people: Mapping[UUID, Professional]
    mutes: Sequence[StandingMute]


class SheetService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, charts: Charts, defaults: Defaults
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._charts = charts
        self._defaults = defaults

    async def get(self, caller: Caller, follow_up_id: UUID, span: Span, last_day: date | None = None) -> Sheet:
        """The sheet up to `last_day`, today at the latest, in a constant number of statements.

        Raises Forbidden, NotFound.
        """
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, "read_measures")
            session, care = uow.session, CareStore(uow.session)
            drawn = await self._charts.draw_up(session, follow_up, self._charts.window(follow_up, span.days, last_day))
            prescriptions, team = await care.prescriptions(follow_up_id), await care.team(follow_up_id)
            return Sheet(
                follow_up=follow_up,
                patient=(await PatientStore(session).find_many([follow_up.patient_id]))[follow_up.patient_id],
                drawn=drawn,
                prescriptions=prescriptions,
                team=team,
                months=await care.months(follow_up_id),
                asked=await read_asked(session, follow_up, self._defaults),
                people=await _people(session, drawn, team),
                mutes=await self._mutes(session, follow_up_id),
            )

    async def _mutes(self, session: AsyncSession, follow_up_id: UUID) -> list[StandingMute]:
        store, now = MuteStore(session), self._clock.now()
        held = await store.in_force([follow_up_id], now, lock=False)
        return await explain_mutes(session, [*held, *await store.over(follow_up_id, now, limit=_MUTES_OVER)])

    async def asked_limits(self, caller: Caller, follow_up_id: UUID) -> list[AskedLimit]:
        """The limits that the rules of this follow-up leave to a doctor. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, "read_thresholds")
            return await read_asked(uow.session, follow_up, self._defaults)

    async def curve(
        self, caller: Caller, follow_up_id: UUID, signal: str, span: Span, last_day: date | None = None
    ) -> tuple[Series, Window] | None:
        """One signal alone over a window, for a closer look; None where the catalogue has no such measure."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, "read_measures")
            window = self._charts.window(follow_up, span.days, last_day)
            series = await self._charts.one_series(uow.session, follow_up, window, signal)
            return None if series is None else (series, window)


async def _people(session: AsyncSession, drawn: Drawn, team: Sequence[TeamMember]) -> Mapping[UUID, Professional]:
    ids = {one.author_id for one in drawn.settings} | {one.by for one in drawn.sessions}
    ids |= {one.professional_id for one in team} | {one.by for one in drawn.moves if one.by}
    return await ProfessionalStore(session).find_many(list(ids))
