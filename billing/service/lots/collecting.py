"""Takes in what the caisses answer: each return is kept once and applied once, in one transaction with its cursor."""

from __future__ import annotations

import asyncio
from datetime import datetime
from hashlib import sha256

import structlog
from sqlalchemy.exc import IntegrityError

from billing.formats.returns import encode_return
from billing.model import Claim
from billing.model.exchange import Arl, Payer, Return, ReturnReason, Rsp, Unreadable
from billing.model.invoice import EntryKind, Owing
from billing.model.life import UNDONE, Actor, Happening, Stage, find_transition
from billing.model.lot import KeptLot, KeptReturn, LotStanding, ReturnKind, ReturnState
from billing.model.standing import Standing
from billing.ports import Caisse, CaisseGarbage, CaisseUnavailable
from billing.service.lots.sending import CALL_SECONDS, move_lot
from billing.service.moving import Mover, owed
from billing.service.places import Places, find_present
from billing.store import BillingStore, CountStore
from billing.store.life import LifeStore
from billing.store.lots import LotStore
from telemed.kernel.clock import Clock
from telemed.kernel.decision import Reason
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

CURSOR = "caisse.returns"
_RSP = "rsp:"
RSP_TEXTS = "SESAM-Vitale, retours RSP"
_OWING = {Payer.AMO: Owing.AMO, Payer.AMC: Owing.AMC}
log = structlog.get_logger("lots")


