"""Each route of sign-in, sessions and people: anonymous, wrong person, right person, refused by rule."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from sqlalchemy import event

from telemed.api.auth import SESSION_COOKIE
from telemed.app import Services
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.security import totp
from tests.fixtures.http import Api, Reply, open_session
from tests.fixtures.people import PASSWORD, TOTP_SECRET, People, make_doctor

pytestmark = pytest.mark.asyncio

SOMETHING = "01900000-0000-7000-8000-000000000001"
"""An id that nothing has; written out, so that tests have one name in every worker."""
NEWCOMER: dict[str, Any] = {
    "login": "lucie.fontaine",
    "family_name": "Fontaine",
    "given_name": "Lucie",
    "roles": ["doctor"],
    "title": "DR",
    "rpps": "10100000040",
    "profession": "10",
    "specialty_code": "G15_10/SM42",
    "sector": "sector_1",
}


async def sign_in(api: Api, services: Services, people: People, clock: FrozenClock, **typed: str) -> Reply:
    assert people.doctor.id is not None
    await services.enrolment.enrol(SYSTEM, people.doctor.id, PASSWORD, TOTP_SECRET)
    body = {"login": "claire.moreau", "password": PASSWORD, "code": totp.code_at(TOTP_SECRET, clock.now())}
    return await api.call("POST", "/session", body | typed)


def cookie_of(reply: Reply) -> Any:
    jar: SimpleCookie = SimpleCookie()
    for header in reply.response.headers.getall("Set-Cookie", []):
        jar.load(header)
    return jar.get(SESSION_COOKIE)


async def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    api: Api, services: Services, people: People, clock: FrozenClock
) -> None:
    reply = await sign_in(api, services, people, clock)
    cookie = cookie_of(reply)
    assert (reply.status, reply.body["professional"]["full_name"]) == (201, "Dr Claire MOREAU")
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert cookie.value not in str(reply.body)
    me = await api.call("GET", "/session", cookie=cookie.value)
    assert (me.body["session"]["factors"], me.body["session"]["is_current"]) == (2, True)
    assert me.body["professional"]["specialty"] == "Médecine générale"


async def test_over_https_the_cookie_is_secure(services: Services, people: People, clock: FrozenClock) -> None:
    from aiohttp import ClientSession
    from aiohttp.test_utils import TestServer

    from telemed.app import build_app

    services.settings = services.settings.model_copy(update={"public_url": "https://cabinet.exemple.fr"})
    server = TestServer(build_app(services))
    await server.start_server()
    async with ClientSession() as client:
        reply = await sign_in(Api(services, client, server.make_url("/")), services, people, clock)
    await server.close()
    assert cookie_of(reply)["secure"] is True


@pytest.mark.parametrize("typed", [{"code": "000000"}, {"password": "autre mot de passe"}, {"login": "personne"}])
async def test_a_failed_sign_in_says_nothing_and_gives_no_cookie(
    api: Api, services: Services, people: People, clock: FrozenClock, typed: dict[str, str]
) -> None:
    reply = await sign_in(api, services, people, clock, **typed)
    assert (reply.status, reply.code, cookie_of(reply)) == (401, "sign_in.failed", None)


async def test_too_many_failures_say_when_to_come_back(
    api: Api, services: Services, people: People, clock: FrozenClock
) -> None:
    replies = [await sign_in(api, services, people, clock, code="000000") for _ in range(4)]
    assert [reply.status for reply in replies] == [401, 401, 401, 429]
    assert (replies[3].code, replies[3].response.headers["Retry-After"]) == ("sign_in.locked", "6")


async def test_one_address_tries_twenty_times_a_minute(api: Api) -> None:
    statuses = []
    for number in range(21):
        body = {"login": f"personne{number}", "password": "x", "code": "1"}
        statuses.append((await api.call("POST", "/session", body)).status)
    assert statuses == [401] * 20 + [429]


@pytest.mark.parametrize(
    "body", [{}, {"login": "", "password": "x", "code": "1"}, {"login": "a", "password": 1, "code": "1"}]
)
async def test_an_unreadable_sign_in_is_refused(api: Api, body: dict[str, object]) -> None:
    assert (await api.call("POST", "/session", body)).status == 422


async def test_signing_in_from_another_site_is_refused(api: Api, services: Services) -> None:
    from aiohttp import ClientSession

    assert services.settings is not None
    async with ClientSession(headers={"Sec-Fetch-Site": "cross-site"}) as client:
        other = Api(services, client, api._base)
        reply = await other.call("POST", "/session", {"login": "a", "password": "b", "code": "c"})
    assert (reply.status, reply.code) == (403, "cross_site")


async def test_signing_out_takes_the_cookie_back(api: Api, services: Services, people: People) -> None:
    token = await open_session(services, people.doctor)
    out = await api.call("DELETE", "/session", cookie=token)
    assert (out.status, cookie_of(out).value, cookie_of(out)["max-age"]) == (204, "", "0")
    assert (await api.call("GET", "/session", cookie=token)).status == 401


async def test_one_s_sessions_are_listed_and_ended(api: Api, services: Services, people: People) -> None:
    tokens = [await open_session(services, people.doctor) for _ in range(3)]
    first = (await api.call("GET", "/sessions?limit=2", cookie=tokens[0])).body
    rest = (await api.call("GET", f"/sessions?cursor={first['next_cursor']}", cookie=tokens[0])).body
    assert [item["is_current"] for item in [*first["items"], *rest["items"]]] == [False, False, True]
    newest = first["items"][0]["id"]
    assert (await api.call("DELETE", f"/sessions/{newest}", by=people.colleague)).status == 404
    assert (await api.call("DELETE", f"/sessions/{newest}", cookie=tokens[0])).status == 204
    assert (await api.call("GET", "/session", cookie=tokens[2])).status == 401
    assert (await api.call("DELETE", "/sessions", cookie=tokens[0])).status == 204
    assert (await api.call("GET", "/session", cookie=tokens[1])).status == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/session"),
        ("DELETE", "/session"),
        ("GET", "/sessions"),
        ("DELETE", "/sessions"),
        ("DELETE", f"/sessions/{SOMETHING}"),
        ("GET", "/practice"),
        ("GET", "/professionals"),
        ("POST", "/professionals"),
        ("POST", f"/professionals/{SOMETHING}/invitations"),
        ("PUT", f"/professionals/{SOMETHING}/suspension"),
        ("DELETE", f"/professionals/{SOMETHING}/suspension"),
    ],
)
async def test_nothing_is_open_to_the_anonymous(api: Api, method: str, path: str) -> None:
    reply = await api.call(method, path, NEWCOMER if method == "POST" else None)
    assert (reply.status, reply.code) == (401, "unauthenticated")


async def test_an_expired_session_is_anonymous(
    api: Api, services: Services, people: People, clock: FrozenClock
) -> None:
    token = await open_session(services, people.doctor)
    clock.advance(timedelta(hours=1))
    assert (await api.call("GET", "/patients", cookie=token)).status == 401


async def test_an_administrator_adds_someone_who_accepts_and_signs_in(
    api: Api, people: People, clock: FrozenClock
) -> None:
    for caller in (people.doctor, people.secretary, people.auditor):
        assert (await api.call("POST", "/professionals", NEWCOMER, by=caller)).status == 403
    created = await api.call("POST", "/professionals", NEWCOMER, by=people.administrator)
    assert (created.status, created.body["professional"]["full_name"]) == (201, "Dr Lucie FONTAINE")
    token = created.body["invitation"]["token"]
    weak = await api.call("POST", "/invitation/password", {"token": token, "password": "court"})
    assert (weak.status, weak.reasons) == (409, ["password.length"])
    factor = await api.call("POST", "/invitation/password", {"token": token, "password": PASSWORD})
    assert factor.body["qr_svg"].startswith("<svg")
    wrong = await api.call("POST", "/invitation/confirmation", {"token": token, "code": "000000"})
    assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "code")
    typed = totp.code_at(factor.body["secret"], clock.now())
    accepted = await api.call("POST", "/invitation/confirmation", {"token": token, "code": typed})
    assert len(accepted.body["recovery_codes"]) == 8
    again = await api.call("POST", "/invitation/password", {"token": token, "password": PASSWORD})
    assert (again.status, again.code) == (404, "account.invitation_gone")
    body = {"login": "lucie.fontaine", "password": PASSWORD, "code": accepted.body["recovery_codes"][3]}
    assert (await api.call("POST", "/session", body)).status == 201


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rpps": None}, (409, "professional.rpps_missing")),
        ({"sector": None}, (409, "professional.sector_missing")),
        ({"specialty_code": "G15_60"}, (409, "professional.specialty_unknown")),
        ({"roles": ["doctor", "auditor"]}, (409, "professional.auditor_alone")),
        ({"rpps": "10100000016"}, (409, None)),
        ({"login": "CLAIRE.MOREAU"}, (409, None)),
        ({"rpps": "123"}, (422, None)),
        ({"roles": []}, (422, None)),
        ({"family_name": "Fontaine\x00"}, (422, None)),
        ({"given_name": "<b>"}, (422, None)),
        ({"login": "lucie fontaine"}, (422, None)),
        ({"practice_id": str(new_id())}, (422, None)),
    ],
)
async def test_a_person_that_does_not_hold_together_is_refused(
    api: Api, people: People, change: dict[str, object], expected: tuple[int, str | None]
) -> None:
    reply = await api.call("POST", "/professionals", NEWCOMER | change, by=people.administrator)
    assert reply.status == expected[0]
    assert expected[1] in (None, *reply.reasons)


async def test_suspending_shuts_out_at_once_and_reinstating_lets_in(
    api: Api, services: Services, people: People
) -> None:
    token = await open_session(services, people.doctor)
    path = f"/professionals/{people.doctor.id}/suspension"
    assert (await api.call("PUT", path, by=people.secretary)).status == 403
    assert (
        await api.call("PUT", f"/professionals/{people.stranger.id}/suspension", by=people.administrator)
    ).status == 404
    mine = await api.call("PUT", f"/professionals/{people.administrator.id}/suspension", by=people.administrator)
    assert (mine.status, mine.code) == (409, "professional.self")
    assert (await api.call("PUT", path, by=people.administrator)).body["is_suspended"] is True
    assert (await api.call("GET", "/session", cookie=token)).status == 401
    assert (await api.call("DELETE", path, by=people.administrator)).status == 204


async def test_someone_invited_again_loses_the_former_secrets(api: Api, services: Services, people: People) -> None:
    token = await open_session(services, people.doctor)
    path = f"/professionals/{people.doctor.id}/invitations"
    assert (await api.call("POST", path, by=people.doctor)).status == 403
    assert (await api.call("POST", path, by=people.administrator)).status == 201
    assert (await api.call("GET", "/session", cookie=token)).status == 401


@pytest.mark.parametrize("length", [1, 30])
async def test_lists_take_as_many_statements_whatever_their_length(
    services: Services, people: People, length: int
) -> None:
    for number in range(length):
        await open_session(services, people.doctor)
        person = make_doctor(people.practice.id, rpps=f"109{number:08d}")
        await services.professionals.create(people.administrator, person, f"docteur.{number}")
    statements: list[str] = []
    engine = services.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert len(await services.sessions.page(people.doctor, limit=100)) == length
    assert len(await services.professionals.page(people.doctor, limit=100)) == length + 6
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


async def test_people_of_one_s_practice_are_listed(api: Api, people: People) -> None:
    first = (await api.call("GET", "/professionals?limit=3", by=people.auditor)).body
    rest = (await api.call("GET", f"/professionals?cursor={first['next_cursor']}", by=people.auditor)).body
    assert [item["family_name"] for item in first["items"]] == ["Moreau", "Benali", "Marchand"]
    assert (len(rest["items"]), rest["next_cursor"]) == (3, None)
    practice = (await api.call("GET", "/practice", by=people.secretary)).body
    assert (practice["name"], practice["territory"]) == ("Cabinet des Tilleuls", "metropole")
