"""Tokens of devices say what was signed, and nothing that was changed."""

from __future__ import annotations

from uuid import UUID

import pytest

from telemed.security.device_tokens import DeviceClaims, DeviceTokens
from telemed.security.keyring import Keyring

TOKENS = DeviceTokens(Keyring({"test": b"k" * 32}, b"i" * 32))
CLAIMS = DeviceClaims(UUID(int=1), UUID(int=2), UUID(int=3))


@pytest.mark.parametrize("claims", [CLAIMS, CLAIMS._replace(follow_up_id=None)])
def test_what_was_signed_is_read(claims: DeviceClaims) -> None:
    assert TOKENS.read(TOKENS.sign(claims)) == claims


def test_what_was_changed_is_not_ours() -> None:
    token = TOKENS.sign(CLAIMS)
    swapped = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(106)]
    others = ["", "tmd1_", token[:-1], token + "A", token * 2, "tmd1_" + "é" * 100, token.replace("tmd1_", "tmd2_")]
    assert {TOKENS.read(one) for one in swapped + others} == {None}
    assert DeviceTokens(Keyring({"test": b"k" * 32}, b"j" * 32)).read(token) is None
