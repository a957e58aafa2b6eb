"""An opinion between two practices in real browsers, from question to closing: at a desk, on a phone, scriptless."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from tests import journeys
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import NewWindow
from tests.fixtures.pictures import make_jpeg
from tests.scene import Scene, demo_scene

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]
QUESTION = "Cette plaque du bras justifie-t-elle une biopsie ?"


@pytest_asyncio.fixture(scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with demo_scene() as served:
        yield served


@pytest_asyncio.fixture(scope="module")
async def sessions(scene: Scene, chromium: Browser) -> dict[str, list[Any]]:
    """The cookies of both people, signed in once: a code of the application is good once only."""
    kept: dict[str, list[Any]] = {}
    for login in ("ines.marchand", "yves.legoff"):
        window = await chromium.new_context()
        page = await window.new_page()
        await journeys.sign_in(page, scene.base_url, scene.account(login))
        await page.wait_for_load_state()
        kept[login] = await window.cookies()
        await window.close()
    return kept


@dataclass
class Walk:
    """The nurse who asks and the dermatologist who answers, each in a window; what each page was found to lack."""

    base: str
    nurse: Page
    expert: Page
    axe: str
    has_scripts: bool
    troubles: dict[str, object]

    async def look(self, page: Page, name: str) -> None:
        """No serious violation, and nothing wider than the window."""
        if not self.has_scripts:
            return
        size = page.viewport_size
        assert size
        wide = await page.evaluate("document.documentElement.scrollWidth")
        found = [*await violations(page, self.axe), *([f"{wide} px wide"] if wide > size["width"] else [])]
        if found:
            self.troubles[name] = found


async def compose(walk: Walk, patient: str) -> str:
    """The request, written and sent on one page; gives its address."""
    page = walk.nurse
    await page.goto(f"{walk.base}/avis")
    await walk.look(page, "desk")
    await page.get_by_role("link", name="Demander un avis").click()
    await page.get_by_label("Patient", exact=True).fill(patient)
    await page.get_by_role("button", name="Chercher", exact=True).click()
    await walk.look(page, "patient")
    await page.get_by_role("button", name=re.compile(patient.upper())).first.click()
    await page.wait_for_url("**/rediger")
    await page.get_by_label("Votre question").fill(QUESTION)
    if not walk.has_scripts:
        await page.get_by_role("button", name="Joindre des pièces").click()
    await page.get_by_label(re.compile("Choisissez des fichiers")).set_input_files(
        FilePayload(name="bras.jpg", mimeType="image/jpeg", buffer=make_jpeg())
    )
    if not walk.has_scripts:
        await page.get_by_role("button", name="Joindre", exact=True).click()
    await page.locator(".piece").get_by_role("link", name="bras.jpg").wait_for()
    assert await page.get_by_label("Votre question").input_value() == QUESTION
    await page.get_by_label("Ce que vous constatez").fill("Plaque de 2 cm, squameuse, qui s'étend depuis trois mois.")
    await page.get_by_label("Sous 48 heures").check()
    await page.get_by_label(re.compile("Sa spécialité")).select_option(label="Dermatologie")
    await page.get_by_role("button", name="Chercher un confrère").click()
    await page.get_by_label(re.compile("Yves LE GOFF")).check()
    await page.get_by_label(re.compile("Le patient est informé")).check()
    await walk.look(page, "composer")
    await page.get_by_role("button", name="Envoyer la demande").click()
    await page.get_by_text("Demande envoyée. Le délai").wait_for()
    await walk.look(page, "sent")
    return page.url.partition("#")[0]


async def ask_for_more(walk: Walk, case: str) -> None:
    page = walk.expert
    await page.goto(f"{walk.base}/avis")
    await walk.look(page, "inbox")
    mine = page.locator(".case-line", has_text="biopsie").first
    await mine.get_by_role("link", name=re.compile("^Ouvrir")).click()
    assert page.url.startswith(case)
    await page.get_by_text(QUESTION).wait_for()
    await page.locator(".piece", has_text="bras.jpg").wait_for()
    await walk.look(page, "offered")
    await page.locator("summary", has_text="Demander une précision").click()
    await page.get_by_label("Ce qui vous manque").fill("Un traitement local a-t-il été essayé ?")
    await page.get_by_role("button", name="Poser la question").click()
    await page.get_by_text("Question posée.").wait_for()


async def give_more(walk: Walk, case: str) -> None:
    page = walk.nurse
    if walk.has_scripts:
        # The page of the requérant was left open: it hears that the case went on, and jumps nowhere.
        await page.get_by_text("Cette demande vient d’avancer.").wait_for()
    await page.goto(case)
    await page.get_by_text("Un traitement local a-t-il été essayé ?").first.wait_for()
    await walk.look(page, "more information")
    await page.get_by_label("Votre réponse").fill("Hydrocortisone deux semaines, sans effet.")
    await page.get_by_role("button", name="Envoyer la précision").click()
    await page.get_by_text("Précision envoyée.").wait_for()


async def answer(walk: Walk, case: str) -> None:
    page = walk.expert
    await page.goto(case)
    await page.get_by_role("button", name="Accepter", exact=True).click()
    await page.get_by_text("À vous de rendre l’avis").wait_for()
    await page.get_by_label("Conclusion").fill("Aspect de psoriasis, sans argument pour une tumeur.")
    await page.get_by_label("Conduite à tenir").fill("Dermocorticoïde de classe forte quatre semaines.")
    await page.get_by_label("Pas d’urgence").check()
    await page.get_by_label("Oui", exact=True).check()
    await page.get_by_label("Aucun acte ni aucune prescription").check()
    await page.get_by_label("Aucun incident technique").check()
    await walk.look(page, "answering")
    await page.wait_for_load_state()  # only then does it ask before it signs
    await page.get_by_role("button", name="Signer et envoyer").first.click()
    if walk.has_scripts:
        await page.get_by_role("dialog").get_by_role("button", name="Signer et envoyer").click()
    await page.get_by_text("Avis signé et envoyé.").wait_for()
    await walk.look(page, "answered")


async def read_and_close(walk: Walk, case: str) -> None:
    page = walk.nurse
    await page.goto(f"{walk.base}/avis")
    await (
        page.locator(".case-line", has_text="biopsie").first.get_by_role("link", name=re.compile("Lire l’avis")).click()
    )
    assert page.url.startswith(case)
    await page.get_by_text("Aspect de psoriasis").first.wait_for()
    await walk.look(page, "opinion")
    await page.get_by_role("button", name="J’ai lu l’avis").click()
    await page.get_by_text("Demande close.").wait_for()
    await walk.look(page, "closed")
    await expect(page.locator(".timeline")).to_contain_text("Avis lu, demande close")


@pytest.mark.parametrize(
    ("is_phone", "has_scripts", "patient"),
    [(False, True, "Garcia"), (True, True, "Rousseau"), (True, False, "Nguyen")],
    ids=["desk", "phone", "no-script"],
)
async def test_from_the_question_to_the_closing(
    scene: Scene,
    sessions: dict[str, list[Any]],
    new_window: NewWindow,
    axe_source: str,
    is_phone: bool,
    has_scripts: bool,
    patient: str,
) -> None:
    windows = [await new_window(is_phone=is_phone, has_scripts=has_scripts) for _side in range(2)]
    for window, login in zip(windows, ("ines.marchand", "yves.legoff"), strict=True):
        await window.add_cookies(sessions[login])
    nurse, expert = [await window.new_page() for window in windows]
    walk = Walk(scene.base_url, nurse, expert, axe_source, has_scripts, {})
    case = await compose(walk, patient)
    await ask_for_more(walk, case)
    await give_more(walk, case)
    await answer(walk, case)
    await read_and_close(walk, case)
    assert walk.troubles == {}
