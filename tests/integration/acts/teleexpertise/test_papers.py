"""The documents of a case: made with it, readable by its two sides, corrected by a new version, brought to people."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from telemed.acts.teleexpertise.model import Case, RefusalReason, State, Target
from telemed.documents.formats.cda_read import read_report_cda
from telemed.documents.model import (
    DocumentKind,
    DocumentState,
    PrescribedItem,
    PrescribedKind,
    Recipient,
    SignedDocument,
    Visibility,
)
from telemed.documents.rules import plan_deliveries
from telemed.documents.service import Artifact
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.errors import Conflict, Forbidden, NotFound, Refused, Unavailable
from telemed.kernel.events import Event
from telemed.patients.model import AttendingDoctor
from telemed.patients.store import PatientStore
from telemed.storage.outbox import OutboxRow
from tests.fixtures.people import caller_for, make_doctor, make_practice
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene, ids_of
from tests.unit.documents.making_expertise import make_opinion

pytestmark = pytest.mark.asyncio
CORRECTED = replace(OPINION, conclusion="Kératose du bras gauche, et non du droit.")


async def papers(scene: Scene, case: Case, by: Caller | None = None) -> list[SignedDocument]:
    return await scene.services.documents.archive.of_act(by or scene.asker, case.id)


async def lines(scene: Scene, document: SignedDocument) -> list[tuple[str, str, str]]:
    """Recipient, step and reason of each delivery."""
    found = await scene.services.documents.archive.deliveries(scene.expert, document.identity.document_id)
    return [(one.recipient.value, one.step.value, one.reason.value) for one in found]


async def attend(scene: Scene, rpps: str, name: str) -> None:
    """From 2020 on, this doctor is the patient's médecin traitant."""
    async with scene.services.database.begin() as uow:
        entry = AttendingDoctor(date(2020, 1, 1), scene.clock.now(), rpps, name)
        await PatientStore(uow.session).add_attending_doctor(scene.patient.id, entry, by=None)


def to_expert(scene: Scene) -> list[UUID]:
    return ids_of((scene.expert,))


async def correct(scene: Scene, case: Case, *, revision: int = 2, **changes: Any) -> None:
    content = replace(CORRECTED, **changes)
    await scene.expertise.opinions.correct(
        scene.expert, case.id, content, revision=revision, reason="latéralité corrigée"
    )


async def test_the_request_is_sealed_when_it_leaves(scene: Scene) -> None:
    draft = await scene.draft()
    with pytest.raises(NotFound):
        await papers(scene, draft, scene.expert)
    assert await papers(scene, draft) == []
    case = await scene.sent()
    for side in (scene.asker, scene.expert):
        [request] = await papers(scene, case, side)
        assert (request.kind, request.identity.version, request.act_code) == (DocumentKind.EXPERTISE_REQUEST, 1, "TE2")
        assert (request.author_id, request.signer_rpps) == (scene.asker.id, scene.asker.rpps)
        assert (await scene.services.documents.archive.verify(side, request.identity.document_id)).is_intact
    files = await scene.services.documents.archive.download(scene.expert, request.identity.document_id, Artifact.CDA)
    header = read_report_cda(files.files.cda)
    assert (header.type_code, header.recipient_rpps) == ("75496-0", (scene.expert.rpps,))
    assert "Cette lésion pigmentée justifie-t-elle une exérèse ?" in files.files.cda.decode()


async def test_nothing_is_sealed_when_the_sending_is_refused(scene: Scene) -> None:
    case = await scene.draft()
    with pytest.raises(Refused) as refused:
        await scene.expertise.requests.send(scene.asker, case.id, to_expert(scene))
    assert [reason.code for reason in refused.value.decision.refusals] == ["consent.missing"]
    assert await papers(scene, case) == []


async def test_the_opinion_is_sealed_when_it_is_signed_and_fulfils_the_request(scene: Scene) -> None:
    case = await scene.answered()
    request, report = await papers(scene, case, scene.expert)
    assert (report.kind, report.author_id) == (DocumentKind.EXPERTISE_REPORT, scene.expert.id)
    found = await scene.services.documents.archive.download(scene.asker, report.identity.document_id, Artifact.PDF)
    header = read_report_cda(found.files.cda)
    assert (header.order_id, header.act_codes) == (request.identity.document_id, ("TE2",))
    assert (header.author_rpps, header.recipient_rpps) == (scene.expert.rpps, (scene.asker.rpps,))
    assert (header.pdf, header.signed_at) == (found.files.pdf, case.answered_at)
    assert header.local_id == str(scene.patient.id)


