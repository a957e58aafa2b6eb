"""Every page of the table: closed to strangers, and to roles that it is not for."""

from __future__ import annotations

import re

import pytest

from telemed.app import OPERATIONS
from telemed.kernel.caller import Role
from telemed.kernel.ids import new_id
from telemed.web import PAGES
from tests.integration.web.conftest import Site

pytestmark = pytest.mark.asyncio
_ROUTES = [route for pages in PAGES for route in pages.paths]
_CLOSED = [(method, path, access) for method, path, access in _ROUTES if access.roles]
_NAMES = {
    Role.DOCTOR: "doctor",
    Role.HEALTH_PROFESSIONAL: "nurse",
    Role.SECRETARY: "secretary",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
}


def named(path: str) -> str:
    known = path.replace("{token}", "x" * 43).replace("{page}", "1")
    return re.sub(r"\{\w+\}", lambda _: str(new_id()), known)


async def test_a_stranger_reaches_no_closed_page(site: Site) -> None:
    window = await site.window()
    for method, path, _ in _CLOSED:
        answer = await (window.get(named(path)) if method == "GET" else window.post(named(path)))
        assert answer.path.startswith("/connexion"), path


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_reaches_only_its_own_pages(site: Site, role: Role) -> None:
    window = await site.signed_in(_NAMES[role])
    for method, path, access in _CLOSED:
        if role in access.roles:
            continue
        answer = await (window.get(named(path)) if method == "GET" else window.post(named(path)))
        assert answer.status == 403, path


async def test_patient_pages_send_a_stranger_back_to_the_birth_date(site: Site) -> None:
    window = await site.window()
    for method, path, access in _ROUTES:
        if access.is_for_patients:
            answer = await (window.get(named(path)) if method == "GET" else window.post(named(path)))
            door = "/visite/naissance" if path.startswith("/visite") else "/suivi/naissance"
            assert answer.path == door, path


async def test_an_unknown_page_is_a_page(site: Site) -> None:
    answer = await (await site.window()).get("/nulle-part")
    assert answer.status == 404
    assert answer.title == "Cette page n’existe pas"


@pytest.mark.parametrize("path", ["/rendez-vous/{id}", "/patientele/{id}", "/consultations/{id}", "/rendez-vous/abc"])
async def test_what_does_not_exist_is_not_found(site: Site, path: str) -> None:
    window = await site.signed_in("doctor")
    assert (await window.get(named(path))).status == 404


async def test_no_page_hides_an_operation_of_the_api() -> None:
    operations = {(item.method, item.path) for operations in OPERATIONS for item in operations.items}
    assert not operations & {(method, path) for method, path, _ in _ROUTES}
