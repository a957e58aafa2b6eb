"""Sealed files under one folder: what is acknowledged is on disk, and a file has its name only once it is whole."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from telemed.kernel.errors import Conflict, Unavailable
from telemed.security.sealed_files import PIECE_BYTES, SEALED_PIECE_BYTES, DataKey, SealedFile

_PART = ".part"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileVault:
    """The files of one installation. A name is `<id>` or `<id>.<word>`; its last letters choose a folder of 256.

    Every method reads or writes the disk: call it in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, name: str) -> Path:
        return self._folder / name.split(".", 1)[0][-2:] / name

    def write(self, name: str, key: DataKey, *, kept: int = 0, tail: bytes = b"") -> SealedWriter:
        """Go on writing a file of which `kept` bytes of content were acknowledged, the last of them in `tail`.

        What was written beyond is forgotten. Raises Conflict (`attachment.busy`) while another writes it.
        """
        path = self.path_of(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        part = path.with_name(name + _PART)
        if not part.exists() and path.exists():  # whole, but the commit that says so never came
            path.rename(part)
        return SealedWriter(part, path, key, kept=kept, tail=tail)

    def open(self, name: str, key: DataKey, length: int) -> SealedFile:
        """Raises FileNotFoundError, CannotOpenError when the file was cut or changed."""
        raw = self.path_of(name).open("rb", buffering=0)
        try:
            return SealedFile(raw, key, file=name, length=length)
        except BaseException:
            raw.close()
            raise

    def remove(self, file_id: UUID) -> None:
        """Take away a file and those named after it, whole or in part; what is not there is no matter."""
        path = self.path_of(str(file_id))
        for found in path.parent.glob(f"{path.name}*"):
            found.unlink(missing_ok=True)

    def ids_untouched_since(self, at: datetime) -> Iterator[UUID]:
        """Whose files nobody wrote to since, each id as often as it has files; a stranger's file is left alone."""
        if not self._folder.exists():
            return
        for folder in sorted(self._folder.iterdir()):
            with os.scandir(folder) as entries:
                old = [entry.name for entry in entries if entry.is_file() and entry.stat().st_mtime < at.timestamp()]
            for name in old:
                with suppress(ValueError):
                    yield UUID(name.split(".", 1)[0])


class SealedWriter:
    """A file being written. `sync` makes all of it durable but the beginning of a piece, which it gives back."""

    def __init__(self, part: Path, path: Path, key: DataKey, *, kept: int, tail: bytes) -> None:
        self._part, self._path, self._key = part, path, key
        self._file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise Conflict("Cet envoi est déjà en cours ailleurs.", code="attachment.busy") from None
        self._index = (kept - len(tail)) // PIECE_BYTES
        self._file.truncate(self._index * SEALED_PIECE_BYTES)
        self._tail = bytearray(tail)

    @property
    def length(self) -> int:
        """Bytes of content so far."""
        return self._index * PIECE_BYTES + len(self._tail)

    def append(self, content: bytes | bytearray) -> None:
        """The last piece is always held back: only `finish` knows that it is the last."""
        self._tail += content
        sealed = []
        while len(self._tail) > PIECE_BYTES:
            sealed.append(self._seal(bytes(self._tail[:PIECE_BYTES]), is_last=False))
            del self._tail[:PIECE_BYTES]
        if sealed:
            with _room():
                self._file.write(b"".join(sealed))
                self._file.flush()

    def sync(self) -> bytes:
        """Make what is written durable; gives what is not: a piece at most."""
        with _room():
            os.fsync(self._file.fileno())
        return bytes(self._tail)

    def finish(self) -> None:
        """Seal the end, and give the file its name: it is whole on disk, folder included."""
        with _room():
            self._file.write(self._seal(bytes(self._tail), is_last=True))
            self._file.flush()
            os.fsync(self._file.fileno())
        self._tail.clear()
        self._part.rename(self._path)
        _sync_folder(self._path.parent)
        _sync_folder(self._path.parent.parent)

    def close(self) -> None:
        with suppress(OSError):  # what a full disk did not take was told already
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _seal(self, piece: bytes, *, is_last: bool) -> bytes:
        sealed = self._key.seal(piece, file=self._path.name, index=self._index, is_last=is_last)
        self._index += 1
        return sealed


@contextmanager
def _room() -> Iterator[None]:
    """A full disk is an outside system that is away. Raises Unavailable."""
    try:
        yield
    except OSError as err:
        if err.errno in _FULL:
            raise Unavailable("Il n'y a plus de place pour les fichiers : réessayez plus tard.") from err
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
