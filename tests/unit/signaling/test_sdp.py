"""SDP and candidates: what browsers write passes, rubbish does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.codes import Refusal
from signaling.sdp import check_candidate, check_sdp
from tests.unit.signaling.support import CANDIDATE, SDP, refusal_of


def test_a_description_passes() -> None:
    assert refusal_of(check_sdp, SDP) is None
    assert refusal_of(check_sdp, SDP.replace("\r\n", "\n")) is None


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "v=0",
        "hello\r\n",
        SDP.replace("v=0\r\n", ""),
        SDP.replace("v=0", "v=1"),
        SDP.replace("o=- 4611731400430051336 2 IN IP4 127.0.0.1", "o=me"),
        SDP.replace("t=0 0\r\n", ""),
        SDP.replace("m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n", ""),
        SDP.replace("m=audio 9", "m=audio nine"),
        SDP.replace("m=audio", "m=hologram"),
        SDP.replace("a=fingerprint", "a=footprint"),
        SDP.replace("a=ice-ufrag:4ZcD\r\n", ""),
        SDP + "a=x\x00y\r\n",
        SDP + "not a line\r\n",
        SDP + "a=" + "x" * 5000 + "\r\n",
        SDP + "a=padding\r\n" * 6000,
        SDP + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 16,
    ],
)
def test_a_malformed_description_is_refused(broken: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_sdp(broken)
    assert refused.value.code == "malformed_sdp"


@given(st.text(max_size=300))
def test_random_text_is_no_description(text: str) -> None:
    with pytest.raises(Refusal):
        check_sdp(text)


@pytest.mark.parametrize(
    "line",
    [
        str(CANDIDATE["candidate"]),
        "",
        "candidate:1 1 TCP 2105458943 10.0.0.4 9 typ host tcptype active generation 0 ufrag x network-id 1",
        "candidate:3 1 udp 2113937151 3e0f-4b.local 5000 typ host",
        "candidate:4 2 udp 41885439 2001:db8::7 60000 typ relay raddr 192.0.2.1 rport 1",
    ],
)
def test_candidates_of_browsers_pass(line: str) -> None:
    assert refusal_of(check_candidate, line) is None


@pytest.mark.parametrize(
    "line",
    [
        "candidate",
        "candidate:1 1 sctp 1 10.0.0.1 9 typ host",
        "candidate:1 1 udp 1 10.0.0.1 9 typ magic",
        "x" * 2000,
        "candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=x",
        "candidate:1 1 udp 1 10.0.0.1 9 typ host " + "y" * 1000,
    ],
)
def test_a_malformed_candidate_is_refused(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_candidate(line)
    assert refused.value.code == "malformed_candidate"
