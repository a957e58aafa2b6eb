"""The board of alerts in real browsers: worked by keyboard, live without jumping, and without a script on a phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from telemed.acts.telemonitoring.formats.catalogue import LOINC
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.hands import Hand, hand_of
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.kernel.ids import new_id
from tests import journeys
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import NewWindow
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.scene import Scene, demo_scene

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]
DOCTOR, NURSE = "claire.moreau", "ines.marchand"
PLACES = (1, 3, 4, 5)
"""Of the demonstration's patients, some whom its own story does not follow."""
_BOXES = "(rows) => rows.map((row) => row.getBoundingClientRect()).map(({ top, height }) => [top, height])"
WEIGHTS = (71.2, 71.0, 71.3, 71.1, None, 71.2, 71.4, 71.3, None, None, None, 72.4, 73.1, 74.1)


@dataclass
class Ward:
    """Some followed patients of the demonstration's practice, and what their team's windows need."""

    scene: Scene
    follow_ups: list[FollowUp]
    names: list[str]
    cookies: dict[str, list[Any]]

    async def tell(self, place: int, **changes: Any) -> None:
        """A finding about one of them, as rules tell it."""
        services = self.scene.services
        told = make_told(self.follow_ups[place], services.clock.now(), rule_version_id=None, **changes)
        async with services.database.begin() as uow:
            await services.telemonitoring.triage.book.record(uow, [told])

    async def open(self, new_window: NewWindow, login: str, **how: bool) -> Page:
        window = await new_window(**how)
        await window.add_cookies(self.cookies[login])
        page = await window.new_page()
        await page.goto(f"{self.scene.base_url}/surveillance")
        return page


async def weigh(scene: Scene, follow_up: FollowUp) -> None:
    """Two weeks of weights, with days without one."""
    now = scene.services.clock.now()
    arrivals = []
    for back, weight in enumerate(reversed(WEIGHTS)):
        if weight is not None:
            at = now - timedelta(days=back, minutes=30)
            seen = Observation(
                "", "", f"{LOINC}|29463-7", "", at, ObservationStatus.FINAL, "weight", round(weight * 1_000_000)
            )
            arrivals.append(Arrival(follow_up.id, hand_of(follow_up.id, Hand.TEAM), new_id(), now, seen))
    await scene.services.telemonitoring.ingestion.take(arrivals)


@pytest_asyncio.fixture(scope="module")
async def ward(chromium: Browser) -> AsyncIterator[Ward]:
    async with demo_scene() as scene:
        services, doctor = scene.services, scene.practice.callers[DOCTOR]
        built = Ward(scene, [], [], {})
        for place in PLACES:
            patient = await services.patients.get(doctor, scene.practice.patients[place])
            built.follow_ups.append(await make_follow_up(services, doctor, patient))
            built.names.append(patient.full_name)
            await weigh(scene, built.follow_ups[-1])
        await built.tell(0, severity=Severity.NOW, label="Saturation basse", cause="low", direction=Side.BELOW)
        await built.tell(1)
        silence = (Evidence("silence", "device_off", 2),)
        await built.tell(2, cause=SILENCE, label="Non-transmission", direction=None, evidence=silence)
        for login in (DOCTOR, NURSE):
            window = await chromium.new_context()
            page = await window.new_page()
            await journeys.sign_in(page, scene.base_url, scene.account(login))
            built.cookies[login] = await window.cookies()
            await window.close()
        yield built


async def focused(page: Page) -> str:
    """The patient of the line that has the focus."""
    name = await page.evaluate("document.activeElement.closest('[data-alert]')?.dataset.name ?? ''")
    return str(name)


async def walk_to(page: Page, name: str) -> None:
    """Go down by `j` to the first line of this patient."""
    for _step in range(20):
        await journeys.press(page, "j")
        if await focused(page) == name:
            return
    raise AssertionError(f"j never comes to {name!r}")


