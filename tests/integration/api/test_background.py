"""The end of background tasks: a cancellation that gets lost is asked again."""

from __future__ import annotations

import asyncio

import pytest

from telemed.app.background import end_tasks

pytestmark = pytest.mark.asyncio


async def deaf(times: int, heard: list[int]) -> None:
    """Goes on after so many cancellations, as a loop that takes them for failures."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append(1)
            if len(heard) > times:
                raise


async def fails() -> None:
    raise LookupError("a defect of the loop itself")


async def test_a_lost_cancellation_is_asked_again() -> None:
    heard: list[int] = []
    tasks = [asyncio.create_task(deaf(2, heard)), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)
    await asyncio.wait_for(end_tasks(tasks, ask_again_seconds=0.01), 60)
    assert all(task.cancelled() for task in tasks)
    assert len(heard) == 3


async def test_a_task_that_failed_keeps_no_other_from_its_end() -> None:
    tasks = [asyncio.create_task(fails()), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)
    await end_tasks(tasks, ask_again_seconds=0.01)
    assert [task.cancelled() for task in tasks] == [False, True]
