"""Remakes the pictures of the README in a real Chromium, from the demonstration's practice.

usage: python -m tests.screenshots [FOLDER]     docs/images by default
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import BrowserContext, Page, Playwright, async_playwright

from telemed.api import logs
from telemed.demo.people import PATIENTS
from tests import journeys
from tests.fixtures.browsers import CHROMIUM_ARGUMENTS, find_chromium
from tests.fixtures.camera import draw_portrait
from tests.scene import demo_scene
from tests.screenshots_follow_ups import picture_follow_ups
from tests.screenshots_opinions import picture_opinions
from tests.shared import ROOT

_BILLING = (("/facturation", "facturation"), ("/facturation/rapprochement", "rapprochement"))
_ADDRESS = "8 rue du Change, Tours, 2e étage"
_NOTES = "Vertiges positionnels brefs depuis huit jours. Tension 13/8 ce matin. Pas de signe de gravité."


async def remake(folder: Path) -> list[str]:
    """Every picture; gives their names in the order in which they were taken."""
    taken: list[str] = []

    async def take(page: Page, name: str) -> None:
        await page.wait_for_load_state("load")
        await page.screenshot(path=folder / f"{name}.png", animations="disabled")
        taken.append(name)
        print(f"screenshots: {name}.png", flush=True)

    async with (
        demo_scene() as scene,
        async_playwright() as playwright,
        _window(playwright, hue=0) as doctor_window,
        _window(playwright, hue=1, is_phone=True) as patient_window,
        _window(playwright, hue=1) as office_window,
        _window(playwright, hue=0) as nurse_window,
        _window(playwright, hue=1) as expert_window,
        _window(playwright, hue=1, is_phone=True) as expert_phone,
        _window(playwright, hue=0, is_phone=True) as board_phone,
    ):
        await picture_opinions(scene, nurse_window, expert_window, expert_phone, take)
        await picture_follow_ups(scene, nurse_window, board_phone, take)
        doctor, patient = await doctor_window.new_page(), await patient_window.new_page()
        await journeys.sign_in(doctor, scene.base_url, scene.account("claire.moreau"))
        await journeys.give_birth_date(patient, scene.invitation.link, PATIENTS[0].born_on)
        await journeys.say_who_and_where(patient, _ADDRESS)
        await journeys.consent_and_try_the_camera(patient)
        await take(patient, "patient-camera")
        await journeys.sit_down(patient)
        await doctor.reload()
        await doctor.get_by_role("button", name=f"Faire entrer {scene.invitation.patient}").wait_for()
        await take(patient, "patient-attente")
        await take(doctor, "aujourdhui")
        await journeys.let_in(doctor, patient, scene.invitation.patient)
        for page in (doctor, patient):
            await journeys.sees_the_other(page)
        await asyncio.sleep(3)
        await doctor.screenshot(path=folder / "appel.png")
        await patient.screenshot(path=folder / "patient-appel.png")
        taken += ["appel", "patient-appel"]
        await doctor.get_by_label("Notes, qui deviennent le compte rendu").fill(_NOTES)
        await doctor.locator("[data-notes] [data-save-state]").get_by_text("Enregistré").wait_for()
        await doctor.get_by_role("button", name="Terminer", exact=True).click()
        await doctor.get_by_role("button", name="Terminer et rédiger").click()
        await doctor.wait_for_url("**/compte-rendu")
        await asyncio.sleep(2)
        await take(doctor, "compte-rendu")
        office = await office_window.new_page()
        await journeys.sign_in(office, scene.base_url, scene.account("sophie.garnier"))
        for path, name in _BILLING:
            await office.goto(scene.base_url + path)
            await take(office, name)
    return taken


@asynccontextmanager
async def _window(playwright: Playwright, *, hue: int, is_phone: bool = False) -> AsyncIterator[BrowserContext]:
    """A browser of its own, with a portrait of its own before the camera."""
    with TemporaryDirectory(prefix="telemed-camera-") as folder:
        portrait = draw_portrait(Path(folder), hue=hue)
        arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={portrait}"]
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield await browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            permissions=["camera", "microphone"],
            viewport={"width": 360, "height": 740} if is_phone else {"width": 1280, "height": 800},
            device_scale_factor=2 if is_phone else 1,
            reduced_motion="reduce",
        )
        await browser.close()


def main(words: list[str]) -> int:
    logs.configure("error")
    folder = Path(words[0]) if words else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(remake(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
