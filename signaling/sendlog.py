"""What was sent and is not acknowledged yet: numbered, bounded, sent again when the other end comes back."""

from __future__ import annotations

from collections import deque


class LogOverflow(Exception):
    """The other end has not acknowledged for too long: the log no longer holds all that it misses."""


class SendLog:
    """A bounded log of numbered frames. Numbers begin at 1 and have no holes."""

    __slots__ = ("_bytes", "_frames", "_max_bytes", "_max_frames", "acknowledged", "is_broken", "last")

    def __init__(self, *, max_frames: int, max_bytes: int) -> None:
        self.last = 0
        self.acknowledged = 0
        self.is_broken = False
        self._frames: deque[bytes] | None = None  # made at the first frame: an idle waiting room holds thousands
        self._bytes = 0
        self._max_frames = max_frames
        self._max_bytes = max_bytes

    def append(self, frame: bytes) -> None:
        """Keep the frame numbered `last + 1`. Raises LogOverflow when the log is full: it is then broken for good."""
        frames = self._frames
        if frames is None:
            frames = self._frames = deque()
        if self.is_broken or len(frames) >= self._max_frames or self._bytes + len(frame) > self._max_bytes:
            self.discard()
            raise LogOverflow
        self.last += 1
        frames.append(frame)
        self._bytes += len(frame)

    def acknowledge(self, number: int) -> bool:
        """Forget frames up to `number` included. False if that number was never sent."""
        if number > self.last:
            return False
        frames = self._frames  # None once broken: there is nothing left to forget
        count = number - self.acknowledged
        if frames is None or count <= 0:
            return True
        self.acknowledged = number
        if count == len(frames):
            frames.clear()
            self._bytes = 0
            return True
        for _ in range(count):
            self._bytes -= len(frames.popleft())
        return True

    def holds_after(self, number: int) -> bool:
        """Can `after(number)` still tell everything that followed?"""
        return not self.is_broken and self.acknowledged <= number <= self.last

    def after(self, number: int) -> list[bytes]:
        """The frames numbered above `number`, oldest first; see `holds_after`."""
        skip = number - self.acknowledged
        return list(self._frames or ())[skip:]

    def discard(self) -> None:
        """Free what is held; nothing can be sent again from this log."""
        self.is_broken = True
        self._frames = None
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._frames or ())
