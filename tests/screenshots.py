"""Remakes the pictures of the README in a real Chromium, from the demonstration's practice.

usage: python -m tests.screenshots [FOLDER]     docs/images by default
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from telemed.api import logs
from telemed.app import build_services
from telemed.demo.letterbox import DemoAccount, Letterbox
from telemed.demo.people import PATIENTS
from telemed.demo.practice import DemoPractice
from telemed.demo.serve import find_port, open_practice, running, settings_for
from telemed.demo.today import Invitation, fill_today
from telemed.kernel.clock import SystemClock
from tests import journeys
from tests.fixtures.browsers import CHROMIUM_ARGUMENTS, find_chromium
from tests.shared import ROOT

_FIRST_PORT = 8300
_ADDRESS = "8 rue du Change, Tours, 2e étage"


@dataclass(frozen=True)
class Set:
    """Where the pictures are taken."""

    base_url: str
    practice: DemoPractice
    invitation: Invitation
    browser: Browser

    def account(self, login: str) -> DemoAccount:
        return next(account for account in self.practice.accounts if account.login == login)

    async def window(self, *, is_phone: bool = False, is_dark: bool = False) -> BrowserContext:
        return await self.browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            permissions=["camera", "microphone"],
            viewport={"width": 360, "height": 740} if is_phone else {"width": 1280, "height": 800},
            device_scale_factor=2 if is_phone else 1,
            color_scheme="dark" if is_dark else "light",
            reduced_motion="reduce",
        )


async def remake(folder: Path) -> list[str]:
    """Every picture; gives their names in the order in which they were taken."""
    taken: list[str] = []

    async def take(page: Page, name: str) -> None:
        await page.wait_for_load_state("networkidle")
        await page.screenshot(path=folder / f"{name}.png", animations="disabled")
        taken.append(name)
        print(f"screenshots: {name}.png", flush=True)

    async with _scene() as scene:
        doctor = await (await scene.window()).new_page()
        patient = await (await scene.window(is_phone=True)).new_page()
        await journeys.sign_in(doctor, scene.base_url, scene.account("claire.moreau"))
        await journeys.give_birth_date(patient, scene.invitation.link, PATIENTS[0].born_on)
        await take(patient, "patient-identite")
        await journeys.say_who_and_where(patient, _ADDRESS)
        await take(patient, "patient-accord")
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
    return taken


@asynccontextmanager
async def _scene() -> AsyncIterator[Set]:
    """The demonstration in a folder of its own, and a browser."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(prefix="telemed-screens-")))
        letterbox = Letterbox(clock, secrets.token_urlsafe(24))
        addresses = await stack.enter_async_context(letterbox.open())
        settings = settings_for(data, find_port(_FIRST_PORT), letterbox, addresses)
        practice = await open_practice(settings, clock)
        services = build_services(settings)
        await stack.enter_async_context(running(services, settings))
        invitation = await fill_today(services, practice)
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
        stack.push_async_callback(browser.close)
        yield Set(settings.public_url, practice, invitation, browser)


def main(words: list[str]) -> int:
    logs.configure("error")
    folder = Path(words[0]) if words else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(remake(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
