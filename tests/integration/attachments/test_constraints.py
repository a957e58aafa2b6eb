"""What the database itself refuses, each by its name, on both databases."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from telemed.storage.engine import violated_constraint
from tests.fixtures.pictures import make_png
from tests.integration.attachments.conftest import Desk

pytestmark = pytest.mark.asyncio

FILES = (
    ("state = 'lost'", "state"),
    ("length = 0, received = 0", "length"),
    ("length = 52428801, received = 52428801", "length"),
    ("received = length + 1", "received"),
    ("state = 'checking', received = 0", "whole"),
    ("kind = NULL", "known"),
    ("sha256 = NULL", "known"),
    ("state = 'refused'", "refusal_explained"),
    ("refusal = 'bomb'", "refusal_explained"),
    ("state = 'withdrawn'", "withdrawal_explained"),
    ("tail = withdrawal_or_name", "tail"),
)
BOXES = (
    ("bytes_taken = 209715201", "bytes_taken"),
    ("bytes_taken = -1", "bytes_taken"),
    ("file_count = 101", "file_count"),
    ("owner_kind = 'nothing'", "owner_kind"),
)


async def violation(desk: Desk, statement: str, row_id: UUID) -> str:
    key = row_id.hex if desk.services.database.is_sqlite else row_id
    with pytest.raises(IntegrityError) as refused:
        async with desk.services.database.begin() as uow:
            await uow.session.execute(text(statement), {"id": key})
    return violated_constraint(refused.value)


async def test_a_file_is_known_whole_and_explained(desk: Desk) -> None:
    one = (await desk.join(await desk.scene.draft(), make_png())).body
    found = {}
    for change, name in FILES:
        statement = f"UPDATE attachments SET {change.replace('withdrawal_or_name', 'name')} WHERE id = :id"  # noqa: S608 - ours
        found[change] = (await violation(desk, statement, UUID(one["id"])), f"ck_attachments_{name}")
    assert {change: seen for change, (seen, wanted) in found.items() if seen != wanted} == {}


async def test_a_box_holds_what_it_may(desk: Desk) -> None:
    case = await desk.scene.draft()
    await desk.begin(case, 10)
    for change, name in BOXES:
        statement = f"UPDATE attachment_boxes SET {change} WHERE owner_id = :id"  # noqa: S608 - ours
        assert await violation(desk, statement, case.id) == f"ck_attachment_boxes_{name}"
