"""What a caisse of ours does with the lots that it gets: checks them, keeps them once, and answers as it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from billing.formats.fse import decode_lot, sha256_of
from billing.formats.returns import encode_return
from billing.model.exchange import Arl, FseRecord, Lot, LotReference, Payer, ReturnReason, Rsp
from telemed.kernel.clock import Clock
from telemed.kernel.ids import new_id
from telemed.security.signing import SealVerifier

WRONG_SIGNATURE = ReturnReason("SIGNATURE", "La signature du lot ne correspond pas à son contenu ou à une clé connue")
NUMBER_TAKEN = ReturnReason("NUMERO_DE_LOT", "Ce numéro de lot a déjà servi pour un autre contenu")
FSE_TAKEN = ReturnReason("FSE_DEJA_RECUE", "Une feuille de soins de ce lot a déjà été reçue dans un autre lot")
REFUSED = ReturnReason("LOT_REFUSE", "Lot refusé par le centre de traitement")
GARBAGE = "ARL|1|ceci n'est pas un retour\n"
_Key = tuple[str, str, int]


class ArlAnswer(StrEnum):
    """What becomes of a lot that is right: a wrong one is refused in any case."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NONE = "none"


@dataclass(frozen=True)
class Answers:
    """How the caisse answers the lots that it gets from now on.

    `rejections` say which FSE is rejected, by number, and why; the others are paid, unless `pays` is false: then no
    RSP comes. `delay` holds every return back. `rsp_first` tells payments before the ARL, `twice` tells all of it
    again under other ids, `of_another` under the number of another lot, `garbled` in bytes that do not read.
    """

    arl: ArlAnswer = ArlAnswer.POSITIVE
    pays: bool = True
    rejections: Mapping[int, ReturnReason] = field(default_factory=dict)
    delay: timedelta = timedelta(0)
    rsp_first: bool = False
    twice: bool = False
    of_another: bool = False
    garbled: bool = False


@dataclass(frozen=True)
class Delivery:
    """A lot as it arrived, each time that it did."""

    lot: LotReference
    is_retransmission: bool
    received_at: datetime
    text: bytes = field(repr=False)


@dataclass(frozen=True)
class PublishedReturn:
    """A return as it may be fetched."""

    id: str
    text: str


class Reception:
    """Lots in, returns out, in memory. `answers` may be changed at any time, and holds for the lots to come."""

    def __init__(self, verifier: SealVerifier, clock: Clock, *, answers: Answers | None = None) -> None:
        self.answers = answers or Answers()
        self.deliveries: list[Delivery] = []
        self._verifier = verifier
        self._clock = clock
        self._taken: dict[_Key, str] = {}
        self._taken_fses: dict[tuple[str, int], str] = {}
        self._due: list[tuple[datetime, str]] = []
        self._published: list[PublishedReturn] = []

    def take(self, text: bytes, signature: str, *, is_retransmission: bool) -> tuple[LotReference, bool]:
        """Keep a lot and answer it; gives its reference and whether these bytes were here before.

        Raises FormatError if it does not read: then nobody knows whose it is, and no ARL can be sent.
        """
        lot = decode_lot(text)
        reference = LotReference(lot.issuer_rpps, lot.organism, lot.number, sha256_of(text))
        was_known = any(one.lot == reference for one in self.deliveries)
        self.deliveries.append(Delivery(reference, is_retransmission, self._clock.now(), text))
        fault = self._find_fault(lot, reference, text, signature)
        if fault is not None:
            self._publish([Arl(reference, self._clock.now(), (fault,))])
        elif _key(reference) in self._taken:
            self._publish([Arl(reference, self._clock.now())])
        else:
            self._answer(lot, reference)
        return reference, was_known

    def returns_after(self, after: str | None, *, most: int) -> Sequence[PublishedReturn]:
        """The returns that are due, oldest first, after the one of this id; all of them if it is not known here."""
        now = self._clock.now()
        ready = [text for due_at, text in self._due if due_at <= now]
        self._due = [(due_at, text) for due_at, text in self._due if due_at > now]
        self._published += [PublishedReturn(str(new_id()), text) for text in ready]
        start = next((place for place, one in enumerate(self._published, start=1) if one.id == after), 0)
        return self._published[start : start + most]

    def say(self, content: Arl | Rsp | str) -> None:
        """Publish a message of one's own choosing, at once: true, false, or no message at all."""
        text = content if isinstance(content, str) else encode_return(content).decode()
        self._due.append((self._clock.now(), text))

    def taken_lots(self) -> list[Lot]:
        """The lots that were accepted, each once, in the order in which they first came."""
        texts = {one.lot: one.text for one in self.deliveries if self._taken.get(_key(one.lot)) == one.lot.sha256}
        return [decode_lot(text) for text in texts.values()]

    def times_new(self, lot: LotReference) -> int:
        """How often this lot came as a new one: more than once is a fault of the sender."""
        return sum(one.lot == lot and not one.is_retransmission for one in self.deliveries)

    def _find_fault(self, lot: Lot, reference: LotReference, text: bytes, signature: str) -> ReturnReason | None:
        if not self._verifier.is_valid(text, signature):
            return WRONG_SIGNATURE
        if self._taken.get(_key(reference), reference.sha256) != reference.sha256:
            return NUMBER_TAKEN
        others = (self._taken_fses.get((lot.issuer_rpps, one.number)) for one in lot.content.fses)
        return FSE_TAKEN if any(other not in (None, reference.sha256) for other in others) else None

    def _answer(self, lot: Lot, reference: LotReference) -> None:
        """A right lot that was not accepted before: accepted, refused or left without a word, as told."""
        now = self._clock.now()
        if self.answers.arl is ArlAnswer.NEGATIVE:
            self._publish([Arl(reference, now, (REFUSED,))])
        elif self.answers.arl is ArlAnswer.POSITIVE:
            self._taken[_key(reference)] = reference.sha256
            self._taken_fses |= {(lot.issuer_rpps, one.number): reference.sha256 for one in lot.content.fses}
            payments: list[Arl | Rsp] = list(self._pay(lot, reference, now)) if self.answers.pays else []
            arl = Arl(reference, now)
            self._publish([*payments, arl] if self.answers.rsp_first else [arl, *payments])

    def _pay(self, lot: Lot, reference: LotReference, now: datetime) -> Iterator[Rsp]:
        """One RSP for each FSE in tiers payant, and one for each DRE of an FSE that is paid."""
        rejections = self.answers.rejections
        for fse in lot.content.fses:
            if fse.is_tiers_payant and fse.amo_cents:
                yield _rsp(reference, now, fse, rejections.get(fse.number))
        for dre in lot.content.dres:
            if dre.fse_number not in rejections:
                yield Rsp(reference, now, dre.fse_number, Payer.AMC, dre.amount_cents)

    def _publish(self, contents: Sequence[Arl | Rsp]) -> None:
        due_at = self._clock.now() + self.answers.delay
        for _ in range(2 if self.answers.twice else 1):
            self._due += [(due_at, self._write(content)) for content in contents]

    def _write(self, content: Arl | Rsp) -> str:
        if self.answers.garbled:
            return GARBAGE
        if self.answers.of_another:
            content = replace(content, lot=replace(content.lot, number=content.lot.number + 1))
        return encode_return(content).decode()


def _rsp(lot: LotReference, now: datetime, fse: FseRecord, rejection: ReturnReason | None) -> Rsp:
    return Rsp(lot, now, fse.number, Payer.AMO, 0 if rejection else fse.amo_cents, rejection)


def _key(lot: LotReference) -> _Key:
    return lot.issuer_rpps, lot.organism, lot.number
