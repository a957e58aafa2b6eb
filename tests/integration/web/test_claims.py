"""Facturation through the pages: the desk, one claim and its gestures, as each person meets them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from billing.facts import ActFacts, Reimbursement, Sector
from billing.model import Claim
from billing.model.invoice import Insurance, RightsSource
from billing.model.life import Stage
from telemed.kernel.clock import civil_date
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.web.conftest import Answer, Site, Window, plain
from tests.unit.billing.making import make_facts

pytestmark = pytest.mark.asyncio

NSS = "279035121518989"
RIGHTS = {"regime": "01", "caisse": "371", "centre": "0000", "source": "adri", "vue_le": "2026-11-20", "rang": "1"}


@dataclass
class Desk:
    """A doctor's window, and how acts come to it."""

    site: Site
    window: Window
    patient: Patient

    async def closed(self, **changes: Any) -> Claim:
        """The claim of an act just closed."""
        return await self.site.services.claims.propose(self.facts(**changes))

    def facts(self, **changes: Any) -> ActFacts:
        who = self.site.people.doctor
        facts: dict[str, Any] = {
            "act_id": new_id(),
            "professional_id": who.id,
            "rpps": who.rpps,
            "practice_id": who.practice_id,
            "patient_id": self.patient.id,
            "reimbursement": Reimbursement(is_met=True),
        }
        return make_facts(**(facts | changes))

    async def insured(self) -> None:
        insurance = Insurance(
            patient_id=self.patient.id,
            practice_id=self.patient.practice_id,
            nss=NSS,
            organism="013710000",
            source=RightsSource.ADRI,
            seen_on=civil_date(self.site.clock.now(), self.facts().territory),
        )
        await self.site.services.invoicing.insurances.put(self.site.people.doctor, insurance)

    async def stage(self, claim_id: UUID) -> Stage:
        life = await self.site.services.invoicing.lives.get(self.site.people.doctor, claim_id)
        return life.standing.stage

    async def text(self, path: str) -> str:
        return plain((await self.window.get(path)).text)


@pytest_asyncio.fixture
async def desk(site: Site, patient: Patient) -> Desk:
    return Desk(site, await site.signed_in("doctor"), patient)


