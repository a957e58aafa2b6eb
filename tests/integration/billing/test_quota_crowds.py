"""Quotas under crowds: however many ask at once, from however many connections, the fifth is never granted."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from uuid import UUID

import pytest

from billing.rules.quota import QuotaScope
from billing.service import QuotaService
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from tests.fixtures.clocks import NOON
from tests.integration.billing.quota_desk import ANNE, DAY, KARIM, Desk
from tests.shared import ROOT

pytestmark = pytest.mark.asyncio
CROWD = 200


@pytest.fixture(params=list(QuotaScope), ids=str)
def scope(request: pytest.FixtureRequest) -> QuotaScope:
    found: QuotaScope = request.param
    return found


@pytest.fixture
def quotas(clock: FrozenClock, law: Law, scope: QuotaScope) -> QuotaService:
    return QuotaService(clock=clock, law=law, scope=scope)


async def granted(desk: Desk, asked: int, patient: UUID) -> int:
    made = await asyncio.gather(*(desk.reserve(patient) for _ in range(asked)))
    return sum(one.is_granted for one in made)


async def test_two_hundred_acceptances_at_once_never_grant_a_fifth(
    database: Database, database_url: str, quotas: QuotaService
) -> None:
    """Through two pools of connections, as two processes would."""
    other, patient = Database(database_url, database.keyring), new_id()
    desks = Desk(database, quotas), Desk(other, quotas)
    made = await asyncio.gather(*(granted(desk, CROWD // 2, patient) for desk in desks))
    await other.close()
    assert sum(made) == 4
    assert await desks[0].taken(patient) == (4, 0)
    await desks[0].check_counters()


async def test_completions_without_acceptance_at_once_never_grant_a_fifth(
    database: Database, quotas: QuotaService
) -> None:
    desk, patient = Desk(database, quotas), new_id()
    made = await asyncio.gather(*(desk.settle(patient) for _ in range(60)))
    assert Counter(one.state.value for one in made) == {"consumed": 4, "exhausted": 56}
    assert await desk.taken(patient) == (0, 4)
    await desk.check_counters()


async def test_the_same_act_asked_by_a_crowd_takes_one_place(database: Database, quotas: QuotaService) -> None:
    desk, patient, act = Desk(database, quotas), new_id(), new_id()
    made = await asyncio.gather(*(desk.reserve(patient, act_id=act) for _ in range(40)))
    assert all(one.is_granted for one in made)
    assert await desk.taken(patient) == (1, 0)
    given = await asyncio.gather(*(desk.release(act) for _ in range(40)))
    assert sorted(given)[-2:] == [(), ("TE2",)]
    assert await desk.taken(patient) == (0, 0)
    await desk.check_counters()


async def test_places_given_back_in_a_crowd_are_taken_once_each(database: Database, quotas: QuotaService) -> None:
    desk, patient, acts = Desk(database, quotas), new_id(), [new_id() for _ in range(4)]
    for act in acts:
        await desk.reserve(patient, act_id=act)
    releases = [desk.release(act) for act in acts for _ in range(5)]
    asked = [desk.reserve(patient) for _ in range(20)]
    done = await asyncio.gather(*asked, *releases)
    assert sum(len(one) for one in done[20:] if isinstance(one, tuple)) == 4
    assert (await desk.standing(patient)).taken <= 4
    await desk.check_counters()


async def test_two_codes_in_opposite_orders_block_nobody(database: Database, quotas: QuotaService) -> None:
    desk, patient = Desk(database, quotas), new_id()

    async def accept(*codes: str) -> None:
        act_id = new_id()
        async with desk.database.begin() as uow:
            for code in codes:
                rpps = ANNE if code == "TE2" else KARIM
                await desk.quotas.reserve_within(uow, act_id=act_id, code=code, rpps=rpps, patient_id=patient, day=DAY)

    orders = [("TE2", "RQD"), ("RQD", "TE2")] * 15
    await asyncio.gather(*(accept(*order) for order in orders))
    assert await desk.taken(patient) == (4, 0)
    assert await desk.taken(patient, code="RQD", rpps=KARIM) == (4, 0)
    await desk.check_counters()


async def test_decisions_beside_a_merge_and_its_undoing_keep_the_counts_true(
    database: Database, quotas: QuotaService
) -> None:
    desk, kept, absorbed = Desk(database, quotas), new_id(), new_id()
    crowd = [desk.reserve(patient) for patient in (kept, absorbed) * 20]
    await asyncio.gather(*crowd[:20], desk.merge(kept, absorbed), *crowd[20:])
    before = (await desk.standing(kept)).taken
    assert 4 <= before <= 8
    await desk.check_counters()
    assert not (await desk.reserve(absorbed)).is_granted
    more = [desk.settle(patient) for patient in (kept, absorbed) * 10]
    await asyncio.gather(*more[:10], desk.split(kept, absorbed), *more[10:])
    await desk.check_counters()
    assert (await desk.standing(kept)).taken <= 4
    assert (await desk.standing(absorbed)).taken <= 4


_ASK = """
import asyncio, json, sys
from uuid import UUID
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.kernel.clock import SystemClock
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from billing.service import QuotaService
from datetime import date

async def main(url, patient, asked):
    database = Database(url, Keyring({"test": b"k" * 32}, b"i" * 32))
    quotas = QuotaService(clock=SystemClock(), law=Law.load())
    async def ask():
        async with database.begin() as uow:
            made = await quotas.reserve_within(
                uow, act_id=new_id(), code="TE2", rpps="10100000016", patient_id=patient, day=date(2026, 11, 25)
            )
        return made.is_granted
    print("ready", flush=True)
    sys.stdin.readline()
    made = await asyncio.gather(*(ask() for _ in range(asked)))
    await database.close()
    print(json.dumps(sum(made)))

asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), int(sys.argv[3])))
"""


async def test_processes_side_by_side_never_grant_a_fifth(database: Database, database_url: str, law: Law) -> None:
    patient = new_id()
    command = [sys.executable, "-c", _ASK, database_url, str(patient), "40"]
    pipe = asyncio.subprocess.PIPE
    several = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT) for _ in range(3)]
    for process in several:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ready"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in several))
    assert sum(json.loads(out) for out, _ in answers) == 4
    desk = Desk(database, QuotaService(clock=FrozenClock(NOON), law=law))
    assert await desk.taken(patient) == (4, 0)
    await desk.check_counters()
