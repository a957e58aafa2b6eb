"""The resume log: what it never sent, and what it cannot hold. See tests/deep/test_resumed_stream.py for the rest."""

from __future__ import annotations

import pytest

from signaling.sendlog import LogOverflow, SendLog


def test_what_was_never_sent_cannot_be_acknowledged() -> None:
    log = SendLog(max_frames=4, max_bytes=100)
    log.append(b"one")
    assert not log.acknowledge(2)
    assert log.acknowledge(1)
    assert len(log) == 0


def test_a_log_that_overflowed_is_broken_for_good_and_holds_nothing() -> None:
    log = SendLog(max_frames=10, max_bytes=10)
    log.append(b"12345678")
    with pytest.raises(LogOverflow):
        log.append(b"123")
    assert not log.holds_after(0)
    assert len(log) == 0
    with pytest.raises(LogOverflow):
        log.append(b"1")
