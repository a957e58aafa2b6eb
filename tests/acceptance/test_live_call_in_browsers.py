"""« Quelqu'un maintenant ? » in real browsers: a nurse on a phone, a dermatologist at a desk with two tabs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from telemed.acts.teleexpertise.model import CaseContent, Medical
from telemed.consent.model import ActKind, ConsentDecision
from tests import journeys
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import NewWindow
from tests.scene import Scene, demo_scene

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]

_SAY_THERE = """
fetch("/experts/me/presence", {
  method: "PUT", headers: {"Content-Type": "application/json"}, body: JSON.stringify({minutes: 60})
}).then((answer) => answer.status)
"""

_HEAR = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
"""
"""Counts the notes that a page plays."""


@pytest_asyncio.fixture(scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with demo_scene() as served:
        yield served


async def waiting_case(scene: Scene) -> str:
    """A request of the nurse that another dermatologist has not taken yet."""
    services, callers, patient = scene.services, scene.practice.callers, scene.practice.patients[5]
    nurse, other = callers["ines.marchand"], callers["nadia.cherif"].id
    assert other is not None
    findings = Medical(findings="Bulles tendues des deux jambes.")
    content = CaseContent("Ces bulles sont-elles une urgence ?", specialty_code="G15_10/SM15", medical=findings)
    case = await services.expertise.requests.create(nurse, patient, content)
    await services.consents.record_oral(
        nurse,
        patient_id=patient,
        act_kind=ActKind.TELEEXPERTISE,
        act_id=case.id,
        decision=ConsentDecision.GIVEN,
    )
    await services.expertise.requests.send(nurse, case.id, [other])
    return str(case.id)


async def test_a_call_rings_on_any_page_and_opens_a_room(scene: Scene, new_window: NewWindow, axe_source: str) -> None:
    nurse = await (await new_window(is_phone=True)).new_page()
    desk = await new_window()
    await desk.add_init_script(_HEAR)
    expert, other_tab = await desk.new_page(), await desk.new_page()
    await journeys.sign_in(nurse, scene.base_url, scene.account("ines.marchand"))
    await journeys.sign_in(expert, scene.base_url, scene.account("yves.legoff"))
    case = f"{scene.base_url}/avis/{await waiting_case(scene)}"
    await nurse.goto(case)
    await nurse.get_by_role("link", name="Parler maintenant").click()
    await nurse.get_by_role("button", name="Appeler maintenant").click()
    await nurse.get_by_text("n’est là maintenant").wait_for()  # nobody said so yet

    for page in (expert, other_tab):
        await page.goto(f"{scene.base_url}/patientele")
    assert await other_tab.evaluate(_SAY_THERE) == 200
    await journeys.until(lambda: count_of(scene), 2)  # the tabs of a browser share one stream
    search = expert.get_by_role("searchbox").first
    await search.fill("Ber")
    await search.focus()

    await nurse.get_by_role("button", name=re.compile("Appeler")).click()
    await nurse.get_by_text("Cela sonne chez").wait_for()
    late, arrives = await open_without_its_module(nurse)
    ring = expert.get_by_role("alertdialog", name=re.compile("Inès MARCHAND vous appelle", re.IGNORECASE))
    await ring.wait_for()
    await other_tab.get_by_role("alertdialog").wait_for()

    async def heard() -> list[bool]:
        return sorted([await tab.evaluate("window.tones > 0") for tab in (expert, other_tab)])

    await journeys.until(heard, [False, True])  # in one tab alone
    assert await search.input_value() == "Ber"
    await expect(search).to_be_focused()  # what one types in is left alone
    troubles: dict[str, Any] = {"ring": await violations(expert, axe_source), "asking": await look(nurse, axe_source)}
    await ring.get_by_role("button", name="Répondre").click()
    for page in (expert, nurse):
        await page.wait_for_url("**/appel")
        await journeys.sees_the_other(page)
    await expect(other_tab.get_by_role("alertdialog")).to_have_count(0)
    troubles |= {"room": await violations(expert, axe_source), "room on a phone": await look(nurse, axe_source)}
    await expert.get_by_role("button", name="Terminer").click()
    await expert.get_by_role("button", name="Terminer l’appel").click()
    await expert.wait_for_url(case)
    await expert.get_by_text("Appel terminé").wait_for()  # before it fades
    await nurse.wait_for_url(case)
    await expert.get_by_label("Conclusion").wait_for()  # his to answer, in writing
    arrives.set()
    await expect(late.get_by_text("Cela sonne chez")).to_have_count(0)
    assert not any(troubles.values()), troubles


async def open_without_its_module(page: Page) -> tuple[Page, asyncio.Event]:
    """The same page in another tab, which hears nothing until the event is set."""
    arrives = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    late = await page.context.new_page()
    await late.route("**/js/pages/expertise-ringing.js", hold)
    await late.add_init_script(journeys.NO_BEAT)
    await late.goto(page.url, wait_until="commit")
    await late.get_by_text("Cela sonne chez").wait_for()
    return late, arrives


async def look(page: Page, axe_source: str) -> list[Any]:
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return [*await violations(page, axe_source), *([f"{wide} px wide"] if wide > 360 else [])]


async def count_of(scene: Scene) -> int:
    return scene.services.live.streams.count
