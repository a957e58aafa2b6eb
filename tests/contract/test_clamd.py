"""The client of clamd against the daemon of ours that speaks as the real one, over TCP and over a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from telemed.adapters.clamd.client import ClamdAddress, ClamdClient, parse_clamd_url, read_answer
from telemed.adapters.clamd.server import EICAR, LoopbackClamd, scanning
from telemed.kernel.errors import Unavailable

pytestmark = pytest.mark.asyncio


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture(params=["tcp", "unix"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> AbstractAsyncContextManager[str]:
    path = str(tmp_path / "clamd.sock") if request.param == "unix" else ""
    return scanning(LoopbackClamd(), path=path)


async def test_a_clean_file_is_clean(served: AbstractAsyncContextManager[str]) -> None:
    async with served as url:
        assert await ClamdClient(parse_clamd_url(url)).find_virus(pieces(b"a" * 300_000, b"b")) is None


async def test_the_test_virus_is_found_even_across_two_pieces(served: AbstractAsyncContextManager[str]) -> None:
    async with served as url:
        found = await ClamdClient(parse_clamd_url(url)).find_virus(pieces(b"a" * 70_000 + EICAR[:30], EICAR[30:]))
    assert found == "Eicar-Test-Signature"


async def test_what_is_no_answer_is_never_a_clean_file() -> None:
    clamd = LoopbackClamd(largest=1_000)
    async with scanning(clamd) as url:
        with pytest.raises(Unavailable):
            await ClamdClient(parse_clamd_url(url)).find_virus(pieces(b"a" * 2_000))
    with pytest.raises(Unavailable):
        await ClamdClient(parse_clamd_url(url)).find_virus(pieces(b"a"))
    async with scanning(LoopbackClamd(is_silent=True)) as url:
        with pytest.raises(Unavailable):
            await ClamdClient(parse_clamd_url(url), answer_seconds=0.2).find_virus(pieces(b"a"))


@pytest.mark.parametrize("answer", [b"", b"stream: ", b"INSTREAM size limit exceeded. ERROR\0", b"OK", b"PONG\0"])
async def test_only_the_words_of_clamd_are_understood(answer: bytes) -> None:
    assert read_answer(b"stream: OK\0") is None
    assert read_answer(b"stream: Win.Test.EICAR_HDB-1 FOUND\n") == "Win.Test.EICAR_HDB-1"
    with pytest.raises(Unavailable):
        read_answer(answer)


async def test_addresses_are_read_as_the_settings_write_them() -> None:
    assert parse_clamd_url("tcp://av.local") == ClamdAddress(host="av.local", port=3310)
    assert parse_clamd_url("unix:///run/clamd.sock") == ClamdAddress(path="/run/clamd.sock")
    for wrong in ("http://av", "tcp://", "unix://", "clamd"):
        with pytest.raises(ValueError, match="antivirus"):
            parse_clamd_url(wrong)
