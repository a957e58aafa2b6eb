"""A whole visit of the canary patient on the service as it is deployed: its own process, real SMS, real coturn, killed
in the middle of the call. Its log must not know the patient."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.adapters.sms_gateway.client import SmsGatewaySender
from telemed.app import Services, build_services
from telemed.demo.letterbox import DemoAccount, Letterbox, find_link
from telemed.demo.practice import DemoPractice, create, register
from telemed.kernel.clock import SystemClock
from telemed.kernel.messages import Channel
from telemed.settings import Settings
from tests import journeys
from tests.fixtures.browsers import NewWindow
from tests.fixtures.canary import CANARY, CANARY_EMAIL, CANARY_NOTES, CANARY_PHONE, CANARY_PLACE
from tests.fixtures.running import RunningService
from tests.fixtures.turn import TurnServer

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]

NAME = "PLUMEDOR Quokkette"
FORCE_RELAY = """
const Direct = window.RTCPeerConnection;
window.connections = [];
window.RTCPeerConnection = class extends Direct {
  constructor(configuration) {
    super({...configuration, iceTransportPolicy: "relay"});
    window.connections.push(this);
  }
  setConfiguration(configuration) { super.setConfiguration({...configuration, iceTransportPolicy: "relay"}); }
};
"""
INBOUND = """
async () => {
  let frames = 0; const kinds = new Set();
  for (const connection of window.connections) {
    const stats = await connection.getStats();
    for (const stat of stats.values()) {
      if (stat.type === "inbound-rtp" && stat.kind === "video") frames += stat.framesDecoded;
      if (stat.type === "transport" && stat.selectedCandidatePairId) {
        const pair = stats.get(stat.selectedCandidatePairId);
        kinds.add(stats.get(pair.localCandidateId).candidateType);
      }
    }
  }
  return {frames, kinds: [...kinds]};
}
"""


@dataclass
class Scene:
    """The deployed service, its outside world, and who is awaited."""

    service: RunningService
    letterbox: Letterbox
    practice: DemoPractice
    act_id: str

    @property
    def doctor(self) -> DemoAccount:
        return next(account for account in self.practice.accounts if account.login == "claire.moreau")

    async def link(self) -> str:
        """The address in the canary's text message."""

        async def received() -> bool:
            return any(message.to == CANARY_PHONE for message in self.letterbox.gateway.messages)

        await journeys.until(received)
        text = next(message.text for message in self.letterbox.gateway.messages if message.to == CANARY_PHONE)
        link = find_link(text)
        assert link
        return link


@pytest_asyncio.fixture
async def scene(database_url: str, tmp_path: Path, turn_server: TurnServer) -> AsyncIterator[Scene]:
    letterbox = Letterbox(SystemClock(), "jeton-de-test")
    async with AsyncExitStack() as stack:
        addresses = await stack.enter_async_context(letterbox.open())
        service = RunningService(
            tmp_path,
            database_url,
            {
                "TELEMED_SMS_URL": addresses.sms_url,
                "TELEMED_SMS_TOKEN": letterbox.gateway.token,
                "TELEMED_SMTP_URL": addresses.smtp_url,
                "TELEMED_TURN_URLS": turn_server.url,
                "TELEMED_TURN_SECRET": turn_server.secret,
            },
        )
        practice, act_id = await _prepare(Settings.from_environment(service.environment))
        await service.start()
        stack.push_async_callback(service.stop)
        yield Scene(service, letterbox, practice, act_id)
        await service.stop()
        service.check_log()


async def _prepare(settings: Settings) -> tuple[DemoPractice, str]:
    """The practice, and the canary in Dr Moreau's queue with a link on its way."""
    sender = SmsGatewaySender(settings.sms_url, settings.sms_token.get_secret_value())
    services: Services = build_services(settings, senders={Channel.SMS: sender})
    practice = await create(services, settings.data_dir, patients=1)
    canary = await register(services, practice.secretary, CANARY, CANARY_PHONE, CANARY_EMAIL, 0)
    assert practice.doctor.id is not None
    request = BookingRequest(practice.doctor.id, canary.id, None, CANARY.complaint, Channel.SMS)
    booked = await services.booking.book(practice.secretary, request)
    await services.database.close()
    return practice, str(booked.act.id)


async def _window(new_window: NewWindow, *, is_phone: bool = False) -> Page:
    window = await new_window(is_phone=is_phone)
    await window.add_init_script(FORCE_RELAY)
    return await window.new_page()


async def _pictures_grow(*pages: Page) -> None:
    for page in pages:
        before = (await page.evaluate(INBOUND))["frames"]

        async def more(page: Page = page, before: int = before) -> bool:
            return bool((await page.evaluate(INBOUND))["frames"] > before + 5)

        await journeys.until(more)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_visit_through_a_relay_outlives_the_death_of_the_service(scene: Scene, new_window: NewWindow) -> None:
    doctor, patient = await _window(new_window), await _window(new_window, is_phone=True)
    await journeys.sign_in(doctor, scene.service.base_url, scene.doctor)
    await journeys.give_birth_date(patient, await scene.link(), CANARY.born_on)
    await journeys.say_who_and_where(patient, CANARY_PLACE)
    await journeys.consent_and_try_the_camera(patient)
    await journeys.sit_down(patient)
    await journeys.let_in(doctor, patient, NAME)
    await _pictures_grow(doctor, patient)
    for page in (doctor, patient):
        assert (await page.evaluate(INBOUND))["kinds"] == ["relay"]

    await scene.service.restart(signal.SIGKILL)
    await _pictures_grow(doctor, patient)
    await patient.reload()
    await _pictures_grow(doctor, patient)  # the other side may be between two tries to come back
    assert (await _read(doctor, scene, ""))["state"] == "in_call"

    await doctor.get_by_label("Notes, qui deviennent le compte rendu").fill(CANARY_NOTES)
    await doctor.locator("[data-notes] [data-save-state]").get_by_text("Enregistré").wait_for()
    await doctor.get_by_role("button", name="Terminer", exact=True).click()
    await doctor.get_by_role("button", name="Terminer et rédiger").click()
    await patient.wait_for_url("**/visite/fin")
    continuity = await _read(doctor, scene, "/continuity")
    assert continuity["both_ways"]
    assert (await _read(doctor, scene, ""))["notes"] == CANARY_NOTES


async def _read(page: Page, scene: Scene, path: str) -> dict[str, Any]:
    """The act as the doctor's own browser reads it."""
    address = f"{scene.service.base_url}/teleconsultations/{scene.act_id}{path}"
    answer = await page.context.request.get(address)
    assert answer.ok, await answer.text()
    found: dict[str, Any] = json.loads(await answer.body())
    return found