async def test_only_the_sides_and_the_practice_of_the_patient_read_it(scene: Scene) -> None:
    case = await scene.answered()
    _, report = await papers(scene, case)
    archive, document_id = scene.services.documents.archive, report.identity.document_id
    assert (await archive.get(scene.people.doctor, document_id))[0] == report
    for stranger in (scene.second, scene.midwife, scene.people.secretary, replace(scene.expert, factors=1)):
        with pytest.raises(NotFound):
            await archive.get(stranger, document_id)
        with pytest.raises(NotFound):
            await archive.of_act(stranger, case.id)
    listed = await archive.list_of_patient(scene.people.doctor, scene.patient.id, limit=10)
    assert [one.kind for one in listed] == [DocumentKind.EXPERTISE_REPORT, DocumentKind.EXPERTISE_REQUEST]


async def test_who_refused_reads_nothing_any_more(scene: Scene) -> None:
    case = await scene.sent()
    [request] = await papers(scene, case, scene.expert)
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    with pytest.raises(NotFound):
        await scene.services.documents.archive.get(scene.expert, request.identity.document_id)


async def test_a_masked_opinion_is_for_the_two_sides_alone(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case, replace(OPINION, visibility=frozenset(Visibility)))
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    _, report = await papers(scene, case)
    archive = scene.services.documents.archive
    assert (await archive.get(scene.asker, report.identity.document_id))[0].visibility == frozenset(Visibility)
    with pytest.raises(NotFound):
        await archive.get(scene.people.doctor, report.identity.document_id)
    assert ("patient", "withheld", "hidden_from_patient") in await lines(scene, report)


async def test_what_lacks_is_told_before_signing(scene: Scene) -> None:
    case = await scene.draft()
    check = await scene.expertise.papers.check(scene.asker, case.id)
    assert [reason.code for reason in check.refusals] == ["report.consent_missing"]
    assert [reason.code for reason in check.warnings] == ["report.address_unknown", "ins.not_qualified"]
    await scene.consent(case)
    assert (await scene.expertise.papers.check(scene.asker, case.id)).is_allowed
    assert (await scene.expertise.papers.preview(scene.asker, case.id)).startswith(b"%PDF-1.7")
    await scene.expertise.requests.send(scene.asker, case.id, to_expert(scene))
    for side in (scene.asker, scene.expert):
        with pytest.raises(NotFound):
            await scene.expertise.papers.check(side, case.id)
    await scene.expertise.answers.accept(scene.expert, case.id)
    await scene.written(case, replace(OPINION, prescribed=None, incidents=None, conclusion="Bénin 😀"))
    check = await scene.expertise.papers.check(scene.expert, case.id)
    codes = ["report.prescriptions_missing", "report.incidents_missing", "report.unprintable"]
    assert [reason.code for reason in check.refusals] == codes
    assert (await scene.expertise.papers.preview(scene.expert, case.id)).startswith(b"%PDF-1.7")


async def test_what_cannot_be_printed_is_not_signed(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case, replace(OPINION, conclusion="Bénin 😀"))
    with pytest.raises(Refused) as refused:
        await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    assert [reason.code for reason in refused.value.decision.refusals] == ["report.unprintable"]
    assert (await scene.now(case)).state is State.ACCEPTED
    assert len(await papers(scene, case)) == 1


async def test_a_case_that_moves_during_the_layout_refuses(scene: Scene) -> None:
    """The document states the case as it was read: whatever changed it meanwhile comes first."""
    case = await scene.draft()
    await scene.consent(case)
    expertise = scene.expertise
    paper = await expertise.papers.prepare_request(scene.asker, case.id, Target.of(to_expert(scene)))
    await expertise.requests.edit(scene.asker, case.id, replace(case.content, question="Autre ?"), version=1)
    changed = await scene.now(case)
    with pytest.raises(Conflict) as refused:
        async with scene.services.database.begin() as uow:
            await expertise.papers.keep(uow, scene.asker, changed, paper)
    assert (refused.value.code, await papers(scene, case)) == ("stale", [])


