"""Files of activity over HTTP: previewed, kept once, withdrawn; nothing is kept unless confirmed, nor by halves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from billing.model.activity import ActivityUpload
from billing.rules.outside import resolve_outside
from billing.service import ActivityService, ClaimService
from billing.service.statements import load_statements
from billing.store import ActivityStore
from billing.tables import ActivityImportRow, ActivityLineRow
from telemed.api.auth import SESSION_COOKIE
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import DomainError
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from tests.integration.billing.conftest import DOCTOR, RPPS
from tests.integration.billing.test_http import ACTIVITY, Site, call
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio
PATH = f"/billing/professionals/{DOCTOR_ID}/activity"
GOOD = """jour;nature;nombre;patients_mt;lieu
2026-01-05;consultation;20;8;Clinique A
2026-01-05;téléconsultation;4;1;Clinique A
06/01/2026;téléexpertise;2;0;Clinique A
30/06/2026;autre;10;;Clinique A
"""
MIXED = GOOD + "2026-12-01;autre;1;;\n2026-02-30;autre;1;;\n2026-02-03;yoga;1;;\n"


async def send(site: Site, text: str | bytes, who: str | None = "doctor", **query: Any) -> tuple[int, Any]:
    content = text.encode() if isinstance(text, str) else text
    asked = urlencode({"year": 2026, "source": "Export de la clinique A", **query})
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/csv"}
    cookies = {} if who is None else {SESSION_COOKIE: who}
    async with site.post(f"{PATH}/import?{asked}", data=content, headers=headers, cookies=cookies) as response:
        return response.status, await response.json()


async def outside_of(site: Site) -> int | None:
    """The denominator that the year's count has, None while elsewhere is unknown."""
    _, cap = await call(site, "GET", "/billing/cap?year=2026", "doctor")
    return None if cap["projection"]["volume"] is None else cap["readings"][0]["denominator"]


async def kept(database: Database) -> tuple[int, int]:
    """Files and lines, once the maintained statement is seen to equal what it is made of."""
    async with database.read() as session:
        _, outside = await ActivityStore(session).statement(RPPS, 2026)
        assert outside == resolve_outside(2026, *await load_statements(session, RPPS, 2026)).outside
        files = await session.scalar(select(func.count()).select_from(ActivityImportRow))
        lines = await session.scalar(select(func.count()).select_from(ActivityLineRow))
    return files or 0, lines or 0


async def test_a_preview_tells_everything_and_keeps_nothing(site: Site, database: Database) -> None:
    status, report = await send(site, MIXED, dry_run="true")
    assert status == 200
    assert (report["encoding"], report["delimiter"], report["first_day"], report["last_day"]) == (
        "utf-8",
        ";",
        "2026-01-01",
        "2026-06-30",
    )
    assert (report["accepted_count"], report["rejected_count"], report["kept"]) == (4, 3, None)
    told = [(one["line"], one["column"], one["reason"]["code"]) for one in report["rejected"]]
    assert told == [
        (6, "jour", "activity.day_future"),
        (7, "jour", "activity.day"),
        (8, "nature", "activity.kind"),
    ]
    assert report["outside_before"]["activity"] is None
    after = report["outside_after"]["activity"]
    assert (after["as_of"], after["other_acts"], after["teleconsultations"], after["own_acts"]) == (
        "2026-06-30",
        30,
        4,
        None,
    )
    assert await kept(database) == (0, 0)
    assert await outside_of(site) is None


async def test_confirming_keeps_the_accepted_lines_with_source_and_date(site: Site, database: Database) -> None:
    status, report = await send(site, MIXED)
    assert status == 200
    entry = report["kept"]
    assert (entry["accepted"], entry["rejected"], entry["source"], entry["is_withdrawn"]) == (
        4,
        3,
        "Export de la clinique A",
        False,
    )
    assert entry["recorded_by"] == str(DOCTOR_ID)
    assert await kept(database) == (1, 4)
    assert await outside_of(site) == 36
    _, page = await call(site, "GET", f"{PATH}/imports", "doctor")
    assert page["items"] == [entry]


