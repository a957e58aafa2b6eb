"""One process that bills: it finishes what an earlier one left, then walks through new acts and dies where it is told.

The services are the real ones, composed as in production; only the commit and the port to the caisse are watched.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.facts import ActKind, MedecinTraitant, Reimbursement
from billing.model.exchange import Return, SealedLot, TransportReceipt
from billing.model.invoice import Complementary, Insurance, RightsSource
from billing.model.life import Stage
from billing.ports import Caisse
from billing.tables.life import StandingRow
from telemed.app.caisse import open_caisse
from telemed.app.services import Services, build_services
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import FrozenClock
from telemed.kernel.events import Event
from telemed.security.keyring import Keyring
from telemed.settings import Settings
from telemed.storage.engine import Database, sync_engine_of
from telemed.storage.uow import UnitOfWork
from tests.unit.billing.lots import INSURED
from tests.unit.billing.making import DOCTOR_ID, PRACTICE_ID, make_facts

ORGANISMS = ("017510000", "022130000")
"""An act for each, in lots of their own: the first in tiers payant, with a DRE, the second in direct payment."""
DOCTOR = Caller(
    CallerKind.PROFESSIONAL,
    id=DOCTOR_ID,
    practice_id=PRACTICE_ID,
    roles=frozenset({Role.DOCTOR}),
    rpps="10001234567",
    factors=2,
)
_ROUNDS = 12
_RESTART = timedelta(minutes=30)


@dataclass(frozen=True)
class Job:
    """What one process does. `number`, from 1, names its acts; it dies at the boundary `stop_at`, or does not."""

    folder: str
    database_url: str
    caisse: dict[str, str]
    number: int
    stop_at: int | None


def run(job: Job) -> list[str]:
    """The boundaries that were passed, in order."""
    return asyncio.run(_bill(job))


class Boundaries:
    """Numbers the boundaries between steps while it counts, and ends the process at one of them."""

    def __init__(self, stop_at: int | None) -> None:
        self.is_counting = False
        self.doing = ""
        self.passed: list[str] = []
        self._stop_at = stop_at

    def reach(self, name: str) -> None:
        if not self.is_counting:
            return
        self.passed.append(f"{self.doing}: {name}")
        if len(self.passed) == self._stop_at:
            os.kill(os.getpid(), signal.SIGKILL)


class WatchedDatabase(Database):
    """A boundary on each side of every commit of something: to end between two that changed nothing is to end once."""

    def __init__(self, url: str, keyring: Keyring, boundaries: Boundaries) -> None:
        super().__init__(url, keyring)
        self._boundaries = boundaries
        self._has_written = False
        event.listen(sync_engine_of(self), "before_cursor_execute", self._look_at)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        self._has_written = False
        async with super().begin() as uow:
            yield uow
            uow.before_commit(self._end_of_transaction)
        self._reach("after commit")

    async def _end_of_transaction(self, session: AsyncSession) -> None:
        """The last of what runs before the commit."""
        await session.flush()
        self._reach("before commit")

    def _reach(self, name: str) -> None:
        if self._has_written:
            self._boundaries.reach(name)

    def _look_at(self, _connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        self._has_written = self._has_written or not statement.startswith(("SELECT", "BEGIN"))


class WatchedCaisse:
    """A boundary on each side of every call."""

    def __init__(self, caisse: Caisse, boundaries: Boundaries) -> None:
        self._caisse = caisse
        self._boundaries = boundaries

    async def transmit(self, lot: SealedLot, *, is_retransmission: bool) -> TransportReceipt:
        self._boundaries.reach("before transmit")
        receipt = await self._caisse.transmit(lot, is_retransmission=is_retransmission)
        self._boundaries.reach("after transmit")
        return receipt

    async def fetch_returns(self, after: str | None) -> Sequence[Return]:
        self._boundaries.reach("before fetch")
        returns = await self._caisse.fetch_returns(after)
        self._boundaries.reach("after fetch")
        return returns


class WallClock:
    """The time that goes on while processes die: kept in a file, and it only moves where it is told to."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "now"
        self.clock = FrozenClock(datetime.fromisoformat(self._file.read_text("utf-8")))

    def advance(self, step: timedelta) -> None:
        self.clock.advance(step)
        draft = self._file.with_suffix(".draft")
        draft.write_text(self.clock.now().isoformat(), "utf-8")
        draft.replace(self._file)


