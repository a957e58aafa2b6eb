"""Where and when a professional wants to be told that something waits for him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` (excluded) on the wall clock, over midnight where the end is the smaller one."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours begin and end at different times")


@dataclass(frozen=True)
class Contact:
    """Where and when a professional wants to be told: E.164 number, e-mail; each may be missing.

    `digest_at`: what is not urgent is told once a day, at this time on the wall. `holds_urgent`: what is needed within
    hours waits too.
    """

    phone: str | None = None
    email: str | None = None
    quiet: QuietHours | None = None
    digest_at: time | None = None
    holds_urgent: bool = False

    def __repr__(self) -> str:
        return "Contact(…)"


@dataclass(frozen=True)
class NoticeText:
    """The words of a notice: `text` for both channels, `subject` for e-mail."""

    subject: str
    text: str
