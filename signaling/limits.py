"""The bounds of the protocol: sizes, rates and delays, all in one place."""

from __future__ import annotations

from dataclasses import dataclass

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 64 * 1024
MAX_SDP_CHARS = 48 * 1024
MAX_SDP_MEDIA = 16
MAX_CANDIDATE_CHARS = 1024
MAX_CHAT_CHARS = 4000
MAX_DETAILS = 8
MAX_SEQUENCE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deployment may tune. Durations in seconds, sizes in bytes; the defaults are those of the reference."""

    session_kept_seconds: float = 90.0
    join_seconds: float = 10.0
    ping_after_seconds: float = 25.0
    silent_after_seconds: float = 60.0
    sweep_every_seconds: float = 1.0
    ack_after_seconds: float = 0.2
    messages_per_second: float = 50.0
    burst_messages: int = 200
    flood_seconds: float = 10.0
    errors_per_socket: int = 50
    seats_per_room: int = 4
    sockets: int = 50_000
    chat_kept: int = 100
    parked_messages: int = 64
    log_messages: int = 512
    log_bytes: int = 1024 * 1024
    socket_buffer_bytes: int = 512 * 1024
    resume_token_seconds: int = 900
