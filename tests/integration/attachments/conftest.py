"""A case with files around it: shortcuts through HTTP, as pages and programs do it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientSession, DummyCookieJar

from telemed.acts.teleexpertise.model import Case
from telemed.api.auth import SESSION_COOKIE
from telemed.app import Services
from telemed.app.attachments import Attachments
from telemed.attachments.model import OwnerKind
from telemed.kernel.caller import Caller
from tests.fixtures.http import Api, open_session
from tests.integration.acts.teleexpertise.conftest import Scene, mail, scene, services, sms

__all__ = ["mail", "scene", "services", "sms"]


@dataclass
class Reply:
    """A response, read whole."""

    status: int
    headers: Any
    content: bytes
    body: Any


@dataclass
class Desk:
    """Joins files to a case and opens them, over HTTP."""

    scene: Scene
    api: Api

    @property
    def services(self) -> Services:
        return self.scene.services

    @property
    def attachments(self) -> Attachments:
        return self.services.attachments

    @property
    def folder(self) -> Path:
        return self.services.settings.files_dir

    def files(self) -> list[Path]:
        """Everything in the vault."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    async def call(
        self,
        method: str,
        path: str,
        *,
        by: Caller,
        content: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        token = await open_session(self.services, by)
        sent = {"Cookie": f"{SESSION_COOKIE}={token}", **(headers or {})}
        async with (
            ClientSession(cookie_jar=DummyCookieJar()) as client,
            client.request(method, self.api.url(path), data=content, headers=sent) as response,
        ):
            raw = await response.read()
            body = await response.json() if "json" in response.content_type and raw else None
            return Reply(response.status, response.headers, raw, body)

    async def begin(self, case: Case, length: int, *, name: str = "photo.jpg", by: Caller | None = None) -> Any:
        path = f"/teleexpertises/{case.id}/attachments"
        reply = await self.api.call("POST", path, {"name": name, "length": length}, by=by or self.scene.asker)
        assert reply.status == 201, reply.body
        return reply.body

    async def send(
        self, attachment_id: UUID | str, content: Any, *, offset: int = 0, by: Caller | None = None
    ) -> Reply:
        headers = {"Content-Type": "application/partial-upload", "Upload-Offset": str(offset)}
        path = f"/attachments/{attachment_id}"
        return await self.call("PATCH", path, by=by or self.scene.asker, content=content, headers=headers)

    async def join(self, case: Case, content: bytes, *, name: str = "photo.jpg", by: Caller | None = None) -> Reply:
        """Announce and send whole."""
        begun = await self.begin(case, len(content), name=name, by=by)
        return await self.send(begun["id"], content, by=by)

    async def get(self, path: str, *, by: Caller | None = None, **headers: str) -> Reply:
        """`headers` are written as Python names: `if_range`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.call("GET", path, by=by or self.scene.asker, headers=sent)

    async def listed(self, case: Case, *, by: Caller | None = None) -> list[dict[str, Any]]:
        reply = await self.get(f"/teleexpertises/{case.id}/attachments", by=by)
        assert reply.status == 200, reply.body
        items: list[dict[str, Any]] = reply.body["items"]
        return items


CASE = OwnerKind.TELEEXPERTISE


@pytest.fixture
def desk(scene: Scene, api: Api) -> Desk:
    return Desk(scene, api)
