"""From the signature to the claim, through the outbox: what the doctor signed is what is proposed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.facts import ActFacts
from billing.model import Claim
from billing.rules.cap import Counts
from billing.rules.tariff import ClaimState
from telemed.acts.teleconsultation.model import ContinuityEntry, Coverage, FinishReason, IdentityMethod
from telemed.acts.teleconsultation.service.report import ReportForm
from telemed.documents.model import PrescribedItem, PrescribedKind, ReportContent
from telemed.subscribers import SUBSCRIPTIONS
from tests.integration.acts.teleconsultation.conftest import Scene

pytestmark = pytest.mark.asyncio

WORDS = ReportContent(
    reason="Vertiges",
    findings="TA 13/8",
    conclusion="Vertige positionnel.",
    plan="Revoir si récidive.",
    prescribed=(PrescribedItem(PrescribedKind.DRUG, "Acétylleucine 500 mg, 5 jours"),),
)
COVERED = Coverage(follows_pathway=True, is_within_territory=True, alternates=True)


async def hold_call(scene: Scene, *, with_picture: bool) -> None:
    await scene.admit()
    kinds = ("media_connected", "first_frame") if with_picture else ("media_connected",)
    steps = [(seat, kind) for kind in kinds for seat in ("doctor", "patient")]
    for number, (seat, kind) in enumerate(steps):
        at = scene.clock.now() + timedelta(seconds=number)
        entry = ContinuityEntry(seat, kind, "seat", at, stream="t", sequence=number)
        await scene.services.room_records.record(scene.act.room, entry)
    scene.clock.advance(timedelta(minutes=9))
    calls, doctor = scene.services.calls, scene.people.doctor
    await calls.check_identity(doctor, scene.act.id, IdentityMethod.TRAITS_STATED)
    await calls.finish(doctor, scene.act.id, FinishReason.COMPLETED)


async def sign(scene: Scene, coverage: Coverage) -> None:
    """Sign, and let the outbox of the product's own table of subscribers deliver."""
    scene.services.database.subscriptions = SUBSCRIPTIONS
    reports, doctor = scene.services.reports, scene.people.doctor
    view = await reports.save(doctor, scene.act.id, ReportForm(WORDS, coverage=coverage), revision=0)
    await reports.sign(doctor, scene.act.id, revision=view.revision)
    await scene.deliver()


async def claim_of(scene: Scene) -> Claim:
    (claim,) = await scene.services.claims.page(scene.people.doctor, limit=5, act_id=scene.act.id)
    return claim


async def test_a_signed_act_is_proposed_at_the_tariff_of_its_day(scene: Scene) -> None:
    await hold_call(scene, with_picture=True)
    await sign(scene, COVERED)
    claim = await claim_of(scene)
    assert (claim.state, claim.code, claim.amount_cents) == (ClaimState.PROPOSED, "TCG", 2500)
    assert claim.biller.professional_id == scene.people.doctor.id
    assert isinstance(claim.facts, ActFacts)
    assert claim.facts.reimbursement.is_met is True
    assert scene.people.doctor.id is not None
    standing = await scene.services.cap.standing(scene.people.doctor, scene.people.doctor.id, 2026)
    assert standing is not None
    assert standing.facts.here == Counts.of_teleconsultations(1)
    assert standing.facts.booked == Counts()


async def test_what_was_not_covered_is_proposed_with_a_warning(scene: Scene) -> None:
    await hold_call(scene, with_picture=True)
    await sign(scene, replace(COVERED, follows_pathway=False))
    claim = await claim_of(scene)
    assert claim.state is ClaimState.PROPOSED
    assert [reason.code for reason in claim.warnings] == ["billing.not_reimbursed"]


async def test_an_act_without_picture_is_kept_and_not_billed(scene: Scene) -> None:
    await hold_call(scene, with_picture=False)
    await sign(scene, COVERED)
    claim = await claim_of(scene)
    assert (claim.state, claim.amount_cents) == (ClaimState.NOT_BILLABLE, None)
    assert [reason.code for reason in claim.refusals] == ["billing.no_video"]
