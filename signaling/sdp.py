"""Is this SDP, is this an ICE candidate? A structural check: the ends negotiate, the server only refuses rubbish."""

from __future__ import annotations

import re

from signaling.codes import ErrorCode, Refusal
from signaling.limits import MAX_CANDIDATE_CHARS, MAX_SDP_CHARS, MAX_SDP_MEDIA

# RFC 8866: `x=value` lines; version, origin, session name and timing come first, media sections after.
_LINES = re.compile(r"(?:[a-z]=[^\r\n\x00]{0,4096}\r?\n)+")
_HEAD = re.compile(r"v=0\r?\no=\S+ \d{1,20} \d{1,20} IN IP[46] \S+\r?\ns=[^\r\n]+\r?\n")
_MEDIA = re.compile(r"^m=([^\r\n]*)", re.MULTILINE)
_MEDIA_LINE = re.compile(r"(?:audio|video|application) \d{1,5}(?:/\d+)? [A-Z/]{3,32}(?: \S{1,64}){1,200}")
_CANDIDATE = re.compile(
    r"(?:a=)?candidate:\S+ \d+ (?:[uU][dD][pP]|[tT][cC][pP]) \d+ \S+ \d+ typ (?:host|srflx|prflx|relay)(?: [ -~]*)?"
)


def check_sdp(sdp: str) -> None:
    """Raises Refusal(malformed_sdp) unless this is a bounded session description that WebRTC could use."""
    if len(sdp) > MAX_SDP_CHARS:
        raise Refusal(ErrorCode.MALFORMED_SDP, f"longer than {MAX_SDP_CHARS} characters")
    if _LINES.fullmatch(sdp) is None:
        raise Refusal(ErrorCode.MALFORMED_SDP, "a line is not of the form x=value")
    if _HEAD.match(sdp) is None or "\nt=" not in sdp:
        raise Refusal(ErrorCode.MALFORMED_SDP, "version, origin, session name or timing is missing")
    media = _MEDIA.findall(sdp)
    if not 1 <= len(media) <= MAX_SDP_MEDIA:
        raise Refusal(ErrorCode.MALFORMED_SDP, f"between 1 and {MAX_SDP_MEDIA} media sections are expected")
    if any(_MEDIA_LINE.fullmatch(line) is None for line in media):
        raise Refusal(ErrorCode.MALFORMED_SDP, "a media line is not understood")
    if "\na=fingerprint:" not in sdp or "\na=ice-ufrag:" not in sdp:
        raise Refusal(ErrorCode.MALFORMED_SDP, "no DTLS fingerprint or no ICE credentials")


def check_candidate(candidate: str) -> None:
    """Raises Refusal(malformed_candidate) unless this is an ICE candidate; empty means "no more of this media"."""
    if not candidate:
        return
    if len(candidate) > MAX_CANDIDATE_CHARS or _CANDIDATE.fullmatch(candidate) is None:
        raise Refusal(ErrorCode.MALFORMED_CANDIDATE, "not an ICE candidate line")
