"""Killed between any two steps of the exchange of lots, the service loses nothing and doubles nothing.

Real processes, ended by SIGKILL, on both databases; the caisse outlives them all.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from billing.formats.fse import decode_lot
from billing.formats.returns import decode_return
from billing.model.exchange import Rsp
from billing.model.life import Stage
from billing.tables.life import EntryRow, InvoiceRow, StandingRow
from billing.tables.lots import AttemptRow, LotItemRow, LotRow, ReturnRow
from telemed.adapters.caisse.reception import Answers, ArlAnswer, Reception
from telemed.adapters.caisse.server import LoopbackCaisse, serving
from telemed.kernel.clock import SystemClock
from telemed.security.certificates import CertificateAuthority
from telemed.security.signing import SealVerifier, open_seal_keys
from telemed.storage.engine import Database
from tests.acceptance.killed.exchange import ORGANISMS, Job, act_id_of
from tests.fixtures.clocks import NOON
from tests.shared import ROOT

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

MOST_BOUNDARIES = 200
STEPS = {"propose", "insurance", "invoice", "make_lots", "transmit", "collect_returns", "chase"}
PATIENCE_SECONDS = 300


class Particular(Reception):
    """Says nothing of a lot for the first organism when it first comes, refuses one for the second; then takes both."""

    def take(self, text: bytes, signature: str, *, is_retransmission: bool) -> tuple[Any, bool]:
        lot = decode_lot(text)
        is_new = all(one.text != text for one in self.deliveries)
        first = dict(zip(ORGANISMS, (ArlAnswer.NONE, ArlAnswer.NEGATIVE), strict=True))
        self.answers = Answers(arl=first[lot.organism] if is_new else ArlAnswer.POSITIVE)
        return super().take(text, signature, is_retransmission=is_retransmission)


class SharedClock:
    """The time of the processes, as their file says it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "now"

    def now(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text("utf-8"))

    def monotonic(self) -> float:
        return self.now().timestamp()


@dataclass
class Ground:
    """Where the processes work, and the caisse that they write to."""

    folder: Path
    url: str
    reception: Reception
    caisse: dict[str, str]


@asynccontextmanager
async def ground_in(folder: Path, url: str) -> AsyncIterator[Ground]:
    authority = CertificateAuthority("Autorité d'essai", SystemClock().now())
    keys = open_seal_keys(folder / "keys" / "document-seal.pem")
    clock = SharedClock(folder)
    reception = Particular(SealVerifier([keys.signer.public_key]), clock)
    client = authority.write_client(folder, "telemed")
    server = authority.write_server(folder, "caisse", hosts=["127.0.0.1"])
    (folder / "now").write_text(NOON.isoformat(), "utf-8")
    async with serving(LoopbackCaisse(reception, clock), server) as address:
        files = {"certificate": str(client.certificate), "key": str(client.key), "authority": str(client.authority)}
        yield Ground(folder, url, reception, {"url": address, **files})