async def go_around(page: Page, ward: Ward) -> None:
    """From an alert to the one beside it, back, and to the board."""
    await journeys.press(page, "?")
    await expect(page.get_by_role("dialog", name="Au clavier")).to_contain_text("alerte suivante")
    await journeys.press(page, "Escape")
    here = page.url
    away = "j" if await page.get_by_role("link", name="Suivante").count() else "k"
    await journeys.press(page, away)
    await expect(page).not_to_have_url(here)
    await journeys.press(page, "k" if away == "j" else "j")
    await expect(page).to_have_url(here)
    await page.get_by_role("link", name="Sa fiche de suivi").click()
    await page.wait_for_url("**?alerte=*")
    await page.get_by_role("link", name="Suivant" if away == "j" else "Précédent", exact=True).wait_for()
    sheet = page.url
    await journeys.press(page, away)
    await expect(page).not_to_have_url(sheet)
    await page.get_by_role("link", name="L’alerte").click()
    await page.wait_for_url("**/alertes/*")
    await journeys.press(page, "u")
    await expect(page).to_have_url(f"{ward.scene.base_url}/surveillance")


async def test_a_board_is_worked_by_keyboard_and_does_not_jump(
    ward: Ward, new_window: NewWindow, axe_source: str
) -> None:
    page = await ward.open(new_window, NURSE)
    lines, rail = page.locator("[data-alert]"), page.locator('[data-count="surveillance"] [data-number]')
    count, waiting, name = await lines.count(), int(await rail.inner_text()), ward.names[0]
    assert count >= 3
    assert await violations(page, axe_source) == []
    tops, heights = zip(*await lines.evaluate_all(_BOXES), strict=True)
    assert min(tops) + 8 * max(heights) <= 800
    await walk_to(page, name)
    await journeys.press(page, "j")
    assert await focused(page) != name
    await journeys.press(page, "k")
    await journeys.until(lambda: focused(page), name)
    await ward.tell(3, cause="fast", label="Pouls rapide", severity=Severity.NOW)
    await expect(page.locator("[data-news]")).to_contain_text("1 nouvelle alerte.")
    await expect(lines).to_have_count(count)
    await journeys.until(lambda: focused(page), name)
    await journeys.press(page, "r")
    await expect(lines).to_have_count(count + 1)
    await journeys.until(lambda: focused(page), name)
    await expect(rail).to_have_text(str(waiting + 1))
    await journeys.press(page, "x")
    await expect(page.locator("[data-chosen]")).to_have_text("1")
    await journeys.press(page, "t")
    await page.get_by_text("Alerte prise : elle est à vous.").wait_for()
    await journeys.until(lambda: focused(page), name)
    await journeys.press(page, "z")
    await page.get_by_text("Alerte rendue à l’équipe.").wait_for()
    await journeys.until(lambda: focused(page), name)
    await journeys.press(page, "c")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label(re.compile("^Justifiée"))).to_be_hidden()
    await dialog.get_by_label(re.compile("^Technique")).check()
    await dialog.get_by_label("Ce que vous avez constaté").fill("Capteur mal posé.")
    assert await violations(page, axe_source) == []
    await dialog.get_by_role("button", name="Clore").click()
    await page.get_by_text("Alerte close.").wait_for()
    await expect(lines).to_have_count(count)
    await ward.tell(3, cause="again", label="Tension haute")

    async def shown() -> int:
        await journeys.press(page, "r")  # where a hand just was on the lines, it waits for this
        return await lines.count()

    await journeys.until(shown, count + 1)
    await walk_to(page, ward.names[3])
    await journeys.press(page, "Enter")
    await page.wait_for_url("**/alertes/*")
    assert await violations(page, axe_source) == []
    await go_around(page, ward)
    await take_where_filtered(page, ward)
    await press_before_it_starts(page, ward)


async def press_before_it_starts(page: Page, ward: Ward) -> None:
    """What is pressed on a page whose module is still on its way is done once it is there; what came then is shown."""
    arrives = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/js/pages/surveillance.js", hold)
    await page.add_init_script(journeys.NO_BEAT)
    await page.reload(wait_until="commit")
    lines = page.locator("[data-alert]")
    await lines.nth(1).wait_for()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    assert await focused(page) == ""
    await ward.tell(2, cause="meanwhile", label="Arrivée entre-temps")
    arrives.set()
    await expect(lines.nth(1).get_by_role("link").first).to_be_focused()
    await expect(page.locator("[data-news]")).to_contain_text("1 nouvelle alerte.")


