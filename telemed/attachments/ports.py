"""What attachments ask from outside: who may, a sight of the pictures, and an antivirus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from telemed.attachments.model import NOBODY, Holder, Kind, Party, Picture, Refusal, Warned
from telemed.kernel.caller import Caller
from telemed.security.sealed_files import DataKey
from telemed.storage.uow import UnitOfWork


class AttachmentOwner(Protocol):
    """An act that files are joined to: it decides who adds, sees and takes away."""

    async def enter(self, uow: UnitOfWork, caller: Caller, owner_id: UUID, *, action: str, resource: str) -> Party:
        """What the caller may do, noted in the trace as `action` on `resource`.

        Locks the owner: it does not move until the transaction ends. Raises NotFound, Forbidden, Conflict.
        """
        ...

    async def patient_of(self, uow: UnitOfWork, owner_id: UUID) -> UUID:
        """Whose record it is. Raises LookupError."""
        ...

    async def void_among(self, uow: UnitOfWork, owner_ids: Collection[UUID]) -> set[UUID]:
        """Those of these owners that are over without anybody but their author having seen their files."""
        ...

    async def tell(self, uow: UnitOfWork, owner_id: UUID) -> None:
        """Let the open pages of whoever sees the files know that something changed."""
        ...


@dataclass(frozen=True, repr=False)
class SealedSource:
    """A sealed file, for whoever opens it in another process. `name` is bound to its pieces."""

    path: Path
    name: str
    length: int
    key: DataKey


@dataclass(frozen=True)
class Window:
    """Window centre and width, in the units of a DICOM image."""

    center: float
    width: float


@dataclass(frozen=True, repr=False)
class Sight:
    """What was found in a file."""

    kind: Kind
    frames: int
    holder: Holder = NOBODY
    warnings: tuple[Warned, ...] = ()


class RefusedContent(Exception):
    """The content of a file is not to be kept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class PictureMaker(Protocol):
    """Opens files in a process apart, with bounds on time and memory."""

    def look(self, source: SealedSource, kind: Kind, *, stored: int) -> AsyncIterator[Sight | Picture | bytes]:
        """First what was found; then each picture (`length` unknown: 0) followed by its bytes, piece by piece.

        Raises RefusedContent when the file is damaged, locked or a bomb.
        """
        ...

    def draw(
        self, source: SealedSource, kind: Kind, *, frame: int, window: Window | None
    ) -> AsyncIterator[Sight | Picture | bytes]:
        """One page or frame as it is shown: the picture, then its bytes. Raises RefusedContent."""
        ...


class Antivirus(Protocol):
    """Looks for viruses in a stream of bytes."""

    async def find_virus(self, content: AsyncIterator[bytes]) -> str | None:
        """The name of what was found, None when clean. Raises Unavailable when nobody answers."""
        ...
