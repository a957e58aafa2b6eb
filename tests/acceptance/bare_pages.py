"""Bare pages that hold a call with our modules alone: a test server and nothing of the product."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Page

from signaling.hub import Hub
from signaling.ice import IceServers
from signaling.limits import Limits
from signaling.memory import MemoryDirectory, MemoryLedger
from signaling.ports import SeatStatus
from signaling.server import add_socket_route
from signaling.tokens import Role, RoomTokens, TokenKey
from telemed.kernel.clock import SystemClock
from tests.fixtures.browsers import NewWindow
from tests.fixtures.turn import TurnServer

MODULES = Path(__file__).resolve().parents[2] / "telemed/web/static/js"

PAGE = """<!doctype html><meta charset="utf-8"><title>bare</title><video id="far" autoplay playsinline muted></video>
<script type="module">
import { Signaling } from "/js/signaling.js";
import { Call } from "/js/call.js";
const query = new URLSearchParams(location.search);
const events = window.events = [];
const note = (name) => (event) => events.push([name, event.detail]);
const signaling = window.signaling = new Signaling({
  url: "/rooms/socket",
  getToken: async () => (await fetch("/token/" + query.get("seat"), {method: "POST"})).text(),
});
for (const name of ["presence", "admission", "chat", "lost", "ended", "error"])
  signaling.addEventListener(name, note(name));
const video = {width: 320, height: 240, frameRate: 15};
const stream = await navigator.mediaDevices.getUserMedia({audio: true, video});
const call = window.call = new Call({signaling, stream, relayOnly: query.has("relay")});
call.addEventListener("peer", ({detail}) => {
  window.peer = detail.peer;
  detail.peer.attach(document.getElementById("far"));
  detail.peer.addEventListener("frame", note("frame"));
});
call.addEventListener("media", note("media"));
window.inbound = async () => {
  const found = {frames: 0, audio: 0, local: "", remote: ""};
  const stats = await window.peer?.pc?.getStats();
  if (!stats) return found;
  for (const stat of stats.values()) {
    if (stat.type === "inbound-rtp" && stat.kind === "video") found.frames += stat.framesDecoded;
    if (stat.type === "inbound-rtp" && stat.kind === "audio") found.audio += stat.packetsReceived;
    if (stat.type === "transport" && stat.selectedCandidatePairId) {
      const pair = stats.get(stat.selectedCandidatePairId);
      found.local = stats.get(pair.localCandidateId)?.candidateType;
      found.remote = stats.get(pair.remoteCandidateId)?.candidateType;
    }
  }
  return found;
};
signaling.join().catch(() => {});
</script>"""


class BareServer:
    """Serves the page, our modules and the rooms; hands out a token to whoever asks."""

    def __init__(self, *, turn: TurnServer | None = None, limits: Limits | None = None) -> None:
        self.clock = SystemClock()
        self.tokens = RoomTokens([TokenKey("k1", b"k" * 32)], now=self.clock.now)
        self.directory = MemoryDirectory()
        self.directory.seats |= {("room", seat): SeatStatus.ADMITTED for seat in ("doctor", "patient", "colleague")}
        self.ledger = MemoryLedger()
        self.ice = IceServers(
            now=self.clock.now, turn_urls=[turn.url] if turn else [], turn_secret=turn.secret if turn else ""
        )
        self.limits = limits
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin, or begin again on the same port with an empty memory."""
        self.hub = Hub(
            tokens=self.tokens,
            directory=self.directory,
            ledger=self.ledger,
            ice=self.ice,
            now=self.clock.now,
            limits=self.limits,
        )
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_post("/token/{seat}", self._token)
        app.router.add_static("/js", MODULES)
        add_socket_route(app, self.hub)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def _token(self, request: web.Request) -> web.Response:
        seat = request.match_info["seat"]
        return web.Response(text=self.tokens.issue("room", seat, role=Role.GUEST if seat == "patient" else Role.HOST))

    async def open(self, new_window: NewWindow, seat: str, *, relay: bool = False) -> Page:
        """A window of its own, as another person has it."""
        page = await (await new_window()).new_page()
        await page.goto(f"http://127.0.0.1:{self.port}/?seat={seat}{'&relay' if relay else ''}")
        return page


@asynccontextmanager
async def bare_server(*, turn: TurnServer | None = None, limits: Limits | None = None) -> AsyncIterator[BareServer]:
    server = BareServer(turn=turn, limits=limits)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
