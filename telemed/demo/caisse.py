"""The caisse of the demonstration, on loopback: it takes every lot that is right, acknowledges it and pays it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from billing.formats.fse import decode_lot
from billing.formats.returns import decode_return
from billing.model.exchange import Arl, Payer, Rsp
from telemed.adapters.caisse.reception import Delivery, Reception
from telemed.adapters.caisse.server import LoopbackCaisse, serving
from telemed.app.documents import open_keys_of_seals
from telemed.kernel.clock import Clock
from telemed.kernel.money import format_euros
from telemed.security.certificates import CertificateAuthority
from telemed.settings import Settings

_FOLDER = "caisse"
_SHOWN = 50
_PAYERS = {Payer.AMO: "assurance maladie", Payer.AMC: "complémentaire"}


@asynccontextmanager
async def open_caisse_for(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Settings, Reception]]:
    """Serve a caisse until the block ends; gives the settings that lead to it, and what it receives.

    It knows the seals of these settings; both ends' certificates are made anew, in the data folder.
    """
    folder = settings.data_dir / _FOLDER
    authority = CertificateAuthority("Autorité de la démonstration", clock.now())
    server = authority.write_server(folder, "caisse", hosts=["127.0.0.1"])
    client = authority.write_client(folder, "cabinet")
    reception = Reception(open_keys_of_seals(settings).verifier, clock)
    async with serving(LoopbackCaisse(reception, clock), server) as url:
        led = {
            "caisse_url": url,
            "caisse_certificate": client.certificate,
            "caisse_key": client.key,
            "caisse_authority": client.authority,
        }
        yield settings.model_copy(update=led), reception


def tell(reception: Reception) -> Iterator[tuple[str, str]]:
    """What the caisse received and answered, a heading and a text each, the latest lot first."""
    answers = [decode_return(one.text.encode()) for one in reception.returns_after(None, most=_SHOWN)]
    for delivery in reversed(reception.deliveries[-_SHOWN:]):
        told = [_answer(answer) for answer in answers if answer.lot == delivery.lot]
        yield _heading(delivery), "\n".join([delivery.text.decode().rstrip(), "", *told])


def _heading(delivery: Delivery) -> str:
    lot = decode_lot(delivery.text)
    count, again = len(lot.content.fses), " (retransmis)" if delivery.is_retransmission else ""
    sheets = f"{count} feuille{'s' if count > 1 else ''} de soins, {format_euros(lot.content.total_cents)}"
    return f"Lot {lot.number} pour l’organisme {lot.organism}{again} : {sheets}"


def _answer(answer: Arl | Rsp) -> str:
    if isinstance(answer, Arl):
        return "ARL positif" if answer.is_positive else f"ARL négatif : {answer.reasons[0].text}"
    if answer.reason is not None:
        return f"RSP : feuille {answer.fse_number} rejetée, {answer.reason.text}"
    payer = _PAYERS[answer.payer]
    return f"RSP : feuille {answer.fse_number} payée, {format_euros(answer.amount_cents)} ({payer})"