def flash_of(answer: Answer) -> str:
    found = re.search(r'class="toast.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return plain(found[1]) if found else ""


async def test_an_empty_desk_says_what_will_come(desk: Desk) -> None:
    page = await desk.window.get("/facturation")
    text = plain(page.text)
    assert (page.status, page.title) == (200, "Facturation · mercredi 25 novembre")
    assert "Rien n’attend aujourd’hui." in text
    assert "Une cotation est proposée ici dès qu’un acte est terminé" in text
    assert "Facturer tout ce qui est prêt" not in text


async def test_without_a_caisse_the_page_says_that_lots_wait(desk: Desk) -> None:
    assert "Aucune caisse n’est reliée" in await desk.text("/facturation")


async def test_what_waits_is_on_top_and_counted_in_the_rail(desk: Desk) -> None:
    await desk.closed()
    await desk.closed(is_video_established=False)
    page = await desk.window.get("/facturation")
    text = plain(page.text)
    assert "LEROY Jeanne" in text
    assert "Facturer tout ce qui est prêt (1 · 25,00 €)" in text
    assert "Facturée aujourd’hui, elle part au plus tard le lundi 30 novembre." in text, "three working days"
    assert "Aucune image n’a été établie" in text
    assert (await desk.window.get("/fil/attente")).text == '{"waiting": 0, "billing": 1}'
    assert 'data-count="billing" data-hides><span data-number>1</span>' in page.text


async def test_tiles_and_filters_narrow_the_list(desk: Desk) -> None:
    await desk.closed()
    await desk.closed(is_video_established=False)
    rows = (await desk.window.get("/facturation?etape=non-facturable")).text
    assert rows.count('data-label="Code"') == 1
    assert (await desk.window.get("/facturation?code=TCG")).text.count('data-label="Code"') == 1
    assert (await desk.window.get("/facturation?du=2026-11-25&au=2026-11-25")).text.count('data-label="Code"') == 2
    empty = await desk.text("/facturation?du=2026-11-01&au=2026-11-02")
    assert "Aucun acte ne correspond à ce filtre." in empty


@pytest.mark.parametrize("query", ["etape=zzz", "du=hier&au=2026-13-45", "code=%27%22", "du=2030-01-01"])
async def test_an_unreadable_filter_is_no_filter(desk: Desk, query: str) -> None:
    assert (await desk.window.get(f"/facturation?{query}")).status == 200


async def test_a_forged_page_mark_is_refused(desk: Desk) -> None:
    assert (await desk.window.get("/facturation?apres=xyz")).status == 422


async def test_a_long_list_goes_on(desk: Desk) -> None:
    for _ in range(51):
        await desk.closed()
    page = await desk.window.get("/facturation")
    found = re.search(r'href="(/facturation\?apres=[^"]+)"', page.text)
    assert found
    following = await desk.window.get(found[1].replace("&amp;", "&"))
    assert following.text.count('data-label="Code"') == 1
    assert "Début de la liste" in following.text
    assert "Et 39 autres" in plain(page.text)


async def test_the_desk_costs_the_same_statements_whatever_its_length(desk: Desk, statements: list[str]) -> None:
    costs = []
    for number in (1, 20):
        for _ in range(number):
            await desk.closed()
        statements.clear()
        await desk.window.get("/facturation")
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_a_claim_shows_what_is_owed_under_which_text_and_what_is_missing(desk: Desk) -> None:
    claim = await desk.closed()
    page = await desk.window.get(f"/facturation/{claim.id}")
    text = plain(page.text)
    assert page.title == "LEROY Jeanne · téléconsultation"
    assert "25,00 €" in text
    assert "Téléconsultation d’un généraliste" in text
    assert "L’assurance du patient manque" in text
    assert "/textes?jour=2026-11-25&amp;nom=teleconsultation/tariffs/tcg" in page.text
    assert f"/consultations/{claim.act_id}/compte-rendu" in page.text


async def test_a_claim_that_is_not_billable_says_why(desk: Desk) -> None:
    claim = await desk.closed(sector=Sector.SECTOR_1, fee_cents=3000)
    text = await desk.text(f"/facturation/{claim.id}")
    assert "Montant demandé 30,00 €, tarif 25,00 €" in text
    assert re.search(r"<dt>Demandé</dt><dd>30,00 €</dd>", text)
    assert "Cet acte ne se facture pas" in text
    assert "Facturer 25,00 €" not in text


async def test_insurance_is_given_from_the_claim_then_it_is_invoiced(desk: Desk) -> None:
    claim = await desk.closed()
    here = f"/facturation/{claim.id}"
    refused = await desk.window.post(f"{here}/facturer")
    assert refused.status == 409
    assert "Aucun droit du patient n’est enregistré" in plain(refused.text)
    assert await desk.stage(claim.id) is Stage.HELD
    back = await desk.window.post(
        f"/patientele/{desk.patient.id}/assurance", RIGHTS | {"nss": "2 79 03 51 215 189 89", "retour": here}
    )
    assert back.path == here
    assert flash_of(back) == "Assurance enregistrée."
    assert NSS not in back.text
    assert "189 89" in plain(back.text)
    done = await desk.window.post(f"{here}/facturer")
    assert flash_of(done) == "Facturée. Elle part dans le prochain lot de sa caisse."
    assert await desk.stage(claim.id) is Stage.INVOICED
    assert "Facture n° 1" in plain(done.text)
    again = await desk.window.post(f"{here}/facturer")
    assert again.status == 409
    assert "déjà facturé" in plain(again.text)


async def test_all_that_is_ready_is_invoiced_at_once(desk: Desk) -> None:
    await desk.insured()
    claims = [await desk.closed() for _ in range(3)]
    page = await desk.window.post("/facturation/tout")
    assert flash_of(page) == "Tout ce qui était prêt est facturé."
    assert [await desk.stage(claim.id) for claim in claims] == [Stage.INVOICED] * 3


async def test_what_is_held_is_said_after_invoicing_all(desk: Desk) -> None:
    await desk.closed()
    page = await desk.window.post("/facturation/tout")
    assert flash_of(page) == "Rien n’a pu être facturé : chaque raison est ci-dessous."
    assert f'href="/patientele/{desk.patient.id}/assurance?retour=/facturation/' in page.text


async def test_a_missing_amount_is_given_with_its_text(desk: Desk) -> None:
    claim = await desk.closed(sector=Sector.SECTOR_2, has_overrun=True)
    here = f"/facturation/{claim.id}"
    assert "Il manque un montant" in await desk.text(here)
    wrong = await desk.window.post(f"{here}/completer", {"montant": "cinquante", "source": "Convention"})
    assert wrong.status == 422
    assert wrong.errors == ["Un montant en euros est attendu, comme 32,50."]
    assert 'value="cinquante"' in wrong.text
    silent = await desk.window.post(f"{here}/completer", {"montant": "55", "source": ""})
    assert silent.errors == ["À remplir."]
    done = await desk.window.post(f"{here}/completer", {"montant": "55,00", "source": "Honoraires affichés"})
    assert flash_of(done) == "Montant enregistré avec son texte. La facture est prête."
    assert done.path != here
    assert "55,00 €" in plain(done.text)
    assert "elle n’est gardée que pour mémoire" in await desk.text(here)


async def test_giving_up_asks_why_and_is_undone_by_one_gesture(desk: Desk) -> None:
    claim = await desk.closed()
    here = f"/facturation/{claim.id}"
    silent = await desk.window.post(f"{here}/renoncer", {"motif_abandon": " "})
    assert (silent.status, silent.errors) == (422, ["Écrivez pourquoi, en quelques mots."])
    done = await desk.window.post(f"{here}/renoncer", {"motif_abandon": "Acte gratuit"})
    assert flash_of(done) == "Facture abandonnée."
    assert f'action="{here}/reprendre"' in done.text
    assert "« Acte gratuit »" in plain(done.text)
    back = await desk.window.post(f"{here}/reprendre")
    assert flash_of(back) == "Facture reprise."
    assert "À facturer" in plain(back.text)


async def test_an_invoice_is_cancelled_by_a_contrary_entry(desk: Desk) -> None:
    await desk.insured()
    claim = await desk.closed()
    here = f"/facturation/{claim.id}"
    await desk.window.post(f"{here}/facturer")
    done = await desk.window.post(f"{here}/annuler", {"motif_annulation": "Double saisie"})
    text = plain(done.text)
    assert flash_of(done) == "Facture annulée par une écriture contraire."
    assert "Écriture contraire" in text
    assert "Reste dû : <strong>0,00 €</strong>" in text


async def test_the_secretary_invoices_but_does_not_give_up(site: Site, desk: Desk) -> None:
    claim = await desk.closed()
    await desk.insured()
    secretary = await site.signed_in("secretary")
    here = f"/facturation/{claim.id}"
    page = await secretary.get(here)
    assert page.status == 200
    assert "Renoncer à facturer" not in plain(page.text)
    assert "/compte-rendu" not in page.text
    assert (await secretary.post(f"{here}/renoncer", {"motif_abandon": "non"})).status == 403
    assert flash_of(await secretary.post(f"{here}/facturer")).startswith("Facturée.")


async def test_a_claim_of_another_is_not_found(site: Site, desk: Desk) -> None:
    claim = await desk.closed()
    colleague = await site.signed_in("colleague")
    for path in ("", "/facturer", "/renoncer"):
        address = f"/facturation/{claim.id}{path}"
        form = {"motif_abandon": "x"}
        answer = await (colleague.post(address, form) if path else colleague.get(address))
        assert answer.status == 404, path
    assert (await desk.window.get(f"/facturation/{new_id()}")).status == 404
    assert (await desk.window.get("/facturation/nulle-part")).status == 404


async def test_one_claim_costs_the_same_statements_whatever_its_life(desk: Desk, statements: list[str]) -> None:
    await desk.insured()
    claim = await desk.closed()
    statements.clear()
    await desk.window.get(f"/facturation/{claim.id}")
    first = len(statements)
    for _ in range(5):
        await desk.window.post(f"/facturation/{claim.id}/renoncer", {"motif_abandon": "essai"})
        await desk.window.post(f"/facturation/{claim.id}/reprendre")
    life = await desk.site.services.invoicing.lives.get(desk.site.people.doctor, claim.id)
    statements.clear()
    await desk.window.get(f"/facturation/{life.standing.claim_id}")
    assert len(statements) == first
