"""Textes: each value with its text on any day, found by word and territory, for every role; nothing guessed."""

from __future__ import annotations

import re

import pytest

from telemed.kernel.clock import Territory
from telemed.law.parameter import Certainty
from telemed.law.units import Unit
from telemed.web.words_of_law import CERTAINTIES, SUBJECTS, TERRITORIES, UNITS
from tests.integration.web.conftest import LOGINS, Site, Window, plain
from tests.the_law import LAW

pytestmark = pytest.mark.asyncio
TE2 = "teleexpertise/tariffs/te2"
TECHNICAL = "telemonitoring/technical/tariffs/diabete"


def said(text: str) -> str:
    """The words of a page, without its tags."""
    return plain(re.sub(r"<[^>]+>", " ", text))


async def doctor(site: Site) -> Window:
    return await site.signed_in("doctor")


@pytest.mark.parametrize("role", LOGINS)
async def test_every_role_reads_the_texts_from_its_own_pages(site: Site, role: str) -> None:
    window = await site.signed_in(role)
    page = await window.get("/textes")
    assert (page.status, page.title.startswith("Textes")) == (200, True)
    assert re.search(r'href="/textes"[^>]* aria-current="page"', page.text)


async def test_the_list_holds_every_value_of_the_law(site: Site) -> None:
    page = await (await doctor(site)).get("/textes?jour=2026-11-22")
    for parameter in LAW:
        assert f"nom={parameter.name.replace('/', '%2F')}" in page.text, parameter.name
    assert f"{len(LAW.parameters)} valeurs, dont" in said(page.text)
    assert "22 novembre 2026" in page.title


async def test_the_words_of_the_pages_cover_the_law(site: Site) -> None:
    assert {one.name.partition("/")[0] for one in LAW} <= SUBJECTS.keys()
    assert (set(TERRITORIES), set(CERTAINTIES), set(UNITS)) == (set(Territory), set(Certainty), set(Unit))


@pytest.mark.parametrize(
    ("day", "amount", "period"),
    [
        ("2025-12-31", "20,00 €", "au 31 décembre 2025"),
        ("2026-01-01", "23,00 €", "depuis le 1er janvier 2026"),
    ],
)
async def test_a_value_is_that_of_the_day(site: Site, day: str, amount: str, period: str) -> None:
    page = await (await doctor(site)).get(f"/textes?jour={day}&nom={TE2}&territoire=metropole")
    current = said(page.text.partition('id="ce-jour"')[2].partition('id="histoire"')[0])
    assert f"Métropole : {amount}" in current
    assert period in current.replace("Depuis", "depuis")
    assert "En vigueur ce jour-là" in current
    assert page.title == "Téléexpertise"


async def test_what_came_before_and_after_is_on_the_page_of_a_value(site: Site) -> None:
    page = await (await doctor(site)).get(f"/textes?jour=2026-11-22&nom={TE2}")
    history = said(page.text.partition('id="histoire"')[2])
    assert history.index("27,60 €") < history.index("24,00 €")
    assert "Martinique : 27,60 €" in history
    assert page.text.count('aria-current="true"') == 2  # the rail's line, under which the tab is, and the value
    assert 'href="https://' in page.text


async def test_before_its_first_day_a_value_is_not_guessed(site: Site) -> None:
    window = await doctor(site)
    page = await window.get(f"/textes?jour=2018-01-01&nom={TE2}")
    assert "Pas encore en vigueur" in said(page.text)
    assert "rien n’est supposé à sa place" in said(page.text)
    assert "Pas encore en vigueur" in said((await window.get("/textes?jour=2018-01-01&q=TE2")).text)


async def test_an_ended_value_and_an_unknown_one_say_so(site: Site) -> None:
    window = await doctor(site)
    ended = await window.get("/textes?jour=2022-04-01&nom=teleconsultation/reimbursement/prior_visit_months")
    assert "N’est plus en vigueur" in said(ended.text)
    unknown = said((await window.get(f"/textes?jour=2024-10-25&nom={TECHNICAL}")).text)
    assert "Valeur non établie" in unknown
    assert (
        "Valeur non établie"
        not in said((await window.get(f"/textes?jour=2024-10-24&nom={TECHNICAL}")).text)
        .split("Avant et après")[0]
        .partition("Le 24 octobre 2024")[2]
    )


async def test_a_word_is_found_without_its_accents(site: Site) -> None:
    page = await (await doctor(site)).get("/textes?jour=2026-11-22&q=FERIES+outre-mer")
    assert "1 valeur" in said(page.text)
    assert "calendar%2Fholidays%2Fabolition" in page.text
    assert "Abolition de l’esclavage (22 mai)" in said(page.text)


async def test_a_territory_shows_what_a_text_fixes_there(site: Site) -> None:
    window = await doctor(site)
    found = said((await window.get("/textes?jour=2026-11-22&territoire=martinique&q=TE2+tarif")).text)
    assert "Martinique : 27,60 €" in found
    assert "Métropole : 23,00 €" not in found
    silent = said((await window.get("/textes?jour=2026-11-22&territoire=martinique&q=tarifs/tcg")).text)
    assert "Aucune valeur ne correspond" in silent
    tcg = said((await window.get("/textes?jour=2026-11-22&territoire=martinique&q=tariffs/tcg")).text)
    assert "Valeur non établie" in tcg
    assert "Pas encore en vigueur" not in said((await window.get("/textes?jour=2018-01-01&territoire=mayotte")).text)


async def test_only_what_is_to_be_checked(site: Site) -> None:
    page = await (await doctor(site)).get("/textes?jour=2026-11-22&douteux=oui")
    rows = re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL)[1:]
    doubtful = [row for row in rows if "<td" in row]
    assert doubtful
    assert all(re.search("Une seule source|Discutée|non établie", row) for row in doubtful)
    assert "Confirmée" not in said(page.text)


@pytest.mark.parametrize("day", ["hier", "2026-02-30", "20261122x", "9999-99-99"])
async def test_a_day_that_is_none_is_said_and_today_shown(site: Site, day: str) -> None:
    page = await (await doctor(site)).get(f"/textes?jour={day}")
    assert page.status == 200
    assert "Cette date n’existe pas" in said(page.text)
    assert "à vérifier" in said(page.text)


@pytest.mark.parametrize("query", ["territoire=corse", "q=", "jour=0001-01-01", "jour=9999-12-31"])
async def test_any_other_question_is_answered(site: Site, query: str) -> None:
    assert (await (await doctor(site)).get(f"/textes?{query}")).status == 200


async def test_a_name_that_is_none_is_not_found(site: Site) -> None:
    page = await (await doctor(site)).get("/textes?nom=teleconsultation/tariffs/xyz")
    assert page.status == 404


async def test_every_value_has_its_page(site: Site) -> None:
    window = await doctor(site)
    for parameter in LAW:
        page = await window.get(f"/textes?jour={parameter.values[-1].since}&nom={parameter.name}")
        assert page.status == 200, parameter.name
        assert page.text.count('class="timeline-entry') == len(parameter.values)
        assert parameter.values[-1].references[0].address.replace("&", "&amp;") in page.text


async def test_what_is_typed_comes_back_escaped(site: Site) -> None:
    page = await (await doctor(site)).get("/textes?q=%22%3E%3Cscript%3E")
    assert "<script>" not in page.text.replace('<script type="module"', "")
    assert "&lt;script&gt;" in page.text
