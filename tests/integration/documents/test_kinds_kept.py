"""The tables of documents made anew around documents that were sealed before: each byte and each reference stays."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from telemed.documents.model import DocumentKind
from telemed.documents.service import DocumentArchive, DocumentService
from telemed.kernel.caller import Caller
from telemed.storage.engine import Database
from telemed.storage.migrate import _config, difference, upgrade
from tests.integration.documents.conftest import Sign, Visit

pytestmark = pytest.mark.asyncio


async def test_documents_outlive_the_change_of_their_tables(
    database: Database, documents: DocumentService, archive: DocumentArchive, sign: Sign, visit: Visit, doctor: Caller
) -> None:
    """A version that replaces another, and a correction being written, there and back."""
    first = await sign(visit)
    draft = await documents.replace(doctor, first.identity.document_id, reason="posologie")
    second = await documents.sign(doctor, visit.act_id, revision=draft.revision)
    await documents.replace(doctor, second.identity.document_id, reason="encore")
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda one: command.downgrade(_config(one), "0019"))
    await upgrade(database)
    assert await difference(database) == ""
    _, versions = await archive.get(doctor, second.identity.document_id)
    assert [(one.identity.version, one.kind) for one in versions] == [
        (1, DocumentKind.TELECONSULTATION_REPORT),
        (2, DocumentKind.TELECONSULTATION_REPORT),
    ]
    for version in versions:
        assert (await archive.verify(doctor, version.identity.document_id)).is_intact
    kept = await documents.find_draft(doctor, visit.act_id)
    assert kept is not None
    assert kept.identity.replaces == second.identity.document_id


@pytest.mark.parametrize("statement", ["DELETE FROM signed_documents", "UPDATE sealed_contents SET seal = 'x'"])
async def test_the_tables_made_anew_refuse_as_before(
    database: Database, sign: Sign, visit: Visit, statement: str
) -> None:
    await sign(visit)
    with pytest.raises(DatabaseError, match="append-only"):
        async with database.engine.begin() as connection:
            await connection.execute(text(statement))
    with pytest.raises(DatabaseError):
        async with database.engine.begin() as connection:
            await connection.execute(text("UPDATE signed_documents SET kind = 'teleexpertise_report'"))


async def test_a_sealed_content_still_needs_its_document(database: Database, sign: Sign, visit: Visit) -> None:
    await sign(visit)
    columns = "pdf, cda, report, replacement_reason, manifest, seal"
    copy = f"INSERT INTO sealed_contents SELECT :id, {columns} FROM sealed_contents"  # noqa: S608
    unknown = "0" * 32 if database.is_sqlite else "00000000-0000-0000-0000-000000000000"
    cast = ":id" if database.is_sqlite else "CAST(:id AS uuid)"
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"):
        async with database.engine.begin() as connection:
            await connection.execute(text(copy.replace(":id", cast)), {"id": unknown})