async def test_the_same_file_is_kept_once(site: Site, database: Database) -> None:
    _, first = await send(site, GOOD)
    status, again = await send(site, GOOD)
    assert (status, again["kept"], again["former"]["id"]) == (200, None, first["kept"]["id"])
    assert await kept(database) == (1, 4)
    _, overlapping = await send(site, GOOD + "2026-06-29;autre;5;;Clinique A\n")
    assert (overlapping["accepted_count"], overlapping["rejected_count"]) == (1, 4)
    assert {one["reason"]["code"] for one in overlapping["rejected"]} == {"activity.known"}
    assert await outside_of(site) == 41


async def test_the_same_file_sent_at_once_is_kept_once(site: Site, database: Database) -> None:
    reports = await asyncio.gather(*(send(site, GOOD) for _ in range(5)))
    assert [status for status, _ in reports] == [200] * 5
    assert len([1 for _, report in reports if report["kept"]]) == 1
    assert await kept(database) == (1, 4)


async def test_a_withdrawn_file_counts_no_more_and_can_come_again(
    site: Site, database: Database, clock: FrozenClock
) -> None:
    _, report = await send(site, GOOD)
    path = f"{PATH}/imports/{report['kept']['id']}/withdrawal"
    clock.advance(timedelta(seconds=1))
    status, withdrawn = await call(site, "POST", path, "doctor")
    assert (status, withdrawn["id"], withdrawn["is_withdrawn"]) == (200, report["kept"]["id"], True)
    assert await outside_of(site) is None
    assert await kept(database) == (2, 4)
    assert (await call(site, "POST", path, "doctor"))[0] == 404
    _, page = await call(site, "GET", f"{PATH}/imports?year=2026", "doctor")
    assert page["items"] == [withdrawn]
    clock.advance(timedelta(seconds=1))
    _, again = await send(site, GOOD)
    assert again["kept"]["id"] != withdrawn["id"]
    assert await outside_of(site) == 36


async def test_a_declaration_and_a_file_do_not_count_twice(site: Site, clock: FrozenClock, database: Database) -> None:
    await send(site, GOOD)
    clock.advance(timedelta(seconds=1))
    lump = ACTIVITY | {"outside": {"as_of": "2026-03-31", "other_acts": 100, "own_acts": 0}}
    assert (await call(site, "PUT", PATH, "doctor", json=lump))[0] == 200
    assert await outside_of(site) == 110
    clock.advance(timedelta(seconds=1))
    whole = "jour;nature;nombre\n2026-01-07;autre;50\n"
    _, report = await send(site, whole, last_day="2026-03-31")
    assert report["outside_before"]["is_declaration_used"] is True
    assert report["outside_after"]["is_declaration_used"] is False
    assert await outside_of(site) == 86
    assert await kept(database) == (2, 5)


async def test_a_hole_leaves_what_follows_waiting(site: Site) -> None:
    _, report = await send(site, "jour;nature;nombre\n2026-02-07;autre;50\n")
    assert report["outside_after"]["activity"] is None
    assert report["outside_after"]["unknown_from"] == "2026-01-01"
    assert await outside_of(site) is None
    _, report = await send(site, "jour;nature;nombre\n2026-01-07;autre;5\n", last_day="2026-01-31")
    assert report["outside_after"]["unknown_from"] is None
    assert await outside_of(site) == 55


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "activity.empty"),
        ("jour;nature;nombre\n2026-01-05;autre;1".encode("utf-16"), "activity.utf16"),
        (b"jour;nature;nombre\n\x00", "activity.nul"),
        (b"jour;nature;nombre\n\x81\x8d\x8f", "activity.encoding"),
        (b"a;b\n1;2", "activity.columns"),
        (b'jour;nature;nombre\n2026-01-05;autre;"1', "activity.unreadable"),
        (b"jour;nature;nombre\n" + b"x" * 500_000, "activity.too_large"),
    ],
)
@pytest.mark.parametrize("dry_run", ["true", "false"])
async def test_a_file_that_cannot_be_read_is_refused(
    site: Site, database: Database, content: bytes, code: str, dry_run: str
) -> None:
    status, problem = await send(site, content, dry_run=dry_run)
    assert (status, problem["code"]) == (422, code)
    assert problem["detail"].endswith(".")
    assert await kept(database) == (0, 0)


