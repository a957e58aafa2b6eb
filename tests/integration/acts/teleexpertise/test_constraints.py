"""What the database itself refuses, each by its name, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from telemed.acts.teleexpertise.model import Urgency
from telemed.experts.store.standings import StandingStore
from telemed.storage.engine import violated_constraint
from tests.integration.acts.teleexpertise.conftest import Scene, ids_of
from tests.integration.acts.teleexpertise.duty import Duty

pytestmark = pytest.mark.asyncio


async def violation(scene: Scene, statement: str, values: Mapping[str, Any]) -> str:
    with pytest.raises(IntegrityError) as refused:
        async with scene.services.database.begin() as uow:
            await uow.session.execute(text(statement), dict(values))
    return violated_constraint(refused.value)


def key(scene: Scene, case_id: Any) -> Any:
    return case_id.hex if scene.services.database.is_sqlite else case_id


CASES = (
    ("owner = NULL", "owned"),
    ("due_at = NULL", "due"),
    ("state = 'closed', owner = NULL, answered_at = sent_at, ended_at = sent_at", "due"),
    ("state = 'closed', due_at = NULL, answered_at = sent_at, ended_at = sent_at", "owned"),
    ("state = 'closed', owner = NULL, due_at = NULL, answered_at = sent_at", "ended"),
    ("state = 'expired', owner = NULL, due_at = NULL, ended_at = sent_at", "end_explained"),
    ("state = 'lost'", "state"),
    ("deadline = NULL", "sent"),
    ("deadline = sent_at", "delays"),
    ("expires_at = deadline", "delays"),
    ("accepted_at = NULL", "acceptance"),
    ("requis_id = NULL, requis_rpps = NULL, accepted_at = NULL", "accepted"),
    ("state = 'answered'", "answered"),
    ("requis_rpps = requerant_rpps", "two_persons"),
    ("stage = NULL, stage_until = NULL, sought_in = NULL", "cascade"),
    ("stage_until = NULL", "cascade"),
    ("stage = 'anybody'", "stage"),
    ("stage = 'line'", "line"),
    ("look_at = due_at", "looked_at"),
    ("state = 'queued', look_at = due_at", "queued"),
)
OFFERS = (
    ("outcome = 'lost', settled_at = offered_at, due_at = NULL", "ck_teleexpertise_offers_outcome"),
    ("outcome = 'accepted'", "ck_teleexpertise_offers_settled"),
    ("outcome = 'refused', settled_at = offered_at, due_at = NULL", "ck_teleexpertise_offers_refusal_explained"),
    ("outcome = 'lapsed', settled_at = offered_at", "ck_teleexpertise_offers_listed"),
    ("via = 'letter'", "ck_teleexpertise_offers_via"),
    ("via = 'line'", "ck_teleexpertise_offers_line"),
    ("until = offered_at", "ck_teleexpertise_offers_time_box"),
    ("outcome = 'accepted', settled_at = offered_at", "uq_teleexpertise_offers_accepted"),
    ("rpps = '10100000073'", "uq_teleexpertise_offers_pending"),
)


async def test_a_case_that_cannot_be_is_refused(scene: Scene) -> None:
    case = await scene.accepted()
    for change, constraint in CASES:
        statement = f"UPDATE teleexpertises SET {change} WHERE id = :id"  # noqa: S608
        assert await violation(scene, statement, {"id": key(scene, case.id)}) == f"ck_teleexpertises_{constraint}"


async def test_an_offer_that_cannot_be_is_refused(scene: Scene) -> None:
    case = await scene.sent(scene.expert, scene.second, urgency=Urgency.HOURS)
    for change, constraint in OFFERS:
        statement = f"UPDATE teleexpertise_offers SET {change} WHERE case_id = :id"  # noqa: S608
        assert await violation(scene, statement, {"id": key(scene, case.id)}) == constraint


async def test_what_was_written_stays(scene: Scene) -> None:
    case = await scene.answered()
    await scene.expertise.messages.write(scene.asker, case.id, "Merci.")
    for table in ("teleexpertise_moves", "teleexpertise_messages", "teleexpertise_opinions"):
        for verb in (f"UPDATE {table} SET case_id = case_id", f"DELETE FROM {table}"):  # noqa: S608
            with pytest.raises(DBAPIError, match="append-only"):
                async with scene.services.database.begin() as uow:
                    await uow.session.execute(text(verb))


async def test_nothing_about_the_patient_is_in_clear(scene: Scene) -> None:
    case = await scene.answered()
    await scene.expertise.messages.write(scene.asker, case.id, "Merci pour votre avis.")
    secrets = (b"exerese", "exérèse".encode(), b"HTA", b"amlodipine", b"vit seule", b"Merci pour", "kératose".encode())
    for table in ("teleexpertises", "teleexpertise_messages", "teleexpertise_opinions", "teleexpertise_offers"):
        async with scene.services.database.read() as session:
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608
        assert rows
        raw = b"|".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
        assert not [secret for secret in secrets if secret in raw]


STANDINGS = (("pending = -1", "pending"), ("open_cases = -1", "open_cases"), ("accepted = -1", "accepted"))


async def test_a_standing_that_cannot_be_is_refused(scene: Scene) -> None:
    await scene.accepted()
    for change, constraint in STANDINGS:
        statement = f"UPDATE expert_standings SET {change}"  # noqa: S608
        assert await violation(scene, statement, {}) == f"ck_expert_standings_{constraint}"


async def test_two_members_never_share_a_turn(scene: Scene) -> None:
    duty = Duty(scene)
    line_id = await duty.line(scene.expert, scene.second)
    async with scene.services.database.begin() as uow:
        await StandingStore(uow.session).add_turns(line_id, ids_of((scene.expert, scene.second)))
    refused = await violation(scene, "UPDATE expert_line_turns SET turn = 1", {})
    assert refused == "uq_expert_line_turns_line_id_turn"
    assert await violation(scene, "UPDATE expert_line_turns SET turns = 0", {}) == "ck_expert_line_turns_turns"
