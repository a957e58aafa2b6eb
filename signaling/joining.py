"""The door: whose token is good, which session comes back, who takes over from whom."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from signaling import frames
from signaling.codes import ErrorCode, Refusal
from signaling.limits import MAX_FRAME_BYTES, PROTOCOL_VERSION
from signaling.messages import JoinRequest, parse_join
from signaling.ports import LedgerKind, SeatStatus
from signaling.room import Connection, Member, Room, Status, peer_name
from signaling.sendlog import SendLog
from signaling.tokens import Purpose, Role, RoomGrant

if TYPE_CHECKING:
    from signaling.hub import Hub

_log = logging.getLogger("signaling")


class Reception:
    """Seats those who join. Everything after the last `await` happens at once, so two joins cannot cross."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def join(self, connection: Connection, frame: bytes | str) -> Member:
        """See `Hub.join`."""
        request = parse_join(frame)
        grant = self._verify(request)
        status = await self._ask_directory(grant)
        if grant.purpose is Purpose.JOIN and not await self._claim(grant):
            raise Refusal(ErrorCode.TOKEN_REPLAYED, "this token has already opened a session")
        return self._seat(grant, request, status, connection)

    def _verify(self, request: JoinRequest) -> RoomGrant:
        grant = self._hub.tokens.verify(request.token)
        if (grant.purpose is Purpose.RESUME) is not request.resumes:
            raise Refusal(ErrorCode.TOKEN_FORGED, "a token of another purpose")
        return grant

    async def _ask_directory(self, grant: RoomGrant) -> SeatStatus:
        try:
            status = await self._hub.directory.seat_status(grant.room, grant.seat)
        except Exception:
            # The edge towards the application's store: the client is asked to come back, and does.
            _log.exception("signaling.directory_unavailable")
            raise Refusal(ErrorCode.UNAVAILABLE, "try again") from None
        if status is SeatStatus.UNKNOWN:
            raise Refusal(ErrorCode.ROOM_UNKNOWN, "no such seat")
        if status is SeatStatus.CLOSED:
            raise Refusal(ErrorCode.ROOM_CLOSED, "the visit is over")
        return status

    async def _claim(self, grant: RoomGrant) -> bool:
        try:
            return await self._hub.used_tokens.claim(grant.id, grant.expires_at)
        except Exception:
            # Same edge as above: without the store nobody can say whether the token is fresh.
            _log.exception("signaling.used_tokens_unavailable")
            raise Refusal(ErrorCode.UNAVAILABLE, "try again") from None

    def _seat(self, grant: RoomGrant, request: JoinRequest, status: SeatStatus, connection: Connection) -> Member:
        room = self._hub.rooms.get(grant.room) or Room(grant.room)
        known = room.members.get(grant.seat)
        self._check_room(room, grant, known)
        before = known.status if known else None
        if known is None or known.status is Status.LEFT:
            member, how, resumed = self._sit_down(room, grant, request, known), _how_new(grant, known), False
        else:
            how, resumed = self._come_back(known, grant, request)
            member = known
        self._hub.rooms[grant.room] = room
        self._attach(member, grant, status, connection)
        kind = LedgerKind.JOINED if how == "new" else LedgerKind.RESUMED
        self._hub.note(grant.room, grant.seat, kind, how=how)
        self._welcome(room, member, request, resumed=resumed)
        if before is not Status.HERE or not resumed:
            self._hub.tell_presence(room, but=member)
        return member

    def _check_room(self, room: Room, grant: RoomGrant, known: Member | None) -> None:
        others = [member for member in room.sitting() if member is not known]
        if grant.role is Role.HOST and any(member.role is Role.HOST for member in others):
            raise Refusal(ErrorCode.HOST_TAKEN, "another host holds this room")
        if len(others) >= self._hub.limits.seats_per_room:
            raise Refusal(ErrorCode.ROOM_FULL, "every seat of this room is taken")
        if known is None or known.status is Status.LEFT or grant.purpose is Purpose.JOIN:
            return
        if known.session != grant.id:
            raise Refusal(ErrorCode.SUPERSEDED, "this seat is held by a later session")

    def _sit_down(self, room: Room, grant: RoomGrant, request: JoinRequest, left: Member | None) -> Member:
        """A seat that is free: a new visitor, or one who comes back to a server that has forgotten the session."""
        member = Member(
            room=grant.room,
            seat=grant.seat,
            role=grant.role,
            session="",
            page="",
            is_admitted=False,
            status=Status.HERE,
            since=self._hub.now(),
            log=self._new_log(),
            state=left.state if left else None,
        )
        self._begin(member, grant, request)
        room.members[grant.seat] = member
        return member

    def _come_back(self, member: Member, grant: RoomGrant, request: JoinRequest) -> tuple[str, bool]:
        """A seat that is held: how it is taken back, and whether its streams go on where they were."""
        same_page = grant.purpose is Purpose.RESUME and member.page == request.page
        goes_on = same_page and request.epoch == self._hub.epoch and member.log.holds_after(request.received)
        connection, member.connection = member.connection, None
        if connection is not None:
            self._hub.refuse(connection, Refusal(ErrorCode.SUPERSEDED, "the seat was taken over"))
        if goes_on:
            member.log.acknowledge(request.received)
        else:
            self._begin(member, grant, request)
        if same_page:
            return "socket", goes_on
        return ("page" if grant.purpose is Purpose.RESUME else "device"), False

    def _begin(self, member: Member, grant: RoomGrant, request: JoinRequest) -> None:
        """Start both streams anew. The same page of the same session keeps its name, so its calls live on."""
        member.session = grant.id if grant.purpose is Purpose.RESUME else secrets.token_urlsafe(12)
        member.page = request.page
        member.peer = peer_name(member.session, member.page)
        member.received = member.told = request.next - 1
        member.unrecorded = None
        member.log = self._new_log()

    def _attach(self, member: Member, grant: RoomGrant, status: SeatStatus, connection: Connection) -> None:
        member.role = grant.role
        member.is_admitted = status is SeatStatus.ADMITTED or grant.role is Role.HOST
        if member.status is not Status.HERE:
            member.status, member.since = Status.HERE, self._hub.now()
        member.connection = connection
        self._hub.dropped.pop(member, None)

    def _welcome(self, room: Room, member: Member, request: JoinRequest, *, resumed: bool) -> None:
        hub = self._hub
        offer = hub.ice.offer(member.peer)
        member.send(
            frames.encode(
                {
                    "type": "welcome",
                    "protocol": PROTOCOL_VERSION,
                    "epoch": hub.epoch,
                    "peer": member.peer,
                    "seat": member.seat,
                    "role": member.role.value,
                    "resumed": resumed,
                    "received": member.settled,
                    "now": hub.now(),
                    "admitted": member.is_admitted,
                    "waiting": member.waiting,
                    "seats": room.view_of(member),
                    "chat": list(room.chat or ()) if member.is_admitted and not resumed else [],
                    "ice": {"servers": offer.servers, "expires_in": offer.expires_in},
                    "resume_token": hub.resume_token(member),
                    "resume_within": hub.limits.session_kept_seconds,
                    "max_frame": MAX_FRAME_BYTES,
                }
            )
        )
        for frame in member.log.after(request.received) if resumed else ():
            member.send(frame)

    def _new_log(self) -> SendLog:
        return SendLog(max_frames=self._hub.limits.log_messages, max_bytes=self._hub.limits.log_bytes)


def _how_new(grant: RoomGrant, left: Member | None) -> str:
    if grant.purpose is Purpose.JOIN:
        return "new"
    return "restart" if left is None else "late"
