"""The jobs of the exchange with the caisses, each safe to run late or twice, and what people see of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from billing.model.lot import KeptLot, KeptReturn, LotClaim, LotFile, LotProgress, ReturnState
from billing.ports import Caisse, LotSigner
from billing.service.access import BILLERS, PROFESSIONALS, claim_scope, require_claim_reader
from billing.service.lots.chasing import LotChaser
from billing.service.lots.collecting import ReturnCollector
from billing.service.lots.making import LotMaker
from billing.service.lots.sending import CALL_SECONDS, LotSender
from billing.service.places import Places
from billing.store.lot_claims import LotClaimStore
from billing.store.lots import LotStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Forbidden, NotFound
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_SET_ASIDE = (ReturnState.ANOTHERS, ReturnState.CONTRADICTS, ReturnState.UNREADABLE)
_MOST_RETURNS_OF_A_LOT = 200


class LotService:
    """Without a caisse in the settings, lots are made and wait: `is_configured` says so."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        law: Law,
        journal: Journal,
        signer: LotSigner,
        caisse: Caisse | None,
        places: Places,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self._database = database
        self._journal = journal
        self._maker = LotMaker(database=database, clock=clock, law=law, signer=signer)
        self._chaser = LotChaser(database=database, clock=clock, law=law)
        self._sender = self._collector = None
        if caisse is not None:
            self._sender = LotSender(database=database, clock=clock, law=law, caisse=caisse, call_seconds=call_seconds)
            self._collector = ReturnCollector(
                database=database, clock=clock, law=law, caisse=caisse, places=places, call_seconds=call_seconds
            )

    @property
    def is_configured(self) -> bool:
        """Is there a caisse to send to?"""
        return self._sender is not None

    async def make_lots(self) -> None:
        """Put every invoice that waits into a lot."""
        while await self._maker.make_one() is not None:
            pass

    async def transmit(self) -> None:
        """Send every lot whose turn it is, new or again."""
        while self._sender is not None and await self._sender.send_next():
            pass

    async def collect_returns(self) -> None:
        """Take in what the caisses have answered."""
        while self._collector is not None and await self._collector.collect_page():
            pass

    async def chase(self) -> None:
        """Look after the lots whose delay is over."""
        while await self._chaser.chase_unanswered():
            pass
        await self._chaser.chase_late()

    async def purge_copies(self) -> None:
        """Forget the content of copies that had their time (R-46)."""
        await self._chaser.purge_copies()

    async def send_now(self, caller: Caller) -> None:
        """Do at once, for everybody, what the jobs would do in a while."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.send_now")
            if not caller.has_role(*BILLERS):
                raise Forbidden("La télétransmission revient à qui facture et à son secrétariat.")
        await self.make_lots()
        await self.transmit()
        await self.collect_returns()

    async def page(self, caller: Caller, *, limit: int, after: UUID | None = None) -> list[KeptLot]:
        """Lots, the latest first: the doctor's own, or those of the caller's practice."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.list_lots")
            scope = claim_scope(caller, None)
            return await LotStore(uow.session).page(
                limit=limit, practice_id=scope.practice_id, professional_id=scope.professional_id, after=after
            )

    async def progress(self, caller: Caller, lots: Sequence[KeptLot]) -> dict[UUID, LotProgress]:
        """How far these lots of the caller have come. Not noted: it names nothing. Raises NotFound for another's."""
        require_claim_reader(caller)
        if not all(_may_read(caller, lot) for lot in lots):
            raise NotFound("Ce lot est introuvable.")
        async with self._database.read() as session:
            return await LotClaimStore(session).progress([lot.id for lot in lots])

    async def claims(self, caller: Caller, lot_id: UUID, *, limit: int, after: int | None = None) -> list[LotClaim]:
        """The claims of a lot by the number of their FSE. Raises NotFound if absent or not the caller's."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.list_lot_claims", lot_id)
            require_claim_reader(caller)
            lot = await LotStore(uow.session).find(lot_id)
            if lot is None or not _may_read(caller, lot):
                raise NotFound("Ce lot est introuvable.")
            return await LotClaimStore(uow.session).page(lot_id, limit=limit, after=after)

    async def get(self, caller: Caller, lot_id: UUID) -> LotFile:
        """One lot. Raises NotFound if absent or not the caller's."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.read_lot", lot_id)
            require_claim_reader(caller)
            store = LotStore(uow.session)
            lot = await store.find(lot_id)
            if lot is None or not _may_read(caller, lot):
                raise NotFound("Ce lot est introuvable.")
            attempts = await store.attempts(lot_id)
            returns = await store.returns(limit=_MOST_RETURNS_OF_A_LOT, lot_id=lot_id)
            return LotFile(lot, tuple(attempts), tuple(returns))

    async def anomalies(self, caller: Caller, *, limit: int, after: UUID | None = None) -> list[KeptReturn]:
        """Returns that were set aside, the latest first: another's lot, unreadable, or against what is known.

        A professional gets those of his own lots, the office those of its practice; those of no lot go to everybody.
        """
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.list_anomalies")
            require_claim_reader(caller)
            if caller.practice_id is None:
                raise Forbidden("Votre compte n'est rattaché à aucun cabinet.")
            return await LotStore(uow.session).returns(
                limit=limit,
                practice_id=caller.practice_id,
                professional_id=claim_scope(caller, None).professional_id,
                states=_SET_ASIDE,
                after=after,
            )

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, lot_id: UUID | None = None) -> None:
        resource = "" if lot_id is None else f"lot:{lot_id}"
        self._journal.note(uow, caller, action, resource=resource, purpose="billing")


def _may_read(caller: Caller, lot: KeptLot) -> bool:
    if caller.has_role(*PROFESSIONALS) and caller.id == lot.professional_id:
        return True
    return caller.has_role(Role.SECRETARY, Role.ADMINISTRATOR) and caller.practice_id == lot.practice_id
