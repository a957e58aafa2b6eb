"""Every page of the served practice, as each role meets it: no serious violation, and all of it reached by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from telemed.demo.people import PATIENTS
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.period import add_months
from tests import journeys
from tests.acceptance.test_gallery_accessibility import violations
from tests.fixtures.browsers import NewWindow
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.scene import Scene, demo_scene
from tests.unit.acts.telemonitoring.making import make_arrival

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "claire.moreau": (
        "/aujourdhui",
        "/rendez-vous",
        "/rendez-vous/nouveau",
        "/patientele",
        "/surveillance/questionnaires",
        "/mes-sessions",
        "/surveillance/regles",
        "/surveillance/regles/nouvelle",
        "/facturation",
        "/facturation/envois",
        "/facturation/rapprochement",
        "/facturation/simulation",
        "/facturation/simulation?acte=teleexpertise",
        "/facturation/simulation?acte=accompaniment",
        "/facturation/simulation?acte=telemonitoring",
        "/textes",
        "/textes?nom=teleconsultation/cap/regime",
        "/facturation/plafond",
        "/facturation/plafond/actes?annee=2026",
    ),
    "sophie.garnier": (
        "/aujourdhui",
        "/rendez-vous",
        "/arrivees/nouvelle",
        "/patientele",
        "/patientele/nouveau",
        "/facturation",
        "/facturation/envois",
        "/facturation/simulation",
        "/surveillance/dispositifs",
        "/surveillance/cabinet",
    ),
    "yves.legoff": (
        "/avis",
        "/avis/termines",
        "/avis/recus",
        "/avis/equipes",
        "/avis/disponibilites",
        "/avis/modeles",
    ),
    "ines.marchand": (
        "/surveillance",
        "/surveillance/qualite",
        "/surveillance/retards",
        "/avis",
        "/avis/nouveau?q=Bernard",
        "/avis/disponibilites",
        "/patientele",
        "/patientele/nouveau",
        "/surveillance/suivis",
        "/surveillance/nouveau",
    ),
    "marc.perrin": ("/tracabilite", "/mes-sessions", "/textes?douteux=oui"),
    "helene.roux": ("/comptes", "/comptes/nouveau", "/facturation/envois", "/facturation/rapprochement"),
}
_REACHABLE = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary"
_MARK = f"""
() => [...document.querySelectorAll({_REACHABLE!r})]
  .filter((element) => element.checkVisibility({{visibilityProperty: true}}) && element.tabIndex >= 0)
  .filter((element) => element.type !== "radio" || element.checked ||
    ![...document.getElementsByName(element.name)].some((other) => other.checked || other === element && other !==
      document.getElementsByName(element.name)[0]))
  .map((element, place) => {{ element.dataset.walk = place; return element.outerHTML.slice(0, 120); }})
