"""Lots and returns in words: every stage, outcome and sort of return has its own, and no number of a person passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from billing.model.life import IN_A_LOT, Stage
from billing.model.lot import (
    Attempt,
    AttemptOutcome,
    KeptLot,
    KeptReturn,
    LotProgress,
    LotStanding,
    ReturnKind,
    ReturnState,
)
from telemed.law.calendar import CalendarZone
from telemed.web import lot_words
from telemed.web.views.frame import Tone

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
TODAY = date(2026, 11, 25)
ONE, OTHER = UUID(int=1), UUID(int=2)
SAID: dict[str, str | int | bool | None] = {"lot_number": 12, "organism": "013710000", "issuer_rpps": "10100000016"}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def lot_at(stage: Stage, *, tries: int = 1, due_on: date | None = TODAY) -> KeptLot:
    standing = LotStanding(ONE, stage, NOW, due_on, None, tries, TODAY)
    zone = CalendarZone.METROPOLE
    return KeptLot(ONE, "10100000016", 12, "013710000", OTHER, OTHER, zone, 3, 7500, NOW, "a" * 64, None, standing)


def kept(
    kind: ReturnKind, state: ReturnState, *, of_lot: bool = True, **content: str | int | bool | None
) -> KeptReturn:
    return KeptReturn(OTHER, "r-1", kind, state, ONE if of_lot else None, None, NOW, SAID | content)


def due_of(stage: Stage, *, tries: int = 1, paper_left: int = 0, has_caisse: bool = True) -> tuple[str, str]:
    told = lot_words.awaited(lot_at(stage, tries=tries), LotProgress(None, paper_left), TODAY, has_caisse=has_caisse)
    return plain(told.text), plain(told.limit.label) if told.limit else ""


def test_every_stage_outcome_and_effect_has_its_words() -> None:
    assert set(lot_words.STAGES) == {*IN_A_LOT, Stage.ACKNOWLEDGED}
    assert set(lot_words.OUTCOMES) == {*AttemptOutcome, None}
    assert set(lot_words.EFFECTS) == set(ReturnState)
    assert all(due_of(stage)[0] for stage in lot_words.STAGES)


@pytest.mark.parametrize(
    ("stage", "text", "limit"),
    [
        (Stage.TRANSMITTED, "Accusé de réception attendu", "Aujourd’hui"),
        (Stage.REFUSED, "À renvoyer : le lot repart de lui-même.", "Aujourd’hui"),
        (Stage.RETRANSMITTED, "un duplicata papier sera demandé", "Aujourd’hui"),
        (Stage.PAPER_REQUESTED, "Rien : chaque facture a suivi sa voie.", ""),
        (Stage.ACKNOWLEDGED, "Rien : l’envoi vous est acquis.", ""),
    ],
)
def test_what_is_due_and_until_when(stage: Stage, text: str, limit: str) -> None:
    told, until = due_of(stage)
    assert text in told
    assert until == limit


def test_paper_is_counted_and_what_did_not_leave_says_why() -> None:
    assert due_of(Stage.PAPER_REQUESTED, paper_left=2)[0] == "Adressez à la caisse 2 duplicatas papier."
    assert due_of(Stage.PAPER_REQUESTED, paper_left=1)[0] == "Adressez à la caisse 1 duplicata papier."
    assert due_of(Stage.LOTTED, tries=0)[0] == "À envoyer : il part de lui-même."
    assert due_of(Stage.LOTTED, tries=2)[0] == "Pas encore arrivé : un nouvel essai suit de lui-même."
    assert due_of(Stage.SILENT, has_caisse=False)[0] == "À envoyer : il attend qu’une caisse soit reliée."


def test_a_lot_without_a_last_day_shows_none() -> None:
    told = lot_words.awaited(lot_at(Stage.LOTTED, due_on=None), LotProgress(), TODAY, has_caisse=True)
    assert told.limit is None


def test_an_attempt_says_what_came_of_it() -> None:
    cut = lot_words.attempt_event(Attempt(1, False, NOW, None, None))
    assert (cut.title, cut.tone) == ("Premier envoi", Tone.SOON)
    again = lot_words.attempt_event(Attempt(2, True, NOW, NOW, AttemptOutcome.RECEIVED))
    assert plain(again.title) == "Renvoi, essai n° 2"
    assert again.text == "La caisse a le lot. Le même lot, les mêmes octets."


def test_a_return_of_a_lot_says_what_it_changed() -> None:
    paid = kept(ReturnKind.RSP, ReturnState.APPLIED, fse_number=7, payer="amo", amount_cents=1750, reasons="")
    event = lot_words.return_event(paid)
    assert (event.title, event.cents, event.tone) == ("Paiement (RSP)", 1750, Tone.FINE)
    assert plain(event.text) == "Pour la FSE n° 7, un paiement de 17,50 € de l’assurance maladie (AMO)."
    refused = kept(ReturnKind.ARL, ReturnState.UNCHANGED, is_positive=False, reasons="LOT_REFUSE : Lot refusé")
    event = lot_words.return_event(refused)
    assert (event.title, event.tone) == ("ARL négatif", Tone.PLAIN)
    assert plain(event.text) == "La caisse refuse le lot entier. LOT_REFUSE : Lot refusé. N’a rien changé de plus."


ASIDE = [
    (kept(ReturnKind.UNREADABLE, ReturnState.UNREADABLE, of_lot=False), "Retour illisible"),
    (kept(ReturnKind.ARL, ReturnState.ANOTHERS, of_lot=False), "Retour d’un lot qui n’est pas le vôtre"),
    (kept(ReturnKind.RSP, ReturnState.ANOTHERS, fse_number=9), "Retour sans facture dans ce lot"),
    (kept(ReturnKind.ARL, ReturnState.CONTRADICTS), "Accusé de réception contraire au précédent"),
    (kept(ReturnKind.RSP, ReturnState.CONTRADICTS, amount_cents=5), "Paiement en double, tardif ou inattendu"),
    (kept(ReturnKind.RSP, ReturnState.CONTRADICTS, amount_cents=0), "Rejet tardif ou inattendu"),
]


@pytest.mark.parametrize(("one", "title"), ASIDE, ids=[title for _, title in ASIDE])
def test_what_is_set_aside_says_what_it_is_and_what_to_do(one: KeptReturn, title: str) -> None:
    line = lot_words.aside_line(one, claims_open=True)
    assert line.title == title
    assert line.says
    assert line.todo
    assert line.reference == "r-1"


def test_of_anothers_lot_neither_amount_nor_reason_is_shown() -> None:
    another = kept(
        ReturnKind.RSP,
        ReturnState.ANOTHERS,
        of_lot=False,
        fse_number=9,
        payer="amo",
        amount_cents=1750,
        reasons="X : texte d'un autre",
    )
    line = lot_words.aside_line(another, claims_open=True)
    told = plain(" ".join(line.says))
    assert told == "Il parle du lot n° 12, organisme 01 371 0000. Émetteur : RPPS 10100000016."
    assert line.lot_address == ""


def test_a_claim_is_linked_for_whom_it_opens() -> None:
    one = replace(kept(ReturnKind.RSP, ReturnState.CONTRADICTS, amount_cents=5), claim_id=OTHER)
    assert lot_words.aside_line(one, claims_open=True).claim_address == f"/facturation/{OTHER}"
    assert lot_words.aside_line(one, claims_open=False).claim_address == ""


@pytest.mark.parametrize(
    "number", ["279035121518989", "2790351215189", "2 79 03 51 215 189 89", "253072B07300470", "2.79.03.51.215.189"]
)
def test_a_number_of_a_person_in_a_text_of_the_caisse_is_masked(number: str) -> None:
    assert lot_words.masked(f"Assuré {number} inconnu") == "Assuré •••• inconnu"


@pytest.mark.parametrize("text", ["Droits fermés le 2026-11-25", "FSE 1042 du lot 218", "RPPS 10100000016"])
def test_other_figures_are_left(text: str) -> None:
    assert lot_words.masked(text) == text
