"""What a reader of one kind of file gives: how many pages or frames, whose they are, and a drawing of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from telemed.attachments.formats.drawing import Drawing
from telemed.attachments.model import NOBODY, Holder, Kind, Refusal, Warned


class RefusedFile(Exception):
    """A file that is not to be kept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, repr=False)
class Found:
    """A file once it was opened."""

    kind: Kind
    frames: int
    holder: Holder = NOBODY
    warnings: tuple[Warned, ...] = ()


class Reader(Protocol):
    """An open file. `draw` raises RefusedFile, or LookupError where there is nothing to draw."""

    found: Found

    def draw(self, frame: int, window: tuple[float, float] | None = None) -> Drawing: ...

    def thumbnail(self) -> Drawing: ...
