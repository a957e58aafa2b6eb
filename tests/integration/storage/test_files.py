"""The vault: a file has its name once it is whole, one writer at a time, and a full disk is said."""

from __future__ import annotations

import resource
from pathlib import Path
from uuid import uuid4

import pytest

from telemed.kernel.errors import Conflict, Unavailable
from telemed.security.keyring import CannotOpenError
from telemed.security.sealed_files import PIECE_BYTES, DataKey
from telemed.storage.files import FileVault

KEY = DataKey(b"k" * 32)
CONTENT = bytes(range(250)) * 1_000


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "files")


def read(vault: FileVault, name: str, length: int = len(CONTENT)) -> bytes:
    sealed = vault.open(name, KEY, length)
    try:
        return b"".join(sealed.read_range(0, length))
    finally:
        sealed.close()


def test_a_file_has_its_name_only_once_it_is_whole(vault: FileVault) -> None:
    name = str(uuid4())
    with vault.write(name, KEY) as writer:
        writer.append(CONTENT)
        writer.sync()
        with pytest.raises(FileNotFoundError):
            vault.open(name, KEY, len(CONTENT))
        writer.finish()
    assert read(vault, name) == CONTENT
    path = vault.path_of(name)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("cut", [1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, 200_000])
def test_a_file_goes_on_from_what_was_acknowledged(vault: FileVault, cut: int) -> None:
    name = str(uuid4())
    with vault.write(name, KEY) as writer:
        writer.append(CONTENT[:cut])
        tail = writer.sync()
        writer.append(CONTENT[cut:])  # never acknowledged
    assert len(tail) <= PIECE_BYTES
    with vault.write(name, KEY, kept=cut, tail=tail) as writer:
        assert writer.length == cut
        writer.append(CONTENT[cut:])
        writer.finish()
    assert read(vault, name) == CONTENT


def test_two_never_write_one_file(vault: FileVault) -> None:
    name = str(uuid4())
    with vault.write(name, KEY), pytest.raises(Conflict) as busy:
        vault.write(name, KEY)
    assert busy.value.code == "attachment.busy"
    with vault.write(name, KEY) as again:
        assert again.length == 0


def test_files_that_changed_places_do_not_open(vault: FileVault) -> None:
    names = [str(uuid4()) for _ in range(2)]
    for name in names:
        with vault.write(name, KEY) as writer:
            writer.append(CONTENT)
            writer.finish()
    vault.path_of(names[0]).write_bytes(vault.path_of(names[1]).read_bytes())
    with pytest.raises(CannotOpenError):
        read(vault, names[0])


def test_a_disk_without_room_is_said_and_nothing_is_acknowledged(vault: FileVault) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    name = str(uuid4())
    with vault.write(name, KEY) as writer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        try:
            with pytest.raises(Unavailable):
                writer.append(CONTENT)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with vault.write(name, KEY) as writer:
        writer.append(CONTENT)
        writer.finish()
    assert read(vault, name) == CONTENT
