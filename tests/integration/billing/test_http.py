"""The routes: anonymous, wrong person, right person, refused by rule; and what a lawyer reads of the law."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from billing.service import ClaimService
from telemed.api.auth import SESSION_COOKIE
from telemed.kernel.ids import new_id
from tests.integration.billing.conftest import OTHER_DOCTOR_ID
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio
Site = TestClient[web.Request, web.Application]
ACTIVITY = {
    "year": 2026,
    "source": "relevé d'activité de la caisse",
    "declared_on": "2026-11-20",
    "annual_acts": 4000,
    "outside": {"as_of": "2026-11-15", "other_acts": 3100, "own_acts": 2000},
}


async def call(site: Site, method: str, path: str, who: str | None = None, **options: Any) -> tuple[int, Any]:
    cookies = {} if who is None else {SESSION_COOKIE: who}
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with site.request(method, path, cookies=cookies, headers=headers, **options) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/billing/claims"),
        ("GET", "/billing/claims/01900000-0000-7000-8000-000000000001"),
        ("GET", "/billing/cap?year=2026"),
        ("GET", "/billing/cap/acts?year=2026"),
        ("PUT", f"/billing/professionals/{DOCTOR_ID}/activity"),
    ],
)
async def test_anonymous_and_auditor_are_kept_out(site: Site, method: str, path: str) -> None:
    body: dict[str, Any] = {"json": ACTIVITY} if method == "PUT" else {}
    assert (await call(site, method, path, **body))[0] == 401
    assert (await call(site, method, path, "auditor", **body))[0] == 403


async def test_a_doctor_reads_his_claims(site: Site, claims: ClaimService) -> None:
    made = await claims.propose(make_facts())
    status, page = await call(site, "GET", "/billing/claims", "doctor")
    assert (status, page["next_cursor"], len(page["items"])) == (200, None, 1)
    item = page["items"][0]
    assert (item["code"], item["amount_cents"], item["state"], item["day"]) == ("TCG", 2500, "proposed", "2026-11-25")
    assert item["basis"][-1]["references"][0]["address"].startswith("https://")
    status, one = await call(site, "GET", f"/billing/claims/{made.id}", "doctor")
    assert (status, one) == (200, item)


async def test_a_claim_of_another_is_not_found(site: Site, claims: ClaimService) -> None:
    made = await claims.propose(make_facts())
    for who in ("other_doctor", "foreign_secretary", "foreign_administrator"):
        status, problem = await call(site, "GET", f"/billing/claims/{made.id}", who)
        assert (status, problem["code"]) == (404, "not_found")
    assert (await call(site, "GET", "/billing/claims/not-an-id", "doctor"))[0] == 404
    path = f"/billing/claims?professional_id={OTHER_DOCTOR_ID}"
    assert (await call(site, "GET", path, "doctor"))[0] == 404


async def test_a_claim_that_cannot_be_billed_says_why(site: Site, claims: ClaimService) -> None:
    await claims.propose(make_facts(is_video_established=False))
    _, page = await call(site, "GET", "/billing/claims?state=not_billable", "secretary")
    reason = page["items"][0]["refusals"][0]
    assert reason["code"] == "billing.no_video"
    assert "image" in reason["text"]


async def test_the_list_is_paged_by_cursor(site: Site, claims: ClaimService) -> None:
    made = {str((await claims.propose(make_facts(act_id=new_id()))).id) for _ in range(5)}
    seen, path = [], "/billing/claims?limit=2"
    while path:
        _, page = await call(site, "GET", path, "doctor")
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        path = f"/billing/claims?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert len(seen) == 5
    assert set(seen) == made


async def test_the_claim_of_one_act_is_found_by_it(site: Site, claims: ClaimService) -> None:
    made = [await claims.propose(make_facts(act_id=new_id())) for _ in range(2)]
    _, page = await call(site, "GET", f"/billing/claims?act_id={made[0].facts.act_id}", "doctor")
    assert [item["id"] for item in page["items"]] == [str(made[0].id)]
    _, page = await call(site, "GET", f"/billing/claims?act_id={made[0].facts.act_id}", "other_doctor")
    assert page["items"] == []


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwiYiJd", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwibm8iXQ"])
async def test_a_forged_cursor_is_refused(site: Site, cursor: str) -> None:
    status, problem = await call(site, "GET", f"/billing/claims?cursor={cursor}", "doctor")
    assert (status, problem["errors"][0]["field"]) == (422, "cursor")


async def test_declaring_activity_changes_the_cap(site: Site, claims: ClaimService) -> None:
    await claims.propose(make_facts())
    status, before = await call(site, "GET", "/billing/cap?year=2026", "doctor")
    assert (status, before["level"], before["reasons"][0]["code"]) == (200, "warn", "cap.outside_unknown")
    assert before["projection"]["volume"] is None
    path = f"/billing/professionals/{DOCTOR_ID}/activity"
    status, kept = await call(site, "PUT", path, "doctor", json=ACTIVITY)
    assert status == 200
    assert kept["outside"]["other_acts"] == 3100
    _, after = await call(site, "GET", "/billing/cap?year=2026", "doctor")
    assert (after["level"], after["regime"], after["rate_percent"], after["allowance"]) == ("free", "B", 20, 799)
    assert after["readings"][0] == {
        "name": "literal",
        "numerator": 1,
        "denominator": 3101,
        "rate_percent": 20,
        "basis_points": 3,
        "is_exceeded": False,
    }
    assert after["readings"][1]["denominator"] == 1101
    assert after["projection"]["volume"]["basis"] == "declared"
    assert after["activity"] == kept
    assert after["basis"][0]["name"] == "teleconsultation/cap/regime"
    assert (await call(site, "GET", "/billing/cap/acts?year=2026", "doctor"))[1]["items"][0]["code"] == "TCG"


async def test_the_administrator_asks_for_a_doctor_and_a_stranger_in_vain(site: Site, claims: ClaimService) -> None:
    await claims.propose(make_facts())
    path = f"/billing/cap?year=2026&professional_id={DOCTOR_ID}"
    assert (await call(site, "GET", path, "administrator"))[0] == 200
    assert (await call(site, "GET", path, "foreign_administrator"))[0] == 404
    assert (await call(site, "GET", path, "other_doctor"))[0] == 404
    assert (await call(site, "GET", path, "secretary"))[0] == 403


async def test_a_year_without_cap_says_so(site: Site) -> None:
    status, body = await call(site, "GET", "/billing/cap?year=2021", "doctor")
    assert (status, body["regime"], body["level"], body["readings"]) == (200, None, "free", [])


@pytest.mark.parametrize(
    "changes",
    [
        {"year": 2017},
        {"year": "2026"},
        {"source": ""},
        {"source": "x" * 201},
        {"declared_on": "2026-11-26"},
        {"declared_on": "hier"},
        {"annual_acts": -1},
        {"annual_acts": 1.5},
        {"annual_acts": None, "annual_own_acts": 3},
        {"annual_acts": 2, "annual_own_acts": 3},
        {"outside": {"as_of": "2025-12-31"}},
        {"outside": {"as_of": "2026-11-26"}},
        {"outside": {"as_of": "2026-11-01", "own_teleconsultations": 1}},
        {"outside": {"as_of": "2026-11-01", "other_acts": 1, "own_acts": 2}},
        {"outside": {"as_of": "2026-11-01", "colour": 1}},
        {"colour": 1},
    ],
)
async def test_a_wrong_declaration_is_refused_and_keeps_nothing(site: Site, changes: dict[str, Any]) -> None:
    path = f"/billing/professionals/{DOCTOR_ID}/activity"
    status, problem = await call(site, "PUT", path, "doctor", json=ACTIVITY | changes)
    assert status == 422
    assert problem["errors"]
    assert (await call(site, "GET", "/billing/cap?year=2026", "doctor"))[1]["activity"] is None


@pytest.mark.parametrize("query", ["", "year=2017", "year=2101", "year=x", "year=2026&colour=1", "year=2026&limit=0"])
async def test_a_wrong_question_is_refused(site: Site, query: str) -> None:
    assert (await call(site, "GET", f"/billing/cap/acts?{query}", "doctor"))[0] == 422


async def test_the_law_is_public_and_says_what_holds_on_a_day(site: Site) -> None:
    path = "/law/parameters?prefix=teleconsultation/tariffs/tcg&on=2024-12-21"
    status, page = await call(site, "GET", path)
    (tariff,) = page["items"]
    assert status == 200
    assert [(value["since"], value["until"], value["is_in_force"]) for value in tariff["values"]] == [
        ("2018-09-15", "2024-12-22", True),
        ("2024-12-22", None, False),
    ]
    assert tariff["values"][0]["territories"] == {"metropole": {"value": 2500, "text": "25,00\u00a0€"}}
    assert tariff["values"][0]["references"][0]["title"]


@pytest.mark.parametrize("day", ["1766000000", "-1766000000", "hier", "2026-02-30"])
async def test_a_day_is_written_out(site: Site, day: str) -> None:
    status, problem = await call(site, "GET", f"/law/parameters?on={day}")
    assert (status, problem["errors"][0]["field"]) == (422, "on")


async def test_an_ended_value_is_in_force_on_no_day(site: Site) -> None:
    path = "/law/parameters?prefix=teleconsultation/reimbursement/prior"
    _, page = await call(site, "GET", path)
    first, end = page["items"][0]["values"]
    assert (first["everywhere"]["text"], first["is_in_force"]) == ("12\u00a0mois", False)
    assert (end["everywhere"], end["territories"], end["is_in_force"], end["certainty"]) == (
        None,
        None,
        False,
        "disputed",
    )


async def names_of(site: Site, query: str) -> list[str]:
    status, page = await call(site, "GET", f"/law/parameters?limit=200&{query}")
    assert status == 200
    return [item["name"] for item in page["items"]]


async def test_the_law_is_found_by_word_territory_and_doubt(site: Site) -> None:
    tcg, abolition = "teleconsultation/tariffs/tcg", "calendar/holidays/abolition"
    assert await names_of(site, "on=2026-11-22&q=FERIES%20outre-mer") == [abolition]
    assert await names_of(site, "on=2026-11-22&q=feries&prefix=claims/") == []
    early = await names_of(site, "on=2016-08-09&territory=mayotte&prefix=calendar/")
    assert abolition not in early
    assert "calendar/holidays/national" in early
    _, page = await call(site, "GET", f"/law/parameters?on=2026-11-22&territory=martinique&prefix={tcg}")
    (item,) = page["items"]
    assert (item["name"], item["standing"], item["is_doubtful"]) == (tcg, "not_established", True)
    assert await names_of(site, f"on=2026-11-22&territory=martinique&prefix={tcg}&doubtful=false") == []
    assert await names_of(site, f"on=2026-11-22&territory=metropole&prefix={tcg}&doubtful=false") == [tcg]
    assert await names_of(site, f"on=2018-09-14&territory=metropole&prefix={tcg}") == []


async def test_a_review_that_is_too_old_is_said(site: Site) -> None:
    _, page = await call(site, "GET", "/law/parameters?limit=200")
    assert {item["is_review_overdue"] for item in page["items"]} == {False}
    assert all(item["reviewed_on"] for item in page["items"])


async def test_one_quantity_is_read_by_its_name(site: Site) -> None:
    path = "/law/parameters/telemonitoring%2Ftechnical%2Ftariffs%2Fdiabete?on=2024-10-25"
    status, item = await call(site, "GET", path)
    assert (status, item["name"]) == (200, "telemonitoring/technical/tariffs/diabete")
    assert (item["standing"], item["is_doubtful"]) == ("not_established", True)
    assert [(one["is_established"], one["is_in_force"], one["territories"]) for one in item["values"]] == [
        (True, False, None),
        (False, True, {}),
    ]
    assert item["values"][0]["everywhere"] == {"value": 5000, "text": "50,00\u00a0€"}
    local = "/law/parameters/teleconsultation%2Ftariffs%2Ftcg?on=2026-11-22"
    assert (await call(site, "GET", local))[1]["standing"] == "in_force"
    assert (await call(site, "GET", f"{local}&territory=guyane"))[1]["standing"] == "not_established"


@pytest.mark.parametrize("name", ["nowhere", "teleconsultation", "teleconsultation%2Ftariffs%2F", "..%2F..%2Fetc"])
async def test_a_quantity_that_is_none_is_not_found(site: Site, name: str) -> None:
    status, problem = await call(site, "GET", f"/law/parameters/{name}")
    assert (status, problem["code"]) == (404, "not_found")


async def test_the_law_is_paged_by_name(site: Site) -> None:
    names: list[str] = []
    path = "/law/parameters?limit=7"
    while path:
        _, page = await call(site, "GET", path)
        names += [item["name"] for item in page["items"]]
        path = f"/law/parameters?limit=7&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert names == sorted(set(names))
    assert len(names) > 20
