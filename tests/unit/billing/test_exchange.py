"""What goes to a caisse: each field is checked where it is built, and nothing personal shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from billing.model.exchange import (
    MAX_FSES_PER_LOT,
    Arl,
    DreRecord,
    FseRecord,
    LotContent,
    ReturnReason,
    TransmissionMode,
)
from tests.unit.billing.lots import AT, INSURED, make_dre, make_fse, make_lot, make_rsp, seal


def test_a_lot_shows_no_insured_person() -> None:
    lot = seal(make_lot(make_fse(amc_cents=750), dres=(make_dre(),)))
    assert INSURED not in repr(lot)
    assert make_dre().contract not in repr(lot)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": 1_000_000_000}, "number"),
        ({"number": True}, "number"),
        ({"code": "tcg"}, "code"),
        ({"code": "TCG|1"}, "code"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 100}, "quantity"),
        ({"amount_cents": -1}, "amount_cents"),
        ({"amo_cents": 2501}, "amo_cents"),
        ({"amo_cents": 1750, "amc_cents": 751}, "amo_cents"),
        ({"mode": TransmissionMode.PAPER_SHEET}, "mode"),
        ({"made_at": AT.replace(tzinfo=None)}, "offset"),
        ({"made_at": AT.astimezone(timezone(timedelta(hours=1)))}, "made_at"),
        ({"insured_nss": INSURED[:13]}, "insured_nss"),
        ({"insured_nss": INSURED[:13] + "99"}, "insured_nss"),
        ({"patient_rank": 0}, "patient_rank"),
        ({"patient_rank": 10}, "patient_rank"),
        ({"prescripteur": "123"}, "prescripteur"),
        ({"prescripteur": ""}, "prescripteur"),
    ],
)
def test_a_wrong_field_of_an_fse_is_named(change: dict[str, object], field: str) -> None:
    good = make_fse()
    with pytest.raises(ValueError, match=field):
        replace(good, **change)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: LotContent(()), "fses"),
        (lambda: LotContent(tuple(make_fse(number=one + 1) for one in range(MAX_FSES_PER_LOT + 1))), "fses"),
        (lambda: LotContent((make_fse(number=2), make_fse(number=1))), "rising"),
        (lambda: LotContent((make_fse(number=1), make_fse(number=1))), "once"),
        (lambda: LotContent((make_fse(),), (make_dre(fse_number=9),)), "no FSE 9"),
        (lambda: LotContent((make_fse(amc_cents=700),), (make_dre(),)), "another share"),
        (lambda: DreRecord(1, "", "A", 1), "insurer"),
        (lambda: DreRecord(1, "A", "a|b", 1), "contract"),
        (lambda: DreRecord(1, "A", "B", 0), "amount_cents"),
        (lambda: make_lot(number=0), "number"),
        (lambda: make_lot(issuer_rpps="1234"), "issuer_rpps"),
        (lambda: make_lot(organism="01751"), "organism"),
        (lambda: replace(seal(make_lot()), sha256="ABC"), "sha256"),
        (lambda: ReturnReason("A", "deux\nlignes"), "reason text"),
        (lambda: ReturnReason("A", "un|deux"), "reason text"),
        (lambda: ReturnReason("A", ""), "reason text"),
        (lambda: ReturnReason("a b", "texte"), "reason code"),
        (lambda: make_rsp(amount_cents=0), "amount_cents"),
        (lambda: make_rsp(amount_cents=100, reason=ReturnReason("A", "texte")), "amount_cents"),
    ],
)
def test_what_may_not_be_is_not_built(make: Callable[[], object], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        make()


def test_an_arl_with_a_reason_refuses() -> None:
    lot = seal(make_lot()).reference
    assert Arl(lot, AT).is_positive
    assert not Arl(lot, AT, (ReturnReason("SIGNATURE", "Signature inconnue"),)).is_positive


def test_the_total_of_a_lot_is_what_is_charged() -> None:
    assert make_lot(make_fse(number=1), make_fse(number=2, amount_cents=3000)).content.total_cents == 5500


def test_an_fse_of_a_child_is_on_the_parents_number() -> None:
    child: FseRecord = make_fse(patient_rank=2)
    assert (child.insured_nss, child.patient_rank) == (INSURED, 2)
