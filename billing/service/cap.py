"""Where a doctor stands under the yearly cap, what he declares of his activity elsewhere, and what the cap holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.model import CapCurve, CapStanding, Claim, Declaration, Practice
from billing.ports import BookedActs
from billing.rules.cap import NONE, Cap, Counts, find_cap, read_cap
from billing.rules.curve import YearOfActs, month_ends, trace_curve
from billing.rules.holding import Asked, check_holding
from billing.rules.levels import judge
from billing.rules.outside import resolve_outside
from billing.rules.projection import AnnualVolume, Outside, YearFacts, may_be_certain, project
from billing.service.access import require_cap_reader
from billing.service.statements import check_year, load_statements, refresh_statement
from billing.store import ActivityStore, BillingStore, CountStore, DerogationStore, YearStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, Territory, civil_date, day_bounds
from telemed.kernel.decision import ALLOWED, Decision
from telemed.kernel.errors import Invalid
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_UNKNOWN = Practice(specialty="", territory=Territory.METROPOLE.value)


class CapService:
    def __init__(self, *, database: Database, clock: Clock, law: Law, journal: Journal, booked: BookedActs) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._journal = journal
        self._booked = booked

    async def standing(self, caller: Caller, professional_id: UUID, year: int) -> CapStanding | None:
        """The doctor's cap of a civil year and its projection; None for a year without cap."""
        check_year(year)
        rpps, practice = await self._open(caller, professional_id, year)
        territory = Territory(practice.territory)
        async with self._database.read() as session:
            cap = await self._find_cap(session, rpps, year, practice.specialty)
            if cap is None:
                return None
            declaration = await YearStore(session).find_declaration(rpps, year)
            volume, outside = await ActivityStore(session).statement(rpps, year)
            facts = YearFacts(
                today=civil_date(self._clock.now(), territory),
                here=await CountStore(session).of_year(rpps, year),
                booked=await self._count_booked(session, rpps, year, territory),
                outside=outside,
                annual_volume=volume,
                last_year=await _find_whole_year(session, rpps, year - 1),
            )
        projection = project(facts, cap)
        verdict = judge(facts, cap, projection)
        return CapStanding(cap, facts, read_cap(cap, facts.known), projection, verdict, declaration)

    async def check_conventioned(
        self,
        session: AsyncSession,
        *,
        rpps: str,
        specialty: str,
        territory: Territory,
        day: date,
        is_own_patient: bool,
        is_urgent: bool,
        override_reason: str | None,
    ) -> Decision:
        """May a téléconsultation of `day` be booked or invoiced under the convention? Reads in the open transaction.

        `specialty` and `is_own_patient` are those of the day of the act. A refusal has the code `cap.held`; a decision
        that is allowed by the urgency or by the override warns of it (`cap.urgent`, `cap.overridden`): the caller
        keeps the reason in his trace. Costs one read of a maintained row where no volume is declared, else four.
        """
        year = day.year
        volume, outside = await ActivityStore(session).statement(rpps, year)
        facts = YearFacts(civil_date(self._clock.now(), territory), NONE, outside=outside, annual_volume=volume)
        if not may_be_certain(facts, year):
            return ALLOWED
        cap = await self._find_cap(session, rpps, year, specialty)
        if cap is None:
            return ALLOWED
        here = await CountStore(session).of_year(rpps, year)
        facts = replace(facts, here=here, booked=await self._count_booked(session, rpps, year, territory))
        verdict = judge(facts, cap, project(facts, cap))
        return check_holding(Asked(is_own_patient, is_urgent, override_reason), verdict, cap.regime)

    async def acts(
        self,
        caller: Caller,
        professional_id: UUID,
        year: int,
        *,
        limit: int,
        is_remote: bool = False,
        after: tuple[date, UUID] | None = None,
    ) -> list[Claim]:
        """The acts of this service that enter the year's count, in every practice, the latest first.

        `is_remote` keeps those that the cap of that year limits.
        """
        check_year(year)
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.read_cap_acts", professional_id, year)
            store = BillingStore(uow.session)
            rpps = await require_cap_reader(caller, professional_id, store)
            regime = None
            if is_remote and (cap := find_cap(self._law.on(date(year, 1, 1)), specialty="")):
                regime = cap.regime
            return await store.page(limit=limit, rpps=rpps, year=year, is_counted=True, counted_as=regime, after=after)

    async def curve(self, caller: Caller, professional_id: UUID, standing: CapStanding) -> CapCurve:
        """How the year of this standing added up: points of the curve, and of the table of month ends."""
        year, until = standing.cap.year, min(standing.facts.today, date(standing.cap.year, 12, 31))
        async with self._database.read() as session:
            rpps = await require_cap_reader(caller, professional_id, BillingStore(session))
            here = await CountStore(session).by_day(rpps, year)
            declared, files = await load_statements(session, rpps, year)
        known = resolve_outside(year, declared, files)
        lump = declared.outside if declared is not None and known.is_declaration_used else None
        acts = YearOfActs(here, known.days_after(None if lump is None else lump.as_of, files), lump)
        first = date(year, 1, 1)
        days = [first + timedelta(days=7 * week) for week in range(53) if first + timedelta(days=7 * week) < until]
        return CapCurve(
            trace_curve(standing.cap, acts, [*days, until]),
            trace_curve(standing.cap, acts, month_ends(year, until)),
        )

    async def declare(
        self,
        caller: Caller,
        professional_id: UUID,
        *,
        year: int,
        source: str,
        declared_on: date,
        annual_volume: AnnualVolume | None,
        outside: Outside | None,
    ) -> Declaration:
        """Keep what a doctor declares of a year; it replaces the former declaration, which stays in the ledger."""
        check_year(year)
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.declare_activity", professional_id, year)
            rpps = await require_cap_reader(caller, professional_id, BillingStore(uow.session))
            declaration = Declaration(rpps, year, source, declared_on, annual_volume, outside)
            _check_declaration(declaration, civil_date(self._clock.now(), Territory.LA_REUNION))
            await CountStore(uow.session).lock(rpps, year)
            YearStore(uow.session).declare(declaration, by=caller.id, at=self._clock.now())
            await refresh_statement(uow.session, rpps, year)
        return declaration

    async def _open(self, caller: Caller, professional_id: UUID, year: int) -> tuple[str, Practice]:
        """Who is asked for, and how he practised that year; noted in the trace."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.read_cap", professional_id, year)
            store = BillingStore(uow.session)
            rpps = await require_cap_reader(caller, professional_id, store)
            return rpps, await store.find_practice(rpps, until=date(year, 12, 31)) or _UNKNOWN

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, professional_id: UUID, year: int) -> None:
        resource = f"professional:{professional_id}"
        self._journal.note(uow, caller, action, resource=resource, purpose="billing", details={"year": year})

    async def _find_cap(self, session: AsyncSession, rpps: str, year: int, specialty: str) -> Cap | None:
        derogations = await DerogationStore(session).of_year(rpps, year)
        return find_cap(self._law.on(date(year, 1, 1)), specialty=specialty, derogations=derogations)

    async def _count_booked(self, session: AsyncSession, rpps: str, year: int, territory: Territory) -> Counts:
        """Acts of this civil year that are reserved or under way, and that no claim counts yet."""
        start, _ = day_bounds(date(year, 1, 1), territory)
        _, end = day_bounds(date(year, 12, 31), territory)
        return await self._booked.count_booked(session, rpps, start=start, end=end, now=self._clock.now())


async def _find_whole_year(session: AsyncSession, rpps: str, year: int) -> Counts | None:
    """All acts of a past year, or None where what was done elsewhere is not known to its end: unknown is not none."""
    _, outside = await ActivityStore(session).statement(rpps, year)
    if outside is None or outside.as_of < date(year, 12, 31):
        return None
    return await CountStore(session).of_year(rpps, year) + outside.counts


def _check_declaration(declaration: Declaration, today: date) -> None:
    """Raises Invalid on days that cannot be; `today` is that of the easternmost territory, the latest there is."""
    if declaration.declared_on > today:
        raise Invalid("Une déclaration ne peut pas être datée du futur.", field="declared_on")
    outside = declaration.outside
    if outside is not None and outside.as_of > today:
        raise Invalid("L'activité extérieure s'arrête au plus tard aujourd'hui.", field="outside.as_of")
    if outside is not None and outside.as_of.year != declaration.year:
        raise Invalid("La date d'arrêté doit être dans l'année déclarée.", field="outside.as_of")
