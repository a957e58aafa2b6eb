"""`telemed verify-document` and `telemed make-signing-key`, as an operator or an expert runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.__main__ import main
from telemed.app.documents import open_keys_of_seals
from telemed.documents.model import SealedFiles, SignedDocument
from telemed.documents.service import Artifact, DocumentArchive, seal_file
from telemed.kernel.caller import Caller
from telemed.settings import Environment, Settings, SettingsError
from tests.integration.documents.conftest import SIGNER, Sign, Visit

pytestmark = pytest.mark.asyncio


def written(files: SealedFiles, folder: Path) -> list[str]:
    """The three files and the public key, as arguments of the command."""
    contents = {"r.pdf": files.pdf, "r.cda.xml": files.cda, "r.seal.json": seal_file(files)}
    for name, content in {**contents, "public.pem": SIGNER.public_key.to_pem()}.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in contents] + ["--key", str(folder / "public.pem")]


async def files_of(archive: DocumentArchive, doctor: Caller, signed: SignedDocument) -> SealedFiles:
    return (await archive.download(doctor, signed.identity.document_id, Artifact.SEAL)).files


async def test_a_document_is_verified_from_its_files_and_a_public_key(
    archive: DocumentArchive,
    doctor: Caller,
    visit: Visit,
    sign: Sign,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = await files_of(archive, doctor, await sign(visit))
    arguments = written(files, tmp_path)
    assert main(["verify-document", *arguments]) == 0
    assert "as it was sealed: version 1, RPPS 10100000017, 2026-11-25T12:00:00+01:00" in capsys.readouterr().out
    (tmp_path / "r.pdf").write_bytes(files.pdf + b"\n")
    assert main(["verify-document", *arguments]) == 1
    assert "not as it was sealed: pdf" in capsys.readouterr().err


async def test_what_is_not_a_seal_file_or_a_key_is_said_in_one_line(
    archive: DocumentArchive,
    doctor: Caller,
    visit: Visit,
    sign: Sign,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = written(await files_of(archive, doctor, await sign(visit)), tmp_path)
    for name, content in (("r.seal.json", b"{}"), ("public.pem", b"no key")):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content)
        assert main(["verify-document", *arguments]) == 2
        assert capsys.readouterr().err.startswith("telemed: ")
        (tmp_path / name).write_bytes(kept)
    assert main(["verify-document", str(tmp_path / "absent"), *arguments[1:]]) == 2


async def test_a_signing_key_is_made_once_and_its_public_half_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "seal.pem"
    assert main(["make-signing-key", str(path)]) == 0
    assert capsys.readouterr().out.startswith("-----BEGIN PUBLIC KEY-----")
    kept = path.read_bytes()
    assert main(["make-signing-key", str(path)]) == 2
    assert path.read_bytes() == kept


async def test_production_does_not_make_its_own_signing_key(tmp_path: Path) -> None:
    made = Settings(environment=Environment.TEST, data_dir=tmp_path).with_keys()
    production = made.model_copy(update={"environment": Environment.PRODUCTION})
    with pytest.raises(SettingsError, match="TELEMED_SIGNING_KEY_FILE"):
        open_keys_of_seals(production)
    kept = open_keys_of_seals(made).signer.public_key.key_id
    assert open_keys_of_seals(production).signer.public_key.key_id == kept