@asynccontextmanager
async def forks(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / "processes.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.acceptance.killed.forks",
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()


async def bill(process: asyncio.subprocess.Process, ground: Ground, number: int, stop_at: int | None) -> dict[str, Any]:
    """One process from its birth to its end."""
    assert process.stdin is not None
    assert process.stdout is not None
    job = Job(str(ground.folder), ground.url, ground.caisse, number, stop_at)
    process.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
    answer = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
    log = (ground.folder / "processes.log").read_text("utf-8")
    assert answer, log[-3000:]
    ended: dict[str, Any] = json.loads(answer)
    assert ended["exit"] == 0, log[-3000:]
    return ended


async def test_killed_between_any_two_steps_nothing_is_lost_or_doubled(
    tmp_path: Path, database_url: str, database: Database
) -> None:
    """At every other boundary on PostgreSQL, at those between on SQLite: a step is the same code on both."""
    first, stride = (1 if database_url.startswith("postgresql") else 2), 2
    async with ground_in(tmp_path, database_url) as ground, forks(tmp_path) as process:
        killed = 0
        for number, stop_at in enumerate(range(first, MOST_BOUNDARIES, stride), start=1):
            ended = await bill(process, ground, number, stop_at)
            if ended["signal"] != signal.SIGKILL:
                break
            killed = number
        whole = ended["told"]
        assert killed * stride + 1 >= len(whole) > 50, (
            "boundaries of a whole exchange had their death; weekends add a few"
        )
        assert {name.partition(": ")[0] for name in whole} == STEPS
    await check_the_caisse_saw_each_lot_once_as_new(ground)
    await check_every_act_is_paid_once(database, ground, processes=killed + 1)


async def check_the_caisse_saw_each_lot_once_as_new(ground: Ground) -> None:
    reception = ground.reception
    seen = {delivery.lot for delivery in reception.deliveries}
    assert max(reception.times_new(lot) for lot in seen) == 1
    assert len({(lot.issuer_rpps, lot.number) for lot in seen}) == len(seen), "a number names one content"
    taken = [fse.number for lot in reception.taken_lots() for fse in lot.content.fses]
    assert len(taken) == len(set(taken))


async def check_every_act_is_paid_once(database: Database, ground: Ground, *, processes: int) -> None:
    """What is kept, against what the caisse took and paid."""
    async with database.read() as session:
        standings = (await session.scalars(select(StandingRow))).all()
        invoices = (await session.scalars(select(InvoiceRow))).all()
        entries = (await session.scalars(select(EntryRow))).all()
        lots = (await session.scalars(select(LotRow))).all()
        items = (await session.scalars(select(LotItemRow))).all()
        attempts = (await session.scalars(select(AttemptRow))).all()
        returns = (await session.scalars(select(ReturnRow))).all()
    acts = {act_id_of(number, place) for number in range(1, processes + 1) for place in range(len(ORGANISMS))}
    assert Counter(row.act_id for row in standings) == Counter(acts)
    assert Counter(row.stage for row in standings) == {Stage.PAID: len(acts)}
    for row in (invoices, items):
        assert Counter(one.claim_id for one in row) == Counter(one.claim_id for one in standings)
    assert sorted(row.number for row in invoices) == list(range(1, len(acts) + 1)), "a series has no gap"
    assert sorted(row.number for row in lots) == list(range(1, len(lots) + 1))
    taken = {(lot.number, fse.number) for lot in ground.reception.taken_lots() for fse in lot.content.fses}
    numbers = {row.id: row.number for row in lots}
    assert {(numbers[row.lot_id], row.fse_number) for row in items} == taken
    assert all(row.is_retransmission == (row.number > 1) for row in attempts)
    assert {row.state for row in returns} <= {"applied", "unchanged"}
    check_the_ledger(standings, entries, paid_by(ground.reception))


def check_the_ledger(standings: Sequence[StandingRow], entries: Sequence[EntryRow], paid: Counter[str]) -> None:
    """Each claim is charged once and paid once; what insurers paid is what the caisse says that it paid."""
    charged, received = Counter[Any](), Counter[Any]()
    for entry in entries:
        (received if entry.kind == "payment" else charged)[entry.claim_id, entry.owing] += entry.cents
    for row in standings:
        shares = {owing: charged[row.claim_id, owing] for owing in ("amo", "amc", "patient")}
        assert sum(shares.values()) == row.amount_cents == row.charged_cents
        assert {owing: -received[row.claim_id, owing] for owing in shares} == shares
        assert row.balance_cents == 0
    by_payer: Counter[str] = Counter()
    for (_, owing), cents in received.items():
        by_payer[owing] -= cents
    assert {"amo": by_payer["amo"], "amc": by_payer["amc"]} == paid


def paid_by(reception: Reception) -> Counter[str]:
    """What the caisse says that it paid, by who pays."""
    answers = [decode_return(one.text.encode()) for one in reception.returns_after(None, most=100_000)]
    paid: Counter[str] = Counter()
    for answer in answers:
        if isinstance(answer, Rsp):
            paid[answer.payer.value] += answer.amount_cents
    return paid
