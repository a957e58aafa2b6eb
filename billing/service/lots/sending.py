"""Sends lots: an attempt is committed before each call, its outcome after; no call is made inside a transaction."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from billing.formats.fse import decode_lot
from billing.model.exchange import SealedLot
from billing.model.life import Actor, Happening, Stage, find_transition
from billing.model.lot import Attempt, AttemptOutcome, KeptLot, LotStanding, Sending
from billing.ports import Caisse, CaisseGarbage, CaisseUnavailable
from billing.rules.deadlines import keep_until, retransmit_by
from billing.service.moving import Mover
from billing.store.life import LifeStore
from billing.store.lots import LotStore
from telemed.kernel.clock import Clock, civil_date, day_bounds
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

CALL_SECONDS = 30.0
_LEASE = timedelta(seconds=2 * CALL_SECONDS)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(minutes=30)
_TO_SEND = (Stage.LOTTED, Stage.REFUSED, Stage.SILENT)
log = structlog.get_logger("lots")


class LotSender:
    """A lot is sent as new once at most: whatever came of the first attempt, the next is a retransmission."""

    def __init__(
        self, *, database: Database, clock: Clock, law: Law, caisse: Caisse, call_seconds: float = CALL_SECONDS
    ) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._caisse = caisse
        self._call_seconds = call_seconds

    async def send_next(self) -> bool:
        """Send the lot whose turn it is; False when none is due."""
        sending = await self._take()
        if sending is None:
            return False
        outcome = await self._call(sending)
        await self._conclude(sending, outcome)
        return True

    async def _take(self) -> Sending | None:
        """Commit an attempt, and the instant at which another process may try should this one die."""
        async with self._database.begin() as uow:
            store, now = LotStore(uow.session), self._clock.now()
            standing = await store.take_due(_TO_SEND, at=now)
            if standing is None:
                return None
            lot, kept = await store.find(standing.lot_id), await store.content(standing.lot_id)
            if lot is None or kept is None:
                await store.save(replace(standing, next_at=None))
                return None
            number = standing.tries + 1
            attempt = Attempt(number, number > 1, now, None, None)
            await store.add_attempt(standing.lot_id, attempt)
            await store.save(replace(standing, tries=number, next_at=now + _LEASE))
            content, signature = kept
            read = decode_lot(content)
            sealed = SealedLot(
                read.number, read.issuer_rpps, read.organism, read.made_at, read.content, lot.sha256, signature
            )
            return Sending(sealed, standing.lot_id, attempt)

    async def _call(self, sending: Sending) -> AttemptOutcome:
        try:
            async with asyncio.timeout(self._call_seconds):
                await self._caisse.transmit(sending.lot, is_retransmission=sending.attempt.is_retransmission)
        except CaisseUnavailable:
            return AttemptOutcome.UNAVAILABLE
        except CaisseGarbage:
            return AttemptOutcome.GARBAGE
        except TimeoutError:
            return AttemptOutcome.TIMEOUT
        return AttemptOutcome.RECEIVED

    async def _conclude(self, sending: Sending, outcome: AttemptOutcome) -> None:
        """Keep what came of it. A return may have come during the call: the table decides what it still changes."""
        async with self._database.begin() as uow:
            store, now = LotStore(uow.session), self._clock.now()
            standing = await store.lock(sending.lot_id)
            await store.end_attempt(sending.lot_id, sending.attempt.number, outcome, at=now)
            if outcome is AttemptOutcome.RECEIVED:
                await self._received(uow, standing)
            elif standing.stage in _TO_SEND:
                log.warning("lots.not_sent", outcome=outcome.value, attempts=standing.tries)
                await store.save(replace(standing, next_at=now + wait_after(standing.tries)))

    async def _received(self, uow: UnitOfWork, standing: LotStanding) -> None:
        happening = Happening.SENT if standing.stage is Stage.LOTTED else Happening.RESENT
        if find_transition(standing.stage, happening) is None:
            return
        lot = await LotStore(uow.session).find(standing.lot_id)
        if lot is None:
            return
        await move_lot(uow, lot, standing, happening, by=Actor.JOB, now=self._clock.now(), law=self._law)


async def move_lot(
    uow: UnitOfWork,
    lot: KeptLot,
    standing: LotStanding,
    happening: Happening,
    *,
    by: Actor,
    now: datetime,
    law: Law,
) -> LotStanding:
    """Move a locked lot, and with it each of its claims that the table lets go the same way."""
    transition = find_transition(standing.stage, happening)
    if transition is None or transition.target is None:
        return standing
    after = time_lot(replace(standing, stage=transition.target, since=now), lot, now=now, law=law)
    await LotStore(uow.session).save(after)
    await move_claims(uow, lot.id, happening, by=by, now=now, after=after)
    return after


async def move_claims(
    uow: UnitOfWork, lot_id: UUID, happening: Happening, *, by: Actor, now: datetime, after: LotStanding
) -> None:
    """The claims of a lot follow it; one that was undone or answered by itself stays where it is."""
    store = LifeStore(uow.session)
    mover = Mover(store, now=now)
    for standing in await store.lock_many(list((await LotStore(uow.session).claims_of(lot_id)).values())):
        if find_transition(standing.stage, happening) is not None:
            moved = await mover.advance(standing, happening, by=by, due_on=after.due_on)
            if moved.stage is Stage.ACKNOWLEDGED and not moved.is_tiers_payant:
                await mover.advance(moved, Happening.SETTLED, by=Actor.CAISSE)


def time_lot(standing: LotStanding, lot: KeptLot, *, now: datetime, law: Law) -> LotStanding:
    """The timer of a lot at its stage: what is due, and when a sweep looks at it again.

    Without a return two working days after it left, a lot leaves again on the second of them; it is sent again in
    the two working days after a refusal; sent again in vain, paper is asked for when the same delay is over.
    """
    territory = lot.zone.territory
    today = civil_date(now, territory)
    if standing.stage in (Stage.TRANSMITTED, Stage.RETRANSMITTED):
        due_on = retransmit_by(today, zone=lot.zone, law=law.on(today)).due_on
        start, end = day_bounds(due_on, territory)
        kept = keep_until(today, law.on(today)).due_on
        next_at = start if standing.stage is Stage.TRANSMITTED else end
        return replace(standing, due_on=due_on, next_at=next_at, keep_until=max(kept, standing.keep_until))
    if standing.stage is Stage.REFUSED:
        due_on = retransmit_by(today, zone=lot.zone, law=law.on(today)).due_on
        return replace(standing, due_on=due_on, next_at=now)
    if standing.stage is Stage.SILENT:
        return replace(standing, next_at=now)
    if standing.stage is Stage.PAPER_REQUESTED:
        return replace(standing, due_on=today, next_at=None)
    return replace(standing, due_on=None, next_at=None)


def wait_after(tries: int) -> timedelta:
    """A minute, then twice as long each time, half an hour at most."""
    return min(_FIRST_WAIT * (1 << min(max(tries - 1, 0), 8)), _LONGEST_WAIT)
