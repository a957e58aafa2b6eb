"""Makes the lots: the invoices of one issuer for one organism, numbered, sealed and signed."""

from __future__ import annotations

from uuid import UUID

from billing.formats.fse import encode_lot, sha256_of
from billing.formats.invoice import read_copy
from billing.model.exchange import MAX_FSES_PER_LOT, DreRecord, FseRecord, Lot, LotContent, SealedLot
from billing.model.life import Actor, Happening, Stage
from billing.model.lot import KeptLot, LotStanding
from billing.model.standing import Standing
from billing.ports import LotSigner
from billing.rules.deadlines import keep_until
from billing.service.moving import Mover
from billing.store.invoices import InvoiceStore
from billing.store.life import LifeStore
from billing.store.lots import Group, LotStore
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.ids import new_id
from telemed.law.calendar import CalendarZone, find_zone
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

LOT_SERIES = "lot"


class LotMaker:
    """One transaction a lot: it is made whole with its number and its signature, or not at all."""

    def __init__(self, *, database: Database, clock: Clock, law: Law, signer: LotSigner) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._signer = signer

    async def make_one(self) -> UUID | None:
        """The next lot there is to make; None when no invoice waits."""
        async with self._database.begin() as uow:
            group = await LotStore(uow.session).take_group(limit=MAX_FSES_PER_LOT)
            return None if group is None else await self._make(uow, group)

    async def _make(self, uow: UnitOfWork, group: Group) -> UUID:
        lives, invoices, now = LifeStore(uow.session), InvoiceStore(uow.session), self._clock.now()
        standings = await lives.lock_many(group.claim_ids)
        copies = await invoices.contents([one.invoice_id for one in standings if one.invoice_id is not None])
        records = {one.invoice_id: read_copy(copies[one.invoice_id]) for one in standings if one.invoice_id is not None}
        number = await invoices.next_number(LOT_SERIES, group.rpps)
        lot = Lot(number, group.rpps, group.organism, now, _content(list(records.values())))
        encoded = encode_lot(lot)
        signature = await self._signer.sign(encoded, rpps=group.rpps)
        zone = await invoices.find_calendar(group.practice_id) or find_zone(standings[0].territory)
        kept = self._keep(group, lot, sha256_of(encoded), zone, standings)
        sealed = SealedLot(number, group.rpps, group.organism, now, lot.content, kept.sha256, signature)
        items = {
            records[one.invoice_id][0].number: (one.invoice_id, one.claim_id)
            for one in standings
            if one.invoice_id is not None
        }
        await LotStore(uow.session).add(kept, sealed, encoded, items)
        mover = Mover(lives, now=now)
        for standing in standings:
            await mover.advance(standing, Happening.LOTTED, by=Actor.JOB, due_on=standing.due_on, lot_id=kept.id)
        return kept.id

    def _keep(self, group: Group, lot: Lot, digest: str, zone: CalendarZone, standings: list[Standing]) -> KeptLot:
        lot_id, now = new_id(), lot.made_at
        today = civil_date(now, zone.territory)
        standing = LotStanding(
            lot_id=lot_id,
            stage=Stage.LOTTED,
            since=now,
            due_on=min(one.due_on for one in standings if one.due_on is not None),
            next_at=now,
            tries=0,
            keep_until=keep_until(today, self._law.on(today)).due_on,
        )
        return KeptLot(
            id=lot_id,
            issuer_rpps=group.rpps,
            number=lot.number,
            organism=group.organism,
            practice_id=group.practice_id,
            professional_id=group.professional_id,
            zone=zone,
            fse_count=len(lot.content.fses),
            total_cents=lot.content.total_cents,
            made_at=now,
            sha256=digest,
            purged_at=None,
            standing=standing,
        )


def _content(records: list[tuple[FseRecord, DreRecord | None]]) -> LotContent:
    records = sorted(records, key=lambda one: one[0].number)
    return LotContent(tuple(fse for fse, _ in records), tuple(dre for _, dre in records if dre is not None))
