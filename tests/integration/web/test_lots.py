"""Envois through the pages: the lots, what was set aside, and one lot, as each person meets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from billing.facts import Reimbursement
from billing.model import Claim
from billing.model.exchange import Payer, ReturnReason, Rsp
from billing.model.lot import KeptLot
from telemed.adapters.caisse.reception import ArlAnswer, Reception
from telemed.adapters.caisse.server import Wire
from telemed.app import Services, build_services
from telemed.app.documents import open_keys_of_seals
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.security.signing import SealVerifier
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.caisse import CaisseGround
from tests.integration.web.conftest import KeptMessages, Site, plain
from tests.integration.web.test_claims import NSS, Desk
from tests.integration.web.test_claims import desk as desk

pytestmark = pytest.mark.asyncio
HERE = "/facturation/envois"


@pytest.fixture
def services(
    settings: Settings, database: Database, clock: FrozenClock, sms: KeptMessages, caisse_ground: CaisseGround
) -> Services:
    """With a real caisse on loopback that knows the key of this installation."""
    known = SealVerifier([open_keys_of_seals(settings).signer.public_key])
    caisse_ground.caisse.reception = Reception(known, clock)
    built = build_services(
        settings, clock=clock, database=database, senders={Channel.SMS: sms}, caisse=caisse_ground.client
    )
    database.subscriptions = SUBSCRIPTIONS
    return built


async def invoiced(desk: Desk, number: int = 1) -> list[Claim]:
    await desk.insured()
    claims = [await desk.closed(is_tiers_payant=True, reimbursement=Reimbursement(is_met=True)) for _ in range(number)]
    for claim in claims:
        await desk.site.services.invoicing.invoices.invoice(desk.site.people.doctor, claim.id)
    return claims


async def exchange(desk: Desk) -> KeptLot:
    """Make, send and collect; the lot that was made last."""
    lots = desk.site.services.invoicing.lots
    await lots.send_now(desk.site.people.doctor)
    return (await lots.page(desk.site.people.doctor, limit=1))[0]


async def collect(desk: Desk) -> None:
    await desk.site.services.invoicing.lots.collect_returns()


async def test_an_empty_page_says_what_to_do(desk: Desk) -> None:
    page = await desk.window.get(HERE)
    text = plain(page.text)
    assert (page.status, page.title) == (200, "Envois")
    assert "Aucun lot pour l’instant. " in plain(re.sub(r"<[^>]+>", " ", page.text))
    assert "Facturez un acte" in text
    assert "Aucun : tout ce que les caisses ont répondu a été compris." in text
    assert "Aucune caisse n’est reliée" not in text
    assert f'href="{HERE}" aria-current="page"' in page.text or 'aria-current="page">Envois' in text


async def test_a_lot_is_followed_from_its_sending_to_its_claims(desk: Desk) -> None:
    claims = await invoiced(desk, 2)
    lot = await exchange(desk)
    page = await desk.window.get(HERE)
    text = plain(page.text)
    for told in ("Lot n° 1", "2 factures", "50,00 €", "Reçu (ARL+)", "Rien : l’envoi vous est acquis.", "01 371 0000"):
        assert told in text
    assert f"{lot.sha256[:12]}…" in text
    assert lot.sha256 not in text
    assert "Dernier ARL reçu" in text
    detail = await desk.window.get(f"{HERE}/{lot.id}")
    told = plain(detail.text)
    assert detail.title == "Lot n° 1"
    assert lot.sha256 in told
    for event in ("Lot scellé", "Premier envoi", "ARL positif", "Paiement (RSP)", "17,50 €"):
        assert event in told
    assert all(f'href="/facturation/{claim.id}"' in detail.text for claim in claims)
    assert "LEROY Jeanne" in told
    assert NSS not in page.text + detail.text


async def test_a_refused_lot_says_why_and_until_when(desk: Desk, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(arl=ArlAnswer.NEGATIVE)
    await invoiced(desk)
    lot = await exchange(desk)
    text = await desk.text(HERE)
    assert "Refusé (ARL−)" in text
    assert "À renvoyer : le lot repart de lui-même." in text
    assert "Vendredi 27 novembre" in text
    assert "Lot refusé par le centre de traitement" in await desk.text(f"{HERE}/{lot.id}")


async def test_a_lot_that_did_not_arrive_says_so(desk: Desk, caisse_ground: CaisseGround) -> None:
    caisse_ground.caisse.wire.append(Wire.AWAY)
    await invoiced(desk)
    lot = await exchange(desk)
    assert "Pas encore arrivé : un nouvel essai suit de lui-même." in await desk.text(HERE)
    assert "Caisse injoignable" in await desk.text(f"{HERE}/{lot.id}")


async def test_paper_is_asked_for_until_each_duplicate_has_left(desk: Desk, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(arl=ArlAnswer.NEGATIVE)
    (claim,) = await invoiced(desk)
    await exchange(desk)
    desk.site.clock.advance(timedelta(minutes=1))
    await exchange(desk)
    assert "Adressez à la caisse 1 duplicata papier." in await desk.text(HERE)
    await desk.site.services.invoicing.invoices.record_paper_sent(desk.site.people.doctor, claim.id)
    assert "Rien : chaque facture a suivi sa voie." in await desk.text(HERE)


async def test_what_was_set_aside_stands_on_top_with_what_to_do(desk: Desk, caisse_ground: CaisseGround) -> None:
    (claim,) = await invoiced(desk)
    lot = await exchange(desk)
    sent = caisse_ground.reception.deliveries[0].lot
    caisse_ground.reception.say("ARL|1|ceci n'est pas un retour\n")
    desk.site.clock.advance(timedelta(minutes=5))
    caisse_ground.reception.say(Rsp(sent, desk.site.clock.now(), 1, Payer.AMO, 1750))
    await collect(desk)
    page = await desk.window.get(HERE)
    text = plain(page.text)
    assert "Retour illisible" in text
    assert "Paiement en double, tardif ou inattendu" in text
    assert "Pour la FSE n° 1, un paiement de 17,50 € de l’assurance maladie (AMO)." in text
    assert "comparez avec le relevé de banque" in text
    assert f'href="/facturation/{claim.id}"' in page.text
    assert f'href="{HERE}/{lot.id}"' in page.text
    assert text.index("Retours mis de côté") < text.index(">Lots<")


async def test_a_number_in_a_reason_of_the_caisse_is_not_shown(desk: Desk, caisse_ground: CaisseGround) -> None:
    await invoiced(desk)
    lot = await exchange(desk)
    sent = caisse_ground.reception.deliveries[0].lot
    why = ReturnReason("INCONNU", f"Assuré {NSS} inconnu")
    caisse_ground.reception.say(Rsp(sent, desk.site.clock.now(), 1, Payer.AMO, 0, why))
    await collect(desk)
    page, detail = await desk.window.get(HERE), await desk.window.get(f"{HERE}/{lot.id}")
    assert "Assuré •••• inconnu" in plain(page.text)
    assert NSS not in page.text + detail.text


async def test_returns_set_aside_go_on(desk: Desk, caisse_ground: CaisseGround) -> None:
    for number in range(11):
        caisse_ground.reception.say(f"illisible {number}\n")
    await collect(desk)
    page = await desk.window.get(HERE)
    assert page.text.count("Retour illisible</h3>") == 10
    found = re.search(r'href="([^"]+retours=[^"]+)"', page.text)
    assert found
    following = await desk.window.get(found[1].replace("&amp;", "&"))
    assert following.text.count("Retour illisible</h3>") == 1
    assert "Retours les plus récents" in following.text


async def test_lots_go_on_and_cost_the_same_statements(desk: Desk, statements: list[str]) -> None:
    costs = []
    await desk.insured()
    for number in (1, 50):
        for _ in range(number):
            await invoiced(desk)
            await desk.site.services.invoicing.lots.make_lots()
        statements.clear()
        page = await desk.window.get(HERE)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert page.text.count('data-label="Étape"') == 50
    found = re.search(r'href="([^"]+apres=[^"]+)"', page.text)
    assert found
    following = await desk.window.get(found[1])
    assert following.text.count('data-label="Étape"') == 1
    assert "Début de la liste" in following.text


async def test_one_lot_costs_the_same_statements_whatever_its_claims(desk: Desk, statements: list[str]) -> None:
    costs = []
    for number in (1, 8):
        await invoiced(desk, number)
        lot = await exchange(desk)
        statements.clear()
        await desk.window.get(f"{HERE}/{lot.id}")
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_lots_are_closed_to_strangers_to_other_roles_and_to_others(site: Site, desk: Desk) -> None:
    await invoiced(desk)
    lot = await exchange(desk)
    here = f"{HERE}/{lot.id}"
    nobody = await site.window()
    assert (await nobody.get(HERE)).path.startswith("/connexion")
    assert (await nobody.get(here)).path.startswith("/connexion")
    auditor = await site.signed_in("auditor")
    assert [(await auditor.get(path)).status for path in (HERE, here)] == [403, 403]
    for name in ("colleague", "nurse"):
        other = await site.signed_in(name)
        assert "Aucun lot pour l’instant." in plain((await other.get(HERE)).text), name
        assert (await other.get(here)).status == 404, name
    assert (await desk.window.get(f"{HERE}/{new_id()}")).status == 404
    assert (await desk.window.get(f"{HERE}/nulle-part")).status == 404


async def test_another_practice_sees_neither_lots_nor_their_returns(
    site: Site, desk: Desk, caisse_ground: CaisseGround
) -> None:
    await invoiced(desk)
    lot = await exchange(desk)
    sent = caisse_ground.reception.deliveries[0].lot
    desk.site.clock.advance(timedelta(minutes=5))
    caisse_ground.reception.say(Rsp(sent, desk.site.clock.now(), 1, Payer.AMO, 1750))
    await collect(desk)
    lots, people = site.services.invoicing.lots, site.people
    assert len(await lots.anomalies(people.doctor, limit=5)) == 1
    assert await lots.anomalies(people.colleague, limit=5) == []
    await site.enrol(people.stranger)
    window = await site.window()
    assert (await window.sign_in("autre.medecin", site.clock)).status == 200
    text = plain((await window.get(HERE)).text)
    assert "Aucun lot pour l’instant." in text
    assert "Paiement en double" not in text
    assert (await window.get(f"{HERE}/{lot.id}")).status == 404


async def test_the_office_sees_the_lots_of_its_practice_and_names_whom_its_desk_names(site: Site, desk: Desk) -> None:
    (claim,) = await invoiced(desk)
    lot = await exchange(desk)
    secretary, administrator = await site.signed_in("secretary"), await site.signed_in("administrator")
    for window in (secretary, administrator):
        page = await window.get(HERE)
        assert "Lot n° 1" in plain(page.text)
        assert "Claire" in page.text
    opened = await secretary.get(f"{HERE}/{lot.id}")
    assert "LEROY Jeanne" in plain(opened.text)
    assert f'href="/facturation/{claim.id}"' in opened.text
    closed = await administrator.get(f"{HERE}/{lot.id}")
    assert (closed.status, "FSE n° 1" in plain(closed.text)) == (200, True)
    assert "LEROY" not in closed.text
    assert f'href="/facturation/{claim.id}"' not in closed.text


@pytest.mark.parametrize("query", ["apres=xyz", "retours=zzz", "apres=1&retours="])
async def test_an_unreadable_mark_is_the_beginning(desk: Desk, query: str) -> None:
    assert (await desk.window.get(f"{HERE}?{query}")).status == 200
