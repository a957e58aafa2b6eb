"""How lines answer, in figures."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.routes.keys import LEVELS
from telemed.acts.teleexpertise.schemas.levels import LevelsOut
from telemed.api.auth import SIGNED_IN
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller

operations = Operations("teleexpertises")
Days = Annotated[int, Field(ge=1, le=366, description="By the cases asked in so many last days.")]


@operations.get("/expert-lines/{line_id}/levels", access=SIGNED_IN)
async def get_line_levels(request: web.Request, caller: Caller, line_id: UUID, *, days: Days = 90) -> LevelsOut:
    """Read how a line answers: median and nine tenths of its times, what was late, refused, avoided."""
    return LevelsOut.of(await request.app[LEVELS].of_line(caller, line_id, days=days))
