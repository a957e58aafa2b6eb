"""TURN credentials: five minutes at most, in the form that coturn checks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from signaling.ice import IceServers
from tests.unit.signaling.support import NOON, HandClock


def test_credentials_are_those_of_coturn_shared_secret_scheme() -> None:
    servers = IceServers(now=HandClock(), turn_urls=["turn:t.example:3478"], turn_secret="secret")
    offer = servers.offer("page-1")
    (turn,) = offer.servers
    assert turn["username"] == f"{int(NOON.timestamp()) + 300}:page-1"
    seal = hmac.new(b"secret", str(turn["username"]).encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(seal).decode()
    assert offer.expires_in == 300


@pytest.mark.parametrize("seconds", [0, 301])
def test_credentials_live_at_most_five_minutes(seconds: int) -> None:
    with pytest.raises(ValueError, match="five minutes"):
        IceServers(now=HandClock(), lifetime=timedelta(seconds=seconds))


def test_turn_without_its_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        IceServers(now=HandClock(), turn_urls=["turn:t.example"])


def test_stun_comes_without_credentials_and_nothing_is_an_empty_list() -> None:
    assert IceServers(now=HandClock(), stun_urls=["stun:s.example"]).offer("p").servers == [
        {"urls": ["stun:s.example"]}
    ]
    assert IceServers(now=HandClock()).offer("p").servers == []