async def test_a_correction_replaces_and_both_sides_are_told(scene: Scene) -> None:
    case = await scene.answered()
    await scene.deliver()
    scene.mail.messages.clear()
    billed = [(await scene.now(case)).answered_at]
    await correct(scene, case, prescribed=(PrescribedItem(PrescribedKind.CARE, "Photoprotection"),))
    _, first, second = await papers(scene, case)
    assert (first.state, second.state) == (DocumentState.SUPERSEDED, DocumentState.SIGNED)
    assert (second.identity.version, second.identity.replaces) == (2, first.identity.document_id)
    archive = scene.services.documents.archive
    files = (await archive.download(scene.asker, second.identity.document_id, Artifact.CDA)).files
    assert read_report_cda(files.cda).identity.replaces == first.identity.document_id
    assert (await archive.verify(scene.asker, second.identity.document_id)).is_intact
    assert (await archive.verify(scene.asker, first.identity.document_id)).is_intact
    read = await scene.expertise.opinions.read(scene.asker, case.id)
    assert (read.content.conclusion, read.reason, read.revision) == (CORRECTED.conclusion, "latéralité corrigée", 3)
    assert (await scene.steps(case))[-2:] == ["answer", "correct"]
    assert [(await scene.now(case)).answered_at] == billed
    await scene.deliver()
    told = sorted(message.to.split("@")[0] for message in scene.mail.messages if "corrigée" in (message.subject or ""))
    assert told == ["lea.marchand", "nguyen"]


async def test_a_correction_leaves_billing_and_the_end_as_they_are(scene: Scene) -> None:
    case = await scene.answered()
    closed = await scene.expertise.requests.close(scene.asker, case.id)
    await correct(scene, case)
    now = await scene.now(case)
    assert (now.state, now.ended_at, now.due_at) == (State.CLOSED, closed.ended_at, None)
    async with scene.services.database.read() as session:
        told = list(await session.scalars(select(OutboxRow).where(OutboxRow.name == "teleexpertise.closed")))  # type: ignore[arg-type]
    assert len(told) == 1


async def test_who_corrects_what(scene: Scene) -> None:
    opinions, case = scene.expertise.opinions, await scene.accepted()
    with pytest.raises(Conflict) as early:
        await correct(scene, case)
    assert early.value.code == "teleexpertise.not_answered"
    draft = await scene.written(case)
    await opinions.sign(scene.expert, case.id, revision=draft.revision)
    with pytest.raises(Conflict) as stale:
        await correct(scene, case, revision=1)
    assert stale.value.code == "draft.stale"
    with pytest.raises(Forbidden):
        await opinions.correct(scene.asker, case.id, CORRECTED, revision=2, reason="non")
    with pytest.raises(Refused):
        await correct(scene, case, incidents=None)
    assert len(await papers(scene, case)) == 2


async def test_two_corrections_at_once_are_one(scene: Scene) -> None:
    case = await scene.answered()
    results = await asyncio.gather(*(correct(scene, case) for _ in range(3)), return_exceptions=True)
    assert results.count(None) == 1
    assert all(isinstance(one, Conflict) for one in results if one is not None)
    assert [one.identity.version for one in await papers(scene, case)] == [1, 1, 2]


async def test_a_report_is_brought_to_each_and_says_how_far(scene: Scene) -> None:
    case = await scene.answered()
    _, report = await papers(scene, case)
    assert await lines(scene, report) == [
        ("requerant", "available", "in_case"),
        ("medecin_traitant", "withheld", "no_attending_doctor"),
        ("patient", "queued", "to_tell"),
        ("dmp", "withheld", "ins_not_qualified"),
    ]
    await scene.deliver()
    await scene.deliver()
    assert (await lines(scene, report))[4:] == [("patient", "told", "message_taken")]
    [message] = [one for one in scene.mail.messages if one.to.startswith("jeanne")]
    said = f"{message.subject} {message.text}".casefold()
    for word in ("leroy", "dermato", "avis", "nguyen", "marchand", "lésion", "tilleuls"):
        assert word not in said


async def test_the_medecin_traitant_reads_it_in_his_own_account(scene: Scene) -> None:
    services = scene.services
    town = make_practice("Cabinet du Canal")
    await services.practices.create(SYSTEM, town)
    person, _ = await services.professionals.create(
        SYSTEM, make_doctor(town.id, rpps="10100000107", family_name="Legoff"), "legoff"
    )
    doctor = caller_for(person)
    await attend(scene, "10100000107", "LEGOFF Claire")
    case = await scene.answered()
    _, report = await papers(scene, case)
    archive, document_id = services.documents.archive, report.identity.document_id
    with pytest.raises(NotFound):
        await archive.get(doctor, document_id)
    await scene.deliver()
    assert [one.identity.document_id for one in await archive.received(doctor)] == [document_id]
    assert (await archive.get(doctor, document_id))[0] == report
    mine = [line for line in await lines(scene, report) if line[0] == "medecin_traitant"]
    assert mine == [
        ("medecin_traitant", "queued", "to_tell"),
        ("medecin_traitant", "available", "has_account"),
    ]
    for _ in range(2):
        await archive.download(doctor, document_id, Artifact.PDF)
    assert (await lines(scene, report))[-1] == ("medecin_traitant", "available", "opened")
    assert len(await lines(scene, report)) == 4 + 3


