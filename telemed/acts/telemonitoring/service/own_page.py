"""What a patient sees of his follow-up: what is asked, what he keyed in, who follows him, and when they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.care import FollowUp, TeamRole
from telemed.acts.telemonitoring.model.entry import Entry
from telemed.acts.telemonitoring.model.observation import Catalogue, Signal, SignalKind
from telemed.acts.telemonitoring.model.pathway import Pathway, PathwayVersion
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup
from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours
from telemed.acts.telemonitoring.service.askings import Asked, AskingService
from telemed.acts.telemonitoring.service.entry_access import open_own
from telemed.acts.telemonitoring.service.team_times import TeamTimes
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.entries import EntryStore
from telemed.acts.telemonitoring.store.latest import find_latest
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.consent.formats import Wording
from telemed.consent.model import ActKind, ConsentDecision, ConsentRecord
from telemed.consent.service import ConsentService
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.model import Practice, Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal

_SHOWN = 12
_RECENT = timedelta(days=90)


@dataclass(frozen=True)
class Companion:
    """Somebody of the team."""

    person: Professional
    role: TeamRole


@dataclass(frozen=True)
class OwnPage:
    """`opens_at` is when the team looks next; `is_open` if it does now. `groups` are what is keyed in, those that the
    follow-up counts on first; `wanted` how many of them those are."""

    follow_up: FollowUp
    patient: Patient
    practice: Practice
    pathway: Pathway
    team: tuple[Companion, ...]
    hours: WorkedHours
    opens_at: datetime
    is_open: bool
    asked: tuple[Asked, ...]
    groups: tuple[KeyedGroup, ...]
    wanted: int
    entries: tuple[Entry, ...]
    latest: tuple[Kept, ...]


class OwnPageService:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        pathways: Mapping[str, Pathway],
        keyed: Mapping[str, KeyedGroup],
        askings: AskingService,
        times: TeamTimes,
        consents: ConsentService,
        catalogue: Catalogue,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._pathways = pathways
        self._keyed = keyed
        self._askings = askings
        self._times = times
        self._consents = consents
        self._catalogue = catalogue
        self._writer = RowWriter(catalogue)

    async def view(self, caller: Caller) -> OwnPage:
        """His page, in a constant number of statements. Raises Unauthenticated."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            follow_up = await open_own(uow, self._journal, caller, "read_own_page")
            patient = await PatientStore(uow.session).find(follow_up.patient_id)
            practice = await PracticeStore(uow.session).find(follow_up.practice_id)
            if patient is None or practice is None:
                raise LookupError("a follow-up has a patient and a practice")
            present = [one for one in await CareStore(uow.session).team(follow_up.id) if one.until is None]
            people = await ProfessionalStore(uow.session).find_many([one.professional_id for one in present])
            team_time = await self._times.get(uow.session, follow_up.practice_id)
            asked = await self._askings.asked_within(uow, follow_up)
            entries = await EntryStore(uow.session).page(follow_up.id, limit=_SHOWN)
            latest = await find_latest(
                uow.session, self._writer, follow_up.id, self._shown(follow_up), since=now - _RECENT
            )
        opens_at = team_time.opening(now)
        groups, wanted = self._groups(follow_up)
        order = list(TeamRole)
        return OwnPage(
            follow_up=follow_up,
            patient=patient,
            practice=practice,
            pathway=self._pathways[follow_up.plan.pathway],
            team=tuple(
                Companion(people[one.professional_id], one.role)
                for one in sorted(present, key=lambda member: order.index(member.role))
            ),
            hours=team_time.hours,
            opens_at=opens_at,
            is_open=opens_at <= now,
            asked=tuple(one for one in asked if not one.is_off),
            groups=groups,
            wanted=wanted,
            entries=tuple(entries),
            latest=tuple(latest),
        )

    def wordings(self) -> tuple[Wording, Wording]:
        """The words of both consents that are in force."""
        return self._consents.wording(ActKind.TELEMONITORING), self._consents.wording(ActKind.TELEMONITORING_USAGE)

    async def withdraw(self, caller: Caller) -> ConsentRecord:
        """The patient takes his consent back: his follow-up ends at once, and with it this page.

        Raises Unauthenticated, Conflict if there is nothing to take back.
        """
        async with self._database.begin() as uow:
            follow_up = await open_own(uow, self._journal, caller, "withdraw", lock=True)
            wording = self._consents.wording(ActKind.TELEMONITORING)
            return await self._consents.decide_on_page_within(
                uow,
                caller,
                patient_id=follow_up.patient_id,
                act_kind=ActKind.TELEMONITORING,
                act_id=follow_up.id,
                decision=ConsentDecision.WITHDRAWN,
                wording_sha256=wording.sha256,
            )

    def signal(self, name: str) -> Signal:
        """A signal of the catalogue. Raises LookupError."""
        found = self._catalogue.find(name)
        if found is None:
            raise LookupError(name)
        return found

    def _shown(self, follow_up: FollowUp) -> list[str]:
        """The numbers that his own page shows him, in the order of the catalogue."""
        wanted = follow_up.plan.hand_signals | self._version(follow_up).silence.signals
        return [one.name for one in self._catalogue if one.name in wanted and one.kind is not SignalKind.ANSWER]

    def _groups(self, follow_up: FollowUp) -> tuple[tuple[KeyedGroup, ...], int]:
        """Those that the follow-up counts on first: what its plan has keyed by hand, else what its pathway wants."""
        signals = follow_up.plan.hand_signals or self._version(follow_up).silence.signals
        own = [group for group in self._keyed.values() if group.signals & signals]
        others = [group for group in self._keyed.values() if group not in own]
        return (*own, *others), len(own)

    def _version(self, follow_up: FollowUp) -> PathwayVersion:
        """That of today, where the patient lives."""
        today = civil_date(self._clock.now(), follow_up.plan.territory)
        return self._pathways[follow_up.plan.pathway].on(today)
