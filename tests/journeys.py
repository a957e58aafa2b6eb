"""What people do in the pages, as steps for a real browser: sign in, come by a link, wait, let in, see each other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date

from playwright.async_api import Page

from telemed.demo.letterbox import DemoAccount
from telemed.kernel.clock import SystemClock

_PAUSE_SECONDS = 0.1
NO_BEAT = "window.setInterval = () => 0;"
"""For a page that must learn what it learns from the server's word, not by asking now and then."""
_PATIENCE_SECONDS = 60
"""Far beyond what anything takes: a busy machine is no failure."""


async def until(ask: Callable[[], Awaitable[object]], expected: object = True) -> bool:
    """Wait until it answers so. True, or AssertionError with its last answer."""
    answer: object = None
    for _attempt in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        answer = await ask()
        if answer == expected:
            return True
        await asyncio.sleep(_PAUSE_SECONDS)
    raise AssertionError(f"{answer!r} instead of {expected!r}")


async def press(page: Page, *keys: str) -> None:
    """Press keys on a page that hears them: before its scripts have begun they would be lost."""
    for key in keys:
        await page.wait_for_load_state()
        await page.keyboard.press(key)


async def sign_in(page: Page, base_url: str, account: DemoAccount) -> None:
    """Password and the code of the moment, and the first page after them."""
    await page.goto(f"{base_url}/connexion")
    await page.get_by_label("Identifiant").fill(account.login)
    await page.get_by_label("Mot de passe").fill(account.password)
    await page.get_by_label("Code de l’application").fill(account.code(SystemClock()))
    await page.get_by_role("button", name="Se connecter").click()
    await page.wait_for_url(re.compile(r"/(?!connexion)\w"))


async def give_birth_date(page: Page, link: str, born_on: date) -> None:
    """Open the link and pass the second factor."""
    await page.goto(link)
    await page.get_by_label("Jour").fill(str(born_on.day))
    await page.get_by_label("Mois").fill(str(born_on.month))
    await page.get_by_label("Année").fill(str(born_on.year))
    await page.get_by_role("button", name="Continuer").click()


async def say_who_and_where(page: Page, address: str) -> None:
    """Confirm the traits, say where one is; the phone is the one on record."""
    await page.get_by_label("Oui, c’est exact").check()
    await page.get_by_label("Adresse, étage, code d’entrée").fill(address)
    await page.get_by_role("button", name="Continuer").click()


async def consent_and_try_the_camera(page: Page) -> None:
    """Accept, and wait for the verdict on the camera and the network."""
    await page.get_by_role("button", name="J’accepte").click()
    await page.get_by_role("heading", name="Votre caméra et votre micro").wait_for()
    for check in ("camera", "network"):
        await until(lambda check=check: page.locator(f'[data-check="{check}"]').get_attribute("data-state"), "yes")  # type: ignore[misc]


async def sit_down(page: Page) -> None:
    await page.get_by_role("button", name="Entrer dans la salle d’attente").click()
    await page.get_by_role("heading", name="Salle d’attente").wait_for()


async def let_in(doctor: Page, patient: Page, name: str) -> None:
    """From the doctor's list to the call, on both sides."""
    await doctor.get_by_role("button", name=f"Faire entrer {name}").click()
    await doctor.wait_for_url("**/consultations/**")
    await patient.wait_for_url("**/visite/appel")


async def decoded(page: Page) -> int:
    """Pictures of the other side that this page has drawn."""
    count: int = await page.evaluate(
        "() => document.querySelector('[data-remote]')?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    )
    return count


async def sees_the_other(page: Page) -> bool:
    """Pictures come, one after another. True, or AssertionError."""

    async def grows() -> bool:
        before = await decoded(page)
        await asyncio.sleep(0.3)
        return await decoded(page) > before > 0

    return await until(grows)
