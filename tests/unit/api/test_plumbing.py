"""Limits, cursors and logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from telemed.api.limits import RateLimiter, client_address
from telemed.api.logs import FIELDS, keep_known_fields
from telemed.api.pagination import decode_cursor, encode_cursor
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Invalid, TooMany


@pytest.fixture
def limiter() -> tuple[RateLimiter, FrozenClock]:
    clock = FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))
    return RateLimiter(clock=clock, per_minute=60), clock


def test_a_burst_is_served_then_one_a_second(limiter: tuple[RateLimiter, FrozenClock]) -> None:
    bucket, clock = limiter
    for _ in range(60):
        bucket.take("a")
    with pytest.raises(TooMany) as refused:
        bucket.take("a")
    assert refused.value.retry_after_seconds == 1 + 1
    clock.advance(timedelta(seconds=1))
    bucket.take("a")


def test_one_caller_does_not_use_up_another(limiter: tuple[RateLimiter, FrozenClock]) -> None:
    bucket, _ = limiter
    for _ in range(60):
        bucket.take("a")
    bucket.take("b")
    with pytest.raises(TooMany):
        bucket.take("a")


def address(forwarded: str, *, trusted: frozenset[str]) -> str:
    class Transport:
        @staticmethod
        def get_extra_info(name: str, default: Any = None) -> Any:
            return ("10.0.0.9", 1) if name == "peername" else default

    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}, transport=Transport())
    return client_address(request, trusted)


def test_a_forwarded_address_is_believed_only_from_a_trusted_proxy() -> None:
    assert address("1.2.3.4", trusted=frozenset()) == "10.0.0.9"
    assert address("1.2.3.4", trusted=frozenset({"10.0.0.9"})) == "1.2.3.4"


def test_the_nearest_untrusted_hop_counts_not_what_the_client_claims() -> None:
    assert address("9.9.9.9, 1.2.3.4", trusted=frozenset({"10.0.0.9"})) == "1.2.3.4"
    assert address("nonsense", trusted=frozenset({"10.0.0.9"})) == "10.0.0.9"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.integers(0, 2**31 - 1))
def test_a_cursor_comes_back(text: str, number: int) -> None:
    assert decode_cursor(encode_cursor(text, number), str, int) == (text, number)


@pytest.mark.parametrize(
    "cursor", ["", "!", "AAAA", encode_cursor("one"), encode_cursor(1, 2), encode_cursor("\0", 1), "é"]
)
def test_a_cursor_that_we_did_not_make_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(cursor, str, int)


def test_a_first_page_has_no_cursor() -> None:
    assert decode_cursor(None, str) is None


def test_a_field_that_is_not_on_the_list_is_dropped() -> None:
    entry = keep_known_fields(None, "info", {"event": "x", "status": 200, "patient_name": "LEROY", "token": "t"})
    assert entry == {"event": "x", "status": 200}


def test_no_field_of_the_list_is_an_identity() -> None:
    assert not FIELDS & {
        "patient",
        "patient_name",
        "birth_date",
        "ins",
        "nir",
        "phone",
        "email",
        "token",
        "body",
        "path",
    }