class ReturnCollector:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        law: Law,
        caisse: Caisse,
        places: Places,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._caisse = caisse
        self._places = places
        self._call_seconds = call_seconds

    async def collect_page(self) -> bool:
        """Take in one page of returns; False when there was none, or the caisse was away."""
        async with self._database.read() as session:
            after = await LotStore(session).cursor(CURSOR)
        try:
            async with asyncio.timeout(self._call_seconds):
                returns = await self._caisse.fetch_returns(after)
        except (CaisseUnavailable, CaisseGarbage, TimeoutError) as error:
            log.warning("lots.no_returns", error=type(error).__name__)
            return False
        for one in returns:
            await self._take_in(one)
        return bool(returns)

    async def _take_in(self, received: Return) -> None:
        """Two processes may read the same page: the second finds it kept, here or by the constraint."""
        try:
            async with self._database.begin() as uow:
                await self._keep(uow, received)
                await LotStore(uow.session).set_cursor(CURSOR, received.id)
        except IntegrityError:
            log.info("lots.return_known")

    async def _keep(self, uow: UnitOfWork, received: Return) -> None:
        store, digest = LotStore(uow.session), _digest(received)
        if await store.is_kept(received.id, digest):
            return
        content = received.content
        lot, state, claim = None, ReturnState.UNREADABLE, None
        if not isinstance(content, Unreadable):
            lot = await store.find_by_reference(content.lot)
            state = ReturnState.ANOTHERS
        if lot is not None and lot.standing.tries:
            if isinstance(content, Arl):
                state = await self._apply_arl(uow, lot, content)
            elif isinstance(content, Rsp):
                state, claim = await self._apply_rsp(uow, lot, content, key=f"{_RSP}{received.id}")
        if state in (ReturnState.UNREADABLE, ReturnState.ANOTHERS, ReturnState.CONTRADICTS):
            log.error("lots.return_set_aside", state=state.value)
        kept = KeptReturn(
            id=new_id(),
            return_id=received.id,
            kind=_KINDS[type(content)],
            state=state,
            lot_id=None if lot is None else lot.id,
            claim_id=None if claim is None else claim.id,
            received_at=self._clock.now(),
            content=_said(content),
        )
        store.add_return(kept, content_sha256=digest, practice_id=None if lot is None else lot.practice_id)
        await uow.session.flush()

    async def _apply_arl(self, uow: UnitOfWork, lot: KeptLot, arl: Arl) -> ReturnState:
        """An answer to the whole lot. A refusal made before the last attempt is about the one before it."""
        store, now = LotStore(uow.session), self._clock.now()
        standing = await store.lock(lot.id)
        happening = Happening.ARL_POSITIVE if arl.is_positive else Happening.ARL_NEGATIVE
        if find_transition(standing.stage, happening) is None:
            is_denied = standing.stage is Stage.ACKNOWLEDGED and not arl.is_positive
            return ReturnState.CONTRADICTS if is_denied else ReturnState.UNCHANGED
        if not arl.is_positive and await self._is_late(store, standing, arl.issued_at):
            return ReturnState.UNCHANGED
        await move_lot(uow, lot, standing, happening, by=Actor.CAISSE, now=now, law=self._law)
        return ReturnState.APPLIED

    @staticmethod
    async def _is_late(store: LotStore, standing: LotStanding, issued_at: datetime) -> bool:
        attempts = await store.attempts(standing.lot_id)
        return len(attempts) > 1 and standing.stage is Stage.RETRANSMITTED and issued_at < attempts[-1].started_at

    async def _apply_rsp(
        self, uow: UnitOfWork, lot: KeptLot, rsp: Rsp, *, key: str
    ) -> tuple[ReturnState, Claim | None]:
        """An answer to one FSE in tiers payant; the count of its year is locked first, as everywhere."""
        claim_id = (await LotStore(uow.session).claims_of(lot.id)).get(rsp.fse_number)
        claim = None if claim_id is None else await BillingStore(uow.session).find(claim_id)
        if claim is None:
            return ReturnState.ANOTHERS, None
        await CountStore(uow.session).lock(claim.biller.rpps, claim.day.year)
        of_lot, now = await LotStore(uow.session).lock(lot.id), self._clock.now()
        await move_lot(uow, lot, of_lot, Happening.ANSWERED, by=Actor.CAISSE, now=now, law=self._law)
        standing = await LifeStore(uow.session).lock(claim.id)
        if standing is None or not standing.is_tiers_payant:
            return ReturnState.CONTRADICTS, claim
        apply = self._paid if rsp.is_paid else self._rejected
        return await apply(uow, claim, standing, rsp, key), claim

    async def _paid(self, uow: UnitOfWork, claim: Claim, standing: Standing, rsp: Rsp, key: str) -> ReturnState:
        """Money came, whatever the stage: the ledger says so. Paid once no insurer is still to answer.

        A payer who says twice that he paid one FSE is not believed the second time: a person looks.
        """
        mover = Mover(LifeStore(uow.session), now=self._clock.now())
        owing = _OWING[rsp.payer]
        if any(one.owing is owing and one.key.startswith(_RSP) for one in await mover.store.entries(claim.id)):
            return ReturnState.CONTRADICTS
        after = await mover.pay(standing, owing, rsp.amount_cents, key=key)
        if after.stage in UNDONE:
            await mover.advance(after, Happening.RSP_PAID, by=Actor.CAISSE)
            return ReturnState.CONTRADICTS
        awaited = await _awaited(mover.store, standing)
        happening = Happening.SHARE_PAID if awaited else Happening.RSP_PAID
        if find_transition(after.stage, happening) is None:
            return ReturnState.CONTRADICTS
        left = owed(await mover.store.entries(claim.id)).get(owing, 0)
        reasons = after.reasons if left == 0 else (*after.reasons, _paid_otherwise(rsp.payer, left))
        if standing.stage is Stage.REJECTED:
            reasons = (*reasons, *await self._count_again(uow, claim))
        await mover.advance(after, happening, by=Actor.CAISSE, reasons=reasons)
        return ReturnState.APPLIED

    async def _count_again(self, uow: UnitOfWork, claim: Claim) -> tuple[Reason, ...]:
        """What is paid after all counts again, even where its place was taken meanwhile: then why is told."""
        decision = await self._places.come_back(uow, claim)
        if not decision.is_allowed:
            await CountStore(uow.session).put_back(await find_present(uow, claim))
        return decision.refusals

    async def _rejected(self, uow: UnitOfWork, claim: Claim, standing: Standing, rsp: Rsp, _key: str) -> ReturnState:
        mover = Mover(LifeStore(uow.session), now=self._clock.now())
        reason = _rejection(rsp)
        if rsp.payer is Payer.AMC:
            return await self._share_rejected(mover, standing, reason)
        if find_transition(standing.stage, Happening.RSP_REJECTED) is None:
            return ReturnState.UNCHANGED if standing.stage is Stage.REJECTED else ReturnState.CONTRADICTS
        today = claim.biller.civil_day(self._clock.now())
        await mover.advance(standing, Happening.RSP_REJECTED, by=Actor.CAISSE, due_on=today, reasons=(reason,))
        await self._places.leave(uow, claim, why="rejected")
        return ReturnState.APPLIED

    @staticmethod
    async def _share_rejected(mover: Mover, standing: Standing, reason: Reason) -> ReturnState:
        """The patient owes what his complementary insurer refuses; the compulsory share goes its own way."""
        if find_transition(standing.stage, Happening.SHARE_REJECTED) is None:
            return ReturnState.CONTRADICTS
        after = await mover.hand_over_share(standing, Owing.AMC, Owing.PATIENT)
        is_last = after.stage is Stage.ACKNOWLEDGED and not await _awaited(mover.store, after)
        to = Stage.PAID if is_last else after.stage
        await mover.advance(after, Happening.SHARE_REJECTED, by=Actor.CAISSE, reasons=(reason,), to=to)
        return ReturnState.APPLIED