async def test_a_file_without_an_accepted_line_keeps_nothing(site: Site, database: Database) -> None:
    text = "jour;nature;nombre\n2025-01-05;autre;1\n"
    status, report = await send(site, text, dry_run="true")
    assert (status, report["accepted_count"], report["first_day"]) == (200, 0, None)
    status, problem = await send(site, text)
    assert (status, problem["reasons"][0]["code"]) == (409, "activity.nothing_accepted")
    assert await kept(database) == (0, 0)


@pytest.mark.parametrize(
    "query",
    [
        {"year": 2017},
        {"source": ""},
        {"source": " "},
        {"first_day": "2025-12-31"},
        {"last_day": "2026-11-26"},
        {"first_day": "2026-03-01", "last_day": "2026-02-01"},
        {"dry_run": "peut-être"},
        {"colour": 1},
    ],
)
async def test_a_wrong_question_is_refused(site: Site, database: Database, query: dict[str, Any]) -> None:
    assert (await send(site, GOOD, **query))[0] == 422
    assert await kept(database) == (0, 0)


async def test_another_kind_of_body_is_refused(site: Site) -> None:
    asked = urlencode({"year": 2026, "source": "x"})
    status, problem = await call(site, "POST", f"{PATH}/import?{asked}", "doctor", json={"jour": 1})
    assert (status, problem["code"]) == (415, "unsupported_media_type")


async def test_anonymous_stranger_and_other_roles_are_kept_out(site: Site, claims: ClaimService) -> None:
    await claims.propose(make_facts())
    assert (await send(site, GOOD, None))[0] == 401
    for who in ("auditor", "secretary"):
        assert (await send(site, GOOD, who))[0] == 403
    for who in ("other_doctor", "foreign_administrator"):
        assert (await send(site, GOOD, who))[0] == 404
    assert (await send(site, GOOD, "administrator"))[0] == 200
    for method, path in (("GET", f"{PATH}/imports"), ("POST", f"{PATH}/imports/{new_id()}/withdrawal")):
        assert (await call(site, method, path))[0] == 401
        assert (await call(site, method, path, "secretary"))[0] == 403
        assert (await call(site, method, path, "other_doctor"))[0] == 404
    assert (await call(site, "POST", f"{PATH}/imports/{new_id()}/withdrawal", "doctor"))[0] == 404


@pytest.mark.parametrize("change", ["update", "delete"])
@pytest.mark.parametrize("table", [ActivityImportRow, ActivityLineRow])
async def test_what_was_imported_cannot_be_changed(
    site: Site, database: Database, change: str, table: type[ActivityImportRow] | type[ActivityLineRow]
) -> None:
    await send(site, GOOD)
    values = {"accepted": 9} if table is ActivityImportRow else {"number": 9}
    statement = update(table).values(values) if change == "update" else delete(table)
    with pytest.raises((IntegrityError, OperationalError), match="append-only"):
        async with database.begin() as uow:
            await uow.session.execute(statement)


CELLS = st.sampled_from(("2026-01-05", "05/02/2026", "2027-01-01", "autre", "tc", "yoga", "3", "-1", "", '"', "é"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=6), noise=st.binary(max_size=3))
async def test_a_fuzzed_file_is_kept_whole_or_not_at_all(
    activity: ActivityService, database: Database, lines: list[list[str]], noise: bytes
) -> None:
    text = "\n".join(["jour;nature;nombre", *(";".join(cells) for cells in lines)])
    upload = ActivityUpload(text.encode() + noise, 2026, "test")
    before = await kept(database)
    try:
        report = await activity.keep(DOCTOR, DOCTOR_ID, upload)
    except DomainError:
        assert await kept(database) == before
        return
    added = (0, 0) if report.kept is None else (1, len(report.judged.accepted))
    assert await kept(database) == (before[0] + added[0], before[1] + added[1])
