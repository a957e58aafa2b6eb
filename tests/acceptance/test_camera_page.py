"""The camera page when devices fail: what happened, and how to mend it in this very browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.fixtures.browsers import NewWindow
from tests.unit.web.gallery import build_gallery, serve

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]

_FAIL = """
([device, failure]) => {
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (constraints[device]) throw new DOMException("refused", failure);
    return new AudioContext().createMediaStreamDestination().stream;
  };
}
"""


@pytest_asyncio.fixture
async def camera_page(new_window: NewWindow) -> AsyncIterator[Page]:
    """The page before the camera is asked for: no permission was given yet."""
    runner, base = await serve(build_gallery())
    window = await new_window(is_phone=True)
    page = await window.new_page()
    await page.add_init_script("navigator.permissions.query = async () => ({ state: 'prompt' })")
    await page.goto(f"{base}/galerie/camera")
    yield page
    await runner.cleanup()


async def start(page: Page, device: str, failure: str) -> None:
    await page.evaluate(_FAIL, [device, failure])
    await page.get_by_role("button", name="Allumer la caméra").click()
    await page.wait_for_function("document.querySelector('[data-check=camera]').dataset.state !== 'waiting'")


@pytest.mark.parametrize(
    ("failure", "state", "sentence", "help_text"),
    [
        ("NotAllowedError", "middling", "bloquée par le navigateur", "Cliquez sur le symbole à gauche de l’adresse"),
        ("NotFoundError", "no", "introuvable", "ouvrez votre lien sur un téléphone"),
        ("NotReadableError", "middling", "déjà utilisée ailleurs", "Une autre application utilise la caméra"),
    ],
)
async def test_each_failure_has_its_sentence_and_its_remedy(
    camera_page: Page, failure: str, state: str, sentence: str, help_text: str
) -> None:
    await start(camera_page, "video", failure)
    check = camera_page.locator('[data-check="camera"]')
    assert await check.get_attribute("data-state") == state
    text = await check.inner_text()
    assert sentence in text
    assert help_text in text


async def test_a_camera_that_fails_does_not_hide_the_microphone(camera_page: Page) -> None:
    await start(camera_page, "video", "NotFoundError")
    assert "allumé" in await camera_page.locator('[data-check="micro"]').inner_text()
    assert await camera_page.locator('[data-result="camera"]').input_value() == "poor"


async def test_the_way_to_the_waiting_room_stays_open(camera_page: Page) -> None:
    await start(camera_page, "video", "NotAllowedError")
    assert await camera_page.get_by_role("button", name="Entrer dans la salle d’attente").is_enabled()


async def test_the_devices_are_lit_by_one_button(camera_page: Page) -> None:
    await camera_page.get_by_role("button", name="Allumer la caméra").click()
    check = camera_page.locator('[data-check="camera"]')
    await check.get_by_text("on vous voit").wait_for()
    assert await check.get_attribute("data-state") == "yes"
    await camera_page.locator('[data-check="micro"]').get_by_text("on vous entend").wait_for()
    assert await camera_page.locator('[data-result="micro"]').input_value() == "good"
