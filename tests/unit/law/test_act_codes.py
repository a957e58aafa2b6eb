"""The code that the report and the invoice share."""

from __future__ import annotations

from datetime import date

import pytest

from telemed.law.act_codes import find_teleconsultation_code
from telemed.law.parameter import NotInForce
from tests.the_law import LAW


@pytest.mark.parametrize(
    ("specialty", "is_opposable", "code"),
    [
        ("G15_10/SM26", True, "TCG"),
        ("G15_10/SM54", True, "TCG"),
        ("G15_10/SM54", False, "TC"),
        ("G15_10/SM42", True, "TC"),
        ("G15_10", True, "TC"),
    ],
)
def test_general_medicine_at_the_tariff_is_tcg_and_all_else_tc(specialty: str, is_opposable: bool, code: str) -> None:
    law = LAW.on(date(2026, 11, 25))
    found = find_teleconsultation_code(law, specialty=specialty, is_opposable=is_opposable)
    assert found.code == code
    assert code in law.value("teleconsultation/codes/accepted_in_report").labels


def test_there_is_no_code_before_reimbursement() -> None:
    with pytest.raises(NotInForce):
        find_teleconsultation_code(LAW.on(date(2018, 9, 14)), specialty="G15_10/SM54", is_opposable=True)
