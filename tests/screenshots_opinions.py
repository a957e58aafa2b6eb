"""The pictures of an opinion: asked by a nurse with a photo, received on a phone, answered at a desk."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable

from PIL import Image, ImageDraw, ImageFilter
from playwright.async_api import BrowserContext, FilePayload, Page

from tests import journeys
from tests.scene import Scene

Take = Callable[[Page, str], Awaitable[None]]
_QUESTION = "Cette plaque du bras justifie-t-elle une biopsie, ou peut-on la traiter d’abord ?"
_FINDINGS = "Plaque de 2 cm, squameuse, qui s’étend depuis trois mois. Pas de douleur, pas de saignement."
_CONCLUSION = "Aspect de psoriasis en plaque. Pas d’argument pour une tumeur sur les images."
_CONDUCT = "Dermocorticoïde de classe forte une fois par jour, quatre semaines. Nouvel avis si elle ne régresse pas."


async def picture_opinions(
    scene: Scene, asking: BrowserContext, answering: BrowserContext, on_phone: BrowserContext, take: Take
) -> None:
    """From the request to the answer being written, one picture at each place."""
    nurse, expert = await asking.new_page(), await answering.new_page()
    await journeys.sign_in(nurse, scene.base_url, scene.account("ines.marchand"))
    await _compose(nurse, scene.base_url)
    await _scroll_to(nurse, ".pieces")
    await take(nurse, "avis-demande")
    await nurse.get_by_role("button", name="Envoyer la demande").click()
    await nurse.get_by_text("Demande envoyée. Le délai").wait_for()
    case = nurse.url.partition("#")[0]
    await journeys.sign_in(expert, scene.base_url, scene.account("yves.legoff"))
    await expert.goto(f"{scene.base_url}/avis")
    await take(expert, "avis")
    await on_phone.add_cookies(await answering.cookies())  # type: ignore[arg-type]
    phone = await on_phone.new_page()
    await phone.goto(case)
    await _scroll_to(phone, ".case-top")
    await take(phone, "avis-telephone")
    await expert.goto(case)
    await expert.get_by_role("button", name="Accepter", exact=True).click()
    await expert.get_by_label("Conclusion").fill(_CONCLUSION)
    await expert.get_by_label("Conduite à tenir").fill(_CONDUCT)
    await expert.get_by_label("Pas d’urgence").check()
    await expert.get_by_text("Enregistré", exact=True).wait_for()
    await _scroll_to(expert, "section[aria-labelledby=reponse]", less=100)
    await take(expert, "avis-reponse")


async def _scroll_to(page: Page, place: str, *, less: int = 8) -> None:
    """Bring this to the top of the window, a little below its edge."""
    move = "([place, less]) => scrollTo(0, scrollY + document.querySelector(place).getBoundingClientRect().top - less)"
    await page.evaluate(move, [place, less])


async def _compose(page: Page, base: str) -> None:
    await page.goto(f"{base}/avis/nouveau?q=Garcia")
    await page.get_by_role("button", name=re.compile("GARCIA")).first.click()
    await page.wait_for_url("**/rediger")
    photo = FilePayload(name="bras.jpg", mimeType="image/jpeg", buffer=draw_plaque())
    await page.get_by_label(re.compile("Choisissez des fichiers")).set_input_files(photo)
    await page.locator(".piece img").wait_for()
    await page.get_by_label("Votre question").fill(_QUESTION)
    await page.get_by_label("Ce que vous constatez").fill(_FINDINGS)
    await page.get_by_label("Sous 48 heures").check()
    await page.get_by_label(re.compile("Sa spécialité")).select_option(label="Dermatologie")
    await page.get_by_role("button", name="Chercher un confrère").click()
    await page.get_by_label(re.compile("Yves LE GOFF")).check()
    await page.get_by_label(re.compile("Le patient est informé")).check()


def draw_plaque() -> bytes:
    """A red plaque on a skin that nobody has, as JPEG."""
    size = (960, 720)
    grain = Image.effect_noise(size, 14).convert("RGB")
    skin = Image.blend(Image.new("RGB", size, (214, 170, 142)), grain, 0.12)
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    for box in ((330, 220, 600, 470), (420, 180, 660, 400), (300, 330, 520, 540), (470, 330, 690, 520)):
        pen.ellipse(box, fill=210)
    mask = mask.filter(ImageFilter.GaussianBlur(16))
    skin.paste(Image.blend(Image.new("RGB", size, (172, 84, 76)), grain, 0.18), mask=mask)
    out = io.BytesIO()
    skin.save(out, "JPEG", quality=88)
    return out.getvalue()
