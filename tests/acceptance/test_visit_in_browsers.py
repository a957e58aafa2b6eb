"""A whole visit in two real browsers, through the pages alone: from the SMS link to the end of the call."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pyotp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page

from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.app import Services, build_app, build_services, open_database
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import SystemClock
from telemed.kernel.messages import Channel
from telemed.settings import Environment, Settings
from tests import journeys
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import make_window
from tests.fixtures.people import PASSWORD, TOTP_SECRET, caller_for, make_doctor, make_draft, make_practice
from tests.fixtures.postgres import free_port
from tests.integration.web.conftest import KeptMessages

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]


@dataclass
class Practice:
    """A served practice: one doctor with an account, one patient whose link is on its way."""

    base: str
    services: Services
    sms: KeptMessages

    async def link(self) -> str:
        """The address in the patient's message."""

        async def has_come() -> bool:
            return bool(self.sms.messages)

        await journeys.until(has_come)
        found = re.search(r"(/v/\S+)", self.sms.messages[-1].text)
        assert found
        return self.base + found[1]


@pytest_asyncio.fixture(scope="module")
async def practice(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Practice]:
    port, sms, folder = free_port(), KeptMessages(), tmp_path_factory.mktemp("practice")
    base = f"http://localhost:{port}"
    settings = Settings(environment=Environment.TEST, data_dir=folder, public_url=base).with_keys()
    services = build_services(
        settings, clock=SystemClock(), database=open_database(settings), senders={Channel.SMS: sms}
    )
    runner = web.AppRunner(build_app(services))
    await runner.setup()
    await web.TCPSite(runner, "localhost", port).start()
    await _people(services)
    yield Practice(base, services, sms)
    await runner.cleanup()


async def _people(services: Services) -> None:
    place = make_practice()
    await services.practices.create(SYSTEM, place)
    person, _ = await services.professionals.create(SYSTEM, make_doctor(place.id), "claire.moreau")
    await services.enrolment.enrol(SYSTEM, person.id, PASSWORD, TOTP_SECRET)
    doctor = caller_for(person)
    patient, _ = await services.patients.create(doctor, make_draft())
    await services.booking.book(doctor, BookingRequest(person.id, patient.id, None, "toux", Channel.SMS))


async def sign_in(page: Page, base: str) -> None:
    await page.goto(f"{base}/")
    await page.get_by_label("Identifiant").fill("claire.moreau")
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_label("Code de l’application").fill(pyotp.TOTP(TOTP_SECRET).now())
    await page.get_by_role("button", name="Se connecter").click()
    await page.wait_for_url("**/aujourdhui")


