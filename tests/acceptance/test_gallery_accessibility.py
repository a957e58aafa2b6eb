"""Every page of the gallery through axe-core, light and dark, wide and narrow; and a walk by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, Route

from tests.fixtures.browsers import NewWindow
from tests.unit.web.examples import EXAMPLES
from tests.unit.web.gallery import build_gallery, serve

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]

_AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_SEEN = {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}
_SMALL_TARGETS = """() => [...document.querySelectorAll('button, .button, .tool, .input, .rail-link, summary, .choice')]
  .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden'))
  .filter((element) => element.getBoundingClientRect().height < 43.5)
  .map((element) => element.outerHTML.slice(0, 100))"""
_SERIOUS = frozenset({"serious", "critical"})


@pytest_asyncio.fixture(scope="module")
async def gallery() -> AsyncIterator[str]:
    runner, base = await serve(build_gallery())
    yield f"{base}/galerie"
    await runner.cleanup()


async def quiet_page(window: BrowserContext) -> Page:
    """A page that stays where it is: no service is behind the gallery, so whatever a script asks answers nothing."""

    async def answer_nothing(route: Route) -> None:
        await route.fulfill(status=204)

    page = await window.new_page()
    await page.route(lambda url: "/galerie/" not in url and "/static/" not in url, answer_nothing)
    return page


async def violations(page: Page, axe_source: str, options: dict[str, list[str]] = _AXE_OPTIONS) -> list[str]:
    """What axe-core finds serious or critical on the page, with the elements."""
    await page.evaluate(f"() => {{ {axe_source} }}")
    found: dict[str, Any] = await page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {[node['html'][:160] for node in violation['nodes']]}"
        for violation in found["violations"]
        if violation["impact"] in _SERIOUS
    ]


async def test_no_page_has_a_serious_violation_nor_breaks_its_own_content_policy(
    gallery: str, new_window: NewWindow, axe_source: str
) -> None:
    page, found, complaints = await quiet_page(await new_window()), {}, list[str]()
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in EXAMPLES:
        await page.goto(f"{gallery}/{name}")
        if trouble := await violations(page, axe_source):
            found[name] = trouble
    assert found == {}
    assert complaints == []


async def test_a_phone_in_the_dark_shows_every_page_whole_readable_and_within_reach(
    gallery: str, new_window: NewWindow, axe_source: str
) -> None:
    """What a width and a theme change: overflow, contrast, the size of what is touched."""
    page, found = await quiet_page(await new_window(is_phone=True, is_dark=True)), {}
    for name in EXAMPLES:
        await page.goto(f"{gallery}/{name}")
        small = [f"small: {one}" for one in await page.evaluate(_SMALL_TARGETS)]
        width = await page.evaluate("document.documentElement.scrollWidth")
        wide = [f"{width} px wide"] if width > 360 else []
        if trouble := [*await violations(page, axe_source, _SEEN), *small, *wide]:
            found[name] = trouble
    assert found == {}


async def stops(page: Page, count: int) -> list[str]:
    """The names of what the Tab key reaches, in order."""
    names = []
    for _ in range(count):
        await page.keyboard.press("Tab")
        names.append(
            await page.evaluate(
                "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
                " || document.activeElement.id).trim().split('\\n').join(' ')"
            )
        )
    return names


async def test_today_is_walked_by_keyboard(gallery: str, new_window: NewWindow) -> None:
    page = await quiet_page(await new_window())
    await page.goto(f"{gallery}/aujourdhui")
    names = await stops(page, 13)
    assert names[0] == "Aller au contenu"
    assert [name for name in names if name.startswith("Faire entrer")] == [
        "Faire entrer LEROY Jeanne",
        "Faire entrer PETIT Karim",
    ]


async def test_skip_link_leads_to_the_content(gallery: str, new_window: NewWindow) -> None:
    page = await quiet_page(await new_window())
    await page.goto(f"{gallery}/aujourdhui")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "contenu"


async def test_search_opens_with_the_keyboard_and_closes_with_escape(gallery: str, new_window: NewWindow) -> None:
    page = await quiet_page(await new_window())
    await page.goto(f"{gallery}/patients")
    await page.keyboard.press("Control+k")
    assert await page.evaluate("document.activeElement.id") == "recherche-mots"
    await page.keyboard.press("Escape")
    assert not await page.locator("#recherche").is_visible()


async def test_signing_asks_once(gallery: str, new_window: NewWindow) -> None:
    page = await quiet_page(await new_window())
    await page.goto(f"{gallery}/compte-rendu")
    await page.get_by_role("button", name="Signer et envoyer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Relire encore").click()
    assert not await dialog.is_visible()
    assert page.url.endswith("/compte-rendu")


async def test_errors_take_the_focus(gallery: str, new_window: NewWindow) -> None:
    page = await quiet_page(await new_window(is_phone=True))
    await page.goto(f"{gallery}/naissance-erreur")
    assert await page.evaluate("document.activeElement.className") == "error-summary"
