"""Joining files and looking at them in a real Chromium: with scripts, without them, on a phone, over a bad network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Route, expect

from telemed.acts.teleexpertise.model import Case
from telemed.api.auth import SESSION_COOKIE
from telemed.kernel.caller import Caller
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import NewWindow
from tests.fixtures.http import Api, open_session
from tests.fixtures.pictures import make_dicom, make_jpeg, make_pdf
from tests.integration.acts.teleexpertise.conftest import Scene, mail, scene, services, sms

__all__ = ["mail", "scene", "services", "sms"]
pytestmark = [pytest.mark.asyncio, pytest.mark.browser]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: what is joined is tested on both in tests/integration/attachments."""
    return sqlite_url


@pytest_asyncio.fixture
async def case(scene: Scene) -> AsyncIterator[Case]:
    yield await scene.draft()


async def sign_in(window: BrowserContext, scene: Scene, api: Api, by: Caller) -> None:
    token = await open_session(scene.services, by)
    await window.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": str(api.url("/"))}])


async def open_pieces(window: BrowserContext, scene: Scene, api: Api, case: Case) -> Page:
    await sign_in(window, scene, api, scene.asker)
    page = await window.new_page()
    await page.goto(str(api.url(f"/avis/{case.id}/pieces")))
    return page


def files(folder: Path, **contents: bytes) -> list[Path]:
    paths = []
    for name, content in contents.items():
        paths.append(folder / name.replace("_", "."))
        paths[-1].write_bytes(content)
    return paths


async def test_files_are_sent_and_looked_at(
    new_window: NewWindow, scene: Scene, api: Api, case: Case, tmp_path: Path
) -> None:
    page = await open_pieces(await new_window(), scene, api, case)
    sent = files(tmp_path, dos_jpg=make_jpeg(), examen_dcm=make_dicom(frames=3), ordonnance_pdf=b"MZ" + bytes(2000))
    await page.set_input_files("#pieces-fichiers", sent)
    await expect(page.locator(".piece")).to_have_count(3)
    for name in ("dos.jpg", "examen.dcm"):
        await page.get_by_role("link", name=name).wait_for()
    await expect(page.locator(".upload-failed .upload-state")).to_contain_text("programme")
    await expect(page.locator(".piece", has_text="ordonnance")).to_contain_text("Refusée")

    opener = page.get_by_role("link", name="examen.dcm")
    await opener.click()
    viewer = page.locator("dialog.viewer")
    await expect(viewer).to_be_visible()
    picture = viewer.locator("[data-picture]")
    await expect(viewer.locator("[data-place]")).to_have_text("1 sur 3")
    await page.keyboard.press("PageDown")
    await expect(viewer.locator("[data-place]")).to_have_text("2 sur 3")
    for key in ("+", "r", "i", "]"):
        await page.keyboard.press(key)
    style = await picture.get_attribute("style") or ""
    assert "scale(1.3)" in style
    assert "rotate(90deg)" in style
    assert "invert(1)" in style
    assert "contrast(110%)" in style
    await viewer.get_by_label("Centre de la fenêtre").fill("10")
    await viewer.get_by_label("Largeur de la fenêtre").fill("4")
    async with page.expect_response(lambda answer: "center=10" in answer.url and answer.ok):
        await viewer.get_by_role("button", name="Fenêtre").click()
    await page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_a_lost_network_is_made_up_for(
    new_window: NewWindow, scene: Scene, api: Api, case: Case, tmp_path: Path
) -> None:
    page = await open_pieces(await new_window(), scene, api, case)
    tries = 0

    async def lose_the_first(route: Route) -> None:
        nonlocal tries
        if route.request.method == "PATCH":
            tries += 1
            if tries == 1:
                await route.abort("connectionreset")
                return
        await route.continue_()

    await page.route("**/attachments/*", lose_the_first)
    await page.set_input_files("#pieces-fichiers", files(tmp_path, dos_jpg=make_jpeg()))
    await expect(page.locator(".upload-state")).to_contain_text("reprendra")
    await expect(page.locator(".upload")).to_have_count(0)  # what is under way may stand in the list already
    await expect(page.locator(".piece").get_by_role("link", name="dos.jpg")).to_have_count(1)
    assert tries == 2


async def test_an_upload_is_given_up(new_window: NewWindow, scene: Scene, api: Api, case: Case, tmp_path: Path) -> None:
    page = await open_pieces(await new_window(), scene, api, case)
    is_held = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            is_held.set()
            return
        await route.continue_()

    await page.route("**/attachments/*", hold)
    await page.set_input_files("#pieces-fichiers", files(tmp_path, dos_jpg=make_jpeg()))
    await is_held.wait()
    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        await page.get_by_role("button", name="Annuler l’envoi de dos.jpg").click()
    assert (await gone.value).status == 204
    await expect(page.locator(".upload")).to_have_count(0)


async def test_everything_works_without_scripts(
    new_window: NewWindow, scene: Scene, api: Api, case: Case, tmp_path: Path
) -> None:
    browser = (await new_window()).browser
    assert browser is not None
    window = await browser.new_context(java_script_enabled=False)
    page = await open_pieces(window, scene, api, case)
    sent = files(tmp_path, dos_jpg=make_jpeg(), ordonnance_pdf=make_pdf(2))
    await page.set_input_files("#pieces-fichiers", sent)
    await page.get_by_role("button", name="Joindre").click()
    await expect(page.locator(".piece")).to_have_count(2)
    await page.get_by_role("link", name="ordonnance.pdf").click()
    await expect(page.locator(".piece-page img")).to_have_count(2)
    await page.go_back()
    await page.locator(".piece", has_text="dos.jpg").get_by_role("button", name="Ôter").click()
    await expect(page.locator(".piece")).to_have_count(1)
    await page.get_by_role("button", name="Remettre").click()
    await expect(page.locator(".piece")).to_have_count(2)
    await page.get_by_role("button", name="Joindre des pièces").click()
    await page.set_input_files("#pieces-fichiers", files(tmp_path, faux_pdf=b"MZ" + bytes(2000)))
    await page.get_by_role("button", name="Joindre").click()
    await expect(page.locator("#pieces-erreur")).to_contain_text("programme")
    await window.close()


async def pinch(page: Page, near: int, far: int) -> None:
    """Two fingers around the middle of the picture, from `near` to `far` pixels of it."""
    box = await page.locator("[data-stage]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = await page.context.new_cdp_session(page)
    for kind, reach in (("touchStart", near), *(("touchMove", at) for at in range(near, far + 1, 10))):
        points = [{"x": x, "y": y - reach, "id": 0}, {"x": x, "y": y + reach, "id": 1}]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_the_viewer_suits_a_phone_and_a_screen_reader(
    new_window: NewWindow, scene: Scene, api: Api, case: Case, tmp_path: Path, axe_source: str
) -> None:
    page = await open_pieces(await new_window(is_phone=True), scene, api, case)
    await page.set_input_files("#pieces-fichiers", files(tmp_path, dos_jpg=make_jpeg()))
    await page.get_by_role("link", name="dos.jpg").tap()
    await expect(page.locator("dialog.viewer")).to_be_visible()
    assert await violations(page, axe_source) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("button", name="Agrandir").tap()
    assert "scale(1.3)" in (await page.locator("[data-picture]").get_attribute("style") or "")
    await page.get_by_role("button", name="Tout remettre").tap()
    await pinch(page, 40, 120)
    style = await page.locator("[data-picture]").get_attribute("style") or ""
    assert "scale(3)" in style
    await page.get_by_role("button", name="Fermer").tap()
    await expect(page.locator("dialog.viewer")).to_be_hidden()