async def walk_to_the_waiting_room(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_label("Jour").fill("12")
    await page.get_by_label("Mois").fill("3")
    await page.get_by_label("Année").fill("1955")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_label("Oui, c’est exact").check()
    await page.get_by_label("Adresse, étage, code d’entrée").fill("12 rue des Tilleuls, 35000 Rennes")
    await page.get_by_role("button", name="Continuer").click()
    await page.get_by_role("button", name="J’accepte").click()
    await page.get_by_role("heading", name="Votre caméra et votre micro").wait_for()
    await journeys.until(lambda: page.locator('[data-check="camera"]').get_attribute("data-state"), "yes")
    await journeys.until(lambda: page.locator('[data-check="network"]').get_attribute("data-state"), "yes")
    await page.get_by_role("button", name="Entrer dans la salle d’attente").click()
    await page.get_by_role("heading", name="Salle d’attente").wait_for()


@dataclass
class InCall:
    """Both ends in the call, seeing each other; what their consoles complained of."""

    doctor: Page
    patient: Page
    complaints: list[str]


@pytest_asyncio.fixture(scope="module")
async def in_call(practice: Practice, chromium: Browser) -> AsyncIterator[InCall]:
    """One call for the tests of this file, which leave it as they found it; the last one ends it."""
    windows = [await make_window(chromium), await make_window(chromium, is_phone=True)]
    doctor, patient = [await window.new_page() for window in windows]
    complaints: list[str] = []
    for page in (doctor, patient):
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    await sign_in(doctor, practice.base)
    await walk_to_the_waiting_room(patient, await practice.link())
    await doctor.get_by_role("button", name="Faire entrer LEROY Jeanne").click()
    await patient.wait_for_url("**/visite/appel")
    await journeys.sees_the_other(doctor)
    await journeys.sees_the_other(patient)
    yield InCall(doctor, patient, complaints)
    for window in windows:
        await window.close()


async def message(page: Page) -> str:
    """What the stage says over the picture; nothing while it is hidden."""
    shown = page.locator("[data-message]")
    return await shown.inner_text() if await shown.is_visible() else ""


async def test_both_see_each_other_and_nothing_complains(in_call: InCall) -> None:
    assert in_call.complaints == []
    assert await message(in_call.doctor) == await message(in_call.patient) == ""
    assert re.fullmatch(r"\d\d:\d\d", await in_call.doctor.locator("[data-clock]").inner_text())


async def test_the_call_has_no_serious_violation(in_call: InCall, axe_source: str) -> None:
    for page in (in_call.doctor, in_call.patient):
        assert await violations(page, axe_source) == []


async def test_muting_is_said_on_both_sides(in_call: InCall) -> None:
    await in_call.patient.get_by_role("button", name="Micro", exact=True).click()
    status = in_call.doctor.locator("[data-status]")
    assert await journeys.until(lambda: status.inner_text(), "LEROY Jeanne a coupé son micro")
    pressed = in_call.patient.get_by_role("button", name="Micro", exact=True)
    assert await pressed.get_attribute("aria-pressed") == "false"
    await pressed.click()
    assert await pressed.get_attribute("aria-pressed") == "true"


async def test_messages_go_both_ways(in_call: InCall) -> None:
    await in_call.doctor.get_by_role("button", name="Discussion").click()
    await in_call.doctor.get_by_label("Message à LEROY Jeanne").fill("Vous m’entendez ?")
    await in_call.doctor.keyboard.press("Enter")
    await in_call.patient.locator(".tool-dot").wait_for(state="attached")
    await in_call.patient.get_by_role("button", name="Messages").click()
    await in_call.patient.get_by_text("Vous m’entendez ?").wait_for()
    await in_call.patient.get_by_label("Message à Dr").fill("Oui <b>bien</b>")
    await in_call.patient.get_by_role("button", name="Envoyer le message").click()
    assert await journeys.until(lambda: in_call.doctor.get_by_text("Oui <b>bien</b>").is_visible())


async def test_notes_and_checklist_keep_themselves(in_call: InCall) -> None:
    page = in_call.doctor
    await page.get_by_label("Notes, qui deviennent le compte rendu").fill("Toux depuis cinq jours.")
    await page.locator("[data-notes] [data-save-state]").get_by_text("Enregistré").wait_for()
    for tick in await page.locator(".trait-tick").all():
        await tick.check()
    await page.locator('[data-save$="/identite"] > .row-apart [data-save-state]').get_by_text("Enregistré").wait_for()
    await page.reload()
    notes = page.get_by_label("Notes, qui deviennent le compte rendu")
    assert await notes.input_value() == "Toux depuis cinq jours."
    assert all([await tick.is_checked() for tick in await page.locator(".trait-tick").all()])


async def test_a_reloaded_patient_is_back(in_call: InCall) -> None:
    await in_call.patient.reload()
    assert await journeys.sees_the_other(in_call.patient)
    assert await journeys.sees_the_other(in_call.doctor)


async def test_a_reloaded_doctor_is_back_too(in_call: InCall) -> None:
    await in_call.doctor.reload()
    assert await journeys.sees_the_other(in_call.doctor)
    assert await journeys.sees_the_other(in_call.patient)


async def test_leaving_and_coming_back(in_call: InCall) -> None:
    await in_call.patient.get_by_role("link", name="Quitter").click()
    await in_call.patient.get_by_role("heading", name="Vous avez quitté l’appel").wait_for()
    await in_call.patient.get_by_role("link", name="Revenir dans l’appel").click()
    assert await journeys.sees_the_other(in_call.patient)
    assert await journeys.sees_the_other(in_call.doctor)


async def test_the_doctor_is_told_who_is_missing_and_whom_to_call(in_call: InCall) -> None:
    await in_call.patient.goto("about:blank")

    async def says_missing() -> bool:
        return bool(re.search(r"LEROY Jeanne se reconnecte… \(\d+ s\)", await message(in_call.doctor)))

    assert await journeys.until(says_missing)
    call = in_call.doctor.locator("[data-message]").get_by_role("link", name=re.compile("Appeler le 06"))
    await call.wait_for()
    assert await call.get_attribute("href") == "tel:+33639981234"
    await in_call.patient.go_back()
    assert await journeys.sees_the_other(in_call.patient)


async def test_finishing_ends_both_sides(in_call: InCall) -> None:
    await in_call.doctor.get_by_role("button", name="Terminer", exact=True).click()
    await in_call.doctor.get_by_role("button", name="Terminer et rédiger").click()
    await in_call.doctor.wait_for_url("**/compte-rendu")
    await in_call.patient.wait_for_url("**/visite/fin")
    heading = in_call.patient.get_by_role("heading", level=1)
    assert await heading.inner_text() == "Votre consultation est terminée"
