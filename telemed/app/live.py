"""Builds live updates: the feed, what wakes its readers, and the open streams of this process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telemed.api.stream import LiveStreams
from telemed.app.ground import Ground
from telemed.experts.service.presence import PresenceService
from telemed.kernel.clock import Clock
from telemed.professionals.service import SessionService
from telemed.scheduler import Job, every
from telemed.storage.feed import Feed
from telemed.storage.wire import Wire

FEED_KEPT = timedelta(days=1)
"""How long a page may be away and still be told what it missed; later it reloads."""


@dataclass(frozen=True)
class Live:
    """What tells open pages."""

    feed: Feed
    wire: Wire
    streams: LiveStreams
    clock: Clock

    async def forget_old(self) -> None:
        """Job: what was told a day ago is news to nobody."""
        await self.feed.forget(self.clock.now() - FEED_KEPT)

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="live.forget_old",
                trigger=every(hours=1),
                run=self.forget_old,
                lateness=timedelta(hours=1),
                why="drop what open pages were told a day ago",
            )
        ]


def build_live(ground: Ground, sessions: SessionService, presence: PresenceService) -> Live:
    feed, wire = Feed(ground.database), Wire(ground.database)
    streams = LiveStreams(
        feed=feed, wire=wire, is_open=sessions.is_open, on_first=presence.arrived, on_last=presence.left
    )
    return Live(feed, wire, streams, ground.clock)
