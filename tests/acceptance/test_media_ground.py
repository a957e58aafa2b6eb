"""The ground of browser tests: Chromium shows its fake camera, and coturn relays for whoever holds a credential."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import pytest

from tests.fixtures.browsers import NewWindow
from tests.fixtures.turn import TurnServer

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]

_LOOPBACK_CALL = """
async ({url, username, credential}) => {
  const config = {iceServers: [{urls: url, username, credential}], iceTransportPolicy: "relay"};
  const [a, b] = [new RTCPeerConnection(config), new RTCPeerConnection(config)];
  const kinds = [];
  a.onicecandidate = e => { if (e.candidate) { kinds.push(e.candidate.type); b.addIceCandidate(e.candidate); } };
  b.onicecandidate = e => e.candidate && a.addIceCandidate(e.candidate);
  const stream = await navigator.mediaDevices.getUserMedia({video: true, audio: true});
  stream.getTracks().forEach(track => a.addTrack(track, stream));
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
  for (let turn = 0; turn < 100; turn += 1) {
    await new Promise(resolve => setTimeout(resolve, 100));
    const stats = [...(await b.getStats()).values()];
    const video = stats.find(entry => entry.type === "inbound-rtp" && entry.kind === "video");
    if (video && video.framesDecoded > 5) return {kinds: [...new Set(kinds)], decoded: video.framesDecoded};
  }
  return {kinds: [...new Set(kinds)], decoded: 0};
}
"""


async def test_chromium_sends_its_camera_through_coturn(new_window: NewWindow, turn_server: TurnServer) -> None:
    page = await (await new_window()).new_page()
    await page.route(
        "http://localhost:1/", lambda route: route.fulfill(body="<title>ici</title>", content_type="text/html")
    )
    await page.goto("http://localhost:1/")
    username = f"{int(time.time()) + 60}:test"  # noqa: TID251 - coturn reads the machine's clock
    digest = hmac.new(turn_server.secret.encode(), username.encode(), hashlib.sha1).digest()
    answer = await page.evaluate(
        _LOOPBACK_CALL, {"url": turn_server.url, "username": username, "credential": base64.b64encode(digest).decode()}
    )
    assert answer["kinds"] == ["relay"]
    assert answer["decoded"] > 5
