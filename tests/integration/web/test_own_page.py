"""The patient's own page by link: the way in, one question a page, measures, corrections, agreement."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from tests.fixtures.people import make_draft
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio

BORN = {"naissance_jour": "12", "naissance_mois": "3", "naissance_annee": "1955"}
NOT_URGENT = "Ce n’est pas un service d’urgence : appelez le 15"


def own_link(site: Site) -> str:
    found = re.search(r"(/s/\S+)", site.sms.messages[-1].text)
    assert found
    return found[1]


@pytest_asyncio.fixture
async def follow_up(site: Site, patient: Patient) -> FollowUp:
    """Jeanne Leroy's, for her heart; her link has left."""
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    await site.services.own_pages.links.send(site.people.secretary, follow_up.id, Channel.SMS)
    await site.deliver()
    return follow_up


@pytest_asyncio.fixture
async def phone(site: Site, follow_up: FollowUp) -> Window:
    """Her browser, past the birth date."""
    window = await site.window()
    await window.get(own_link(site))
    answer = await window.post("/suivi/naissance", BORN)
    assert answer.title == "Bonjour Jeanne", answer.text
    return window


def fields_of(page: Answer) -> dict[str, str]:
    """The hidden fields of the form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


async def answer(phone: Window, page: Answer, value: str) -> Answer:
    fields = fields_of(page)
    return await phone.post(page.path, fields | {fields["posee"]: value, "geste": "suivant"})


async def test_the_way_in_asks_the_birth_date_and_names_nobody(site: Site, follow_up: FollowUp) -> None:
    message = site.sms.messages[-1].text
    assert not {"Leroy", "LEROY", "Jeanne", "cardiaque", "poids", "Moreau"} & set(message.split())
    window = await site.window()
    door = await window.get(own_link(site))
    assert (door.path, door.title) == ("/suivi/naissance", "Votre date de naissance")
    assert "Moreau" not in door.text
    wrong = await window.post("/suivi/naissance", BORN | {"naissance_annee": "1956"})
    assert "Il vous reste 4 essais." in plain(wrong.text)
    for _ in range(4):
        locked = await window.post("/suivi/naissance", BORN | {"naissance_annee": "1956"})
    assert (locked.status, (await window.post("/suivi/naissance", BORN)).status) == (429, 429)
    await window.post("/suivi/nouveau-lien")
    await site.deliver()
    await window.get(own_link(site))
    assert (await window.post("/suivi/naissance", BORN)).path == "/suivi"


async def test_a_guessed_link_and_a_revoked_one_read_the_same(site: Site, follow_up: FollowUp, phone: Window) -> None:
    await site.services.own_pages.links.revoke(site.people.secretary, follow_up.id)
    assert (await phone.get("/suivi")).path == "/suivi/naissance"
    pages = []
    for link in (own_link(site), "/s/" + "x" * 43):
        window = await site.window()
        await window.get(link)
        pages.append(await window.post("/suivi/naissance", BORN))
    assert [page.status for page in pages] == [404, 404]
    assert pages[0].text == pages[1].text


async def test_a_browser_shared_by_two_patients_shows_nobody_the_others_page(
    site: Site, follow_up: FollowUp, phone: Window
) -> None:
    other, _ = await site.services.patients.create(site.people.secretary, make_draft())
    theirs = await make_follow_up(site.services, site.people.doctor, other, pathway="diabete")
    link = await site.services.own_pages.links.make_link(site.people.secretary, theirs.id)
    assert (await phone.get(link.removeprefix(site.services.settings.public_url))).path == "/suivi/naissance"
    assert (await phone.get("/suivi")).path == "/suivi/naissance"


async def test_a_known_browser_opens_a_reminder_without_the_birth_date(
    site: Site, follow_up: FollowUp, phone: Window
) -> None:
    await site.services.own_pages.links.send(site.people.secretary, follow_up.id, Channel.SMS)
    await site.deliver()
    assert (await phone.get(own_link(site))).path == "/suivi"


async def test_the_first_page_says_what_to_do_who_follows_and_when_they_read(
    site: Site, follow_up: FollowUp, phone: Window
) -> None:
    page = await phone.get("/suivi")
    text = plain(page.text)
    assert NOT_URGENT in re.sub(r"<[^>]+>", "", text)
    assert "Votre cœur aujourd’hui" in text
    assert "Claire MOREAU" in text or "Claire Moreau" in text
    assert "médecin responsable de mon suivi" in text
    assert "Lundi" in text
    site.clock.advance(timedelta(hours=12))
    night = plain((await phone.get("/suivi")).text)
    assert "Personne ne lit vos mesures en ce moment" in night
    assert "appelez le 15" in night


async def test_one_question_a_page_then_all_the_answers_leave(site: Site, follow_up: FollowUp, phone: Window) -> None:
    page = await phone.get("/suivi")
    address = re.search(r'href="(/suivi/questions/[^"]+)"', page.text)
    assert address
    page = await phone.get(address[1])
    assert page.title == "Par rapport à votre état habituel, êtes-vous essoufflé ?"
    nothing = await phone.post(page.path, fields_of(page) | {"geste": "suivant"})
    assert (nothing.status, nothing.title) == (422, page.title)
    page = await answer(phone, page, "rest")
    assert "appelez le 15 maintenant" in plain(page.text)
    assert page.title == "Vos jambes ou vos chevilles sont-elles gonflées ?"
    back = await phone.post(page.path, fields_of(page) | {"geste": "retour"})
    assert 'value="rest" checked' in back.text
    page = await answer(phone, await answer(phone, back, "rest"), "more")
    page = await answer(phone, await answer(phone, page, "usual"), "some")
    assert page.title == "Pourquoi ?"
    page = await answer(phone, page, "forgotten")
    assert page.title == "Vos réponses"
    fields = fields_of(page)
    changed = await phone.post(page.path, fields | {"modifier": "r3"})
    page = await answer(phone, changed, "all")
    assert (page.title, "Pourquoi ?" in plain(page.text)) == ("Vos réponses", False)
    sent = await phone.post(page.path, fields_of(page) | {"geste": "envoyer"})
    assert sent.title == "C’est noté, merci"
    assert "appelez le 15 maintenant" in plain(sent.text)
    again = await phone.post(page.path, fields_of(page) | {"geste": "envoyer"})
    assert again.path == sent.path
    (entry,) = await site.services.telemonitoring.keying.entries.page(site.people.nurse, follow_up.id)
    assert [one.answer for one in entry.answers] == ["rest", "more", "usual", "all"]
    assert "répondu à" in plain((await phone.get("/suivi")).text)


async def test_a_measure_is_noted_corrected_and_taken_back(site: Site, follow_up: FollowUp, phone: Window) -> None:
    page = await phone.get("/suivi/mesures/weight")
    assert "kg" in page.text
    wrong = await phone.post(page.path, fields_of(page) | {"v-weight": "lourd", "u-weight": "kg"})
    assert (wrong.status, wrong.errors) == (422, ["Un nombre est attendu."])
    assert 'value="lourd"' in wrong.text
    noted = await phone.post(page.path, fields_of(page) | {"v-weight": "72,4", "u-weight": "kg"})
    assert noted.title == "C’est noté, merci"
    assert "72,4 kg" in plain(noted.text)
    address = noted.path.partition("?")[0]
    again = await phone.get(f"{address}/mesures")
    assert 'value="72,4"' in again.text
    doubt = await phone.post(again.path, {"v-weight": "724", "u-weight": "kg"})
    assert (doubt.status, doubt.title) == (200, "Est-ce bien cela ?")
    assert "Cette valeur semble impossible" in plain(doubt.text)
    back = await phone.post(again.path, fields_of(doubt) | {"geste": "corriger"})
    assert 'value="724"' in back.text
    kept = await phone.post(again.path, fields_of(doubt) | {"geste": "confirmer"})
    assert "quelqu’un de votre équipe la regardera" in plain(kept.text)
    gone = await phone.post(f"{address}/retirer")
    assert "Vous avez retiré cette saisie" in plain(gone.text)
    assert (await phone.post(f"{address}/retirer")).status == 409
    versions = await site.services.telemonitoring.keying.entries.versions(
        site.people.nurse, (await entries_of(site, follow_up))[0]
    )
    assert [one.status.value for one in versions] == ["completed", "amended", "entered-in-error"]


async def entries_of(site: Site, follow_up: FollowUp) -> list[UUID]:
    found = await site.services.telemonitoring.keying.entries.page(site.people.nurse, follow_up.id)
    return [one.first_id for one in found]


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        ("2026-11-25", "", "Dites le jour et l’heure de la mesure."),
        ("2027-11-25", "08:00", "Cette heure n’est pas encore passée."),
        ("2026-01-01", "08:00", "Au plus 31 jours en arrière."),
    ],
)
async def test_an_earlier_measure_has_a_day_and_an_hour(
    site: Site, follow_up: FollowUp, phone: Window, day: str, hour: str, said: str
) -> None:
    typed = {"v-weight": "72", "u-weight": "kg", "quand": "avant", "jour": day, "heure": hour}
    refused = await phone.post("/suivi/mesures/weight", typed)
    assert (refused.status, refused.errors) == (422, [said])
    early = await phone.post("/suivi/mesures/weight", typed | {"jour": "2026-11-24", "heure": "07:30"})
    assert "hier à 7 h 30" in plain(early.text)


async def test_taking_the_agreement_back_ends_the_follow_up_and_its_page(
    site: Site, follow_up: FollowUp, phone: Window
) -> None:
    assert "Retirer mon accord et arrêter le suivi" in plain((await phone.get("/suivi/accord")).text)
    over = await phone.post("/suivi/accord/retirer")
    assert over.title == "Votre suivi à distance est arrêté"
    assert (await phone.get("/suivi")).path == "/suivi/naissance"
    ended = await site.services.telemonitoring.follow_ups.get(site.people.doctor, follow_up.id)
    assert (ended.state.value, ended.end_reason) == ("ended", "consent_withdrawn")
    assert (await (await site.window()).get(own_link(site))).path == "/suivi/naissance"


@pytest.mark.parametrize("path", ["/suivi/questions/{}", "/suivi/saisies/{}", "/suivi/saisies/x", "/suivi/mesures/{}"])
async def test_what_is_not_hers_does_not_exist(site: Site, follow_up: FollowUp, phone: Window, path: str) -> None:
    gone = await phone.get(path.format(new_id()))
    assert gone.status == 404
    assert '<a href="tel:15">appelez le 15</a>' in gone.text
