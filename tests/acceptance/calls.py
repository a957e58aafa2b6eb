"""What browser tests of calls ask a bare page: does it decode pictures, does it go on."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page


async def inbound(page: Page) -> dict[str, Any]:
    """What the page has decoded and received, and the ends of the path; asked anew, the page may have been reloaded."""
    found: dict[str, Any] = await page.evaluate(
        "async () => window.inbound ? await window.inbound() : {frames: 0, audio: 0}"
    )
    return found


async def picture(*pages: Page, beyond: dict[str, Any] | None = None) -> None:
    """Return once every page has decoded pictures and received sound, more than `beyond`.

    Raises TimeoutError after a minute.
    """
    then = beyond or {"frames": 0, "audio": 0}
    async with asyncio.timeout(60):
        for page in pages:
            while (now := await inbound(page))["frames"] < then["frames"] + 5 or now["audio"] < then["audio"] + 5:
                await asyncio.sleep(0.05)


async def grows(*pages: Page) -> None:
    """Every page goes on decoding pictures and receiving sound."""
    for page in pages:
        await picture(page, beyond=await inbound(page))


async def told(page: Page, event: str, code: str) -> None:
    """Return once the page has had this event of the socket with this code."""
    await page.wait_for_function(
        "([name, code]) => window.events.some(([event, detail]) => event === name && detail.code === code)",
        arg=[event, code],
    )
