"""What one process takes at once from devices by MQTT: beyond it, senders wait; nothing that was taken is dropped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`receive_maximum` messages of one device are under way at once; `waiting_bytes` of all, or a little more."""

    connections: int = 20_000
    receive_maximum: int = 20
    packet_bytes: int = 1_048_576
    connect_bytes: int = 16_384
    waiting_bytes: int = 64 * 1_048_576
    entering: int = 64
    connect_seconds: float = 30.0
    packet_seconds: float = 60.0
    keep_alive_seconds: int = 600
    session_seconds: int = 86_400


class Budget:
    """Bytes that wait for a commit. Who finds it spent waits for its turn to be called."""

    def __init__(self, total: int) -> None:
        self._left = total
        self._waiting: deque[Callable[[], None]] = deque()

    @property
    def is_spent(self) -> bool:
        return self._left <= 0

    @property
    def left(self) -> int:
        return self._left

    def take(self, count: int) -> None:
        self._left -= count

    def give_back(self, count: int) -> None:
        self._left += count
        while self._waiting and not self.is_spent:
            self._waiting.popleft()()

    def call_when_there_is_some(self, go_on: Callable[[], None]) -> None:
        self._waiting.append(go_on)
