"""What members say once seated: check it, pass it on, acknowledge it. The hot path of the server."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from signaling import frames
from signaling.codes import CloseCode, ErrorCode, Refusal
from signaling.limits import MAX_SEQUENCE
from signaling.messages import (
    CLIENT_TYPES,
    NUMBERED,
    SERVER_TYPES,
    Message,
    check_body,
    parse,
    parse_instant,
)
from signaling.ports import LedgerEntry, LedgerKind, LedgerSource
from signaling.room import Member, Status
from signaling.sendlog import LogOverflow

if TYPE_CHECKING:
    from signaling.hub import Hub

_FOR_EVERYBODY = frozenset({"state", "report"})


class Relay:
    """Deals with one frame of a seated member."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._deal = {
            "offer": self._pass_on,
            "answer": self._pass_on,
            "candidate": self._pass_on,
            "restart": self._pass_on,
            "chat": self._chat,
            "state": self._state,
            "report": self._report,
            "ack": self._ack,
            "ice": self._ice,
            "ping": self._ping,
            "leave": self._leave,
        }

    def take(self, member: Member, frame: bytes | str) -> None:
        """Raises Refusal for anything that is not a well-formed message in its turn, allowed to this member."""
        message = parse(frame)
        number = message.get("n")
        if number is not None and not self._is_next(member, number):
            return
        try:
            self._take_numbered(member, message)
        except Refusal as refusal:
            # The number is used up: what was refused is refused for good and the messages behind it pass.
            refusal.sequence = number
            raise

    def _take_numbered(self, member: Member, message: Message) -> None:
        kind = message.get("type")
        deal = self._deal.get(kind) if type(kind) is str else None
        if deal is None:
            raise _refuse_type(kind)
        check_body(message)
        if not member.is_admitted and kind in NUMBERED and kind not in _FOR_EVERYBODY:
            raise Refusal(ErrorCode.NOT_ADMITTED, "wait to be admitted")
        deal(member, message)

    def _is_next(self, member: Member, number: object) -> bool:
        """Is it its turn? False for one already dealt with (it is acknowledged again); raises for a hole."""
        if type(number) is not int or not 1 <= number <= MAX_SEQUENCE:
            raise Refusal(ErrorCode.INVALID, "n")
        if number > member.received + 1:
            raise Refusal(ErrorCode.OUT_OF_ORDER, f"{member.received + 1} is expected", sequence=number)
        self._hub.acknowledge_soon(member)
        if number <= member.received:
            member.told = min(member.told, number - 1)
            return False
        member.received = number
        return True

    def _pass_on(self, member: Member, message: Message) -> None:
        room = self._hub.rooms[member.room]
        name = message.pop("to")
        target = room.find_peer(name)
        message["from"] = member.peer
        if target is None and self._hub.has_just_started:
            room.park(name, message, at_most=self._hub.limits.parked_messages)
        elif target is None or target is member:
            raise Refusal(ErrorCode.PEER_GONE, "nobody here has this name")
        else:
            self._deliver(target, message)

    def deliver_parked(self, member: Member) -> None:
        """What others said to this page between the restart of the server and its return."""
        if member.is_admitted:
            for message in self._hub.rooms[member.room].take_parked(member.peer):
                self._deliver(member, message)

    def _chat(self, member: Member, message: Message) -> None:
        room = self._hub.rooms[member.room]
        if room.chat is None:
            room.chat = deque(maxlen=self._hub.limits.chat_kept)
        line = {
            "id": f"{member.peer}:{message['n']}",
            "seat": member.seat,
            "role": member.role.value,
            "at": self._hub.now(),
            "text": message["text"],
        }
        room.chat.append(line)
        for target in list(room.sitting()):
            if target is not member and target.is_admitted:
                self._deliver(target, {"type": "chat", "from": member.peer, "n": message["n"], **line})

    def _deliver(self, target: Member, message: Message) -> None:
        """Number the message in the target's stream, keep it until acknowledged, send it if a socket is there."""
        message["s"] = target.log.last + 1
        frame = frames.encode(message)
        try:
            target.log.append(frame)
        except LogOverflow:
            self._give_up_stream(target)
            return
        if target.connection is not None:
            target.connection.send(frame)

    def _give_up_stream(self, target: Member) -> None:
        """It misses too much: its socket goes, not its session; it will be told on return that buffers are gone."""
        connection = target.connection
        if connection is not None:
            self._hub.refuse(connection, Refusal(ErrorCode.SLOW_CONSUMER, "too much is not acknowledged"))
            self._hub.lost(target, connection)

    def _state(self, member: Member, message: Message) -> None:
        state = {name: message[name] for name in ("audio", "video", "screen", "link")}
        if state != member.state:
            member.state = state
            self._hub.tell_presence(self._hub.rooms[member.room], but=member)

    def _report(self, member: Member, message: Message) -> None:
        number = message["n"]
        entry = LedgerEntry(
            room=member.room,
            seat=member.seat,
            kind=LedgerKind(message["kind"]),
            source=LedgerSource.SEAT,
            at=self._hub.now(),
            seat_at=parse_instant(message["at"]),
            stream=member.peer,
            sequence=number,
            details=message["details"],
        )
        if member.unrecorded is None:
            member.unrecorded = deque()
        member.unrecorded.append(number)
        self._hub.scribe.put(entry, partial(self._recorded, member, member.unrecorded))

    def _recorded(self, member: Member, unrecorded: deque[int]) -> None:
        unrecorded.popleft()
        if member.unrecorded is unrecorded and member.status is not Status.LEFT:
            self._hub.acknowledge_soon(member)

    def _ack(self, member: Member, message: Message) -> None:
        if not member.log.acknowledge(message["s"]):
            raise Refusal(ErrorCode.INVALID, "s was never sent")

    def _ice(self, member: Member, _message: Message) -> None:
        member.send(frames.ice(self._hub.ice.offer(member.peer), self._hub.resume_token(member)))

    def _ping(self, member: Member, _message: Message) -> None:
        member.send(frames.PONG)

    def _leave(self, member: Member, _message: Message) -> None:
        connection = member.connection
        self._hub.leave(member, how="left")
        if connection is not None:
            connection.close(CloseCode.LEFT, "left")


def _refuse_type(kind: object) -> Refusal:
    if kind == "join":
        return Refusal(ErrorCode.ALREADY_JOINED, "a socket joins once")
    if type(kind) is str and kind in SERVER_TYPES - CLIENT_TYPES:
        return Refusal(ErrorCode.WRONG_DIRECTION, "only the server says that")
    return Refusal(ErrorCode.UNKNOWN_TYPE, "no such message type")
