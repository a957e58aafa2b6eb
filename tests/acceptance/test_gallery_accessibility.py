"""Every page of the gallery through axe-core, light and dark, wide and narrow; and a walk by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.fixtures.browsers import NewWindow
from tests.unit.web.examples import EXAMPLES
from tests.unit.web.gallery import build_gallery, serve

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SEEN = ["color-contrast", "target-size", "scrollable-region-focusable"]
_AXE = """async (rules) =>
  (await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).violations"""
_SMALL_TARGETS = """() => [...document.querySelectorAll('button, .button, .tool, .input, .rail-link, summary, .choice')]
  .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden'))
  .filter((element) => element.getBoundingClientRect().height < 43.5)
  .map((element) => element.outerHTML.slice(0, 100))"""
_SERIOUS = frozenset({"serious", "critical"})


@pytest_asyncio.fixture(scope="module")
async def gallery() -> AsyncIterator[str]:
    """Pages that stay where they are: what a script asks of the service that is not there answers nothing."""
    runner, base = await serve(build_gallery(away=204))
    yield f"{base}/galerie"
    await runner.cleanup()


async def violations(page: Page, axe_source: str, rules: Sequence[str] = _RULES) -> list[str]:
    """What axe-core finds serious or critical on the page, with the elements."""
    await page.evaluate(f"() => {{ {axe_source} }}")
    found: list[dict[str, Any]] = await page.evaluate(_AXE, list(rules))
    return [
        f"{violation['id']} ({violation['impact']}): {[node['html'][:160] for node in violation['nodes']]}"
        for violation in found
        if violation["impact"] in _SERIOUS
    ]


async def test_no_page_has_a_serious_violation_nor_breaks_its_own_content_policy(
    gallery: str, new_window: NewWindow, axe_source: str
) -> None:
    page, found, complaints = await (await new_window()).new_page(), {}, list[str]()
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
    page, found = await (await new_window(is_phone=True, is_dark=True)).new_page(), {}
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
    page = await (await new_window()).new_page()
    await page.goto(f"{gallery}/aujourdhui")
    names = await stops(page, 13)
    assert names[0] == "Aller au contenu"
    assert [name for name in names if name.startswith("Faire entrer")] == [
        "Faire entrer LEROY Jeanne",
        "Faire entrer PETIT Karim",
    ]


async def test_skip_link_leads_to_the_content(gallery: str, new_window: NewWindow) -> None:
    page = await (await new_window()).new_page()
    await page.goto(f"{gallery}/aujourdhui")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "contenu"


async def test_search_opens_with_the_keyboard_and_closes_with_escape(gallery: str, new_window: NewWindow) -> None:
    page = await (await new_window()).new_page()
    await page.goto(f"{gallery}/patients")
    await page.keyboard.press("Control+k")
    assert await page.evaluate("document.activeElement.id") == "recherche-mots"
    await page.keyboard.press("Escape")
    assert not await page.locator("#recherche").is_visible()


async def test_signing_asks_once(gallery: str, new_window: NewWindow) -> None:
    page = await (await new_window()).new_page()
    await page.goto(f"{gallery}/compte-rendu")
    await page.get_by_role("button", name="Signer et envoyer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Relire encore").click()
    assert not await dialog.is_visible()
    assert page.url.endswith("/compte-rendu")


async def test_errors_take_the_focus(gallery: str, new_window: NewWindow) -> None:
    page = await (await new_window(is_phone=True)).new_page()
    await page.goto(f"{gallery}/naissance-erreur")
    assert await page.evaluate("document.activeElement.className") == "error-summary"
