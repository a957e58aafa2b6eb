"""Opinions: drafts kept, one signature, nothing without consent, nothing after the end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model import OpinionContent, State
from telemed.documents.service import Artifact
from telemed.kernel.errors import Conflict, NotFound, Refused
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene

pytestmark = pytest.mark.asyncio


async def test_drafts_are_kept_and_seen_by_their_author_alone(scene: Scene) -> None:
    case, opinions = await scene.accepted(), scene.expertise.opinions
    await opinions.save(scene.expert, case.id, OpinionContent(conclusion="Bénin"), revision=0)
    second = await opinions.save(scene.expert, case.id, OPINION, revision=1)
    assert (second.revision, (await opinions.read(scene.expert, case.id)).content) == (2, OPINION)
    with pytest.raises(NotFound):
        await opinions.read(scene.asker, case.id)
    with pytest.raises(Conflict) as stale:
        await opinions.save(scene.expert, case.id, OpinionContent(), revision=1)
    assert stale.value.code == "draft.stale"


async def test_the_signature_is_of_what_was_read_and_verifies(scene: Scene) -> None:
    case = await scene.answered()
    signed = await scene.expertise.opinions.read(scene.asker, case.id)
    assert (signed.content, signed.is_signed, case.state) == (OPINION, True, State.ANSWERED)
    assert signed.document_id is not None
    archive = scene.services.documents.archive
    found = await archive.download(scene.asker, signed.document_id, Artifact.SEAL)
    assert (found.files.seal, found.document.signer_rpps) == (signed.signature, scene.expert.rpps)
    assert (await archive.verify(scene.asker, signed.document_id)).is_intact


async def test_an_incomplete_opinion_is_not_signed(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case, replace(OPINION, urgency=None, conduct=" "))
    with pytest.raises(Refused) as refused:
        await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    assert [reason.code for reason in refused.value.decision.refusals] == ["teleexpertise.opinion_incomplete"]
    with pytest.raises(Conflict):
        await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision + 1)


async def test_there_is_nothing_to_sign_before_something_is_written(scene: Scene) -> None:
    case = await scene.accepted()
    with pytest.raises(NotFound):
        await scene.expertise.opinions.sign(scene.expert, case.id, revision=0)


async def test_an_opinion_is_written_after_the_acceptance(scene: Scene) -> None:
    case = await scene.sent()
    with pytest.raises(Conflict) as refused:
        await scene.written(case)
    assert refused.value.code == "teleexpertise.not_accepted"


async def test_two_signatures_at_once_are_one(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case)
    attempts = (scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision) for _ in range(4))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, Conflict) for result in results if isinstance(result, BaseException))
    assert await scene.steps(case) == ["send", "offer", "accept", "answer"]


async def test_a_late_answer_is_taken_in_the_grace_and_none_after_the_expiry(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case)
    late = await scene.accepted()
    late_draft = await scene.written(late)
    scene.clock.advance(timedelta(days=7, hours=1))
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    assert (await scene.now(case)).state is State.ANSWERED
    scene.clock.advance(timedelta(hours=48))
    with pytest.raises(Conflict) as refused:
        await scene.expertise.opinions.sign(scene.expert, late.id, revision=late_draft.revision)
    assert refused.value.code == "teleexpertise.not_accepted"
    await scene.expertise.timers.sweep()
    assert (await scene.now(late)).state is State.EXPIRED
