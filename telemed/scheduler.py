"""One table of periodic jobs, run by the leader alone (APScheduler, memory store)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from telemed.storage.leadership import lead

log = structlog.get_logger("scheduler")


@dataclass(frozen=True)
class Job:
    """A periodic job. It must be safe to run late or twice; `why` is for people."""

    id: str
    trigger: BaseTrigger
    run: Callable[[], Awaitable[None]]
    lateness: timedelta
    why: str


def every(**interval: int) -> IntervalTrigger:
    """A trigger in UTC, so that no clock change doubles or skips it: `every(minutes=5)`."""
    return IntervalTrigger(timezone="UTC", **interval)


async def run_jobs_while_leading(database_url: str, jobs: Sequence[Job]) -> None:
    """For ever: wait to lead, run the jobs until the lead is lost, wait again. Cancel it to stop."""
    while True:
        try:
            async with lead(database_url) as leadership:
                log.info("scheduler.leading", count=len(jobs))
                await _run_until(leadership.lost, jobs)
        except (OSError, ConnectionError):
            log.warning("scheduler.database_away")
            await asyncio.sleep(1)


async def _run_until(lost: asyncio.Event, jobs: Sequence[Job]) -> None:
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in jobs:
        scheduler.add_job(
            _guarded,
            job.trigger,
            args=(job,),
            id=job.id,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=int(job.lateness.total_seconds()),
        )
    scheduler.start()
    try:
        await lost.wait()
    finally:
        scheduler.shutdown(wait=False)


async def _guarded(job: Job) -> None:
    """The edge of a job: a failure is logged, and the next run tries again."""
    try:
        await job.run()
    except Exception:
        log.exception("scheduler.job_failed", job=job.id)