"""
_FOCUSED = """
() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const near = element.closest("label, .choice, .trait") ?? element;
  const around = getComputedStyle(near);
  const isOutlined = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
  const isSeen = [style, around].some(isOutlined);
  return {place: element.dataset?.walk ?? null, isSeen, html: element.outerHTML.slice(0, 120)};
}
"""


@pytest_asyncio.fixture(scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with demo_scene() as served:
        yield served


async def walk(page: Page) -> tuple[list[str], list[str]]:
    """What Tab does not reach, and where the focus is not to be seen."""
    elements: list[str] = await page.evaluate(_MARK)
    await page.evaluate("document.activeElement.blur()")
    reached: set[int] = set()
    seen: set[int] = set()  # a date has several stops, of which the browser marks some inside the field
    for _step in range(len(elements) + 15):
        await page.keyboard.press("Tab")
        focus: dict[str, Any] = await page.evaluate(_FOCUSED)
        if focus["place"] is not None:
            reached.add(int(focus["place"]))
            seen |= {int(focus["place"])} if focus["isSeen"] else set()
    missed = [html for place, html in enumerate(elements) if place not in reached]
    return missed, [elements[place] for place in reached - seen]


@pytest.mark.parametrize("login", PAGES)
async def test_the_pages_of_a_role(login: str, scene: Scene, new_window: NewWindow, axe_source: str) -> None:
    page = await (await new_window()).new_page()
    await journeys.sign_in(page, scene.base_url, scene.account(login))
    found: dict[str, Any] = {}
    for path in PAGES[login]:
        answer = await page.goto(scene.base_url + path)
        assert answer is not None
        assert answer.status == 200, path
        trouble = await violations(page, axe_source)
        missed, unseen = await walk(page)
        if trouble or missed or unseen:
            found[path] = {"axe": trouble, "not reached": missed, "focus not seen": unseen}
    assert found == {}


async def test_a_curve_is_looked_at_closely_by_keyboard(scene: Scene, new_window: NewWindow, axe_source: str) -> None:
    """A nurse's sheet of a patient: one drawing for each width, and each measure said as she goes through them."""
    services, doctor = scene.services, scene.practice.callers["karim.benali"]
    patient = await services.patients.get(doctor, scene.practice.patients[5])
    follow_up = await make_follow_up(services, doctor, patient)
    now = services.clock.now()
    weights = [
        msgspec.structs.replace(
            make_arrival(73 + hours / 2),
            follow_up_id=follow_up.id,
            received_at=now,
            observation=msgspec.structs.replace(
                make_arrival(73 + hours / 2).observation, measured_at=now - timedelta(hours=4 - hours)
            ),
        )
        for hours in range(4)
    ]
    await services.telemonitoring.ingestion.take(weights)
    window = await new_window()
    page = await window.new_page()
    await journeys.sign_in(page, scene.base_url, scene.account("karim.benali"))
    await page.goto(f"{scene.base_url}/surveillance/{follow_up.id}")
    assert await violations(page, axe_source) == []
    assert await page.locator("svg.chart:visible").count() == 1
    await page.get_by_role("button", name="Ouvrir", exact=True).press("Enter")
    said = page.locator("[data-zoom-read]")
    await expect(said).to_contain_text("74,5\u00a0kg")
    for key in ("ArrowLeft", "ArrowLeft", "+", "+"):
        await page.keyboard.press(key)
    await expect(said).to_contain_text("73,5\u00a0kg")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Ouvrir", exact=True)).to_be_focused()
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.locator("svg.chart:visible").get_attribute("class") == "chart chart-340"
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.emulate_media(media="print")
    await expect(page.locator(".rail")).to_be_hidden()
    await expect(page.get_by_role("button", name="Ouvrir", exact=True)).to_be_hidden()
    await expect(page.locator("svg.chart:visible")).to_have_count(1)


async def test_a_nurse_finishes_the_enrolment_that_waits(scene: Scene, new_window: NewWindow, axe_source: str) -> None:
    """The draft of the demonstration, from a prescription that is refused to the first day."""
    page = await (await new_window()).new_page()
    await journeys.sign_in(page, scene.base_url, scene.account("ines.marchand"))
    await page.goto(f"{scene.base_url}/surveillance/suivis?etat=brouillons")
    await page.get_by_role("link", name="CHEVALIER").click()
    await page.get_by_role("link", name="Le suivi").click()
    await page.get_by_label("Poids").check()
    await page.get_by_role("button", name="Enregistrer et continuer").click()
    today = civil_date(scene.services.clock.now(), Territory.METROPOLE)
    await page.get_by_label("Prescripteur", exact=True).fill("Dr Anne Petit")
    await page.get_by_label("Le prescripteur a la qualification").check()
    for months, answer in ((24, "Une réponse est à revoir"), (12, "Le texte à lire au patient")):
        await page.get_by_label("Au, inclus").fill((add_months(today, months) - timedelta(days=1)).isoformat())
        await page.get_by_role("button", name="Enregistrer la prescription").click()
        await page.get_by_text(answer).first.wait_for()
        assert await violations(page, axe_source) == []
    for title in ("Télésurveillance", "Transmission des données"):
        await page.get_by_role("button", name=f"Il accepte : {title}").click()
        await page.get_by_text("Réponse du patient enregistrée.").wait_for()
    await page.get_by_role("link", name="Commencer").click()
    assert await page.get_by_role("button", name="Commencer le suivi").is_disabled()
    await page.get_by_role("link", name="Équipe").click()
    await page.get_by_label("Ajouter quelqu’un").select_option(label="Dr Claire MOREAU")
    await page.get_by_label("Rôle", exact=True).select_option(label="Médecin responsable")
    await page.get_by_role("button", name="Enregistrer").click()
    await page.get_by_role("link", name="Commencer").click()
    assert await violations(page, axe_source) == []
    await page.get_by_role("button", name="Commencer le suivi").click()
    await page.get_by_text("Suivi commencé.").wait_for()


