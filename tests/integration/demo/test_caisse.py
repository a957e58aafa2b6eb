"""The caisse of the demonstration takes lots sealed with the practice's key, and the letterbox shows them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from billing.formats.fse import encode_lot, sha256_of
from billing.model.exchange import Arl, SealedLot
from billing.model.life import Stage
from telemed.adapters.caisse.client import CaisseClient
from telemed.adapters.caisse.reception import Answers
from telemed.app import build_services
from telemed.app.caisse import open_caisse
from telemed.app.documents import open_keys_of_seals
from telemed.demo.bills import rejecting_one
from telemed.demo.caisse import open_caisse_for
from telemed.demo.letterbox import Letterbox
from telemed.demo.people import PATIENTS
from telemed.demo.serve import open_practice
from telemed.kernel.clock import FrozenClock, SystemClock
from telemed.security.certificates import TlsFiles
from telemed.security.signing import ServerSigner, open_seal_keys
from telemed.settings import Settings
from tests.unit.billing.lots import make_dre, make_fse, make_lot

pytestmark = pytest.mark.asyncio

LOT = make_lot(make_fse(amc_cents=750), make_fse(number=2), dres=(make_dre(),), number=7)


def seal(signer: ServerSigner) -> SealedLot:
    text = encode_lot(LOT)
    return SealedLot(7, LOT.issuer_rpps, LOT.organism, LOT.made_at, LOT.content, sha256_of(text), signer.sign_now(text))


async def test_the_letterbox_shows_what_the_caisse_received_and_answered(tmp_path: Path) -> None:
    clock, settings = SystemClock(), Settings(data_dir=tmp_path)
    box = Letterbox(clock, "jeton")
    async with open_caisse_for(settings, clock) as (led, box.caisse), box.open() as addresses:
        assert box.caisse is not None
        client = open_caisse(led)
        assert client is not None
        assert "Rien encore." in (await _page(addresses.page_url)).split("Caisse")[-1]
        lot = seal(open_keys_of_seals(settings).signer)
        await client.transmit(lot, is_retransmission=False)
        box.caisse.answers = Answers(pays=False)
        await client.transmit(lot, is_retransmission=True)
        page = await _page(addresses.page_url)
    page = page.replace("\u00a0", " ")
    assert "Lot 7 pour l’organisme 017510000 : 2 feuilles de soins, 50,00 €" in page
    assert "Lot 7 pour l’organisme 017510000 (retransmis)" in page
    assert "RSP : feuille 1 payée, 17,50 € (assurance maladie)" in page
    assert "RSP : feuille 1 payée, 7,50 € (complémentaire)" in page
    assert page.count("ARL positif") == 4


async def test_the_past_was_billed_answered_and_partly_left_to_do(
    sqlite_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url).with_keys()
    async with open_caisse_for(settings, SystemClock()) as (led, caisse):
        with rejecting_one(caisse):
            practice = await open_practice(led, clock)
        services = build_services(led, clock=clock, senders={})
        totals = await services.invoicing.lives.totals(practice.secretary)
        rights = await services.invoicing.insurances.get(practice.secretary, practice.patients[0])
        await services.database.close()
    assert {stage: total.count for stage, total in totals.items() if total.count} == {
        Stage.PAID: 5,
        Stage.REJECTED: 1,
        Stage.TO_COMPLETE: 2,
    }
    assert len(caisse.taken_lots()) == 6
    assert rights is not None
    assert rights.nss == PATIENTS[0].matricule()
    assert caisse.answers == Answers()


async def test_the_caisse_also_runs_as_a_process(tmp_path: Path) -> None:
    keys = open_seal_keys(tmp_path / "seal.pem")
    (tmp_path / "seal.pub").write_bytes(keys.signer.public_key.to_pem())
    command = [sys.executable, "-m", "telemed.adapters.caisse", str(tmp_path / "caisse"), str(tmp_path / "seal.pub")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            printed = dict(line.strip().split("=", 1) for line in [process.stdout.readline() for _ in range(4)])
            tls = TlsFiles(*(Path(printed[f"TELEMED_CAISSE_{name}"]) for name in ("CERTIFICATE", "KEY", "AUTHORITY")))
            client = CaisseClient(printed["TELEMED_CAISSE_URL"], tls.client_context())
            lot = seal(keys.signer)
            await asyncio.wait_for(client.transmit(lot, is_retransmission=False), 60)
            arl = (await client.fetch_returns(None))[0].content
        finally:
            process.kill()
    assert isinstance(arl, Arl)
    assert (arl.lot, arl.is_positive) == (lot.reference, True)


async def _page(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()
