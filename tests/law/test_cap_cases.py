"""The cases of tests/law/cap: the reading, the level, and what is held, against the rules of the cap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pytest

from billing.rules.cap import Counts, Derogation, find_cap, read_cap
from billing.rules.derogation import DecidedBy, check_derogation
from billing.rules.holding import Asked, check_holding
from billing.rules.levels import judge
from billing.rules.projection import AnnualVolume, Outside, YearFacts, project
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.decision import Decision
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW

ASKED = {"patient_du_medecin": False, "urgent": False, "motif": None}


def codes(reasons: Iterable[Any]) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.parametrize("case", read_cases("cap"), ids=str)
def test_cap(case: Case) -> None:
    """`day` is the day on which the question is asked; `annee` the civil year, that of the day unless given.

    `attendu` is expected on 31 December, `intervalle` its bounds; `demande` a téléconsultation to book or invoice.
    """
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
        demande={},
    )
    law = LAW.on(date(given["annee"], 1, 1))
    cap = find_cap(law, specialty=given["specialite"], derogations=_derogations(given["derogation"]))
    expected = take(
        case.decision,
        regime=None,
        taux=None,
        texte=None,
        caisse=None,
        niveau=None,
        raisons=None,
        attendu=None,
        intervalle=None,
        reste=None,
        manque=None,
        demande=None,
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
    if expected["intervalle"] is not None:
        assert f"{projection.remote.low} à {projection.remote.high}" == expected["intervalle"]
    _expect(verdict.allowance, expected["reste"])
    _expect(verdict.acts_needed, expected["manque"])
    asked = take(given["demande"], **ASKED)
    decision = check_holding(Asked(asked["patient_du_medecin"], asked["urgent"], asked["motif"]), verdict, cap.regime)
    _expect(_held(decision), expected["demande"])


def _held(decision: Decision) -> str:
    """`permis`, or the code of the refusal, or of the warning that lets the act through."""
    return ([*codes(decision.refusals), *codes(decision.warnings)] or ["permis"])[0]


def _expect(found: Any, expected: Any) -> None:
    """Nothing expected is nothing checked."""
    if expected is not None:
        assert found == expected


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


def _derogations(raw: dict[str, Any] | list[dict[str, Any]] | None) -> list[Derogation]:
    """One, or several that follow one another."""
    listed = [] if raw is None else raw if isinstance(raw, list) else [raw]
    return [Derogation(one["reference"], one["taux"], one["du"], one["au"]) for one in listed]


@pytest.mark.parametrize("case", read_cases("derogation"), ids=str)
def test_derogation(case: Case) -> None:
    """May it be recorded? `day` is its first day."""
    given = take(case.facts, specialite="G15_10/SM54", taux=30, au=None, decide_par="cpam", reference="CPAM 1")
    last = given["au"] or date(case.day.year, 12, 31)
    asked = Derogation(given["reference"], given["taux"], case.day, last, DecidedBy(given["decide_par"]))
    decision = check_derogation(asked, LAW.on(case.day), specialty=given["specialite"])
    assert codes(decision.refusals) == take(case.decision, refus=[])["refus"]


@pytest.mark.parametrize("case", read_cases("cap_day"), ids=str)
def test_the_civil_day_and_year_of_an_act(case: Case) -> None:
    """`day` is an instant with its offset: which day and which year it counts in, where the doctor practises."""
    day = civil_date(
        datetime.fromisoformat(case.day), Territory(take(case.facts, territoire="metropole")["territoire"])
    )
    expected = take(case.decision, jour=None, annee=None, regime=None)
    cap = find_cap(LAW.on(date(day.year, 1, 1)), specialty="G15_10/SM54")
    assert (day, day.year, cap and cap.regime.value) == (expected["jour"], expected["annee"], expected["regime"])


def test_no_two_cases_have_the_same_name() -> None:
    cases = [case for kind in ("cap", "derogation", "cap_day") for case in read_cases(kind)]
    assert len({(case.kind, case.name) for case in cases}) == len(cases) >= 60