async def take_where_filtered(page: Page, ward: Ward) -> None:
    """What is taken leaves a view of what nobody has, and what is undone comes back: same address, same place."""
    await page.get_by_role("link", name="Sans responsable").click()
    await page.wait_for_url("**/surveillance?vue=unowned")
    lines = page.locator("[data-alert]")
    first, second = [str(await lines.nth(place).get_attribute("data-name")) for place in (0, 1)]
    count = await lines.count()
    await lines.first.get_by_role("link").focus()
    await journeys.press(page, "t")
    await expect(lines).to_have_count(count - 1)
    await journeys.until(lambda: focused(page), second)
    await journeys.press(page, "z")
    await expect(lines).to_have_count(count)
    await journeys.until(lambda: focused(page), first)
    assert page.url == f"{ward.scene.base_url}/surveillance?vue=unowned"


async def test_a_nurse_and_a_doctor_handle_an_alert_without_a_script_on_a_phone(
    ward: Ward, new_window: NewWindow
) -> None:
    await ward.tell(1, cause="heavy", label="Poids trop haut", severity=Severity.NOW)
    nurse, doctor = [await ward.open(new_window, login, is_phone=True, has_scripts=False) for login in (NURSE, DOCTOR)]
    line = nurse.locator("[data-alert]", has_text="Poids trop haut")
    await line.get_by_role("button", name=re.compile("^Prendre")).click()
    await nurse.get_by_text("elle est à vous").wait_for()
    await line.get_by_role("link").first.click()
    alert = nurse.url.partition("#")[0]
    await nurse.get_by_label("Ajouter une note").fill("Appelée, essoufflée depuis hier.")
    await nurse.get_by_role("button", name="Ajouter").click()
    await doctor.goto(alert)
    await doctor.get_by_text("essoufflée depuis hier").wait_for()
    await doctor.get_by_label("Votre interprétation").fill("Surcharge hydrosodée.")
    await doctor.get_by_label(re.compile("^Ce qu’on fait")).fill("Diurétique doublé trois jours.")
    await doctor.get_by_role("button", name="Garder").click()
    await doctor.get_by_text("Décision gardée.").wait_for()
    await nurse.goto(alert)
    await nurse.get_by_label("Appel du patient").check()
    await nurse.get_by_label("Précisez").fill("Consignes comprises.")
    await nurse.get_by_role("button", name="Noter").click()
    await nurse.get_by_label(re.compile("Justifiée")).check()
    await nurse.get_by_label("Ce que vous avez constaté").fill("Traitement modifié, rappel dans trois jours.")
    await nurse.get_by_role("button", name="Clore l’alerte").click()
    await nurse.get_by_text("Alerte close.").wait_for()
    await nurse.get_by_role("link", name="Closes").click()
    await expect(nurse.locator("[data-alert]", has_text="Poids trop haut")).to_contain_text("Justifiée")
    await import_history(nurse, ward)


async def import_history(page: Page, ward: Ward) -> None:
    """From the sheet, past measures: a file looked at, kept, taken back at once."""
    base = f"{ward.scene.base_url}/surveillance/{ward.follow_ups[1].id}"
    day = ward.scene.services.clock.now() - timedelta(days=40)
    lines = ["date;mesure;valeur;unité;appareil", f"{day:%d/%m/%Y};Poids;70,9;kg;", "hier;Poids;71;kg;"]
    await page.goto(base)
    await page.get_by_role("link", name="Mesures passées").click()
    file = {"name": "mesures.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode("windows-1252")}
    await page.get_by_label("Choisissez un fichier CSV, ou déposez-le ici").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Voir ce qu’il apporte").click()
    await page.get_by_text("Ligne 3").wait_for()
    await page.get_by_role("button", name="Garder ces mesures").click()
    await page.get_by_text("Mesures gardées").wait_for()
    await page.get_by_role("status").get_by_role("button", name="Retirer").click()
    await page.get_by_text("Mesures retirées.").wait_for()
