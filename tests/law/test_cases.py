"""The cases of tests/law/**/*.yaml, each folder against its rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from billing.facts import DOCTOR, MedecinTraitant, Reimbursement, Sector
from billing.rules.tariff import quote_teleconsultation
from telemed.acts.teleconsultation.rules.reimbursement import ReimbursementFacts, assess_reimbursement
from telemed.acts.teleconsultation.rules.sick_leave import Leave, Prescriber, SickLeaveFacts, check_sick_leave
from telemed.kernel.clock import Territory
from telemed.kernel.money import format_euros
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW
from tests.unit.billing.making import make_facts

KINDS = ("tariff", "cap", "sick_leave", "reimbursement")


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.parametrize("case", read_cases("tariff"), ids=str)
def test_tariff(case: Case) -> None:
    """`day` is a day (noon UTC is taken) or an instant with its offset."""
    given = take(
        case.facts,
        specialite="G15_10/SM54",
        secteur="sector_1",
        territoire="metropole",
        depassement=False,
        video=True,
        honoraires=None,
        profession=DOCTOR,
        medecin_traitant="other",
        remboursable=None,
    )
    started = _instant(case.day)
    facts = make_facts(
        specialty=given["specialite"],
        sector=Sector(given["secteur"]),
        territory=Territory(given["territoire"]),
        has_overrun=given["depassement"],
        is_video_established=given["video"],
        fee_cents=given["honoraires"],
        profession=given["profession"],
        medecin_traitant=MedecinTraitant(given["medecin_traitant"]),
        reimbursement=Reimbursement(given["remboursable"]),
        started_at=started,
        ended_at=started + timedelta(minutes=15),
    )
    quote = quote_teleconsultation(facts, LAW.on(facts.day))
    expected = take(
        case.decision,
        etat="proposed",
        code=None,
        montant=None,
        refus=[],
        manque=[],
        avertissements=[],
        jour=facts.day,
    )
    amount = None if quote.amount_cents is None else format_euros(quote.amount_cents).replace("\u00a0", " ")
    assert (quote.state.value, quote.code, amount) == (expected["etat"], expected["code"], expected["montant"])
    assert codes(quote.refusals) == expected["refus"]
    assert codes(quote.missing) == expected["manque"]
    assert codes(quote.warnings) == expected["avertissements"]
    assert facts.day == expected["jour"]


def _instant(raw: Any) -> datetime:
    if isinstance(raw, datetime):
        raise TypeError("write an instant between quotes, with its offset")
    if isinstance(raw, date):
        return datetime(raw.year, raw.month, raw.day, 12, tzinfo=UTC)
    return datetime.fromisoformat(raw)


@pytest.mark.parametrize("case", read_cases("sick_leave"), ids=str)
def test_sick_leave(case: Case) -> None:
    given = take(case.facts, du=None, au=None, prescripteur="autre", en_cours=None, impossibilite_justifiee=False)
    ongoing = given["en_cours"]
    facts = SickLeaveFacts(
        leave=Leave(given["du"], given["au"]),
        prescriber=Prescriber(given["prescripteur"]),
        ongoing=None if ongoing is None else Leave(ongoing["du"], ongoing["au"]),
        is_impossibility_justified=given["impossibilite_justifiee"],
    )
    decision = check_sick_leave(facts, LAW.on(case.day))
    expected = take(case.decision, refus=[], avertissements=[])
    assert (codes(decision.refusals), codes(decision.warnings)) == (expected["refus"], expected["avertissements"])


@pytest.mark.parametrize("case", read_cases("reimbursement"), ids=str)
def test_reimbursement(case: Case) -> None:
    given = take(
        case.facts,
        specialite="G15_10/SM54",
        ne_le=date(1980, 5, 12),
        parcours=False,
        territoire=False,
        alternance=None,
        exceptions=[],
        vu_le=None,
    )
    facts = ReimbursementFacts(
        specialty=given["specialite"],
        patient_born_on=given["ne_le"],
        follows_pathway=given["parcours"],
        is_within_territory=given["territoire"],
        alternates=given["alternance"],
        invoked=frozenset(given["exceptions"]),
        last_seen_in_person_on=given["vu_le"],
    )
    found = assess_reimbursement(facts, LAW.on(case.day))
    expected = take(case.decision, refus=[], exceptions=[])
    assert (codes(found.decision.refusals), list(found.exceptions)) == (expected["refus"], expected["exceptions"])


def test_there_are_cases_of_every_kind_and_no_two_of_the_same_name() -> None:
    cases = [case for kind in KINDS for case in read_cases(kind)]
    assert len({(case.kind, case.name) for case in cases}) == len(cases) >= 40
    assert {case.kind for case in cases} == set(KINDS)
    assert all(case.text.strip() for case in cases)
