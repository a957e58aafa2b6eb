"""The demonstration's practice, served in this process: for pictures, for walks through every page, for measures."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from telemed.app import Services, build_services
from telemed.demo.caisse import open_caisse_for
from telemed.demo.letterbox import DemoAccount, Letterbox
from telemed.demo.practice import DemoPractice
from telemed.demo.serve import open_practice, running, settings_for
from telemed.demo.today import Invitation, fill_today
from telemed.kernel.clock import SystemClock
from tests.fixtures.postgres import free_port


@dataclass(frozen=True)
class Scene:
    """Where it is served, its people, and the patient who is awaited next."""

    base_url: str
    services: Services
    letterbox: Letterbox
    practice: DemoPractice
    invitation: Invitation

    def account(self, login: str) -> DemoAccount:
        return next(account for account in self.practice.accounts if account.login == login)


@asynccontextmanager
async def demo_scene() -> AsyncIterator[Scene]:
    """A practice with its past and its today, in a folder that goes with the block."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(prefix="telemed-scene-")))
        letterbox = Letterbox(clock, secrets.token_urlsafe(24))
        addresses = await stack.enter_async_context(letterbox.open())
        settings = settings_for(data, free_port(), letterbox, addresses)
        settings, letterbox.caisse = await stack.enter_async_context(open_caisse_for(settings, clock))
        practice = await open_practice(settings, clock)
        services = build_services(settings)
        await stack.enter_async_context(running(services, settings))
        invitation = await fill_today(services, practice)
        yield Scene(settings.public_url, services, letterbox, practice, invitation)
