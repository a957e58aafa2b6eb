"""Every list takes a constant number of SQL statements, whatever its length, and pages without loss or double."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import event

from telemed.api.pagination import encode_cursor
from telemed.app import OPERATIONS, Services, build_services
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.security.keyring import Keyring
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database, sync_engine_of
from tests.fixtures.clocks import NOON
from tests.fixtures.http import Api
from tests.fixtures.people import People, make_people
from tests.integration.acts.teleconsultation.conftest import KeptMessages
from tests.integration.api.filled import MANY, fill_lists

pytestmark = pytest.mark.asyncio


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The SQL statements that requests made in a block; those of the work in the background are its own."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "request_id" in structlog.contextvars.get_contextvars():
            statements.append(statement)

    engine = sync_engine_of(database)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class Full:
    """Thirty of everything, and the ids that addresses name."""

    services: Services
    people: People
    ids: dict[str, str]


@pytest_asyncio.fixture(scope="module")
async def full(
    module_database_url: str, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Full]:
    settings = Settings(environment=Environment.TEST, data_dir=tmp_path_factory.mktemp("full")).with_keys()
    database = Database(module_database_url, keyring)
    senders = {Channel.SMS: KeptMessages()}
    services = build_services(settings, clock=FrozenClock(NOON), database=database, senders=senders)
    people = await make_people(services)
    yield Full(services, people, await fill_lists(services, people))
    await database.close()


@pytest.fixture
def services(full: Full) -> Services:
    """What `api` serves."""
    return full.services


async def walk(api: Api, path: str, caller: Caller, limit: int) -> list[str]:
    """Every item's id, page by page."""
    found, cursor, joint = [], "", "&" if "?" in path else "?"
    while True:
        reply = await api.call("GET", f"{path}{joint}limit={limit}{cursor}", by=caller)
        assert reply.status == 200, reply.body
        found += [str(item.get("id") or item.get("number") or item) for item in reply.body["items"]]
        if reply.body["next_cursor"] is None:
            return found
        cursor = f"&cursor={reply.body['next_cursor']}"


LISTS = {
    "/teleconsultations": "secretary",
    "/patients": "secretary",
    "/professionals": "secretary",
    "/sessions": "doctor",
    "/trace": "auditor",
    "/billing/claims": "doctor",
    "/billing/cap/acts?year=2026": "doctor",
    "/billing/professionals/{doctor_id}/derogations": "doctor",
    "/billing/standings": "doctor",
    "/billing/standings/due?until=2026-12-31": "secretary",
    "/billing/lots": "secretary",
    "/billing/returns/anomalies": "administrator",
    "/billing/professionals/{doctor_id}/activity/imports": "doctor",
    "/teleexpertises": "nurse",
    "/teleexpertises/inbox": "doctor",
    "/teleexpertises?is_ended=true": "nurse",
    "/teleexpertises/colleagues": "doctor",
    "/teleexpertise-templates": "nurse",
    "/teleexpertises/{case_id}/messages": "nurse",
    "/teleexpertises/{case_id}/history": "nurse",
    "/teleexpertises/{case_id}/documents": "nurse",
    "/telemonitoring/alerts": "nurse",
    "/telemonitoring/alerts/{alert_id}/events": "nurse",
    "/follow-ups/{muted_id}/mutes": "nurse",
    "/telemonitoring/late-findings": "nurse",
    "/telemonitoring/quality?since=2026-11-01&until=2026-11-30": "nurse",
    "/documents/received": "doctor",
    "/consents?patient_id={patient_id}": "doctor",
    "/patients/{patient_id}/identity-history": "doctor",
    "/patients/{patient_id}/documents": "doctor",
    "/patients/{patient_id}/merges": "doctor",
    "/law/parameters": "doctor",
    "/follow-ups": "secretary",
    "/follow-ups?patient_id={patient_id}": "nurse",
    "/follow-ups/{follow_up_id}/history": "nurse",
    "/follow-ups/{follow_up_id}/education": "nurse",
    "/follow-ups/{follow_up_id}/entries": "nurse",
    "/telemonitoring/questionnaires": "nurse",
    "/telemonitoring/papers": "secretary",
    "/follow-ups/{follow_up_id}/silences": "nurse",
    "/follow-ups/{follow_up_id}/reports": "nurse",
    "/follow-ups/{follow_up_id}/quarantine": "nurse",
    "/follow-ups/{follow_up_id}/histories": "nurse",
    "/telemonitoring/devices": "administrator",
    "/telemonitoring/rules": "nurse",
    "/telemonitoring/rules/{rule_id}/versions": "nurse",
}
IN_MEMORY = ("/law/parameters",)


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_costs_the_same_whatever_its_length(full: Full, api: Api, path: str) -> None:
    caller, path = getattr(full.people, LISTS[path]), path.format(**full.ids)
    joint = "&" if "?" in path else "?"
    await api.call("GET", path, by=caller)
    counts = []
    for limit in (1, 5, 25):
        with counted(full.services.database) as statements:
            reply = await api.call("GET", f"{path}{joint}limit={limit}", by=caller)
        assert reply.status == 200, reply.body
        counts.append(len(statements))
    assert counts[1] == counts[2], counts
    assert counts[2] <= 16
    assert (counts[2] == 0) == path.startswith(IN_MEMORY)


@pytest.mark.parametrize("path", ["/teleconsultations", "/patients", "/telemonitoring/late-findings"])
async def test_pages_lose_and_double_nothing(full: Full, api: Api, path: str) -> None:
    caller = getattr(full.people, LISTS[path])
    whole = await walk(api, path, caller, 200)
    assert len(whole) == len(set(whole)) == MANY
    assert await walk(api, path, caller, 7) == whole


async def test_what_came_too_late_is_listed_to_its_team_alone(full: Full, api: Api) -> None:
    path = "/telemonitoring/late-findings"
    (item,) = (await api.call("GET", f"{path}?limit=1", by=full.people.nurse)).body["items"]
    assert item["follow_up_id"] == full.ids["follow_up_id"]
    assert item["patient"]["birth_date"] == "1955-03-12"
    assert item["label"]
    assert item["since"] <= item["at"] < item["received_at"]
    assert (await api.call("GET", path, by=full.people.stranger)).body["items"] == []
    wrong = [await api.call("GET", path, by=full.people.secretary), await api.call("GET", path, by=None)]
    wrong.append(await api.call("GET", f"{path}?cursor=WzEsMl0", by=full.people.nurse))
    assert [one.status for one in wrong] == [403, 401, 422]


async def test_a_page_of_nonsense_is_refused(full: Full, api: Api) -> None:
    beyond = encode_cursor("9999-12-31T23:59:59-12:00", str(new_id()))
    for query in ("cursor=nonsense", "limit=0", "limit=201", "limit=x", "unknown=1", "state=x", f"cursor={beyond}"):
        reply = await api.call("GET", f"/teleconsultations?{query}", by=full.people.secretary)
        assert reply.status == 422, query


async def test_every_operation_that_gives_a_list_gives_pages() -> None:
    for group in OPERATIONS:
        for operation in group.items:
            if operation.method == "GET" and operation.output is not None and operation.name.startswith("list_"):
                schema = operation.output.json_schema()
                assert "items" in schema["properties"], operation.path