async def test_nobody_is_told_at_night(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case)
    scene.clock.advance(timedelta(hours=11, minutes=30))
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    await scene.deliver()
    assert not [one for one in scene.mail.messages if one.to.startswith("jeanne")]
    scene.clock.advance(timedelta(hours=9))
    await scene.deliver()
    assert [one.subject for one in scene.mail.messages if one.to.startswith("jeanne")] == ["Un document vous attend"]


async def test_the_first_opening_is_the_receipt_of_who_asked(scene: Scene) -> None:
    case = await scene.answered()
    _, report = await papers(scene, case)
    archive, document_id = scene.services.documents.archive, report.identity.document_id
    await archive.get(scene.asker, document_id)
    await archive.download(scene.expert, document_id, Artifact.PDF)
    assert len(await lines(scene, report)) == 4
    for artifact in Artifact:
        await archive.download(scene.asker, document_id, artifact)
    assert (await lines(scene, report))[4:] == [("requerant", "available", "opened")]


async def test_a_medecin_traitant_elsewhere_waits_for_secure_mail(scene: Scene) -> None:
    await attend(scene, "10100000115", "ROY Paul")
    case = await scene.answered()
    await scene.deliver()
    _, report = await papers(scene, case)
    assert ("medecin_traitant", "queued", "mssante_not_connected") in await lines(scene, report)


async def test_a_message_that_the_operator_refuses_or_delays(scene: Scene) -> None:
    case = await scene.answered()
    _, report = await papers(scene, case)
    service = scene.services.documents.deliveries
    payload = {"document_id": str(report.identity.document_id), "recipient": "patient", "rpps": None}
    event = Event("document.delivery_wanted", "wanted", scene.clock.now(), payload)
    scene.mail.is_away = True
    with pytest.raises(Unavailable):
        await service.deliver(event)
    assert (await lines(scene, report))[-1] == ("dmp", "withheld", "ins_not_qualified")
    scene.mail.is_away = False
    await service.deliver(event)
    await service.deliver(event)
    assert [line for line in await lines(scene, report) if line[0] == "patient"] == [
        ("patient", "queued", "to_tell"),
        ("patient", "told", "message_taken"),
    ]


async def test_a_patient_whom_nobody_can_reach_is_given_it_by_hand(scene: Scene) -> None:
    async with scene.services.database.begin() as uow:
        store = PatientStore(uow.session)
        patient = await store.find(scene.patient.id)
        assert patient is not None
        await store.save(replace(patient, contact=replace(patient.contact, phone=None, email=None)))
    case = await scene.answered()
    await scene.deliver()
    _, report = await papers(scene, case)
    assert ("patient", "available", "no_contact") in await lines(scene, report)
    service, document_id = scene.services.documents.deliveries, report.identity.document_id
    with pytest.raises(Forbidden):
        await service.hand_over(scene.expert, document_id)
    assert (await service.hand_over(scene.asker, document_id)).by == scene.asker.id
    with pytest.raises(Conflict) as twice:
        await service.hand_over(scene.asker, document_id)
    assert twice.value.code == "document.not_to_hand_over"
    assert (await lines(scene, report))[-1] == ("patient", "handed_over", "by_hand")


async def test_lines_of_deliveries_are_never_changed(scene: Scene) -> None:
    case = await scene.answered()
    for statement in ("UPDATE document_deliveries SET step = 'told'", "DELETE FROM document_deliveries"):
        with pytest.raises(DatabaseError, match="append-only"):
            async with scene.services.database.engine.begin() as connection:
                await connection.execute(text(statement))
    assert len(await lines(scene, (await papers(scene, case))[1])) == 4


async def test_a_qualified_identity_waits_for_the_dmp() -> None:
    planned = {recipient: (step.value, reason.value) for recipient, step, reason in plan_deliveries(make_opinion())}
    assert planned[Recipient.DMP] == ("queued", "dmp_not_connected")
    assert planned[Recipient.MEDECIN_TRAITANT] == ("queued", "to_tell")
