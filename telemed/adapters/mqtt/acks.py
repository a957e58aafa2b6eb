"""Acknowledgements in the order of the messages (MQTT-4.6.0), whatever the order in which they are ready."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class InOrder(Generic[T]):
    """What is ready waits for what came before it; then all that may go is sent at once."""

    def __init__(self, send: Callable[[list[T]], None]) -> None:
        self._send = send
        self._line: deque[list[T]] = deque()

    def __len__(self) -> int:
        return len(self._line)

    def place(self) -> Callable[[T], None]:
        """A place at the end of the line; call it with the acknowledgement, once."""
        slot: list[T] = []
        self._line.append(slot)

        def ready(acknowledgement: T) -> None:
            slot.append(acknowledgement)
            self._move_on()

        return ready

    def _move_on(self) -> None:
        ready: list[T] = []
        while self._line and self._line[0]:
            ready += self._line.popleft()
        if ready:
            self._send(ready)
