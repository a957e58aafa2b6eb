"""The cases of télé-expertise that are not about money: who asks whom, and by when the answer is due."""

from __future__ import annotations

from datetime import datetime

import pytest

from telemed.acts.teleexpertise.model import Urgency
from telemed.acts.teleexpertise.rules.delays import answer_by
from telemed.acts.teleexpertise.rules.parties import Party, check_parties
from telemed.kernel.clock import Territory, civil_date
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW


@pytest.mark.parametrize("case", read_cases("teleexpertise_parties"), ids=str)
def test_who_asks_whom(case: Case) -> None:
    given = take(case.facts, requerant="60", requis="10", meme_rpps=False, suspendu=False)
    asker = Party("10100000057", given["requerant"])
    expert = Party(asker.rpps if given["meme_rpps"] else "10100000073", given["requis"], is_suspended=given["suspendu"])
    decision = check_parties(asker, expert, LAW.on(case.day))
    assert [reason.code for reason in decision.refusals] == take(case.decision, refus=[])["refus"]


@pytest.mark.parametrize("case", read_cases("teleexpertise_delay"), ids=str)
def test_by_when(case: Case) -> None:
    """`day` is the instant of the sending, `avant` the instant by which the answer is due."""
    given = take(case.facts, urgence="7_days", territoire="metropole")
    sent_at, territory = datetime.fromisoformat(case.day), Territory(given["territoire"])
    law = LAW.on(civil_date(sent_at, territory))
    due = answer_by(Urgency(given["urgence"]), sent_at, territory, law)
    assert due == datetime.fromisoformat(take(case.decision, avant=None)["avant"])
