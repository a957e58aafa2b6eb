"""The figures of a line follow its cases, in the transaction that moves them; one statement reads them."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.contextvars import bound_contextvars

from telemed.acts.teleexpertise.model import Case, EndReason, RefusalReason, Target, Urgency
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.errors import Forbidden, NotFound
from telemed.kernel.ids import new_id
from tests.fixtures.http import Api
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene
from tests.integration.acts.teleexpertise.duty import Duty
from tests.integration.acts.teleexpertise.test_cascade import asked
from tests.integration.api.test_lists import counted

pytestmark = pytest.mark.asyncio


@pytest.fixture
def duty(scene: Scene) -> Duty:
    return Duty(scene)


async def figures(scene: Scene, line_id: UUID, days: int = 90) -> dict[str, Any]:
    """What is not nothing."""
    levels = asdict(await scene.expertise.levels.of_line(scene.asker, line_id, days=days))
    return {name: one for name, one in levels.items() if one and name not in ("line_id", "since", "until")}


async def answer(scene: Scene, who: Caller, case: Case, *, avoided: bool) -> None:
    content = replace(OPINION, avoided_consultation=avoided)
    await scene.expertise.opinions.save(who, case.id, content, revision=0)
    await scene.expertise.opinions.sign(who, case.id, revision=1)


async def test_a_case_counts_for_its_line_at_each_step(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert)
    assert await figures(scene, line_id) == {}
    case = await asked(scene, Target(line_id=line_id, widens=False), Urgency.TWO_DAYS)
    assert await figures(scene, line_id) == {"asked": 1, "waiting": 1}
    await scene.expertise.answers.accept(scene.expert, case.id)
    scene.clock.advance(timedelta(minutes=50))
    await answer(scene, scene.expert, case, avoided=True)
    done = {"asked": 1, "answered": 1, "due": 1, "avoided": 1, "median_minutes": 50, "p90_minutes": 50}
    assert await figures(scene, line_id) == done
    await scene.expertise.requests.close(scene.asker, case.id)
    assert await figures(scene, line_id) == done
    corrected = replace(OPINION, avoided_consultation=False)
    await scene.expertise.opinions.correct(scene.expert, case.id, corrected, revision=2, reason="erreur")
    assert await figures(scene, line_id) == {name: one for name, one in done.items() if name != "avoided"}
    scene.clock.advance(timedelta(days=20))
    assert await figures(scene, line_id, days=10) == {}


async def test_what_a_line_refuses_or_lets_run_out_is_told(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert)
    refused = await asked(scene, Target(line_id=line_id, widens=False), Urgency.TWO_DAYS)
    await scene.expertise.answers.refuse(scene.expert, refused.id, RefusalReason.NOT_INDICATED, "")
    assert (await figures(scene, line_id))["refusals"] == 1
    await scene.expertise.requests.withdraw(scene.asker, refused.id, EndReason.SEEN_ELSEWHERE)
    forgotten = await asked(scene, Target(line_id=line_id, widens=False), Urgency.TWO_DAYS)
    await scene.expertise.answers.accept(scene.expert, forgotten.id)
    await scene.pass_time(timedelta(hours=49))
    told = await figures(scene, line_id)
    assert (told["left"], told["waiting"], told["due"], told["late"]) == (1, 1, 1, 1)
    await scene.pass_time(timedelta(hours=13))
    assert (await scene.now(forgotten)).state.value == "expired"
    told = await figures(scene, line_id)
    assert (told["missed"], told["due"], told["late"]) == (1, 1, 1)
    assert "waiting" not in told


async def test_what_went_on_to_others_left_the_line(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert)
    await duty.on(scene.second)
    case = await asked(scene, Target(line_id=line_id), Urgency.TWO_DAYS)
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    told = await figures(scene, line_id)
    assert (told["asked"], told["left"], told["refusals"]) == (1, 1, 1)
    await scene.expertise.answers.accept(scene.second, case.id)
    await answer(scene, scene.second, case, avoided=True)
    assert await figures(scene, line_id) == {"asked": 1, "left": 1, "refusals": 1}


async def test_levels_are_one_statement_and_for_professionals(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert)
    for _ in range(3):
        await asked(scene, Target(line_id=line_id), Urgency.WEEK)
    with bound_contextvars(request_id="levels"), counted(scene.services.database) as statements:
        await scene.expertise.levels.of_line(scene.asker, line_id, days=90)
    assert sum("teleexpertise_line_cases" in one for one in statements) == 1
    assert not any("teleexpertises" in one for one in statements)
    with pytest.raises(NotFound):
        await scene.expertise.levels.of_line(scene.asker, new_id(), days=90)
    with pytest.raises(Forbidden):
        await scene.expertise.levels.of_line(SYSTEM, line_id, days=90)


async def test_levels_over_http(scene: Scene, duty: Duty, api: Api) -> None:
    line_id = await duty.line(scene.expert)
    await asked(scene, Target(line_id=line_id), Urgency.WEEK)
    reply = await api.call("GET", f"/expert-lines/{line_id}/levels?days=30", by=scene.asker)
    assert (reply.status, reply.body["asked"], reply.body["late_ratio"]) == (200, 1, None)
    assert (await api.call("GET", f"/expert-lines/{line_id}/levels")).status == 401
    assert (await api.call("GET", f"/expert-lines/{new_id()}/levels", by=scene.asker)).status == 404
    assert (await api.call("GET", f"/expert-lines/{line_id}/levels?days=0", by=scene.asker)).status == 422
