"""A caisse in memory that a story tells what to answer; it remembers every byte that it was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from billing.formats.fse import encode_lot
from billing.model.exchange import Arl, Lot, LotReference, Payer, Return, ReturnReason, Rsp, SealedLot, TransportReceipt
from billing.ports import CaisseUnavailable

_PAGE = 3
WRONG = ReturnReason("DROITS", "Droits fermés")


class PlayedCaisse:
    """`is_away` loses what is sent; `loses_answers` keeps it and says nothing."""

    def __init__(self) -> None:
        self.lots: dict[tuple[str, int], SealedLot] = {}
        self.times_new: dict[tuple[str, int], int] = {}
        self.is_away = False
        self.loses_answers = False
        self._returns: list[Return] = []

    async def transmit(self, lot: SealedLot, *, is_retransmission: bool) -> TransportReceipt:
        if self.is_away:
            raise CaisseUnavailable("nobody answers")
        key = lot.issuer_rpps, lot.number
        known = self.lots.setdefault(key, lot)
        assert _bytes_of(known) == _bytes_of(lot), "another lot under the same number"
        self.times_new[key] = self.times_new.get(key, 0) + (not is_retransmission)
        if self.loses_answers:
            raise CaisseUnavailable("the answer was lost")
        return TransportReceipt(lot.reference, lot.made_at, was_known=known is not lot)

    async def fetch_returns(self, after: str | None) -> Sequence[Return]:
        if self.is_away:
            raise CaisseUnavailable("nobody answers")
        return [one for one in self._returns if after is None or one.id > after][:_PAGE]

    def acknowledge(self, lot: SealedLot, at: datetime, *, is_positive: bool) -> None:
        self._leave(Arl(lot.reference, at, () if is_positive else (WRONG,)))

    def answer(self, lot: SealedLot, at: datetime, *, fse: int, payer: Payer, cents: int) -> None:
        """Pays `cents`; 0 rejects."""
        number = lot.content.fses[fse % len(lot.content.fses)].number
        self._leave(Rsp(lot.reference, at, number, payer, cents, None if cents else WRONG))

    def answer_about_another(self, lot: SealedLot, at: datetime) -> None:
        other = LotReference(lot.issuer_rpps, lot.organism, lot.number, "0" * 64)
        self._leave(Arl(other, at))

    def repeat(self, number: int) -> None:
        """The same message again, under another name."""
        if self._returns:
            self._leave(self._returns[number % len(self._returns)].content)

    def _leave(self, content: object) -> None:
        self._returns.append(Return(f"{len(self._returns):08d}", content))  # type: ignore[arg-type]


def _bytes_of(lot: SealedLot) -> bytes:
    return encode_lot(Lot(lot.number, lot.issuer_rpps, lot.organism, lot.made_at, lot.content))
