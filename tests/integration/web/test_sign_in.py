"""Signing in and out through the page."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from tests.fixtures.people import PASSWORD, TOTP_SECRET
from tests.integration.web.conftest import Site, plain

pytestmark = pytest.mark.asyncio


async def test_a_doctor_signs_in_and_lands_on_today(site: Site) -> None:
    await site.enrol(site.people.doctor)
    window = await site.window()
    answer = await window.sign_in("claire.moreau", site.clock)
    assert (answer.status, answer.path) == (200, "/aujourdhui")
    assert answer.title.startswith("Aujourd’hui")


@pytest.mark.parametrize(
    ("name", "home"),
    [("secretary", "/aujourdhui"), ("auditor", "/tracabilite"), ("administrator", "/comptes")],
)
async def test_each_role_lands_on_its_own_page(site: Site, name: str, home: str) -> None:
    window = await site.signed_in(name)
    assert (await window.get("/")).path == home


async def test_a_wrong_password_keeps_the_login_and_says_one_thing(site: Site) -> None:
    await site.enrol(site.people.doctor)
    window = await site.window()
    code = pyotp.TOTP(TOTP_SECRET).at(site.clock.now())
    wrong = {"identifiant": "claire.moreau", "mot_de_passe": "pas du tout", "code": code}
    unknown = wrong | {"identifiant": "personne"}
    first, second = await window.post("/connexion", wrong), await window.post("/connexion", unknown)
    assert first.status == second.status == 401
    assert 'value="claire.moreau"' in first.text
    assert "pas du tout" not in first.text
    sentence = "Identifiant, mot de passe ou code incorrect."
    assert sentence in plain(first.text)
    assert sentence in plain(second.text)


async def test_an_empty_form_says_what_to_fill(site: Site) -> None:
    answer = await (await site.window()).post("/connexion", {"identifiant": "claire.moreau"})
    assert answer.status == 422
    assert answer.errors == ["À remplir.", "À remplir."]


async def test_a_stranger_is_led_to_the_door_and_back(site: Site) -> None:
    await site.enrol(site.people.doctor)
    window = await site.window()
    asked = await window.get("/rendez-vous?jour=2026-11-26")
    assert asked.path.startswith("/connexion?suite=")
    assert 'name="suite" value="/rendez-vous?jour=2026-11-26"' in asked.text
    code = pyotp.TOTP(TOTP_SECRET).at(site.clock.now())
    form = {"identifiant": "claire.moreau", "mot_de_passe": PASSWORD, "code": code}
    answer = await window.post("/connexion", form | {"suite": "/rendez-vous?jour=2026-11-26"})
    assert answer.path == "/rendez-vous?jour=2026-11-26"


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.exemple/", "//ailleurs.exemple", "/\\ailleurs.exemple"])
async def test_nobody_is_sent_elsewhere_after_signing_in(site: Site, elsewhere: str) -> None:
    await site.enrol(site.people.doctor)
    code = pyotp.TOTP(TOTP_SECRET).at(site.clock.now())
    form = {"identifiant": "claire.moreau", "mot_de_passe": PASSWORD, "code": code, "suite": elsewhere}
    assert (await (await site.window()).post("/connexion", form)).path == "/aujourdhui"


async def test_signing_out_ends_the_session(site: Site) -> None:
    window = await site.signed_in("doctor")
    answer = await window.post("/deconnexion")
    assert "Vous êtes déconnecté." in answer.text
    assert (await window.get("/aujourdhui")).path.startswith("/connexion")


async def test_a_form_from_another_site_is_refused(site: Site) -> None:
    window = await site.signed_in("doctor")
    answer = await window.post("/deconnexion", Sec_Fetch_Site="cross-site")
    assert answer.status == 403
    assert answer.title == "Cette page n’est pas pour votre rôle"
    assert (await window.get("/aujourdhui")).status == 200


async def test_sessions_are_listed_and_closed(site: Site) -> None:
    first = await site.signed_in("doctor")
    second = await site.window()
    site.clock.advance(timedelta(seconds=31))
    await second.sign_in("claire.moreau", site.clock)
    page = await first.get("/mes-sessions")
    assert page.text.count("celle-ci") == 1
    action = page.text.split('action="/mes-sessions/')[1].split("/fermer")[0]
    answer = await first.post(f"/mes-sessions/{action}/fermer")
    assert "Session fermée." in answer.text
    assert (await second.get("/aujourdhui")).path.startswith("/connexion")


async def test_one_address_tries_twenty_times_a_minute(site: Site) -> None:
    window = await site.window()
    form = {"mot_de_passe": "pas du tout", "code": "000000"}
    statuses = [
        (await window.post("/connexion", form | {"identifiant": f"personne{number}"})).status for number in range(21)
    ]
    assert statuses == [401] * 20 + [429]
