"""The cases of tests/law/**/*.yaml, each folder against its rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from billing.facts import DOCTOR, MedecinTraitant, Reimbursement, Sector
from billing.rules.cap import Counts, Derogation, find_cap, read_cap
from billing.rules.levels import judge
from billing.rules.projection import AnnualVolume, Outside, YearFacts, project
from billing.rules.tariff import quote_teleconsultation
from telemed.acts.teleconsultation.rules.reimbursement import ReimbursementFacts, assess_reimbursement
from telemed.acts.teleconsultation.rules.sick_leave import Leave, Prescriber, SickLeaveFacts, check_sick_leave
from telemed.kernel.clock import Territory
from telemed.kernel.money import format_euros
from telemed.law.law import Law
from tests.law.cases import Case, read_cases, take
from tests.unit.billing.making import make_facts

LAW = Law.load()
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


@pytest.mark.parametrize("case", read_cases("cap"), ids=str)
def test_cap(case: Case) -> None:
    """`day` is the day on which the question is asked; `annee` the civil year, that of the day unless given."""
    given = take(
        case.facts,
        annee=case.day.year,
        specialite="G15_10/SM54",
        ici={},
        reserve={},
        ailleurs=None,
        volume_annuel=None,
        annee_precedente=None,
        derogation=None,
    )
    law = LAW.on(date(given["annee"], 1, 1))
    cap = find_cap(law, specialty=given["specialite"], derogation=_derogation(given["derogation"]))
    expected = take(
        case.decision,
        regime=None,
        taux=None,
        texte=None,
        caisse=None,
        niveau=None,
        raisons=None,
        attendu=None,
        reste=None,
    )
    if cap is None:
        assert expected["regime"] is None
        return
    facts = _year_facts(case.day, given)
    readings = {reading.name.value: reading for reading in read_cap(cap, facts.known)}
    projection = project(facts, cap)
    verdict = judge(facts, cap, projection)
    assert (cap.regime.value, cap.rate_percent) == (expected["regime"], expected["taux"])
    _check_reading(readings["literal"], expected["texte"])
    _check_reading(readings.get("caisse"), expected["caisse"])
    if expected["niveau"] is not None:
        assert (verdict.level.value, codes(verdict.reasons)) == (expected["niveau"], expected["raisons"])
    if expected["attendu"] is not None:
        assert projection.volume is not None
        assert f"{projection.remote.point}/{projection.volume.point}" == expected["attendu"]
    if expected["reste"] is not None:
        assert verdict.allowance == expected["reste"]


def _check_reading(reading: Any, expected: str | None) -> None:
    """`190/1000 permis` or `240/1000 dépassé`; nothing expected is nothing checked."""
    if expected is not None:
        verdict = "dépassé" if reading.is_exceeded else "permis"
        assert f"{reading.numerator}/{reading.denominator} {verdict}" == expected


def _counts(raw: dict[str, Any]) -> Counts:
    given = take(raw, teleconsultations=0, dont_ses_patients=0, teleexpertises=0, autres=0, actes_ses_patients=None)
    return Counts(
        teleconsultations=given["teleconsultations"],
        own_teleconsultations=given["dont_ses_patients"],
        teleexpertises=given["teleexpertises"],
        other_acts=given["autres"],
        own_acts=given["actes_ses_patients"],
    )


def _year_facts(today: date, given: dict[str, Any]) -> YearFacts:
    outside, volume, last_year = given["ailleurs"], given["volume_annuel"], given["annee_precedente"]
    own = {"actes_ses_patients": given["reserve"].get("dont_ses_patients", 0)}
    return YearFacts(
        today=today,
        here=_counts(given["ici"]),
        booked=_counts(own | given["reserve"]),
        outside=None if outside is None else Outside(_counts(outside["actes"]), outside["au"], "déclaration"),
        annual_volume=None if volume is None else AnnualVolume(volume, "déclaration", today),
        last_year=None if last_year is None else _counts(last_year),
    )


def _derogation(raw: dict[str, Any] | None) -> Derogation | None:
    return None if raw is None else Derogation(raw["reference"], raw["taux"], raw["du"], raw["au"])


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
