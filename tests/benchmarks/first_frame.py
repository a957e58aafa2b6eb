"""From “let this patient in” to the first decoded picture, beside two bare pages that exchange the same media."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from aiohttp import WSMsgType, web
from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright

from telemed.acts.teleconsultation.model import FinishReason
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.api import logs
from telemed.demo.people import PATIENTS
from tests import journeys
from tests.benchmarks.table import ROUNDS, Table, median
from tests.fixtures.browsers import CHROMIUM_ARGUMENTS, find_chromium
from tests.scene import Scene, demo_scene

_FIRST_PATIENT = 13  # and the four after: adults, none with an appointment today
_WATCH = """
const Plain = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(...words) {
    super(...words);
    const look = async () => {
      for (const stat of (await this.getStats()).values())
        if (stat.type === "inbound-rtp" && stat.kind === "video" && stat.framesDecoded > 0)
          window.firstPictureAt ??= Date.now();
      if (!window.firstPictureAt && this.connectionState !== "closed") setTimeout(look, 10);
    };
    look();
  }
};
"""
_BARE = """<!doctype html><meta charset="utf-8"><title>bare</title><video autoplay playsinline muted></video><script>
const calls = new URLSearchParams(location.search).has("calls");
const socket = new WebSocket(new URL("/relay", location.href.replace(/^http/, "ws")));
const opened = new Promise((resolve) => { socket.onopen = resolve; });
const media = navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480}});
const connection = new RTCPeerConnection();
const say = (message) => socket.send(JSON.stringify(message));
connection.onicecandidate = ({candidate}) => say({candidate});
connection.ontrack = ({streams}) => { document.querySelector("video").srcObject = streams[0]; };
socket.onmessage = async ({data}) => {
  const {description, candidate} = JSON.parse(data);
  if (candidate) await connection.addIceCandidate(candidate);
  if (!description) return;
  await connection.setRemoteDescription(description);
  if (description.type === "offer") {
    await connection.setLocalDescription();
    say({description: connection.localDescription});
  }
};
Promise.all([opened, media]).then(async ([, stream]) => {
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  document.title = "ready";
  if (!calls) return;
  await connection.setLocalDescription();
  say({description: connection.localDescription});
});
</script>"""


@dataclass(frozen=True)
class Delay:
    """Seconds until each end decoded the other's first picture."""

    doctor: float
    patient: float


def measure() -> Table:
    """Median of the rounds, ours and the bare pages by turns."""
    logs.configure("error")
    ours, bare = asyncio.run(_measure())
    rows = []
    for name, delays in (
        ("this service, from the press on “Faire entrer”", ours),
        ("two bare pages, no service", bare),
    ):
        doctor, patient = median([d.doctor for d in delays]), median([d.patient for d in delays])
        rows.append((name, f"{doctor:.2f}", f"{patient:.2f}", f"{max(d.doctor for d in delays):.2f}"))
    ratio = median([d.doctor for d in ours]) / median([d.doctor for d in bare])
    return Table(
        title="From admission to the first decoded picture (Chromium, same machine, VP8 640 × 480)",
        columns=("pages", "doctor, s", "patient, s", "doctor, worst, s"),
        rows=tuple(rows),
        bound=(
            f"Ours takes {ratio:.2f} × the bare pages. In both the doctor's page opens at zero and takes its camera; "
            "the patient's camera is already on. Bound: Chromium's camera, ICE, DTLS and the first key frame."
        ),
    )


async def _measure() -> tuple[list[Delay], list[Delay]]:
    ours, bare = [], []
    async with demo_scene() as scene, _bare_server() as bare_url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
        doctor = await (await _window(browser)).new_page()
        await journeys.sign_in(doctor, scene.base_url, scene.account("claire.moreau"))
        for number in range(ROUNDS):
            ours.append(await _ours(scene, browser, doctor, number))
            bare.append(await _bare(browser, bare_url))
        await browser.close()
    return ours, bare


async def _ours(scene: Scene, browser: Browser, doctor: Page, number: int) -> Delay:
    """A patient without an appointment comes, waits, and is let in."""
    practice, services = scene.practice, scene.services
    patient_id = practice.patients[_FIRST_PATIENT + number]
    assert practice.doctor.id is not None
    act = (await services.booking.book(practice.secretary, BookingRequest(practice.doctor.id, patient_id, None))).act
    link = await services.links.make_link(practice.secretary, act.id)
    window = await _window(browser)
    patient = await window.new_page()
    await journeys.give_birth_date(patient, link, PATIENTS[_FIRST_PATIENT + number].born_on)
    await journeys.say_who_and_where(patient, "8 rue du Change, Tours")
    await journeys.consent_and_try_the_camera(patient)
    await journeys.sit_down(patient)
    await doctor.goto(f"{scene.base_url}/aujourdhui")
    button = doctor.get_by_role("button", name="Faire entrer")
    await button.first.wait_for()
    start = await doctor.evaluate("Date.now()")
    await button.first.click(no_wait_after=True)
    delay = await _delay(doctor, patient, start)
    await _end(scene, act.id)
    await window.close()
    return delay


async def _end(scene: Scene, act_id: UUID) -> None:
    await scene.services.calls.finish(scene.practice.doctor, act_id, FinishReason.COMPLETED)


async def _bare(browser: Browser, url: str) -> Delay:
    """One page waits with its camera on; the other is opened and calls."""
    windows = [await _window(browser), await _window(browser)]
    patient, doctor = await windows[0].new_page(), await windows[1].new_page()
    await patient.goto(url)
    await journeys.until(patient.title, "ready")
    start = await patient.evaluate("Date.now()")
    await doctor.goto(f"{url}?calls", wait_until="commit")
    delay = await _delay(doctor, patient, start)
    for window in windows:
        await window.close()
    return delay


async def _delay(doctor: Page, patient: Page, start: float) -> Delay:
    async def seen(page: Page) -> float:
        for _attempt in range(600):
            at = await _first_picture_at(page)
            if at is not None and at >= start:
                return (at - start) / 1_000
            await asyncio.sleep(0.05)
        raise TimeoutError("no picture within 30 s")

    return Delay(await seen(doctor), await seen(patient))


async def _first_picture_at(page: Page) -> float | None:
    """By the machine's clock, in milliseconds; None while the page is still on its way elsewhere."""
    try:
        at: float | None = await page.evaluate("window.firstPictureAt ?? null")
    except Error:
        return None
    return at


async def _window(browser: Browser) -> BrowserContext:
    window = await browser.new_context(locale="fr-FR", permissions=["camera", "microphone"])
    await window.add_init_script(_WATCH)
    return window


@asynccontextmanager
async def _bare_server() -> AsyncIterator[str]:
    """The page, and a relay that gives each frame to everybody else."""
    sockets: set[web.WebSocketResponse] = set()

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=_BARE, content_type="text/html")

    async def relay(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sockets.add(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                for other in sockets - {socket}:
                    await other.send_str(message.data)
        sockets.discard(socket)
        return socket

    app = web.Application()
    app.router.add_get("/", show)
    app.router.add_get("/relay", relay)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://localhost:{runner.addresses[0][1]}/"
    await runner.cleanup()
