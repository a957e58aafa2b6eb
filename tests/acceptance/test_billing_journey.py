"""A doctor bills in a real browser: rights of the patient, invoice, lot, and the caisse that acknowledges and pays."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests import journeys
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import NewWindow
from tests.scene import Scene, demo_scene

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]


@pytest_asyncio.fixture(scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with demo_scene() as served:
        yield served


async def give_rights(page: Page) -> None:
    """Fill the form of the patient's insurance as it is on the carte Vitale."""
    await page.get_by_label("Numéro de sécurité sociale").fill("2 79 03 51 215 189 89")
    await page.get_by_label("Régime").fill("01")
    await page.get_by_label("Caisse", exact=True).fill("371")
    await page.get_by_label("Centre", exact=True).fill("0000")
    await page.get_by_label("ADRi").check()
    await page.get_by_role("button", name="Enregistrer l’assurance").click()
    await page.get_by_text("Assurance enregistrée.").wait_for()


async def test_from_the_missing_insurance_to_the_payment(scene: Scene, new_window: NewWindow, axe_source: str) -> None:
    page = await (await new_window()).new_page()
    await journeys.sign_in(page, scene.base_url, scene.account("claire.moreau"))
    await page.get_by_role("link", name=re.compile("Facturation")).click()
    await page.get_by_role("heading", name=re.compile("^Facturation")).wait_for()
    troubles = {"desk": await violations(page, axe_source)}
    await page.get_by_role("link", name=re.compile("^À facturer")).click()
    await page.locator("tbody .table-link").first.click()
    await page.get_by_role("link", name=re.compile("Modifier|Renseigner")).first.click()
    troubles["insurance"] = await violations(page, axe_source)
    await give_rights(page)
    claim = page.url
    troubles["claim"] = await violations(page, axe_source)
    await page.get_by_role("button", name=re.compile("^Facturer")).click()
    await page.get_by_text("Elle part dans le prochain lot").wait_for()
    await page.goto(f"{scene.base_url}/facturation")
    await page.get_by_role("button", name=re.compile("Envoyer maintenant")).click()
    await page.get_by_text("Lots envoyés").wait_for()

    async def stage() -> str:
        await page.goto(claim)
        return await page.locator(".page-head .badge").first.inner_text()

    await journeys.until(stage, "Payée")
    for told in ("Facturée", "Mise en lot", "Envoyée à la caisse", "Reçue par la caisse"):
        await page.locator(".timeline").get_by_text(told, exact=True).wait_for()
    assert "0,00" in await page.locator("#vie ~ span").inner_text()
    troubles["paid"] = await violations(page, axe_source)
    await page.get_by_role("link", name="Rapprochement").click()
    await page.get_by_role("heading", name="Rapprochement").wait_for()
    await page.get_by_text("23,00").or_(page.get_by_text("25,00")).first.wait_for()
    troubles["accounts"] = await violations(page, axe_source)
    assert {name: found for name, found in troubles.items() if found} == {}
