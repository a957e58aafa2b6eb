"""Derogations over HTTP: recorded, ended, withdrawn, never changed; for the doctor and his administrator."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from billing.service import ClaimService
from billing.tables import DerogationRow
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from tests.integration.billing.test_http import Site, call
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio
PATH = f"/billing/professionals/{DOCTOR_ID}/derogations"
ASKED: dict[str, Any] = {
    "reference": "CPAM 37 2026-114",
    "decided_by": "cpam",
    "rate_percent": 30,
    "first_day": "2026-01-01",
    "last_day": "2026-12-31",
    "source": "Courrier du 5 janvier 2026",
}


async def record(site: Site, who: str = "doctor", **changes: Any) -> Any:
    status, body = await call(site, "POST", PATH, who, json=ASKED | changes)
    assert status == 201, body
    return body


async def rate_of(site: Site) -> int:
    _, cap = await call(site, "GET", "/billing/cap?year=2026", "doctor")
    return int(cap["rate_percent"])


async def test_a_recorded_decision_raises_the_rate(site: Site) -> None:
    assert await rate_of(site) == 20
    made = await record(site)
    assert {name: made[name] for name in ASKED} == ASKED
    assert (made["is_withdrawn"], made["replaces_id"], made["recorded_by"]) == (False, None, str(DOCTOR_ID))
    assert await rate_of(site) == 30
    _, page = await call(site, "GET", PATH, "doctor")
    assert (page["items"], page["next_cursor"]) == ([made], None)


async def test_ending_early_is_a_new_entry_and_the_former_is_kept(site: Site, database: Database) -> None:
    made = await record(site)
    end = {"last_day": "2026-06-30", "source": "Courrier du 1er juin 2026"}
    status, ended = await call(site, "POST", f"{PATH}/{made['id']}/end", "doctor", json=end)
    assert (status, ended["last_day"], ended["replaces_id"], ended["source"]) == (
        200,
        "2026-06-30",
        made["id"],
        end["source"],
    )
    assert await rate_of(site) == 20
    assert (await call(site, "POST", f"{PATH}/{made['id']}/end", "doctor", json=end))[0] == 404
    assert [one["id"] for one in (await call(site, "GET", PATH, "doctor"))[1]["items"]] == [ended["id"]]
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(DerogationRow)) == 2


async def test_a_decision_recorded_by_mistake_is_withdrawn_and_stays_to_be_seen(site: Site) -> None:
    made = await record(site)
    end = {"last_day": None, "source": "Erreur de saisie"}
    status, withdrawn = await call(site, "POST", f"{PATH}/{made['id']}/end", "doctor", json=end)
    assert (status, withdrawn["is_withdrawn"], withdrawn["last_day"]) == (200, True, "2026-12-31")
    assert await rate_of(site) == 20
    assert (await call(site, "GET", PATH, "doctor"))[1]["items"] == [withdrawn]
    assert (await call(site, "POST", f"{PATH}/{withdrawn['id']}/end", "doctor", json=end))[0] == 404


@pytest.mark.parametrize("last_day", ["2025-12-31", "2026-12-31", "2027-01-01"])
async def test_an_end_outside_its_days_is_refused(site: Site, last_day: str) -> None:
    made = await record(site)
    end = {"last_day": last_day, "source": "x"}
    status, problem = await call(site, "POST", f"{PATH}/{made['id']}/end", "doctor", json=end)
    assert (status, problem["errors"][0]["field"]) == (422, "last_day")
    assert await rate_of(site) == 30


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rate_percent": 20}, "cap.derogation_rate"),
        ({"last_day": "2025-12-31", "first_day": "2026-01-01"}, "cap.derogation_days"),
        ({"first_day": "2021-01-01", "last_day": "2021-12-31"}, "cap.derogation_before_cap"),
    ],
)
async def test_what_no_text_gives_is_refused_by_rule(site: Site, changes: dict[str, Any], code: str) -> None:
    status, problem = await call(site, "POST", PATH, "doctor", json=ASKED | changes)
    assert (status, [reason["code"] for reason in problem["reasons"]]) == (409, [code])
    assert (await call(site, "GET", PATH, "doctor"))[1]["items"] == []


async def test_a_psychiatrist_has_his_maximum(site: Site, claims: ClaimService) -> None:
    await claims.propose(make_facts(specialty="G15_10/SM42"))
    _, problem = await call(site, "POST", PATH, "doctor", json=ASKED | {"rate_percent": 51})
    assert problem["reasons"][0]["code"] == "cap.derogation_too_high"
    await record(site, rate_percent=50)
    assert await rate_of(site) == 50


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_percent": 0},
        {"rate_percent": 100},
        {"rate_percent": "30"},
        {"reference": ""},
        {"reference": "   "},
        {"source": "x" * 201},
        {"decided_by": "roi"},
        {"first_day": "hier"},
        {"colour": 1},
    ],
)
async def test_a_wrong_record_is_refused(site: Site, changes: dict[str, Any]) -> None:
    assert (await call(site, "POST", PATH, "doctor", json=ASKED | changes))[0] == 422


async def test_anonymous_stranger_and_other_roles_are_kept_out(site: Site, claims: ClaimService) -> None:
    await claims.propose(make_facts())
    for path, method, body in (
        (PATH, "GET", None),
        (PATH, "POST", ASKED),
        (f"{PATH}/{new_id()}/end", "POST", {"last_day": None, "source": "x"}),
    ):
        options: dict[str, Any] = {} if body is None else {"json": body}
        assert (await call(site, method, path, **options))[0] == 401
        for who in ("auditor", "secretary"):
            assert (await call(site, method, path, who, **options))[0] == 403
        for who in ("other_doctor", "foreign_administrator"):
            assert (await call(site, method, path, who, **options))[0] == 404
    assert (await record(site, "administrator"))["rate_percent"] == 30


async def test_the_list_pages_without_loss(site: Site) -> None:
    made = [
        await record(site, first_day=f"20{30 + number}-01-01", last_day=f"20{30 + number}-12-31") for number in range(5)
    ]
    seen: list[str] = []
    path = f"{PATH}?limit=2"
    while path:
        _, page = await call(site, "GET", path, "doctor")
        seen += [one["id"] for one in page["items"]]
        path = f"{PATH}?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == [one["id"] for one in reversed(made)]


@pytest.mark.parametrize("change", ["update", "delete"])
async def test_a_kept_decision_cannot_be_changed(site: Site, database: Database, change: str) -> None:
    await record(site)
    statement = update(DerogationRow).values(rate_percent=50) if change == "update" else delete(DerogationRow)
    with pytest.raises((IntegrityError, OperationalError), match="append-only"):
        async with database.begin() as uow:
            await uow.session.execute(statement)
