"""The pictures of télésurveillance: the nurse's board, a patient's month, an alert on a phone."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import BrowserContext, Page

from tests.scene import Scene

Take = Callable[[Page, str], Awaitable[None]]


async def picture_follow_ups(
    scene: Scene, desk_window: BrowserContext, phone_window: BrowserContext, take: Take
) -> None:
    """The demonstration leaves four alerts; the nurse, signed in at her desk, opens the one that gained weight."""
    desk = await desk_window.new_page()
    await desk.goto(f"{scene.base_url}/surveillance")
    await take(desk, "surveillance")
    await desk.goto(f"{scene.base_url}/surveillance/suivis")
    await desk.get_by_role("link", name=re.compile("BERNARD")).first.click()
    await take(desk, "surveillance-patient")
    await phone_window.add_cookies(await desk_window.cookies())  # type: ignore[arg-type]
    phone = await phone_window.new_page()
    await phone.goto(f"{scene.base_url}/surveillance")
    await phone.locator("a.alert-link", has_text="BERNARD Paul").click()
    await take(phone, "surveillance-telephone")
