"""What a caisse promises and what its client does when it does not keep it: real HTTP, real certificates."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from billing.formats.fse import MAX_LOT_BYTES, encode_lot
from billing.model.exchange import (
    Arl,
    Lot,
    LotContent,
    Payer,
    Return,
    ReturnReason,
    Rsp,
    Unreadable,
)
from telemed.adapters.caisse.client import MAX_RETURNS_PER_PAGE
from telemed.adapters.caisse.reception import (
    FSE_TAKEN,
    NUMBER_TAKEN,
    REFUSED,
    WRONG_SIGNATURE,
    ArlAnswer,
)
from telemed.security.signing import ServerSigner, make_signing_key
from tests.fixtures.caisse import CaisseGround, seal
from tests.fixtures.clocks import NOON
from tests.unit.billing.lots import make_dre, make_fse, make_lot

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ground(caisse_ground: CaisseGround) -> CaisseGround:
    return caisse_ground


UNPAID = ReturnReason("DROITS_FERMES", "Les droits sont fermés à la date de l'acte")
TWO = make_lot(make_fse(number=1, amc_cents=750), make_fse(number=2, is_tiers_payant=False), dres=(make_dre(),))


async def test_a_lot_is_taken_acknowledged_and_paid(ground: CaisseGround) -> None:
    lot = seal(TWO)
    receipt = await ground.client.transmit(lot, is_retransmission=False)
    assert (receipt.lot, receipt.was_known, receipt.received_at) == (lot.reference, False, NOON)
    assert await ground.contents() == [
        Arl(lot.reference, NOON),
        Rsp(lot.reference, NOON, 1, Payer.AMO, 1750),
        Rsp(lot.reference, NOON, 1, Payer.AMC, 750),
    ]
    assert ground.reception.taken_lots() == [TWO]
    assert ground.reception.deliveries[0].text == encode_lot(TWO)


async def test_the_same_lot_again_is_the_same_lot(ground: CaisseGround) -> None:
    lot = seal(make_lot())
    assert [await ground.send(lot), await ground.send(lot, again=True)] == [False, True]
    assert len(ground.reception.taken_lots()) == 1
    assert [type(content) for content in await ground.contents()] == [Arl, Rsp, Arl]
    assert ground.reception.times_new(lot.reference) == 1


async def test_returns_come_again_until_the_cursor_moves(ground: CaisseGround) -> None:
    await ground.send(seal(make_lot()))
    first = await ground.client.fetch_returns(None)
    assert await ground.client.fetch_returns(None) == first
    assert await ground.client.fetch_returns(first[0].id) == first[1:]
    assert await ground.client.fetch_returns(first[-1].id) == []


async def test_many_returns_come_page_by_page(ground: CaisseGround) -> None:
    fses = tuple(make_fse(number=one) for one in range(1, 2 * MAX_RETURNS_PER_PAGE + 1))
    await ground.send(seal(make_lot(*fses)))
    found: list[Return] = []
    while page := await ground.client.fetch_returns(found[-1].id if found else None):
        assert len(page) <= MAX_RETURNS_PER_PAGE
        found += page
    assert len({one.id for one in found}) == len(found) == 1 + len(fses)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (make_lot(make_fse(amount_cents=2600)), NUMBER_TAKEN),
        (make_lot(make_fse(amount_cents=2600), number=2), FSE_TAKEN),
        (make_lot(make_fse(number=7), number=3, organism="022130000"), None),
    ],
)
async def test_what_was_taken_is_not_taken_under_another_face(
    ground: CaisseGround, second: Lot, reason: ReturnReason | None
) -> None:
    await ground.send(seal(make_lot()))
    await ground.send(seal(second))
    answer = next(one for one in await ground.contents() if isinstance(one, Arl) and one.lot == seal(second).reference)
    assert answer.reasons == (() if reason is None else (reason,))
    assert len(ground.reception.taken_lots()) == (2 if reason is None else 1)


async def test_a_lot_signed_by_a_stranger_or_changed_since_is_refused(ground: CaisseGround) -> None:
    stranger = replace(seal(make_lot()), signature=ServerSigner(make_signing_key()).sign_now(encode_lot(make_lot())))
    changed = replace(seal(make_lot(number=2)), signature=seal(make_lot()).signature)
    timed = make_lot(number=3)
    later = replace(timed, made_at=timed.made_at + timedelta(microseconds=1))
    retimed = replace(seal(later), signature=seal(timed).signature)
    for lot in (stranger, changed, retimed):
        await ground.send(lot)
    assert [one.reasons for one in await ground.contents() if isinstance(one, Arl)] == [(WRONG_SIGNATURE,)] * 3
    assert ground.reception.taken_lots() == []


async def test_a_lot_that_is_not_what_was_sealed_never_leaves(ground: CaisseGround) -> None:
    lot = seal(make_lot())
    with pytest.raises(ValueError, match="sealed"):
        await ground.send(replace(lot, content=LotContent((make_fse(amount_cents=9999),))))
    assert ground.reception.deliveries == []


async def test_a_refused_lot_may_be_sent_again_and_taken(ground: CaisseGround) -> None:
    lot = seal(make_lot())
    ground.tell(arl=ArlAnswer.NEGATIVE)
    await ground.send(lot)
    ground.tell()
    await ground.send(lot, again=True)
    arls = [one for one in await ground.contents() if isinstance(one, Arl)]
    assert [one.reasons for one in arls] == [(REFUSED,), ()]


async def test_a_silent_caisse_answers_the_retransmission(ground: CaisseGround) -> None:
    lot = seal(make_lot())
    ground.tell(arl=ArlAnswer.NONE)
    await ground.send(lot)
    assert await ground.contents() == []
    ground.tell()
    await ground.send(lot, again=True)
    assert await ground.contents() == [Arl(lot.reference, NOON), Rsp(lot.reference, NOON, 1, Payer.AMO, 1750)]


async def test_a_late_return_comes_when_it_is_time(ground: CaisseGround) -> None:
    ground.tell(delay=timedelta(days=3))
    await ground.send(seal(make_lot()))
    assert await ground.contents() == []
    ground.clock.advance(timedelta(days=3))
    assert len(await ground.contents()) == 2


async def test_a_rejection_gives_its_reason_and_stops_the_dre(ground: CaisseGround) -> None:
    ground.tell(rejections={1: UNPAID})
    await ground.send(seal(TWO))
    rejected = (await ground.contents())[1:]
    assert rejected == [Rsp(seal(TWO).reference, NOON, 1, Payer.AMO, 0, UNPAID)]


async def test_payments_may_come_first_and_all_of_it_twice(ground: CaisseGround) -> None:
    ground.tell(rsp_first=True, twice=True)
    await ground.send(seal(make_lot()))
    returns = await ground.client.fetch_returns(None)
    assert [type(one.content) for one in returns] == [Rsp, Arl, Rsp, Arl]
    assert len({one.id for one in returns}) == 4


async def test_returns_of_another_lot_are_told_apart(ground: CaisseGround) -> None:
    ground.tell(of_another=True)
    lot = seal(make_lot())
    await ground.send(lot)
    contents = await ground.contents()
    assert contents
    assert all(not isinstance(one, Unreadable) and one.lot != lot.reference for one in contents)


async def test_a_return_that_does_not_read_stops_no_other(ground: CaisseGround) -> None:
    ground.tell(garbled=True, pays=False)
    await ground.send(seal(make_lot()))
    ground.tell(pays=False)
    await ground.send(seal(make_lot(make_fse(number=2), number=2)))
    unreadable, arl = await ground.client.fetch_returns(None)
    assert unreadable.content == Unreadable("line 2: cut short: END is expected")
    assert isinstance(arl.content, Arl)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"LOT|1|", {"Lot-Signature": "a..b", "Lot-Retransmission": "no"}, 422),
        (encode_lot(make_lot()), {"Lot-Signature": "a..b"}, 400),
        (encode_lot(make_lot()), {"Lot-Retransmission": "no"}, 400),
        (encode_lot(make_lot()), {"Lot-Signature": "a..b", "Lot-Retransmission": "peut-être"}, 400),
        (b"x" * (MAX_LOT_BYTES + 1), {"Lot-Signature": "a..b", "Lot-Retransmission": "no"}, 413),
    ],
)
async def test_the_caisse_takes_nothing_that_it_cannot_read(
    ground: CaisseGround, body: bytes, headers: dict[str, str], status: int
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{ground.url}/lots", data=body, headers=headers, ssl=ground.own.client_context()) as response,
    ):
        assert response.status == status
    assert ground.reception.deliveries == []


async def test_many_at_once_are_each_taken_once(ground: CaisseGround) -> None:
    lots = [seal(make_lot(make_fse(number=one), number=one)) for one in range(1, 9)]
    await asyncio.gather(*(ground.send(lot, again=again) for lot in lots for again in (False, True)))
    assert len(ground.reception.taken_lots()) == 8
    assert all(ground.reception.times_new(lot.reference) == 1 for lot in lots)


async def test_a_key_is_for_its_owner_alone(ground: CaisseGround) -> None:
    assert ground.own.key.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE KEY" not in ground.own.certificate.read_bytes() + ground.own.authority.read_bytes()
