"""What is joined to a case, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import NOTHING_TYPED, Badge, Form


@dataclass(frozen=True)
class Piece:
    """One file. Addresses are empty where there is nothing to open; `frames` counts pages or images."""

    id: str
    name: str
    what: str
    kind: str
    at: datetime
    frames: int = 0
    page: str = ""
    thumbnail: str = ""
    shown: str = ""
    original: str = ""
    state: Badge | None = None
    warnings: tuple[str, ...] = ()
    note: str = ""
    may_remove: bool = False
    may_withdraw: bool = False


@dataclass(frozen=True)
class PiecesView:
    """The files of a case. `api` is where a script announces one; `version` changes when they do."""

    case_id: str
    base: str
    api: str
    pieces: tuple[Piece, ...]
    summary: str
    may_add: bool
    most_bytes: int
    accepted: str
    version: str
    back: str
    form: Form = NOTHING_TYPED


@dataclass(frozen=True)
class PieceView:
    """One file on a page of its own: the addresses of its pages or frames, and where it belongs."""

    piece: Piece
    frames: tuple[str, ...]
    back: str
