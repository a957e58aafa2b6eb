"""Three processes sweep the same télé-expertises and one is killed in the middle: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from telemed.acts.teleexpertise.model import Outcome, State, Target, Urgency
from telemed.storage.outbox import OutboxRow
from tests.integration.acts.teleexpertise import conftest as ground
from tests.integration.acts.teleexpertise.conftest import Scene
from tests.integration.acts.teleexpertise.duty import Duty
from tests.shared import ROOT

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
services, mail, sms, scene = ground.services, ground.mail, ground.sms, ground.scene
KILLED_IN_MOVE = 5


async def sweep(scene: Scene, url: str, *more: str, after: timedelta = timedelta(days=60)) -> int:
    """The exit code of a process that sweeps so much later; a number in `more` is the move in which it is killed."""
    later = (scene.clock.now() + after).isoformat()
    folder = str(scene.services.settings.data_dir)
    command = (sys.executable, "-m", "tests.acceptance.killed.sweep", url, later, folder, *more)
    return await (await asyncio.create_subprocess_exec(*command, cwd=ROOT)).wait()


async def test_three_sweeps_at_once_and_one_killed(scene: Scene, database_url: str) -> None:
    cases = [await scene.sent(urgency=urgency) for urgency in (*Urgency, *Urgency)]
    cases.append(await scene.accepted())
    killed, *others = await asyncio.gather(
        sweep(scene, database_url, str(KILLED_IN_MOVE)), sweep(scene, database_url), sweep(scene, database_url)
    )
    assert others == [0, 0]
    assert killed in (0, -signal.SIGKILL)  # 0: the others left it nothing to do
    assert await sweep(scene, database_url, "1") == 0  # nothing is left to be killed in
    for case in cases:
        assert (await scene.now(case)).state is State.EXPIRED
        expected = ["send", "offer", *(["accept"] if case.requis else ["lapse"]), "escalate", "expire"]
        assert await scene.steps(case) == expected
    async with scene.services.database.read() as session:
        rows = list(await session.scalars(select(OutboxRow).where(OutboxRow.name == "teleexpertise.notice")))  # type: ignore[arg-type]
    told = Counter((row.payload["case_id"], row.payload["kind"], row.payload["to"]) for row in rows)
    assert set(told.values()) == {1}
    assert sum(kind == "expired" for _, kind, _ in told) == len(cases) + 1


async def test_a_sweep_killed_before_its_commit_is_taken_up_by_the_next(scene: Scene, database_url: str) -> None:
    case = await scene.sent()
    assert await sweep(scene, database_url, "2") == -signal.SIGKILL
    assert await scene.steps(case) == ["send", "offer"]
    assert await sweep(scene, database_url) == 0
    assert await scene.steps(case) == ["send", "offer", "lapse", "escalate", "expire"]


async def test_no_offer_is_lost_or_doubled_when_a_cascade_goes_on(scene: Scene, database_url: str) -> None:
    """Ten cases of a line lapse at once; three processes ask the next member, and one is killed on the way."""
    members = (scene.expert, scene.second)
    line = await Duty(scene).line(*members)
    cases = []
    for _ in range(10):
        draft = await scene.draft()
        await scene.consent(draft)
        cases.append((await scene.expertise.requests.send(scene.asker, draft.id, Target(line_id=line))).case)
    day = timedelta(days=2, hours=1)
    sweeps = [sweep(scene, database_url, *killed, after=day) for killed in ((str(KILLED_IN_MOVE),), (), ())]
    killed, *others = await asyncio.gather(*sweeps)
    assert (others, killed in (0, -signal.SIGKILL)) == ([0, 0], True)
    assert await sweep(scene, database_url, after=day) == 0
    pending: Counter[object] = Counter()
    for case in cases:
        first, second = (await scene.now(case)).offers
        assert (first.outcome, second.outcome) == (Outcome.LAPSED, Outcome.PENDING)
        assert first.to.professional_id != second.to.professional_id
        pending[second.to.professional_id] += 1
    assert {who.id: (await Duty(scene).standing(who))[0] for who in members} == pending
    assert max(pending.values()) - min(pending.values()) <= 1
