"""Room tokens: who may sit where, until when, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.codes import Refusal
from signaling.tokens import Purpose, Role, RoomTokens, TokenKey
from tests.unit.signaling.support import KEY, HandClock

OTHER = TokenKey("k2", b"o" * 32)


def test_a_token_says_room_seat_role_and_end() -> None:
    clock = HandClock()
    tokens = RoomTokens([KEY], now=clock)
    grant = tokens.verify(tokens.issue("r-1", "s-1", role=Role.GUEST, lifetime=timedelta(minutes=2)))
    assert (grant.room, grant.seat, grant.role, grant.purpose) == ("r-1", "s-1", Role.GUEST, Purpose.JOIN)
    assert grant.expires_at == clock() + timedelta(minutes=2)


def test_a_token_ends_at_its_instant_not_after() -> None:
    clock = HandClock()
    tokens = RoomTokens([KEY], now=clock)
    token = tokens.issue("r", "s", role=Role.HOST, lifetime=timedelta(seconds=60))
    clock.advance(59)
    assert tokens.verify(token).seat == "s"
    clock.advance(1)
    with pytest.raises(Refusal) as refused:
        tokens.verify(token)
    assert refused.value.code == "token_expired"


def test_a_new_key_signs_while_the_old_one_still_verifies() -> None:
    clock = HandClock()
    old = RoomTokens([KEY], now=clock).issue("r", "s", role=Role.HOST)
    rotated = RoomTokens([OTHER, KEY], now=clock)
    assert rotated.verify(old).room == "r"
    assert rotated.issue("r", "s", role=Role.HOST).startswith("k2.")
    with pytest.raises(Refusal):
        RoomTokens([OTHER], now=clock).verify(old)


def test_two_tokens_for_one_seat_have_different_names() -> None:
    tokens = RoomTokens([KEY], now=HandClock())
    names = {tokens.verify(tokens.issue("r", "s", role=Role.HOST)).id for _ in range(20)}
    assert len(names) == 20


@given(position=st.integers(min_value=0), letter=st.sampled_from("abcXYZ019-_.é"))
def test_no_changed_letter_passes(position: int, letter: str) -> None:
    tokens = RoomTokens([KEY], now=HandClock())
    token = tokens.issue("room", "patient", role=Role.GUEST)
    index = position % len(token)
    forged = token[:index] + letter + token[index + 1 :]
    if forged == token:
        return
    with pytest.raises(Refusal) as refused:
        tokens.verify(forged)
    assert refused.value.code == "token_forged"


@pytest.mark.parametrize("token", ["", ".", "..", "k1", "k1.e30.", "k1." + "A" * 5000 + ".x", "\x00.\x00.\x00"])
def test_rubbish_is_forged(token: str) -> None:
    with pytest.raises(Refusal) as refused:
        RoomTokens([KEY], now=HandClock()).verify(token)
    assert refused.value.code == "token_forged"


def test_a_short_secret_or_a_dotted_key_id_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        TokenKey("k", b"short")
    with pytest.raises(ValueError, match="key id"):
        TokenKey("k.1", b"k" * 32)
    with pytest.raises(ValueError, match="at least one"):
        RoomTokens([], now=HandClock())
