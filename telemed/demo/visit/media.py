"""Pictures and silence to send, and a count of the pictures that arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiortc import VideoStreamTrack
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import VideoFrame

_WIDTH, _HEIGHT = 320, 240
_GREY = 128


class MovingPicture(VideoStreamTrack):
    """A bright bar that crosses a dark picture, thirty times a second: something that a decoder must decode."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn = 0

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(width=_WIDTH, height=_HEIGHT, format="yuv420p")
        light, *colours = frame.planes
        light.update(self._row(light.line_size) * _HEIGHT)
        for plane in colours:
            plane.update(bytes([_GREY]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        self._drawn += 1
        return frame

    def _row(self, line_size: int) -> bytes:
        start = (self._drawn * 4) % (_WIDTH - 40)
        row = bytes([40]) * start + bytes([220]) * 40
        return row.ljust(line_size, b"\x28")


class PictureCount:
    """Takes in a remote video track and counts what was decoded; `first` is set with the first picture."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.pictures = 0
        self.first = asyncio.Event()
        self._now = now
        self._last_at = 0.0
        self._seconds = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def seconds(self) -> float:
        """For how long pictures came, gaps of more than a second left out."""
        return self._seconds

    def watch(self, track: MediaStreamTrack) -> None:
        """Take this track in until it ends, beside what was taken in before."""
        task = asyncio.create_task(self._take_in(track))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def reach(self, seconds: float, *, patience_seconds: float) -> None:
        """Return once this many seconds of pictures came. Raises TimeoutError."""
        try:
            async with asyncio.timeout(patience_seconds):
                while self._seconds < seconds:  # noqa: ASYNC110 - a sum that grows has no event
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TimeoutError(f"{self._seconds:.1f} s de vidéo reçues, {seconds:.0f} attendues") from None

    async def _take_in(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                await track.recv()
            except MediaStreamError:
                return
            now = self._now()
            gap = now - self._last_at
            self._seconds += gap if self.pictures and gap < 1 else 0.0
            self._last_at = now
            self.pictures += 1
            self.first.set()
