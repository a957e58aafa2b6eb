"""Drafts that lose nothing, signatures that hold, corrections that replace."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from telemed.documents.formats.cda_read import read_report_cda
from telemed.documents.model import DocumentState, IdentityStatus, SignedDocument
from telemed.documents.service import Artifact, DocumentArchive, DocumentService, Preparer
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.storage.engine import Database
from tests.integration.documents.conftest import VERIFIER, Sign, Visit, make_visit, trace_of
from tests.unit.documents.making import make_content, make_continuity, make_facts, make_patient

pytestmark = pytest.mark.asyncio


async def test_a_draft_is_kept_and_read_back(documents: DocumentService, doctor: Caller, visit: Visit) -> None:
    content = make_content(reason="Toux — « depuis hier », ½ nuit d'œil ouvert, 12 €")
    draft = await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=content, revision=0
    )
    assert await documents.find_draft(doctor, visit.act_id) == draft
    assert (draft.revision, draft.content, draft.identity.version) == (1, content, 1)


async def test_saving_again_moves_the_revision_and_keeps_the_identity(
    documents: DocumentService, doctor: Caller, visit: Visit, clock: FrozenClock
) -> None:
    async def save(revision: int, plan: str) -> int:
        content = make_content(plan=plan)
        saved = await documents.save_draft(
            doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=content, revision=revision
        )
        return saved.revision

    assert await save(0, "a") == 1
    first = await documents.find_draft(doctor, visit.act_id)
    clock.advance(timedelta(minutes=1))
    assert await save(1, "b") == 2
    second = await documents.find_draft(doctor, visit.act_id)
    assert first is not None
    assert second is not None
    assert second.identity == first.identity
    assert second.content.plan == "b"
    assert second.updated_at - first.updated_at == timedelta(minutes=1)


@pytest.mark.parametrize("revision", [0, 1, 3])
async def test_a_stale_save_is_a_conflict_that_overwrites_nothing(
    documents: DocumentService, doctor: Caller, visit: Visit, revision: int
) -> None:
    act = {"act_id": visit.act_id, "patient_id": visit.patient_id}
    await documents.save_draft(doctor, **act, content=make_content(plan="un"), revision=0)
    await documents.save_draft(doctor, **act, content=make_content(plan="deux"), revision=1)
    with pytest.raises(Conflict) as caught:
        await documents.save_draft(doctor, **act, content=make_content(plan="perdu"), revision=revision)
    assert caught.value.code == "draft.stale"
    kept = await documents.find_draft(doctor, visit.act_id)
    assert kept is not None
    assert (kept.revision, kept.content.plan) == (2, "deux")


async def test_of_two_saves_at_once_one_wins_and_the_other_is_told(
    documents: DocumentService, doctor: Caller, visit: Visit
) -> None:
    act = {"act_id": visit.act_id, "patient_id": visit.patient_id}
    await documents.save_draft(doctor, **act, content=make_content(), revision=0)
    saves = (documents.save_draft(doctor, **act, content=make_content(plan=f"{n}"), revision=1) for n in range(4))
    results = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 3
    kept = await documents.find_draft(doctor, visit.act_id)
    assert kept is not None
    assert kept.revision == 2


async def test_what_is_written_is_not_in_the_database_in_clear(
    documents: DocumentService, doctor: Caller, visit: Visit, sign: Sign, database: Database
) -> None:
    await sign(visit)
    await documents.save_draft(doctor, act_id=uuid4(), patient_id=visit.patient_id, content=make_content(), revision=0)
    async with database.read() as session:
        for table in ("report_drafts", "sealed_contents", "signed_documents"):
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608 - our own names
            stored = b" ".join(bytes(value) if isinstance(value, bytes) else str(value).encode() for value in rows[0])
            for word in (b"Rhinopharyngite", b"LEROY", b"279035121518989", b"%PDF", b"ClinicalDocument"):
                assert word not in stored, (table, word)


async def test_another_doctor_does_not_write_on_a_draft(
    documents: DocumentService, doctor: Caller, colleague: Caller, visit: Visit
) -> None:
    act = {"act_id": visit.act_id, "patient_id": visit.patient_id}
    draft = await documents.save_draft(doctor, **act, content=make_content(), revision=0)
    with pytest.raises(NotFound):
        await documents.save_draft(colleague, **act, content=make_content(plan="autre"), revision=1)
    with pytest.raises(NotFound):
        await documents.prepare(colleague, visit.act_id, revision=1, facts=visit.facts)
    assert await documents.find_draft(replace(doctor, practice_id=uuid4()), visit.act_id) is None
    assert await documents.find_draft(doctor, visit.act_id) == draft


async def test_a_secretary_writes_no_report(documents: DocumentService, doctor: Caller, visit: Visit) -> None:
    secretary = replace(doctor, roles=frozenset({Role.SECRETARY}))
    with pytest.raises(Forbidden):
        await documents.find_draft(secretary, visit.act_id)
    with pytest.raises(Forbidden):
        await documents.save_draft(
            secretary, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
        )


async def test_a_preview_shows_what_lacks_and_stores_nothing(
    documents: DocumentService, doctor: Caller, visit: Visit, database: Database
) -> None:
    preview = await documents.preview(visit.facts, make_content(conclusion="", prescribed=None))
    assert preview.pdf.startswith(b"%PDF")
    assert [reason.code for reason in preview.decision.refusals] == [
        "report.conclusion_missing",
        "report.prescriptions_missing",
    ]
    assert await documents.find_draft(doctor, visit.act_id) is None
    assert await trace_of(database) == []


async def test_a_signature_keeps_everything_and_closes_the_draft(
    documents: DocumentService, archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, clock: FrozenClock
) -> None:
    signed: SignedDocument = await sign(visit)
    assert signed.state is DocumentState.SIGNED
    assert (signed.identity.version, signed.act_id, signed.signer_rpps) == (1, visit.act_id, "10100000017")
    assert signed.signed_at == clock.now()
    assert await documents.find_draft(doctor, visit.act_id) is None
    found = await archive.download(doctor, signed.identity.document_id, Artifact.PDF)
    assert found.document == signed
    header = read_report_cda(found.files.cda)
    assert header.pdf == found.files.pdf
    assert header.identity == signed.identity
    assert header.signed_at == clock.now()
    assert VERIFIER.is_valid(found.files.manifest, found.files.seal)
    manifest = json.loads(found.files.manifest)
    assert manifest["signed_at"] == "2026-11-25T12:00:00+01:00"
    assert manifest["signer_rpps"] == "10100000017"


async def test_an_act_has_one_report(documents: DocumentService, doctor: Caller, visit: Visit, sign: Sign) -> None:
    await sign(visit)
    with pytest.raises(Conflict) as caught:
        await documents.save_draft(
            doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
        )
    assert caught.value.code == "draft.stale"
    with pytest.raises(Conflict):
        await documents.sign(doctor, visit.act_id, revision=1, facts=visit.facts)


async def test_what_the_author_has_not_read_is_not_signed(
    documents: DocumentService, doctor: Caller, visit: Visit
) -> None:
    act = {"act_id": visit.act_id, "patient_id": visit.patient_id}
    await documents.save_draft(doctor, **act, content=make_content(), revision=0)
    prepared = await documents.prepare(doctor, visit.act_id, revision=1, facts=visit.facts)
    await documents.save_draft(doctor, **act, content=make_content(plan="changé"), revision=1)
    with pytest.raises(Conflict):
        await documents.prepare(doctor, visit.act_id, revision=1, facts=visit.facts)
    with pytest.raises(Conflict):
        async with documents._database.begin() as uow:
            await documents.store_signed(uow, doctor, prepared)
    kept = await documents.find_draft(doctor, visit.act_id)
    assert kept is not None
    assert kept.content.plan == "changé"


async def test_two_signatures_at_once_make_one_document(
    documents: DocumentService, archive: DocumentArchive, doctor: Caller, visit: Visit
) -> None:
    await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
    )
    signing = (documents.sign(doctor, visit.act_id, revision=1, facts=visit.facts) for _ in range(3))
    results = await asyncio.gather(*signing, return_exceptions=True)
    assert sum(isinstance(result, SignedDocument) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert len(await archive.list_of_patient(doctor, visit.patient_id, limit=10)) == 1


async def test_an_incomplete_report_is_refused_with_every_reason_and_traced(
    documents: DocumentService, doctor: Caller, visit: Visit, database: Database
) -> None:
    await documents.save_draft(
        doctor,
        act_id=visit.act_id,
        patient_id=visit.patient_id,
        content=make_content(conclusion="😀", prescribed=None),
        revision=0,
    )
    facts = replace(visit.facts, continuity=make_continuity(incidents=None))
    with pytest.raises(Refused) as caught:
        await documents.sign(doctor, visit.act_id, revision=1, facts=facts)
    codes = [reason.code for reason in caught.value.decision.refusals]
    assert codes == ["report.prescriptions_missing", "report.incidents_missing", "report.unprintable"]
    last = (await trace_of(database))[-1]
    assert (last.note.action, last.outcome, last.code) == ("document.sign", "refused", "refused")
    assert last.note.details == {"reasons": ",".join(codes)}
    assert await documents.find_draft(doctor, visit.act_id) is not None


async def test_only_the_author_of_the_facts_signs(documents: DocumentService, doctor: Caller, visit: Visit) -> None:
    borrowed = replace(doctor, rpps="10100000033")
    await documents.save_draft(
        borrowed, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
    )
    with pytest.raises(Refused) as caught:
        await documents.sign(borrowed, visit.act_id, revision=1, facts=visit.facts)
    assert [reason.code for reason in caught.value.decision.refusals] == ["report.signer_not_author"]


async def test_a_test_matricule_stops_a_signature_in_production(
    documents: DocumentService, preparer: Preparer, doctor: Caller, visit: Visit
) -> None:
    preparer._is_production = True
    await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
    )
    with pytest.raises(Refused) as caught:
        await documents.sign(doctor, visit.act_id, revision=1, facts=visit.facts)
    assert [reason.code for reason in caught.value.decision.refusals] == ["ins.test_matricule"]
    provisional = make_patient(identity_status=IdentityStatus.PROV)
    signed = await documents.sign(doctor, visit.act_id, revision=1, facts=replace(visit.facts, patient=provisional))
    assert signed.identity.version == 1


async def test_a_signature_leaves_a_trace_and_an_event_without_any_trait(
    documents: DocumentService, doctor: Caller, visit: Visit, database: Database
) -> None:
    await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
    )
    prepared = await documents.prepare(doctor, visit.act_id, revision=1, facts=visit.facts)
    async with database.begin() as uow:
        signed = await documents.store_signed(uow, doctor, prepared)
        (event,) = uow.events
    assert event.name == "document.signed"
    assert event.payload["document_id"] == str(signed.identity.document_id)
    assert event.payload["has_qualified_identity"] is True
    assert event.payload["medecin_traitant_rpps"] == "10100000033"
    actions = [entry.note.action for entry in await trace_of(database)]
    assert actions == ["document.save_draft", "document.sign"]
    told = json.dumps(dict(event.payload)) + str(await trace_of(database))
    for trait in ("LEROY", "279035121518989", "1979-03-28", "Toux"):
        assert trait not in told


async def test_a_failing_transaction_signs_nothing(
    documents: DocumentService, archive: DocumentArchive, doctor: Caller, visit: Visit, database: Database
) -> None:
    await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
    )
    prepared = await documents.prepare(doctor, visit.act_id, revision=1, facts=visit.facts)

    async def fail_to_close() -> None:
        async with database.begin() as uow:
            await documents.store_signed(uow, doctor, prepared)
            raise Conflict("the act could not be closed")

    with pytest.raises(Conflict):
        await fail_to_close()
    assert await documents.find_draft(doctor, visit.act_id) is not None
    assert await archive.list_of_patient(doctor, visit.patient_id, limit=10) == []
    assert (await trace_of(database))[-1 - 1].outcome == "refused"


async def test_a_correction_replaces_and_both_versions_stay(
    documents: DocumentService, archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, clock: FrozenClock
) -> None:
    first: SignedDocument = await sign(visit)
    clock.advance(timedelta(hours=1))
    draft = await documents.replace(doctor, first.identity.document_id, reason=" posologie corrigée ")
    assert (draft.identity.version, draft.identity.replaces) == (2, first.identity.document_id)
    assert draft.identity.set_id == first.identity.set_id
    assert draft.content == make_content()
    corrected = make_content(plan="Une demi-dose.")
    saved = await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=corrected, revision=draft.revision
    )
    second = await documents.sign(doctor, visit.act_id, revision=saved.revision)
    assert second.identity.replaces == first.identity.document_id
    found, versions = await archive.get(doctor, first.identity.document_id)
    assert found.state is DocumentState.SUPERSEDED
    assert [version.state for version in versions] == [DocumentState.SUPERSEDED, DocumentState.SIGNED]
    current = await archive.list_of_patient(doctor, visit.patient_id, limit=10)
    assert [document.identity.document_id for document in current] == [second.identity.document_id]
    files = (await archive.download(doctor, second.identity.document_id, Artifact.CDA)).files
    assert read_report_cda(files.cda).identity.replaces == first.identity.document_id
    for version in (first, second):
        assert (await archive.verify(doctor, version.identity.document_id)).is_intact


async def test_a_correction_may_state_new_facts(
    documents: DocumentService, archive: DocumentArchive, doctor: Caller, sign: Sign
) -> None:
    visit = make_visit(patient=make_patient(identity_status=IdentityStatus.PROV))
    first: SignedDocument = await sign(visit)
    draft = await documents.replace(doctor, first.identity.document_id, reason="identité qualifiée")
    qualified = replace(visit.facts, patient=make_patient())
    second = await documents.sign(doctor, visit.act_id, revision=draft.revision, facts=qualified)

    async def matricule(document: SignedDocument) -> bool:
        files = (await archive.download(doctor, document.identity.document_id, Artifact.CDA)).files
        return read_report_cda(files.cda).matricule is not None

    assert [await matricule(first), await matricule(second)] == [False, True]


async def test_only_the_current_version_is_corrected_once_and_by_its_author(
    documents: DocumentService, doctor: Caller, colleague: Caller, visit: Visit, sign: Sign
) -> None:
    first: SignedDocument = await sign(visit)
    with pytest.raises(Forbidden):
        await documents.replace(colleague, first.identity.document_id, reason="non")
    with pytest.raises(NotFound):
        await documents.replace(replace(doctor, practice_id=uuid4()), first.identity.document_id, reason="non")
    with pytest.raises(Invalid):
        await documents.replace(doctor, first.identity.document_id, reason="  ")
    draft = await documents.replace(doctor, first.identity.document_id, reason="oubli")
    with pytest.raises(Conflict) as caught:
        await documents.replace(doctor, first.identity.document_id, reason="oubli")
    assert caught.value.code == "draft.exists"
    await documents.sign(doctor, visit.act_id, revision=draft.revision)
    with pytest.raises(Conflict) as caught:
        await documents.replace(doctor, first.identity.document_id, reason="encore")
    assert caught.value.code == "document.superseded"


async def test_a_first_version_needs_the_facts_of_its_act(
    documents: DocumentService, doctor: Caller, visit: Visit
) -> None:
    await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=0
    )
    with pytest.raises(LookupError):
        await documents.sign(doctor, visit.act_id, revision=1)


async def test_check_tells_the_page_what_lacks(documents: DocumentService) -> None:
    assert documents.check(make_facts(), make_content()).is_allowed
    assert not documents.check(make_facts(), make_content(conclusion="")).is_allowed