async def test_a_patient_goes_from_the_link_to_the_waiting_room_by_keyboard(
    scene: Scene, new_window: NewWindow, axe_source: str
) -> None:
    page = await (await new_window(is_phone=True)).new_page()
    born = PATIENTS[0].born_on
    await page.goto(scene.invitation.link)
    troubles = [await violations(page, axe_source)]
    await _focus(page, "Jour")
    for part in (born.day, born.month, born.year):
        await page.keyboard.type(str(part))
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_label("Oui, c’est exact").wait_for()
    troubles.append(await violations(page, axe_source))
    await _focus(page, "Oui, c’est exact")
    await page.keyboard.press("Space")
    await _focus(page, "Adresse, étage, code d’entrée")
    await page.keyboard.type("8 rue du Change, Tours")
    await _press(page, "Continuer")
    await page.get_by_role("button", name="J’accepte").wait_for()
    troubles.append(await violations(page, axe_source))
    await _press(page, "J’accepte")
    await page.get_by_role("heading", name="Votre caméra et votre micro").wait_for()
    troubles.append(await violations(page, axe_source))
    await _press(page, "Entrer dans la salle d’attente")
    await page.get_by_role("heading", name="Salle d’attente").wait_for()
    troubles.append(await violations(page, axe_source))
    assert [trouble for trouble in troubles if trouble] == []


async def test_a_patient_keys_in_by_keyboard_on_his_phone(scene: Scene, new_window: NewWindow, axe_source: str) -> None:
    """From the link of his follow-up: a questionnaire, a measure that is asked twice, what he noted."""
    patient = await scene.services.patients.get(scene.practice.doctor, scene.practice.patients[1])
    follow_up = await make_follow_up(scene.services, scene.practice.doctor, patient)
    link = await scene.services.own_pages.links.make_link(scene.practice.secretary, follow_up.id)
    page = await (await new_window(is_phone=True)).new_page()
    troubles: list[list[str]] = []

    async def look(heading: str) -> None:
        await page.get_by_role("heading", name=heading).first.wait_for()
        await page.get_by_role("link", name="appelez le 15").first.wait_for()
        width = await page.evaluate("document.documentElement.scrollWidth")
        troubles.append([*await violations(page, axe_source), *([f"{width} px wide"] if width > 360 else [])])

    await page.goto(link)
    await look("Votre date de naissance")
    await _focus(page, "Jour")
    born = PATIENTS[1].born_on
    for part in (born.day, born.month, born.year):
        await page.keyboard.type(str(part))
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await look("Bonjour")
    missed, unseen = await walk(page)
    assert (missed, unseen) == ([], [])
    await page.get_by_role("link", name="Votre cœur aujourd’hui").press("Enter")
    for first, downs in (("Non, comme d’habitude", 2), ("Non", 0), ("Oui", 0), ("Oui, tous", 0)):
        await _focus(page, first)
        for key in ("Space", *("ArrowDown",) * downs):
            await page.keyboard.press(key)
        troubles.append(await violations(page, axe_source))
        await _press(page, "Continuer")
    await look("Vos réponses")
    await _press(page, "Envoyer à mon équipe")
    await look("C’est noté, merci")
    await page.get_by_text("appelez le 15 maintenant").wait_for()
    await page.goto(scene.base_url + "/suivi/mesures/weight")
    await look("Combien pesez-vous")
    await _focus(page, "Poids")
    await page.keyboard.type("724")
    await _press(page, "Noter")
    await look("Est-ce bien cela")
    await _press(page, "Non, corriger")
    await _focus(page, "Poids")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("72,4")
    await _press(page, "Noter")
    await look("C’est noté, merci")
    await page.get_by_text("72,4 kg").wait_for()
    await page.goto(scene.base_url + "/suivi/accord")
    await look("Mon accord")
    assert [trouble for trouble in troubles if trouble] == []


