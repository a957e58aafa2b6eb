"""Draws every example page on loopback; `python -m tests.unit.web.gallery DIR` takes pictures of them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from telemed.web.assets import add_assets, load_assets
from telemed.web.rendering import Rendering
from tests.unit.web.examples import EXAMPLES

CSP = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def build_gallery(*, away: int = 503) -> web.Application:
    """An application with one page per example under /galerie/<name>; whatever else is asked is answered `away`."""
    assets = load_assets()
    rendering = Rendering(assets)
    app = web.Application()
    add_assets(app, assets)

    async def page(request: web.Request) -> web.Response:
        example = EXAMPLES[request.match_info["name"]]
        text = rendering.render(example.template, example.frame, view=example.view, **example.more)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": CSP})

    async def be_away(_request: web.Request) -> web.Response:
        """No service is behind: a call page stays as it is drawn."""
        return web.Response(status=away)

    app.router.add_get("/galerie/{name}", page)
    app.router.add_route("*", "/{path:.*}", be_away)
    return app


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


async def take_pictures(folder: Path, names: list[str]) -> None:
    from playwright.async_api import async_playwright

    runner, base = await serve(build_gallery())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, height in ((1280, 800), (360, 740)):
            for scheme in ("light", "dark"):
                context = await browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, locale="fr-FR"
                )
                page = await context.new_page()
                page.on("console", lambda message: print(message.text) if message.type == "error" else None)
                for name in names:
                    await page.goto(f"{base}/galerie/{name}")
                    await page.wait_for_timeout(100)
                    await page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                await context.close()
        await browser.close()
    await runner.cleanup()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(target, sys.argv[2:] or list(EXAMPLES)))
