"""The resume log: whatever is lost on the way, each message is heard once and in order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from signaling.sendlog import LogOverflow, SendLog


class ResumedStream(RuleBasedStateMachine):
    """A sender with a log, a wire that may be cut with frames in flight, a listener who comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.log = SendLog(max_frames=8, max_bytes=1000)
        self.said: list[bytes] = []
        self.wire: list[tuple[int, bytes]] = []
        self.heard: list[bytes] = []
        self.is_connected = True

    @precondition(lambda self: not self.log.is_broken)
    @rule(word=st.binary(min_size=1, max_size=20))
    def say(self, word: bytes) -> None:
        try:
            self.log.append(word)
        except LogOverflow:
            return
        self.said.append(word)
        if self.is_connected:
            self.wire.append((self.log.last, word))

    @rule(count=st.integers(min_value=1, max_value=5))
    def arrive(self, count: int) -> None:
        for number, word in self.wire[:count]:
            if number > len(self.heard):
                self.heard.append(word)
        del self.wire[:count]

    @precondition(lambda self: self.is_connected)
    @rule()
    def acknowledge(self) -> None:
        assert self.log.acknowledge(len(self.heard))

    @rule()
    def cut(self) -> None:
        self.wire.clear()
        self.is_connected = False

    @precondition(lambda self: not self.is_connected)
    @rule()
    def come_back(self) -> None:
        received = len(self.heard)
        self.is_connected = True
        if self.log.holds_after(received):
            self.wire = list(enumerate(self.log.after(received), start=received + 1))
            self.log.acknowledge(received)
        else:
            assert self.log.is_broken
            self.log, self.said, self.heard = SendLog(max_frames=8, max_bytes=1000), [], []

    @invariant()
    def heard_is_what_was_said_without_hole_or_double(self) -> None:
        assert self.heard == self.said[: len(self.heard)]

    @invariant()
    def the_log_is_bounded(self) -> None:
        assert len(self.log) <= 8

    @invariant()
    def nothing_unheard_is_forgotten(self) -> None:
        if not self.log.is_broken:
            assert self.log.acknowledged <= len(self.heard)
            assert self.log.after(self.log.acknowledged) == self.said[self.log.acknowledged :]


TestResumedStream = ResumedStream.TestCase
TestResumedStream.settings = settings(stateful_step_count=40)
