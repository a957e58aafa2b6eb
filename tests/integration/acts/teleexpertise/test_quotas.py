"""Places in the yearly quotas: taken at acceptance, given back where nothing is answered, in one transaction."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.rules.quota import QuotaStanding
from telemed.acts.teleexpertise.model import EndReason, RefusalReason, State
from telemed.consent.model import ConsentDecision
from telemed.kernel.caller import Caller
from tests.integration.acts.teleexpertise.conftest import Scene, ids_of

pytestmark = pytest.mark.asyncio


async def standing(scene: Scene, code: str, caller: Caller) -> QuotaStanding:
    async with scene.services.database.read() as session:
        return await scene.services.quotas.standing(
            session, code=code, rpps=caller.rpps or "", patient_id=scene.patient.id, day=date(2026, 11, 25)
        )


async def taken(scene: Scene) -> tuple[int, int]:
    """What is reserved of TE2 by the expert and of RQD by the nurse."""
    return (await standing(scene, "TE2", scene.expert)).reserved, (await standing(scene, "RQD", scene.asker)).reserved


async def test_acceptance_reserves_for_both_sides(scene: Scene) -> None:
    await scene.sent()
    assert await taken(scene) == (0, 0)
    await scene.accepted()
    assert await taken(scene) == (1, 1)


@pytest.mark.parametrize("how", ["refuse", "withdraw", "consent", "expire"])
async def test_what_is_not_answered_gives_its_places_back(scene: Scene, how: str) -> None:
    case = await scene.accepted()
    match how:
        case "refuse":
            await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.OTHER, "")
        case "withdraw":
            await scene.expertise.requests.withdraw(scene.asker, case.id, EndReason.OTHER)
        case "consent":
            await scene.consent(case, ConsentDecision.WITHDRAWN)
        case "expire":
            await scene.pass_time(timedelta(days=30))
    assert await taken(scene) == (0, 0)


async def test_the_next_colleague_takes_a_place_of_his_own(scene: Scene) -> None:
    case = await scene.accepted()
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.OTHER, "")
    await scene.expertise.requests.offer(scene.asker, case.id, ids_of((scene.second,)))
    await scene.expertise.answers.accept(scene.second, case.id)
    assert await taken(scene) == (0, 1)
    assert (await standing(scene, "TE2", scene.second)).reserved == 1


async def test_the_fifth_of_the_year_is_done_and_both_are_warned(scene: Scene) -> None:
    for _ in range(4):
        await scene.accepted()
    case = await scene.sent()
    accepted = await scene.expertise.answers.accept(scene.expert, case.id)
    assert accepted.case.state is State.ACCEPTED
    assert [reason.code for reason in accepted.decision.warnings] == ["teleexpertise.quota_full"] * 2
    assert await taken(scene) == (4, 4)


async def test_an_answer_consumes_what_was_reserved(scene: Scene) -> None:
    await scene.answered()
    assert await taken(scene) == (1, 1)
    await scene.deliver()
    assert await taken(scene) == (0, 0)
    assert (await standing(scene, "TE2", scene.expert)).consumed == 1
    assert (await standing(scene, "RQD", scene.asker)).consumed == 1
