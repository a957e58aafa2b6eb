"""The end of the tasks that run beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import structlog

log = structlog.get_logger("background")
_ASK_AGAIN_SECONDS = 2.0


async def end_tasks(tasks: Collection[asyncio.Task[None]], *, ask_again_seconds: float = _ASK_AGAIN_SECONDS) -> None:
    """Cancel until each has ended.

    Once is not enough: a driver that is cancelled in the middle of a statement may raise an error of its own, which a
    loop that outlives errors takes for one more. What a task ends with is logged, and keeps no other from its end.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        ended, pending = await asyncio.wait(pending, timeout=ask_again_seconds)
        for task in ended:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("background.ended", task=task.get_name(), error=type(error).__name__)
