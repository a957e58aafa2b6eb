"""The report: half written, refused while something lacks, signed, immutable, corrected; and what billing is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import pytest_asyncio

from billing.facts import ActFacts, MedecinTraitant
from telemed.acts.teleconsultation.model import (
    ContinuityEntry,
    Coverage,
    FinishReason,
    IdentityMethod,
    LeaveAnswer,
    State,
)
from telemed.acts.teleconsultation.service.report import CLOSED, ReportForm
from telemed.documents.model import PrescribedItem, PrescribedKind, ReportContent
from telemed.documents.service import Artifact
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.storage.outbox import OutboxRow
from tests.integration.acts.teleconsultation.conftest import Scene

pytestmark = pytest.mark.asyncio

WORDS = ReportContent(
    reason="Vertiges depuis trois jours",
    findings="TA 13/8, pas de signe neurologique.",
    conclusion="Vertige positionnel paroxystique bénin.",
    plan="Manœuvre libératoire ; revoir si récidive.",
    prescribed=(PrescribedItem(PrescribedKind.DRUG, "Acétylleucine 500 mg, 2 par jour, 5 jours"),),
)
COVERED = Coverage(follows_pathway=True, is_within_territory=True, alternates=True)


@pytest_asyncio.fixture
async def ended(scene: Scene) -> Scene:
    """A call of nine minutes with a picture both ways and one cut of twelve seconds, finished."""
    await scene.admit()
    records, room, start = scene.services.room_records, scene.act.room, scene.clock.now()
    lines = [
        ("doctor", "media_connected", 2), ("patient", "media_connected", 2),
        ("doctor", "first_frame", 3), ("patient", "first_frame", 3),
        ("patient", "dropped", 100), ("patient", "resumed", 112),
    ]  # fmt: skip
    for number, (seat, kind, after) in enumerate(lines):
        at = start + timedelta(seconds=after)
        await records.record(room, ContinuityEntry(seat, kind, "seat", at, stream="t", sequence=number))
    scene.clock.advance(timedelta(minutes=9))
    calls, doctor = scene.services.calls, scene.people.doctor
    await calls.save_notes(doctor, scene.act.id, "TA 13/8")
    await calls.check_identity(doctor, scene.act.id, IdentityMethod.TRAITS_STATED)
    await calls.finish(doctor, scene.act.id, FinishReason.COMPLETED)
    return scene


async def write(scene: Scene, form: ReportForm | None = None, *, revision: int = 0) -> int:
    written = form or ReportForm(WORDS, coverage=COVERED)
    view = await scene.services.reports.save(scene.people.doctor, scene.act.id, written, revision=revision)
    return view.revision


async def closing_facts(scene: Scene) -> ActFacts:
    async with scene.services.database.read() as session:
        rows = (await session.execute(OutboxRow.__table__.select())).mappings().all()  # type: ignore[attr-defined]
    return ActFacts.from_payload([row for row in rows if row["name"] == CLOSED][-1]["payload"])


async def test_the_first_draft_is_written_from_what_happened(ended: Scene) -> None:
    view = await ended.services.reports.view(ended.people.doctor, ended.act.id)
    assert view.form.content.reason == "tension"
    assert view.form.content.findings == "TA 13/8"
    assert view.facts.continuity.video_took_place
    assert [(i.description, i.duration_seconds) for i in view.facts.continuity.incidents or ()] == [
        ("Connexion perdue côté patient", 12)
    ]
    assert view.facts.consent is not None
    assert view.revision == 0


async def test_nothing_closes_without_what_the_law_asks(ended: Scene) -> None:
    revision = await write(ended, ReportForm(ReportContent(reason="Vertiges")))
    with pytest.raises(Refused) as refused:
        await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)
    codes = {reason.code for reason in refused.value.decision.refusals}
    assert codes == {"report.conclusion_missing", "report.prescriptions_missing"}
    assert (await ended.services.overview.get(ended.people.doctor, ended.act.id)).act.state is State.FINISHED


async def test_a_signature_closes_the_act_and_tells_billing_the_facts(ended: Scene) -> None:
    ended.services.database.subscriptions = {CLOSED: ("billing.propose",)}
    revision = await write(ended)
    signed = await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)
    act = (await ended.services.overview.get(ended.people.doctor, ended.act.id)).act
    assert (act.state, act.document_id) == (State.CLOSED, signed.identity.document_id)
    facts = await closing_facts(ended)
    assert facts.act_id == ended.act.id
    assert facts.is_video_established
    assert facts.reimbursement.is_met is True
    assert facts.medecin_traitant is MedecinTraitant.UNKNOWN
    assert facts.day == date(2026, 11, 25)


async def test_the_signed_files_hold_the_words_and_no_matricule_of_an_unqualified_identity(ended: Scene) -> None:
    revision = await write(ended)
    signed = await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)
    document_id = signed.identity.document_id
    pdf = await ended.services.documents.archive.download(ended.people.doctor, document_id, Artifact.PDF)
    assert pdf.files.pdf.startswith(b"%PDF")
    assert b"1.2.250.1.213.1.4" not in pdf.files.cda
    assert b'code="TCG"' in pdf.files.cda
    assert (await ended.services.documents.archive.verify(ended.people.doctor, document_id)).is_intact


async def test_an_unread_draft_is_not_signed(ended: Scene) -> None:
    first = await write(ended)
    await write(ended, ReportForm(replace(WORDS, plan="Autre conduite"), coverage=COVERED), revision=first)
    with pytest.raises(Conflict) as refused:
        await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=first)
    assert refused.value.code == "draft.stale"


async def test_a_save_on_an_older_revision_overwrites_nothing(ended: Scene) -> None:
    first = await write(ended)
    await write(ended, ReportForm(replace(WORDS, plan="Conduite récente")), revision=first)
    with pytest.raises(Conflict):
        await write(ended, ReportForm(replace(WORDS, plan="Conduite ancienne")), revision=first)
    view = await ended.services.reports.view(ended.people.doctor, ended.act.id)
    assert view.form.content.plan == "Conduite récente"


async def test_no_report_before_the_end_of_the_call(scene: Scene) -> None:
    await scene.admit()
    with pytest.raises(Conflict) as refused:
        await scene.services.reports.view(scene.people.doctor, scene.act.id)
    assert refused.value.code == "report.too_early"


async def test_another_doctor_does_not_see_the_report(ended: Scene) -> None:
    for caller in (ended.people.colleague, ended.people.stranger):
        with pytest.raises(NotFound):
            await ended.services.reports.view(caller, ended.act.id)


async def test_a_sick_leave_that_is_too_long_is_refused_with_its_text(ended: Scene) -> None:
    leave = LeaveAnswer(date(2026, 11, 25), date(2026, 11, 28))
    revision = await write(ended, ReportForm(WORDS, leave, COVERED))
    with pytest.raises(Refused) as refused:
        await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)
    assert [reason.code for reason in refused.value.decision.refusals] == ["sick_leave.too_long"]
    assert "L. 6316-1" in refused.value.decision.refusals[0].reference


async def test_the_medecin_traitant_may_prescribe_a_longer_leave(ended: Scene) -> None:
    assert ended.people.doctor.rpps is not None
    await ended.services.patients.set_attending_doctor(
        ended.people.doctor, ended.patient.id, rpps=ended.people.doctor.rpps, name="MOREAU Claire", from_on=None
    )
    leave = LeaveAnswer(date(2026, 11, 25), date(2026, 11, 28))
    revision = await write(ended, ReportForm(WORDS, leave, COVERED))
    assert await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)


async def test_criteria_that_are_not_met_warn_and_do_not_block(ended: Scene) -> None:
    outside = Coverage(follows_pathway=False, is_within_territory=False)
    revision = await write(ended, ReportForm(WORDS, coverage=outside))
    view = await ended.services.reports.view(ended.people.doctor, ended.act.id)
    assert {"reimbursement.pathway", "reimbursement.territory"} <= {reason.code for reason in view.decision.warnings}
    assert await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)


async def test_a_correction_replaces_the_version_before(ended: Scene) -> None:
    reports, doctor = ended.services.reports, ended.people.doctor
    first = await reports.sign(doctor, ended.act.id, revision=await write(ended))
    draft = await reports.correct(doctor, ended.act.id, "Posologie corrigée")
    assert draft.is_correction
    revision = await write(ended, ReportForm(replace(WORDS, plan="Corrigé"), coverage=COVERED), revision=draft.revision)
    second = await reports.sign(doctor, ended.act.id, revision=revision)
    assert (second.identity.version, second.identity.replaces) == (2, first.identity.document_id)
    act = (await ended.services.overview.get(doctor, ended.act.id)).act
    assert act.document_id == second.identity.document_id


async def test_a_signed_report_is_not_signed_twice(ended: Scene) -> None:
    revision = await write(ended)
    await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)
    with pytest.raises(Conflict):
        await ended.services.reports.sign(ended.people.doctor, ended.act.id, revision=revision)


async def test_a_preview_is_a_pdf_of_an_incomplete_report(ended: Scene) -> None:
    assert (await ended.services.reports.preview(ended.people.doctor, ended.act.id)).startswith(b"%PDF")