async def _awaited(store: LifeStore, standing: Standing) -> set[Owing]:
    """The insurers that were charged and have paid nothing yet."""
    entries = await store.entries(standing.claim_id)
    charged = {owing for owing, cents in owed(entries, payments=False).items() if cents > 0}
    answered = {one.owing for one in entries if one.kind is EntryKind.PAYMENT}
    return charged & set(_OWING.values()) - answered


def _digest(received: Return) -> str:
    """What makes two returns the same; one that does not read is like no other."""
    content = received.content
    if isinstance(content, Unreadable):
        return sha256(f"unreadable:{received.id}".encode()).hexdigest()
    return sha256(encode_return(content)).hexdigest()


_KINDS = {Arl: ReturnKind.ARL, Rsp: ReturnKind.RSP, Unreadable: ReturnKind.UNREADABLE}


def _said(content: Arl | Rsp | Unreadable) -> dict[str, str | int | bool | None]:
    """What a return says, for the person who looks at it."""
    if isinstance(content, Unreadable):
        return {"problem": content.problem}
    said: dict[str, str | int | bool | None] = {
        "issuer_rpps": content.lot.issuer_rpps,
        "organism": content.lot.organism,
        "lot_number": content.lot.number,
        "issued_at": content.issued_at.isoformat(),
    }
    if isinstance(content, Arl):
        return said | {"is_positive": content.is_positive, "reasons": _reasons(content.reasons)}
    reasons = () if content.reason is None else (content.reason,)
    paid = {"fse_number": content.fse_number, "payer": content.payer.value, "amount_cents": content.amount_cents}
    return said | paid | {"reasons": _reasons(reasons)}


def _reasons(reasons: tuple[ReturnReason, ...]) -> str:
    return " ; ".join(f"{one.code} : {one.text}" for one in reasons)


def _rejection(rsp: Rsp) -> Reason:
    code, text = ("", "") if rsp.reason is None else (rsp.reason.code, rsp.reason.text)
    if rsp.payer is Payer.AMC:
        said = f"L'assureur complémentaire refuse sa part, due par le patient : {text}"
        return Reason("caisse.share_rejected", said, RSP_TEXTS, {"code": code})
    return Reason("caisse.rejected", f"La caisse rejette la facture : {text}", RSP_TEXTS, {"code": code})


def _paid_otherwise(payer: Payer, left_cents: int) -> Reason:
    """`left_cents` is what the payer has not paid of his share; negative, what he paid beyond it."""
    text = "L'assureur n'a pas payé exactement la part facturée : vérifiez le décompte."
    return Reason("caisse.paid_otherwise", text, RSP_TEXTS, {"payer": payer.value, "left_cents": left_cents})
