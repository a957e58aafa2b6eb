"""Every way the signalling protocol says no: stable error codes, and the close codes of the socket."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class CloseCode(IntEnum):
    """Why the server closed a socket. 1xxx are those of RFC 6455, 44xx are ours."""

    LEFT = 1000
    MALFORMED = 1002
    TOO_BIG = 1009
    INTERNAL = 1011
    RESTARTING = 1012
    PROTOCOL = 4400
    TOKEN = 4401
    REFUSED = 4403
    TIMEOUT = 4408
    SUPERSEDED = 4409
    ROOM_CLOSED = 4410
    SLOW = 4413
    FLOOD = 4429


class ErrorCode(StrEnum):
    """What was wrong with a frame or a join. Stable: clients choose their words by it."""

    BAD_JSON = "bad_json"
    BAD_FRAME = "bad_frame"
    TOO_LARGE = "too_large"
    MALFORMED_FRAME = "malformed_frame"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_DIRECTION = "wrong_direction"
    INVALID = "invalid"
    MALFORMED_SDP = "malformed_sdp"
    MALFORMED_CANDIDATE = "malformed_candidate"
    OUT_OF_ORDER = "out_of_order"
    NOT_ADMITTED = "not_admitted"
    PEER_GONE = "peer_gone"
    ALREADY_JOINED = "already_joined"
    RATE_LIMITED = "rate_limited"
    NOT_JOINED = "not_joined"
    JOIN_TIMEOUT = "join_timeout"
    PROTOCOL_VERSION = "protocol_version"
    TOKEN_FORGED = "token_forged"  # noqa: S105 - an error code
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - an error code
    TOKEN_REPLAYED = "token_replayed"  # noqa: S105 - an error code
    ROOM_UNKNOWN = "room_unknown"
    ROOM_CLOSED = "room_closed"
    ROOM_FULL = "room_full"
    HOST_TAKEN = "host_taken"
    SUPERSEDED = "superseded"
    EXPELLED = "expelled"
    FLOOD = "flood"
    TOO_MANY_ERRORS = "too_many_errors"
    SLOW_CONSUMER = "slow_consumer"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


# An error listed here ends the socket with this close code; any other leaves it open.
FATAL: dict[ErrorCode, CloseCode] = {
    ErrorCode.TOO_LARGE: CloseCode.TOO_BIG,
    ErrorCode.MALFORMED_FRAME: CloseCode.MALFORMED,
    ErrorCode.NOT_JOINED: CloseCode.PROTOCOL,
    ErrorCode.JOIN_TIMEOUT: CloseCode.TIMEOUT,
    ErrorCode.PROTOCOL_VERSION: CloseCode.PROTOCOL,
    ErrorCode.TOKEN_FORGED: CloseCode.TOKEN,
    ErrorCode.TOKEN_EXPIRED: CloseCode.TOKEN,
    ErrorCode.TOKEN_REPLAYED: CloseCode.TOKEN,
    ErrorCode.ROOM_UNKNOWN: CloseCode.REFUSED,
    ErrorCode.ROOM_CLOSED: CloseCode.ROOM_CLOSED,
    ErrorCode.ROOM_FULL: CloseCode.REFUSED,
    ErrorCode.HOST_TAKEN: CloseCode.REFUSED,
    ErrorCode.SUPERSEDED: CloseCode.SUPERSEDED,
    ErrorCode.EXPELLED: CloseCode.REFUSED,
    ErrorCode.FLOOD: CloseCode.FLOOD,
    ErrorCode.TOO_MANY_ERRORS: CloseCode.PROTOCOL,
    ErrorCode.SLOW_CONSUMER: CloseCode.SLOW,
    ErrorCode.UNAVAILABLE: CloseCode.RESTARTING,
    ErrorCode.INTERNAL: CloseCode.INTERNAL,
}

# After these a client stops for good; after any other close it comes back by itself.
FINAL_CLOSES = frozenset(
    {CloseCode.LEFT, CloseCode.REFUSED, CloseCode.SUPERSEDED, CloseCode.ROOM_CLOSED, CloseCode.PROTOCOL}
)


class Refusal(Exception):
    """A frame or a join that is not accepted. `detail` is for developers: English, never the content refused."""

    def __init__(self, code: ErrorCode, detail: str = "", *, sequence: int | None = None) -> None:
        super().__init__(detail or code.value)
        self.code = code
        self.detail = detail
        self.sequence = sequence