async def _bill(job: Job) -> list[str]:
    boundaries, wall = Boundaries(job.stop_at), WallClock(Path(job.folder))
    services = _compose(job, wall, boundaries)
    try:
        wall.advance(_RESTART)
        await _close_acts(services, boundaries, job.number - 1)
        await _finish(services, wall, boundaries)
        boundaries.is_counting = True
        await _close_acts(services, boundaries, job.number)
        await _finish(services, wall, boundaries)
    finally:
        services.documents.close()
        await services.database.close()
    return boundaries.passed


def act_id_of(number: int, place: int) -> UUID:
    """The act of that place in the process of that number; its patient has the same id."""
    return UUID(f"01900000-0000-7000-8000-{number:06x}{place:06x}")


def _compose(job: Job, wall: WallClock, boundaries: Boundaries) -> Services:
    folder = Path(job.folder)
    paths = {f"caisse_{name}": value for name, value in job.caisse.items()}
    settings = Settings.model_validate({"data_dir": folder, "database_url": job.database_url, **paths}).with_keys()
    database = WatchedDatabase(job.database_url, Keyring({"test": b"k" * 32}, b"i" * 32), boundaries)
    caisse = open_caisse(settings)
    assert caisse is not None
    watched = WatchedCaisse(caisse, boundaries)
    return build_services(settings, clock=wall.clock, database=database, senders={}, caisse=watched)


async def _close_acts(services: Services, boundaries: Boundaries, number: int) -> None:
    """The acts of this process end; or those of the process before end again, as the outbox delivers them again."""
    for place, organism in enumerate(ORGANISMS if number else ()):
        await _close_an_act(services, boundaries, act_id_of(number, place), organism)


async def _close_an_act(services: Services, boundaries: Boundaries, act_id: UUID, organism: str) -> None:
    now = services.clock.now()
    facts = make_facts(
        act_id=act_id,
        patient_id=act_id,
        kind=ActKind.TELECONSULTATION,
        medecin_traitant=MedecinTraitant.SELF,
        started_at=now - timedelta(minutes=20),
        ended_at=now - timedelta(minutes=5),
        is_tiers_payant=organism == ORGANISMS[0],
        reimbursement=Reimbursement(is_met=True),
    )
    boundaries.doing = "propose"
    await services.claims.receive(Event("teleconsultation.closed", f"{act_id}:1", now, facts.to_payload()))
    boundaries.doing = "insurance"
    await services.invoicing.insurances.put(DOCTOR, _rights(act_id, organism, services))


def _rights(patient_id: UUID, organism: str, services: Services) -> Insurance:
    """For the first organism, with a complementary insurer: a DRE leaves beside the FSE."""
    complementary = Complementary("75432198", "CTR 0042/7", takes_dre=True) if organism == ORGANISMS[0] else None
    seen_on = services.clock.now().date()
    return Insurance(
        patient_id, PRACTICE_ID, INSURED, organism, RightsSource.ADRI, seen_on, complementary=complementary
    )


async def _finish(services: Services, wall: WallClock, boundaries: Boundaries) -> None:
    """Invoice what is ready and run every job, a day after the other, until nothing is under way."""
    boundaries.doing = "invoice"
    await services.invoicing.invoices.invoice_ready(DOCTOR)
    for _round in range(_ROUNDS):
        for job in ("make_lots", "transmit", "collect_returns", "chase"):
            boundaries.doing = job
            await getattr(services.invoicing.lots, job)()
        if not await _under_way(services):
            return
        wall.advance(timedelta(days=1))
    raise TimeoutError(f"still under way: {await _under_way(services)}")


async def _under_way(services: Services) -> dict[str, int]:
    """How many claims are at each stage that is not the end."""
    async with services.database.read() as session:
        counted = select(col(StandingRow.stage), func.count()).group_by(col(StandingRow.stage))
        found = (await session.execute(counted)).tuples().all()
    return {stage: count for stage, count in found if stage != Stage.PAID}
