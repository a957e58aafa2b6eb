"""A client of the protocol for programs: joins, comes back by itself, sends each message once, hears each once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from signaling.codes import FINAL_CLOSES, CloseCode
from signaling.limits import MAX_FRAME_BYTES, PROTOCOL_VERSION

Message = dict[str, Any]
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_ACK_SECONDS = 0.1
_INBOX = 2000


class JoinRefused(Exception):
    """The server will not have us, or no longer: `code` of its last error frame, `close` of the socket."""

    def __init__(self, code: str, close: int | None) -> None:
        super().__init__(f"{code} (close code {close})")
        self.code = code
        self.close = close


class RoomClient:
    """One page's life in a room, without a page. Use it as a context manager, or `start` and `leave`.

    `get_token` is asked for a fresh join token whenever no session can be resumed. What comes in is put into each
    queue of `subscribe`, in order and once, with two messages of our own: `lost` and `ended`.
    """

    def __init__(self, http: aiohttp.ClientSession, url: str, *, get_token: Callable[[], Awaitable[str]]) -> None:
        self._http = http
        self._url = url
        self._get_token = get_token
        self._page = secrets.token_urlsafe(12)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._task: asyncio.Task[None] | None = None
        self._queues: list[asyncio.Queue[Message]] = []
        self._pending: deque[tuple[int, bytes]] = deque()
        self._next = 1
        self._attempts = 0
        self._is_seated = False
        self._settled = asyncio.Condition()
        self._resume = ""
        self._epoch = ""
        self._received = 0
        self._heard: dict[str, int] = {}
        self._is_acknowledging = False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._joined = asyncio.Event()
        self._inbox = self.subscribe()
        self.ended: JoinRefused | None = None
        self.error: Message | None = None
        self.peer = ""
        self.is_admitted = False
        self.seats: list[Message] = []
        self._expected: list[Message] = []
        self.ice_servers: list[Message] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        await self.leave()

    def subscribe(self) -> asyncio.Queue[Message]:
        """A queue of all that comes in from now on; the oldest messages go when nobody reads it."""
        queue: asyncio.Queue[Message] = asyncio.Queue()
        self._queues.append(queue)
        return queue

    async def start(self, *, timeout: float = 10.0) -> None:
        """Join, and stay joined from then on. Raises JoinRefused, or TimeoutError."""
        self._task = asyncio.create_task(self._live())
        async with asyncio.timeout(timeout):
            await self._joined.wait()
        if self.ended is not None:
            raise self.ended

    async def expect(self, kind: str, /, *, timeout: float = 10.0, **fields: object) -> Message:
        """The next message of this type with these fields; others before it are passed over."""
        async with asyncio.timeout(timeout):
            while True:
                message = await self._inbox.get()
                if message["type"] == kind and all(message.get(name) == value for name, value in fields.items()):
                    return message

    async def send(self, kind: str, /, **fields: object) -> int:
        """Send a numbered message now, or as soon as a socket is there, until it is acknowledged: its number."""
        number = self._next
        self._next += 1
        frame = orjson.dumps({"type": kind, "n": number, **fields})
        if len(frame) > MAX_FRAME_BYTES:
            raise ValueError("larger than a frame may be")
        self._pending.append((number, frame))
        await self._write(frame)
        return number

    async def tell(self, kind: str) -> None:
        """Send a message without number or fields (`ice`, `ping`) if a socket is there."""
        await self._write(orjson.dumps({"type": kind}))

    async def settled(self, number: int, *, timeout: float = 10.0) -> None:
        """Return once the server has dealt with the message of this number."""
        async with asyncio.timeout(timeout), self._settled:
            await self._settled.wait_for(lambda: not self._pending or self._pending[0][0] > number)

    def cut(self) -> None:
        """Lose the socket as a network does, without a word; the client comes back by itself."""
        raw = self._socket.get_extra_info("socket") if self._socket is not None else None
        if raw is not None:
            with socket.socket(fileno=os.dup(raw.fileno())) as copy, contextlib.suppress(OSError):
                copy.shutdown(socket.SHUT_RDWR)

    async def leave(self) -> None:
        """Say goodbye and stop."""
        await self.tell("leave")
        await self.stop()

    async def stop(self) -> None:
        """Stop without a word, as a page that is closed does."""
        for timer in self._timers.values():
            timer.cancel()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _live(self) -> None:
        while True:
            close = await self._try_once()
            self._publish({"type": "lost", "close": close})
            if self._is_over(close):
                self.ended = JoinRefused(str((self.error or {}).get("code", "closed")), close)
                self._publish({"type": "ended", "code": self.ended.code, "close": close})
                self._joined.set()
                return
            pause = min(_FIRST_PAUSE * 2 ** min(self._attempts, 10), _LONGEST_PAUSE)
            self._attempts += 1
            await asyncio.sleep(pause * (0.5 + secrets.randbelow(1000) / 1000))

    def _is_over(self, close: int | None) -> bool:
        if close == CloseCode.TOKEN:
            # A session too old to resume asks for a new token; a new token that is refused is the end.
            had_session, self._resume = bool(self._resume), ""
            return not had_session and self._attempts > 0
        return close in FINAL_CLOSES

    async def _try_once(self) -> int | None:
        """One socket, from its opening to its end: the close code, None when it was lost."""
        try:
            join = await self._join_frame()
            async with self._http.ws_connect(self._url, compress=0, heartbeat=20.0, max_msg_size=0) as ws:
                await ws.send_str(join)
                self._socket = ws
                while (message := await ws.receive()).type is aiohttp.WSMsgType.TEXT:
                    await self._take(orjson.loads(message.data))
                return int(message.data) if message.type is aiohttp.WSMsgType.CLOSE else None
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None
        finally:
            self._socket = None
            self._is_seated = False

    async def _join_frame(self) -> str:
        credential = {"resume": self._resume} if self._resume else {"token": await self._get_token()}
        return orjson.dumps(
            {
                "type": "join",
                "protocol": PROTOCOL_VERSION,
                "page": self._page,
                "next": self._pending[0][0] if self._pending else self._next,
                "epoch": self._epoch,
                "received": self._received,
                **credential,
            }
        ).decode()

    async def _write(self, frame: bytes) -> None:
        if self._socket is not None and self._is_seated:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                await self._socket.send_str(frame.decode())

    async def _take(self, message: Message) -> None:
        kind = message["type"]
        if "s" in message and not self._is_new(message):
            return
        if kind == "welcome":
            await self._welcome(message)
        elif kind == "ack":
            await self._forget_up_to(message["n"])
        elif kind == "presence":
            self._set_seats(message["seats"])
        elif kind == "admission":
            self.is_admitted = message["admitted"]
        elif kind == "ice":
            self._keep_ice(message, message["resume_token"])
        elif kind == "error":
            self.error = message
        elif kind == "closed":
            self.error = {"code": "room_closed"}
        self._publish(message)

    def _is_new(self, message: Message) -> bool:
        """Numbered twice: by our stream, and by its sender, whom a restarted server may have relayed before."""
        if message["s"] <= self._received:
            return False
        self._received = message["s"]
        if not self._is_acknowledging:
            self._is_acknowledging = True
            self._after("ack", _ACK_SECONDS, self._acknowledge)
        if message["n"] <= self._heard.get(message["from"], 0):
            return False
        self._heard[message["from"]] = message["n"]
        return True

    async def _welcome(self, message: Message) -> None:
        if not message["resumed"]:
            self._received = 0
        if self._epoch not in ("", message["epoch"]):
            # A server that has restarted knows only those who are back: the others are missed, not gone.
            missed = [seat for seat in self.seats if seat["status"] != "left"]
            self._expected = [{**seat, "status": "dropped", "since": message["now"]} for seat in missed]
            self._after("expected", message["resume_within"], self._miss_no_longer)
        self._epoch = message["epoch"]
        self.peer = message["peer"]
        self.is_admitted = message["admitted"]
        self._set_seats(message["seats"])
        self._keep_ice(message["ice"], message["resume_token"])
        await self._forget_up_to(message["received"])
        self._attempts = 0
        self._is_seated = True
        for _, frame in list(self._pending):
            await self._write(frame)
        self._joined.set()

    def _set_seats(self, seats: list[Message]) -> None:
        told = {seat["seat"] for seat in seats}
        self._expected = [seat for seat in self._expected if seat["seat"] not in told]
        self.seats = seats + self._expected

    def _miss_no_longer(self) -> None:
        self.seats = [seat for seat in self.seats if seat not in self._expected]
        self._expected = []
        self._publish({"type": "presence", "seats": self.seats})

    def _after(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Do it later; once, if it is asked for again before."""
        if (timer := self._timers.get(name)) is not None:
            timer.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, call)

    def _keep_ice(self, ice: Message, resume_token: str) -> None:
        self._resume = resume_token
        self.ice_servers = ice["servers"]
        self._after("ice", ice["expires_in"] * 0.8, self._renew_ice)

    def _renew_ice(self) -> None:
        self._renewal = asyncio.ensure_future(self.tell("ice"))

    def _acknowledge(self) -> None:
        self._is_acknowledging = False
        frame = orjson.dumps({"type": "ack", "s": self._received})
        self._acknowledgement = asyncio.ensure_future(self._write(frame))

    async def _forget_up_to(self, number: int) -> None:
        while self._pending and self._pending[0][0] <= number:
            self._pending.popleft()
        async with self._settled:
            self._settled.notify_all()

    def _publish(self, message: Message) -> None:
        for queue in self._queues:
            if queue.qsize() >= _INBOX:
                queue.get_nowait()
            queue.put_nowait(message)
