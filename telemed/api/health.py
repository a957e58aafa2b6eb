"""Is the process alive, and is it ready to serve?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import BaseModel

from telemed.api.auth import PUBLIC
from telemed.api.operation import Operations

Check = Callable[[], Awaitable[bool]]
CHECKS: web.AppKey[dict[str, Check]] = web.AppKey("readiness_checks")

operations = Operations("health")


class Health(BaseModel):
    """`checks` holds one verdict per thing that the service needs."""

    status: str
    checks: dict[str, bool]


@operations.get("/healthz", access=PUBLIC)
async def get_health(_request: web.Request) -> Health:
    """Tell that the process answers."""
    return Health(status="ok", checks={})


@operations.get("/readyz", access=PUBLIC, errors=(503,))
async def get_readiness(request: web.Request) -> web.Response:
    """Tell whether everything that the service needs is there."""
    checks = {name: await check() for name, check in request.app[CHECKS].items()}
    ready = all(checks.values())
    health = Health(status="ready" if ready else "not ready", checks=checks)
    return web.Response(
        body=health.model_dump_json().encode(), status=200 if ready else 503, content_type="application/json"
    )
