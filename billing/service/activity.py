"""Import the activity done elsewhere from a file: preview it, keep it once, withdraw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.formats.activity import ActivityFile, ActivityFileError, decode_activity
from billing.model.activity import ActivityImport, ActivityUpload, ImportReport
from billing.rules.activity import JudgedFile, Period, judge_rows
from billing.rules.cap import NONE, Counts
from billing.rules.outside import ImportedOutside, resolve_outside
from billing.service.access import require_cap_reader
from billing.service.statements import check_year, load_statements, refresh_statement
from billing.store import ActivityStore, BillingStore, CountStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class ActivityService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal

    async def preview(self, caller: Caller, professional_id: UUID, upload: ActivityUpload) -> ImportReport:
        """What the file would bring; nothing of it is kept. Raises Invalid where no line can be read."""
        read = self._read(upload)
        async with self._database.begin() as uow:
            rpps = await self._open(uow, caller, "preview_activity", professional_id, upload.year)
            return await self._report(uow.session, rpps, upload, read)

    async def keep(self, caller: Caller, professional_id: UUID, upload: ActivityUpload) -> ImportReport:
        """Keep the accepted lines of a file, whole or not at all; the same file again changes nothing.

        Raises Invalid where no line can be read, Refused where none is accepted.
        """
        read = self._read(upload)
        async with self._database.begin() as uow:
            rpps = await self._open(uow, caller, "import_activity", professional_id, upload.year)
            await CountStore(uow.session).lock(rpps, upload.year)
            report = await self._report(uow.session, rpps, upload, read)
            if report.former is not None:
                return report
            if not report.judged.accepted:
                text = "Aucune ligne n'est acceptée : rien n'est gardé."
                raise Refused.because(Reason("activity.nothing_accepted", text))
            entry = self._entry(caller, rpps, upload, report)
            await ActivityStore(uow.session).add(entry, report.judged.accepted)
            await refresh_statement(uow.session, rpps, upload.year)
            return replace(report, kept=entry)

    async def withdraw(self, caller: Caller, professional_id: UUID, import_id: UUID) -> ActivityImport:
        """Count a file no more; what it held stays to be seen. Raises NotFound if absent or withdrawn already."""
        async with self._database.begin() as uow:
            rpps = await self._open(uow, caller, "withdraw_activity", professional_id, None)
            store = ActivityStore(uow.session)
            former = await store.find(rpps, import_id)
            if former is None:
                raise NotFound("Cet import est introuvable, ou déjà retiré.")
            await CountStore(uow.session).lock(rpps, former.year)
            entry = replace(
                former,
                id=new_id(),
                accepted=0,
                rejected=0,
                withdraws_id=former.id,
                recorded_by=caller.id,
                recorded_at=self._clock.now(),
            )
            await store.add(entry)
            await refresh_statement(uow.session, rpps, former.year)
            return replace(former, is_withdrawn=True)

    async def page(
        self,
        caller: Caller,
        professional_id: UUID,
        *,
        limit: int,
        year: int | None = None,
        after: tuple[datetime, UUID] | None = None,
    ) -> list[ActivityImport]:
        """Files of a doctor, the latest first; withdrawn ones stay to be seen."""
        async with self._database.begin() as uow:
            rpps = await self._open(uow, caller, "list_activity", professional_id, year)
            return await ActivityStore(uow.session).page(rpps, limit=limit, year=year, after=after)

    async def _report(
        self, session: AsyncSession, rpps: str, upload: ActivityUpload, read: ActivityFile
    ) -> ImportReport:
        store, year = ActivityStore(session), upload.year
        period = Period(year, self._today(), upload.first_day, upload.last_day)
        former = await store.find_same(rpps, year, _digest(upload))
        judged = judge_rows(read.rows, period, await store.known_keys(rpps, year))
        declared, files = await load_statements(session, rpps, year)
        first, last = _period_of(upload, judged)
        before = after = resolve_outside(year, declared, files)
        if first is not None and last is not None and former is None:
            added = ImportedOutside(first, last, upload.source, self._clock.now(), _by_day(judged))
            after = resolve_outside(year, declared, [*files, added])
        return ImportReport(
            encoding=read.encoding.value,
            delimiter=read.delimiter.value,
            first_day=first,
            last_day=last,
            judged=judged,
            before=before,
            after=after,
            former=former,
        )

    def _read(self, upload: ActivityUpload) -> ActivityFile:
        _check_period(upload, self._today())
        try:
            return decode_activity(upload.content)
        except ActivityFileError as error:
            raise Invalid(error.reason.text, field="file", code=error.reason.code) from None

    def _today(self) -> date:
        """That of the easternmost territory, the latest there is."""
        return civil_date(self._clock.now(), Territory.LA_REUNION)

    def _entry(self, caller: Caller, rpps: str, upload: ActivityUpload, report: ImportReport) -> ActivityImport:
        if report.first_day is None or report.last_day is None:
            raise ValueError("a kept file speaks of at least one day")
        return ActivityImport(
            id=new_id(),
            rpps=rpps,
            year=upload.year,
            first_day=report.first_day,
            last_day=report.last_day,
            source=upload.source,
            sha256=_digest(upload),
            accepted=len(report.judged.accepted),
            rejected=len(report.judged.rejected),
            recorded_by=caller.id,
            recorded_at=self._clock.now(),
        )

    async def _open(self, uow: UnitOfWork, caller: Caller, action: str, professional_id: UUID, year: int | None) -> str:
        resource = f"professional:{professional_id}"
        self._journal.note(
            uow, caller, f"billing.{action}", resource=resource, purpose="billing", details={"year": year}
        )
        if year is not None:
            check_year(year)
        return await require_cap_reader(caller, professional_id, BillingStore(uow.session))


def _check_period(upload: ActivityUpload, today: date) -> None:
    """Raises Invalid on days that the file cannot speak of."""
    check_year(upload.year)
    for field, day in (("first_day", upload.first_day), ("last_day", upload.last_day)):
        if day is not None and day.year != upload.year:
            raise Invalid(f"La période du fichier est dans l'année {upload.year}.", field=field)
    if upload.last_day is not None and upload.last_day > today:
        raise Invalid("Un fichier ne couvre que des jours passés.", field="last_day")
    if upload.first_day is not None and upload.last_day is not None and upload.last_day < upload.first_day:
        raise Invalid("La période finit au plus tôt le jour où elle commence.", field="last_day")


def _period_of(upload: ActivityUpload, judged: JudgedFile) -> tuple[date | None, date | None]:
    """The days that the file speaks of: as said, else from the first of its first month to its last line."""
    days = [one.activity.day for one in judged.accepted]
    if not days:
        return None, None
    return upload.first_day or min(days).replace(day=1), upload.last_day or max(days)


def _by_day(judged: JudgedFile) -> dict[date, Counts]:
    days: dict[date, Counts] = {}
    for one in judged.accepted:
        days[one.activity.day] = days.get(one.activity.day, NONE) + one.activity.counts
    return days


def _digest(upload: ActivityUpload) -> str:
    return sha256(upload.content).hexdigest()
