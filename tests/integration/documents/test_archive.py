"""Signed documents: who reads them, that nobody changes them, and that any change shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from telemed.documents.model import SealedFiles, SignedDocument, Visibility
from telemed.documents.service import (
    Artifact,
    DocumentArchive,
    DocumentService,
    read_sealed_files,
    seal_file,
    verify_files,
)
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Forbidden, NotFound
from telemed.security.signing import PublicKey, SealVerifier, make_signing_key
from telemed.storage.engine import Database, sync_engine_of, violated_constraint
from tests.integration.documents.conftest import SIGNER, VERIFIER, Sign, Visit, make_visit, trace_of
from tests.unit.documents.making import make_content

pytestmark = pytest.mark.asyncio


def hidden(*codes: Visibility) -> Any:
    return make_content(visibility=frozenset(codes))


async def test_each_opening_is_traced_also_when_refused(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, database: Database
) -> None:
    signed: SignedDocument = await sign(visit)
    document_id = signed.identity.document_id
    await archive.download(doctor, document_id, Artifact.CDA)
    with pytest.raises(NotFound):
        await archive.download(replace(doctor, practice_id=uuid4()), document_id, Artifact.PDF)
    with pytest.raises(NotFound):
        await archive.get(doctor, uuid4())
    opened, refused, absent = (await trace_of(database))[-3:]
    assert (opened.note.action, opened.outcome) == ("document.download_cda", "done")
    assert (refused.note.action, refused.outcome, refused.code) == ("document.download_pdf", "refused", "not_found")
    assert refused.note.patient_id == visit.patient_id
    assert absent.note.patient_id is None
    assert opened.note.resource == f"document:{document_id}"


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_only_doctors_read_reports(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, role: Role
) -> None:
    signed: SignedDocument = await sign(visit)
    other = replace(doctor, roles=frozenset({role}))
    with pytest.raises(NotFound):
        await archive.get(other, signed.identity.document_id)
    with pytest.raises(Forbidden):
        await archive.list_of_patient(other, visit.patient_id, limit=10)


async def test_the_patient_reads_the_report_of_the_act_of_the_link(
    archive: DocumentArchive, visit: Visit, sign: Sign
) -> None:
    signed: SignedDocument = await sign(visit)
    other: SignedDocument = await sign(make_visit(visit.patient_id))
    found = await archive.download(visit.link, signed.identity.document_id, Artifact.PDF)
    assert found.files.pdf.startswith(b"%PDF")
    with pytest.raises(NotFound):
        await archive.get(visit.link, other.identity.document_id)
    listed = await archive.list_of_patient(visit.link, visit.patient_id, limit=10)
    assert [document.identity for document in listed] == [signed.identity]
    with pytest.raises(NotFound):
        await archive.list_of_patient(visit.link, uuid4(), limit=10)


@pytest.mark.parametrize("code", [Visibility.INVISIBLE_PATIENT, Visibility.INVISIBLE_REPRESENTANTS_LEGAUX])
async def test_a_document_hidden_from_the_patient_is_hidden_everywhere(
    archive: DocumentArchive, documents: DocumentService, doctor: Caller, visit: Visit, sign: Sign, code: Visibility
) -> None:
    signed: SignedDocument = await sign(visit, hidden(code))
    with pytest.raises(NotFound):
        await archive.download(visit.link, signed.identity.document_id, Artifact.PDF)
    assert await archive.list_of_patient(visit.link, visit.patient_id, limit=10) == []
    assert await documents.find_of_act(visit.link, visit.act_id) is None
    assert await documents.find_of_act(doctor, visit.act_id) == signed


async def test_a_masked_document_is_its_authors_alone(
    archive: DocumentArchive, doctor: Caller, colleague: Caller, visit: Visit, sign: Sign
) -> None:
    masked: SignedDocument = await sign(visit, hidden(Visibility.MASQUE_PS))
    plain: SignedDocument = await sign(make_visit(visit.patient_id))
    with pytest.raises(NotFound):
        await archive.get(colleague, masked.identity.document_id)

    async def seen(caller: Caller) -> set[UUID]:
        found = await archive.list_of_patient(caller, visit.patient_id, limit=10)
        return {document.identity.document_id for document in found}

    assert await seen(doctor) == {masked.identity.document_id, plain.identity.document_id}
    assert await seen(colleague) == {plain.identity.document_id}
    assert await seen(replace(doctor, practice_id=uuid4())) == set()


async def test_a_version_that_a_reader_may_not_see_is_not_in_the_history(
    archive: DocumentArchive, documents: DocumentService, doctor: Caller, colleague: Caller, visit: Visit, sign: Sign
) -> None:
    first: SignedDocument = await sign(visit, hidden(Visibility.MASQUE_PS))
    draft = await documents.replace(doctor, first.identity.document_id, reason="démasqué")
    saved = await documents.save_draft(
        doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=make_content(), revision=draft.revision
    )
    second = await documents.sign(doctor, visit.act_id, revision=saved.revision)
    _, versions = await archive.get(colleague, second.identity.document_id)
    assert [version.identity.version for version in versions] == [2]


async def test_the_list_is_paged_from_the_newest(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign
) -> None:
    signed = [await sign(make_visit(visit.patient_id)) for _ in range(5)]
    newest_first = [document.identity.document_id for document in signed][::-1]
    first = await archive.list_of_patient(doctor, visit.patient_id, limit=3)
    before = first[-1].identity.document_id
    rest = await archive.list_of_patient(doctor, visit.patient_id, limit=3, before=before)
    assert [document.identity.document_id for document in (*first, *rest)] == newest_first


async def test_a_list_takes_as_many_statements_whatever_its_length(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, database: Database
) -> None:
    async def statements() -> int:
        counted: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            counted.append(statement)

        event.listen(sync_engine_of(database), "before_cursor_execute", count)
        try:
            await archive.list_of_patient(doctor, visit.patient_id, limit=50)
        finally:
            event.remove(sync_engine_of(database), "before_cursor_execute", count)
        return len(counted)

    await sign(make_visit(visit.patient_id))
    one = await statements()
    for _ in range(4):
        await sign(make_visit(visit.patient_id))
    assert await statements() == one


@asynccontextmanager
async def tampering(database: Database) -> AsyncIterator[Any]:
    async with database.engine.begin() as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sealed_contents SET seal = 'x'",
        "UPDATE sealed_contents SET pdf = cda",
        "DELETE FROM sealed_contents",
        "DELETE FROM signed_documents",
        "UPDATE signed_documents SET content_sha256 = 'x'",
        "UPDATE signed_documents SET signer_rpps = '10100000033'",
        "UPDATE signed_documents SET masked_from_professionals = TRUE",
        "UPDATE signed_documents SET version = 7, superseded_at = signed_at",
        "UPDATE signed_documents SET superseded_at = NULL",
    ],
)
async def test_the_database_itself_refuses_to_change_what_was_signed(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, database: Database, statement: str
) -> None:
    signed: SignedDocument = await sign(visit)
    with pytest.raises(DatabaseError, match="append-only"):
        async with tampering(database) as connection:
            await connection.execute(text(statement))
    assert (await archive.verify(doctor, signed.identity.document_id)).is_intact


async def test_a_document_is_superseded_once(visit: Visit, sign: Sign, database: Database) -> None:
    await sign(visit)
    async with tampering(database) as connection:
        await connection.execute(text("UPDATE signed_documents SET superseded_at = signed_at"))
    for value in ("NULL", "act_started_at"):
        with pytest.raises(DatabaseError, match="append-only"):
            async with tampering(database) as connection:
                await connection.execute(text(f"UPDATE signed_documents SET superseded_at = {value}"))  # noqa: S608


INSERT = """
INSERT INTO signed_documents (id, set_id, version, replaces_id, kind, practice_id, patient_id, act_id, author_id,
signer_rpps, act_code, act_started_at, signed_at, masked_from_professionals, hidden_from_patient,
hidden_from_representatives, content_sha256, pdf_bytes, cda_bytes, superseded_at)
SELECT :new_id, {set_id}, {version}, {replaces}, kind, practice_id, patient_id, {act_id}, author_id, signer_rpps,
act_code, act_started_at, signed_at, masked_from_professionals, hidden_from_patient,
hidden_from_representatives, content_sha256, pdf_bytes, cda_bytes, NULL FROM signed_documents WHERE id = :id
"""


@pytest.mark.parametrize(
    ("set_id", "version", "replaces", "act_id", "constraint"),
    [
        ("set_id", 2, "id", ":other", "uq_signed_documents_current"),
        (":other", 1, "NULL", "act_id", "uq_signed_documents_act_id_kind_version"),
        (":other", 0, "id", ":other", "ck_signed_documents_version_from_one"),
        (":other", 2, "NULL", ":other", "ck_signed_documents_later_versions_replace"),
        (":other", 1, "id", ":other", "ck_signed_documents_later_versions_replace"),
    ],
)
async def test_the_database_itself_holds_the_versions(
    sign: Sign, database: Database, set_id: str, version: int, replaces: str, act_id: str, constraint: str
) -> None:
    signed: SignedDocument = await sign(make_visit())
    as_stored: Callable[[UUID], Any] = (lambda each: each.hex) if database.is_sqlite else (lambda each: each)
    values = {"new_id": as_stored(uuid4()), "id": as_stored(signed.identity.document_id), "other": as_stored(uuid4())}
    statement = text(INSERT.format(set_id=set_id, version=version, replaces=replaces, act_id=act_id))
    used = {name: value for name, value in values.items() if f":{name}" in statement.text}
    with pytest.raises(IntegrityError) as caught:
        async with tampering(database) as connection:
            await connection.execute(statement, used)
    assert violated_constraint(caught.value) == constraint


async def files_of(archive: DocumentArchive, doctor: Caller, signed: SignedDocument) -> SealedFiles:
    return (await archive.download(doctor, signed.identity.document_id, Artifact.SEAL)).files


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


async def test_one_flipped_bit_anywhere_is_found(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign
) -> None:
    files = await files_of(archive, doctor, await sign(visit))
    assert verify_files(files, VERIFIER).is_intact
    for name in ("pdf", "cda", "manifest"):
        content: bytes = getattr(files, name)
        for place in range(0, len(content), max(1, len(content) // 40)):
            changed = replace(files, **{name: flipped(content, place)})  # type: ignore[arg-type]  # all three are bytes
            verdict = verify_files(changed, VERIFIER)
            assert not verdict.is_intact, (name, place)
            assert verdict.faults[0] == ("seal" if name == "manifest" else name)


async def test_files_of_two_documents_do_not_mix(archive: DocumentArchive, doctor: Caller, sign: Sign) -> None:
    one = await files_of(archive, doctor, await sign(make_visit()))
    other = await files_of(archive, doctor, await sign(make_visit()))
    assert verify_files(replace(one, pdf=other.pdf), VERIFIER).faults == ("pdf", "cda_body")
    assert verify_files(replace(one, cda=other.cda), VERIFIER).faults == ("cda",)
    assert verify_files(replace(one, seal=other.seal), VERIFIER).faults == ("seal",)
    assert verify_files(replace(one, manifest=other.manifest, seal=other.seal), VERIFIER).faults == ("pdf", "cda")


async def test_a_seal_of_an_unknown_key_is_worth_nothing(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign
) -> None:
    files = await files_of(archive, doctor, await sign(visit))
    stranger = SealVerifier([PublicKey.from_pem(make_signing_key())])
    assert verify_files(files, stranger).faults == ("seal",)


async def test_a_seal_travels_as_a_file(archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign) -> None:
    files = await files_of(archive, doctor, await sign(visit))
    assert read_sealed_files(files.pdf, files.cda, seal_file(files)) == files
    for wrong in (b"", b"[]", b'{"manifest": {}}', b'{"manifest": {"a": 1.5}, "jws": ""}'):
        with pytest.raises(ValueError, match="seal file"):
            read_sealed_files(files.pdf, files.cda, wrong)


async def test_what_another_hand_put_in_the_database_is_found(
    archive: DocumentArchive, doctor: Caller, visit: Visit, sign: Sign, database: Database
) -> None:
    """Someone who can drop triggers and has the encryption key still cannot make a seal."""
    signed: SignedDocument = await sign(visit)
    forged = database.keyring.seal(b"%PDF-1.7 forged %%EOF", "sealed_contents.pdf")
    async with tampering(database) as connection:
        suffix = "" if database.is_sqlite else " ON sealed_contents"
        await connection.execute(text(f"DROP TRIGGER sealed_contents_no_update{suffix}"))
        await connection.execute(text("UPDATE sealed_contents SET pdf = :pdf"), {"pdf": forged})
    verdict = await archive.verify(doctor, signed.identity.document_id)
    assert verdict.faults == ("pdf", "cda_body")
    assert SIGNER.public_key.key_id
