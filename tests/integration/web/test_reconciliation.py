"""Rapprochement: the page, its exports and the API say the ledger, and only to those who may read it."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pikepdf
import pytest

from billing.model.invoice import Entry, Owing
from billing.model.reconciliation import Reconciliation
from telemed.patients.model import Patient
from tests.integration.web.conftest import Site, Window, plain
from tests.integration.web.test_claims import Desk
from tests.integration.web.test_claims import desk as desk

pytestmark = pytest.mark.asyncio
PERIOD = "du=2026-11-01&au=2026-11-30"
API = "since=2026-11-01&until=2026-11-30"


async def live(desk: Desk) -> None:
    """Some acts of every sort: invoiced, paid by halves, cancelled, given up, not billable, to complete."""
    await desk.insured()
    invoices, doctor = desk.site.services.invoicing.invoices, desk.site.people.doctor
    claims = [await desk.closed() for _ in range(6)]
    await desk.closed(is_video_established=False)
    for claim in claims[:4]:
        await invoices.invoice(doctor, claim.id)
    await invoices.reverse(doctor, claims[3].id, reason="Double saisie")
    await invoices.abandon(doctor, claims[4].id, reason="Acte gratuit")


async def ask(window: Window, path: str) -> tuple[int, Any]:
    async with window.client.get(path, headers={"Sec-Fetch-Site": "same-origin"}) as response:
        body = await response.json() if response.content_type.endswith("json") else await response.read()
        return response.status, body


async def test_the_page_says_the_figures_of_the_ledger(desk: Desk) -> None:
    await live(desk)
    text = await desk.text(f"/facturation/rapprochement?{PERIOD}")
    _, report = await ask(desk.window, f"/billing/reconciliation?{API}")
    assert report["adds_up"] is True
    assert report["acts"]["number"] == 7
    assert report["ledger"]["due_cents"] == sum(one["due_cents"] for one in report["places"].values())
    assert report["ledger"]["due_cents"] == sum(one["due_cents"] for one in report["codes"].values())
    assert sum(one["number"] for name, one in report["places"].items() if name != "undone") == 7
    assert "Actes du 1er novembre 2026 au 30 novembre 2026, inclus" in text
    assert "ne retombent pas" not in text
    for word in ("Non facturables", "Abandonnés", "Annulés", "À facturer"):
        assert word in text


async def test_the_sums_are_those_of_every_claim_added_by_hand(desk: Desk) -> None:
    await live(desk)
    doctor = desk.site.people.doctor
    accounts = await read(desk, date(2026, 11, 1), date(2026, 11, 30))
    entries: list[Entry] = []
    for claim in await desk.site.services.claims.page(doctor, limit=200):
        entries += (await desk.site.services.invoicing.lives.get(doctor, claim.id)).entries
    assert accounts.ledger.due_cents == sum(entry.cents for entry in entries)
    assert accounts.totals.money.due_cents == sum(entry.cents for entry in entries)
    assert accounts.ledger.reversals_cents < 0


async def test_money_seen_is_cashed_on_its_own_day(desk: Desk) -> None:
    await live(desk)
    doctor = desk.site.people.doctor
    claims = await desk.site.services.claims.page(doctor, limit=200)
    lives = [await desk.site.services.invoicing.lives.get(doctor, one.id) for one in claims]
    invoiced = [life.standing for life in lives if life.standing.stage == "invoiced"]
    before = await _cashed(desk)
    await desk.site.services.invoicing.invoices.record_payment(
        doctor, invoiced[0].claim_id, owing=Owing.PATIENT, cents=700
    )
    assert await _cashed(desk) == before + 700


async def read(desk: Desk, since: date, until: date) -> Reconciliation:
    return await desk.site.services.accounting.reconciliation.read(desk.site.people.doctor, since=since, until=until)


async def _cashed(desk: Desk) -> int:
    return (await read(desk, date(2026, 11, 25), date(2026, 11, 25))).cashed_cents


async def test_the_csv_has_every_claim_and_no_patient(desk: Desk) -> None:
    await live(desk)
    async with desk.window.client.get(f"/facturation/rapprochement.csv?{PERIOD}") as response:
        raw = await response.read()
        name = response.headers["Content-Disposition"]
        assert response.headers["Cache-Control"] == "private, no-store"
    assert name == 'attachment; filename="rapprochement-2026-11-01-2026-11-30.csv"'
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == 7
    assert {row["Jour de l'acte"] for row in rows} == {"2026-11-25"}
    _, report = await ask(desk.window, f"/billing/reconciliation?{API}")
    due = sum(round(float(row["Reste dû"].replace(",", ".")) * 100) for row in rows)
    assert due == report["ledger"]["due_cents"]
    for secret in ("LEROY", "Jeanne", str(desk.patient.id), "279035121518989"):
        assert secret.encode() not in raw
    assert (await ask(desk.window, f"/billing/reconciliation.csv?{API}"))[1] == raw


async def test_the_pdf_opens(desk: Desk) -> None:
    await live(desk)
    async with desk.window.client.get(f"/facturation/rapprochement.pdf?{PERIOD}") as response:
        raw = await response.read()
        assert response.content_type == "application/pdf"
        assert "LEROY" not in response.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        assert len(pdf.pages) >= 1
    status, body = await ask(desk.window, f"/billing/reconciliation.pdf?{API}")
    assert (status, body[:5]) == (200, b"%PDF-")


async def test_the_office_chooses_a_professional(site: Site, desk: Desk, patient: Patient) -> None:
    await live(desk)
    secretary = await site.signed_in("secretary")
    whole = plain((await secretary.get(f"/facturation/rapprochement?{PERIOD}")).text)
    assert "Tous les actes" in whole
    other = site.people.colleague.id
    narrowed = plain((await secretary.get(f"/facturation/rapprochement?{PERIOD}&professionnel={other}")).text)
    assert "Aucun acte sur cette période." in narrowed


async def test_the_administrator_sees_figures_and_opens_no_claim(site: Site, desk: Desk) -> None:
    await live(desk)
    administrator = await site.signed_in("administrator")
    page = await administrator.get(f"/facturation/rapprochement?{PERIOD}")
    assert page.status == 200
    assert 'href="/facturation/0' not in page.text
    assert (await administrator.get("/facturation")).status == 403


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("du=2026-11-30&au=2026-11-01", "La période finit avant de commencer : échangez les deux dates."),
        ("du=2024-01-01&au=2026-11-01", "Choisissez une période d’un an au plus."),
        ("du=hier", "Cette date n’existe pas."),
    ],
)
async def test_a_wrong_period_is_said_and_keeps_what_was_typed(desk: Desk, query: str, error: str) -> None:
    page = await desk.window.get(f"/facturation/rapprochement?{query}")
    assert page.status == 422
    assert page.errors == [error]


async def test_who_may_not_read_accounts(site: Site, desk: Desk) -> None:
    auditor = await site.signed_in("auditor")
    stranger = await site.window()
    for end in ("", ".csv", ".pdf"):
        assert (await ask(auditor, f"/billing/reconciliation{end}?{API}"))[0] == 403
        assert (await ask(stranger, f"/billing/reconciliation{end}?{API}"))[0] == 401
        path = f"/billing/reconciliation{end}?{API}&professional_id={site.people.colleague.id}"
        assert (await ask(desk.window, path))[0] == 404
        assert (await ask(desk.window, f"/billing/reconciliation{end}?since=2026-11-30&until=2026-11-01"))[0] == 422


async def test_the_page_costs_the_same_statements_whatever_the_acts(desk: Desk, statements: list[str]) -> None:
    costs = []
    for _ in range(2):
        await live(desk)
        statements.clear()
        await desk.window.get(f"/facturation/rapprochement?{PERIOD}")
        costs.append(len(statements))
    assert costs[0] == costs[1]
