"""The pages, asked as a browser asks: cookies kept, forms posted, redirects followed."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDictProxy
from sqlalchemy import event

from telemed.app import Services, build_app, build_services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.messages import Channel, DeliveryReceipt, DeliveryState, OutgoingMessage
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.storage.outbox import OutboxWorker
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.people import PASSWORD, TOTP_SECRET, People

LOGINS = {
    "doctor": "claire.moreau",
    "colleague": "karim.benali",
    "nurse": "lea.marchand",
    "secretary": "sophie.garnier",
    "auditor": "marc.perrin",
    "administrator": "helene.roux",
    "stranger": "autre.medecin",
}
HEADERS = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@dataclass
class KeptMessages:
    """An operator that keeps what it is given."""

    messages: list[OutgoingMessage] = field(default_factory=list)

    async def send(self, message: OutgoingMessage) -> DeliveryReceipt:
        self.messages.append(message)
        return DeliveryReceipt(f"sms-{len(self.messages)}", DeliveryState.DELIVERED)

    async def receipt(self, provider_id: str) -> DeliveryReceipt:
        return DeliveryReceipt(provider_id, DeliveryState.DELIVERED)


@dataclass
class Answer:
    """A page as the browser ends up with it."""

    status: int
    path: str
    text: str
    headers: CIMultiDictProxy[str]

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return plain(re.sub(r"<[^>]+>", "", found[1])) if found else ""

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        found = re.search(r"error-summary(.*?)</div>", self.text, re.DOTALL)
        return [plain(one) for one in re.findall(r"<a href=\"#[^\"]*\">(.*?)</a>", found[1])] if found else []


def plain(text: str) -> str:
    return " ".join(html.unescape(text).replace("\u00a0", " ").replace("\u202f", " ").split())


class Window:
    """One browser: its cookies are its own."""

    def __init__(self, client: TestClient) -> None:  # type: ignore[type-arg]
        self.client = client

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._answer("GET", path, None, headers)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        return await self._answer("POST", path, form or {}, headers)

    async def send(self, path: str, form: FormData) -> Answer:
        """A form with a file."""
        return await self._answer("POST", path, form, {})

    async def _answer(
        self, method: str, path: str, form: dict[str, str] | FormData | None, headers: dict[str, str]
    ) -> Answer:
        sent = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(method, path, data=form, headers=sent) as response:
            text = await response.text()
            return Answer(response.status, response.url.path_qs, text, response.headers)

    async def sign_in(self, login: str, clock: FrozenClock) -> Answer:
        code = pyotp.TOTP(TOTP_SECRET).at(clock.now())
        return await self.post("/connexion", {"identifiant": login, "mot_de_passe": PASSWORD, "code": code})


@dataclass
class Site:
    """The running application, and new windows on it."""

    server: TestServer
    services: Services
    people: People
    clock: FrozenClock
    sms: KeptMessages
    windows: list[TestClient] = field(default_factory=list)  # type: ignore[type-arg]

    async def window(self) -> Window:
        client = TestClient(self.server)
        self.windows.append(client)
        return Window(client)

    async def enrol(self, caller: Caller) -> None:
        assert caller.id
        await self.services.enrolment.enrol(SYSTEM, caller.id, PASSWORD, TOTP_SECRET)

    async def signed_in(self, name: str) -> Window:
        """A window of this person of `People`, past the sign-in page."""
        await self.enrol(getattr(self.people, name))
        window, login = await self.window(), LOGINS[name]
        answer = await window.sign_in(login, self.clock)
        assert answer.status == 200, answer.text
        return window

    async def deliver(self) -> int:
        """Run the outbox once: links leave."""
        return await OutboxWorker(self.services.database, self.clock, self.services.subscribers).deliver_due()

    @property
    def last_link(self) -> str:
        """The path of the last link that was sent."""
        found = re.search(r"(/v/\S+)", self.sms.messages[-1].text)
        assert found
        return found[1]


@pytest.fixture
def sms() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def services(settings: Settings, database: Database, clock: FrozenClock, sms: KeptMessages) -> Services:
    built = build_services(settings, clock=clock, database=database, senders={Channel.SMS: sms})
    database.subscriptions = SUBSCRIPTIONS
    return built


@pytest_asyncio.fixture
async def site(services: Services, people: People, clock: FrozenClock, sms: KeptMessages) -> AsyncIterator[Site]:
    """The pages over a practice; its people get a password and a second factor when they first sign in."""
    app = build_app(services)
    app.cleanup_ctx.clear()
    server = TestServer(app)
    await server.start_server()
    running = Site(server, services, people, clock, sms)
    yield running
    for client in running.windows:
        await client.session.close()
    await server.close()


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Every SQL statement sent from now on; clear it to count anew."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", keep)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", keep)