async def test_a_patient_keys_in_without_a_script(scene: Scene, new_window: NewWindow) -> None:
    """The whole of his page by links and forms alone: questions answered, changed, sent; a measure doubted, kept,
    corrected, taken back; and on each page, that it is no emergency service."""
    nurse, place = scene.practice.callers["ines.marchand"], 7
    known = await scene.services.telemonitoring.care.follow_ups.page(nurse, patient_id=scene.practice.patients[place])
    page = await (await new_window(is_phone=True, has_scripts=False)).new_page()

    async def press(name: str, heading: str) -> None:
        await page.get_by_role("button", name=name).first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        await expect(page.locator(".not-urgent")).to_contain_text("appelez le 15")

    await page.goto(await scene.services.own_pages.links.make_link(nurse, known[0].id))
    born = PATIENTS[place].born_on
    for label, part in (("Jour", born.day), ("Mois", born.month), ("Année", born.year)):
        await page.get_by_label(label).fill(str(part))
    await press("Continuer", "Bonjour Paul")
    await page.get_by_role("link", name="Votre cœur aujourd’hui").click()
    for answer in ("Oui, même au repos", "Non", "Oui", "Oui, tous"):
        await page.get_by_label(answer, exact=True).check()
        await page.get_by_role("button", name="Continuer").click()
    await page.get_by_text("appelez le 15 maintenant").wait_for()
    await page.get_by_role("button", name="Modifier : Par rapport").click()
    await page.get_by_label("Non, comme d’habitude").check()
    await press("Continuer", "Vos réponses")
    assert await page.get_by_text("appelez le 15 maintenant").count() == 0
    await press("Envoyer à mon équipe", "C’est noté, merci")
    await page.goto(f"{scene.base_url}/suivi/mesures/weight")
    await page.get_by_label("Poids").fill("766")
    await press("Noter", "Est-ce bien cela\u00a0?")
    await press("Non, corriger", "Combien pesez-vous\u00a0?")
    await page.get_by_label("Poids").fill("76,6")
    await press("Noter", "C’est noté, merci")
    await page.get_by_role("link", name="Corriger").click()
    await page.get_by_label("Poids").fill("76,4")
    await press("Noter", "C’est noté, merci")
    await press("Retirer", "Poids")
    await page.get_by_text("Vous avez retiré cette saisie").wait_for()


async def _focus(page: Page, label: str) -> None:
    """Go on by Tab until the field of this label has the focus. Raises AssertionError when Tab never comes there."""
    target = page.get_by_label(label, exact=True)
    for _step in range(60):
        await page.keyboard.press("Tab")
        if await target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never reaches {label!r}")


async def _press(page: Page, name: str) -> None:
    """Go on by Tab to this button, and press it with Enter."""
    target = page.get_by_role("button", name=name)
    for _step in range(60):
        await page.keyboard.press("Tab")
        if await target.evaluate("(element) => element === document.activeElement"):
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never reaches {name!r}")
