"""One browser's worth of HTTP: its cookies, JSON in and out, problems turned into errors that say what was refused."""

from __future__ import annotations

from typing import Any, Self

import aiohttp


class CallRefused(Exception):
    """The service answered with a problem; the message holds its status, code and text."""

    def __init__(self, request: str, status: int, problem: dict[str, Any]) -> None:
        reasons = " ".join(str(reason.get("text", "")) for reason in problem.get("reasons") or ())
        detail = reasons or problem.get("detail") or problem.get("title") or ""
        super().__init__(f"{request} : {status} {problem.get('code', '')} {detail}".strip())
        self.status = status
        self.code = str(problem.get("code", ""))


class Window:
    """A person's browser window, as far as a program needs one; used as a context manager."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = aiohttp.ClientSession(
            headers={"Origin": self.base_url, "Accept": "application/json"}, timeout=aiohttp.ClientTimeout(total=30)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def get(self, path: str, **query: str) -> Any:
        return await self._json("GET", path, query=query)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._json("POST", path, body=body)

    async def put(self, path: str, body: Any = None) -> Any:
        return await self._json("PUT", path, body=body)

    async def send(self, path: str, content: bytes) -> Any:
        """The bytes of a file, from its beginning."""
        headers = {"Content-Type": "application/partial-upload", "Upload-Offset": "0"}
        async with self.session.patch(self.base_url + path, data=content, headers=headers) as response:
            await _check(response)
            return await response.json()

    async def download(self, path: str) -> bytes:
        """The bytes at this path. Raises CallRefused."""
        async with self.session.get(self.base_url + path) as response:
            await _check(response)
            return await response.read()

    async def _json(self, method: str, path: str, *, body: Any = None, query: dict[str, str] | None = None) -> Any:
        async with self.session.request(method, self.base_url + path, json=body, params=query or None) as response:
            await _check(response)
            return await response.json() if response.content_type == "application/json" else None


async def _check(response: aiohttp.ClientResponse) -> None:
    """Raises CallRefused unless the answer is a success."""
    if response.status < 400:
        return
    is_json = response.content_type.endswith("json")
    problem = await response.json(content_type=None) if is_json else {"detail": (await response.text())[:200]}
    raise CallRefused(f"{response.method} {response.url.path}", response.status, problem)
