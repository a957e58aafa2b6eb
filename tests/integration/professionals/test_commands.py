"""Command line: the first practice, and a lost second factor when no administrator is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from telemed.__main__ import main
from telemed.app import build_services
from telemed.kernel.errors import NotFound
from telemed.settings import Settings
from tests.fixtures.people import PASSWORD

OPEN = [
    "open-practice",
    *("--name", "Maison de santé du Port", "--territory", "la_reunion", "--facility", "SA52"),
    *("--login", "helene.roux", "--family-name", "Roux", "--given-name", "Hélène"),
]


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that the commands use."""
    monkeypatch.setenv("TELEMED_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TELEMED_ENVIRONMENT", "test")
    return tmp_path


def token_in(printed: str) -> str:
    address = printed.splitlines()[0]
    assert address.startswith("http://localhost:8080/invitation/")
    return address.rsplit("/", 1)[1]


def accept(token: str) -> str:
    """Choose a password with this invitation; gives the address for the authenticator application."""

    async def run() -> str:
        services = build_services(Settings.from_environment())
        try:
            return (await services.enrolment.choose_password(token, PASSWORD)).uri
        finally:
            await services.database.close()

    return asyncio.run(run())


def test_a_practice_is_opened_and_its_administrator_invited(
    installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(OPEN) == 0
    assert "helene.roux" in accept(token_in(capsys.readouterr().out))
    assert (installation / "telemed.db").exists()


def test_a_login_is_taken_once(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(OPEN), main(OPEN)] == [0, 2]
    assert "identifiant est déjà utilisé" in capsys.readouterr().err
    assert installation.exists()


def test_a_new_invitation_replaces_the_former_one(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(OPEN)
    former = token_in(capsys.readouterr().out)
    assert main(["invite", "HELENE.roux"]) == 0
    assert "helene.roux" in accept(token_in(capsys.readouterr().out))
    with pytest.raises(NotFound):
        accept(former)
    assert main(["invite", "personne"]) == 2
    assert installation.exists()
