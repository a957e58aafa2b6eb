"""Scenarios of the yearly cap: its level, its derogations, and what is held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from billing.rules.cap import Cap, Counts, find_cap
from billing.rules.derogation import Derogation, check_derogation, find_derogation
from billing.rules.holding import Asked, check_holding
from billing.rules.levels import Verdict
from billing.rules.levels import judge as judge_level
from billing.rules.projection import AnnualVolume, Outside, YearFacts, project
from billing.rules.rates import Regime
from tests.the_law import LAW

PSYCHIATRIST = "G15_10/SM42"
Scenarios = Mapping[str, object]


def levels() -> Scenarios:
    def cap(year: int = 2026, specialty: str = "G15_10/SM54") -> Cap:
        found = find_cap(LAW.on(date(year, 1, 1)), specialty=specialty)
        assert found is not None
        return found

    def level(facts: YearFacts, of: Cap) -> object:
        return judge_level(facts, of, project(facts, of))

    def done(remote: int, other: int, own: int = 0, own_acts: int | None = None) -> Counts:
        return Counts(remote, own, 0, other, own if own_acts is None else own_acts)

    march, end = date(2026, 3, 31), date(2027, 1, 15)
    elsewhere, all_year = (Outside(Counts(other_acts=200), day, "déclaration") for day in (march, date(2026, 12, 31)))
    volume = AnnualVolume(1_000, "déclaration", march)
    return {
        "ailleurs inconnu, aucun volume": level(YearFacts(march, done(10, 50)), cap()),
        "trop tôt pour un rythme": level(YearFacts(march, done(3, 5), outside=Outside(Counts(), march, "x")), cap()),
        "trente actes suffisent": level(YearFacts(march, done(3, 27), outside=Outside(Counts(), march, "x")), cap()),
        "sous le plafond, au rythme": level(YearFacts(march, done(10, 100), outside=elsewhere), cap()),
        "sous le plafond, volume déclaré": level(
            YearFacts(march, done(30, 70), outside=elsewhere, annual_volume=volume), cap()
        ),
        "proche du plafond": level(YearFacts(march, done(46, 154), outside=elsewhere, annual_volume=volume), cap()),
        "projeté au-dessus": level(YearFacts(march, done(90, 60), outside=elsewhere, annual_volume=volume), cap()),
        "sûrement au-dessus": level(YearFacts(march, done(260, 60), outside=elsewhere, annual_volume=volume), cap()),
        "deux actes de plus suffiraient": level(
            YearFacts(march, done(201, 0), annual_volume=replace(volume, acts=1_003), outside=elsewhere), cap()
        ),
        "un acte de plus suffirait": level(
            YearFacts(march, done(201, 0), annual_volume=replace(volume, acts=1_004), outside=elsewhere), cap()
        ),
        "exactement au plafond": level(YearFacts(march, done(200, 0), annual_volume=volume, outside=elsewhere), cap()),
        "un acte de trop": level(YearFacts(march, done(201, 0), annual_volume=volume, outside=elsewhere), cap()),
        "volume déclaré, ailleurs inconnu": level(YearFacts(march, done(30, 70), annual_volume=volume), cap()),
        "la lecture des caisses au-dessus": level(
            YearFacts(
                march,
                done(30, 300, own=0, own_acts=250),
                outside=elsewhere,
                annual_volume=replace(volume, own_acts=850),
            ),
            cap(),
        ),
        "comme l'an dernier": level(
            YearFacts(march, done(30, 170), outside=elsewhere, last_year=done(300, 900)), cap()
        ),
        "régime A projeté au-dessus": level(
            YearFacts(date(2023, 3, 31), Counts(40, 0, 30, 130, 0), last_year=done(300, 900)), cap(2023)
        ),
        "psychiatre, 40 %": level(
            YearFacts(march, done(60, 140), outside=elsewhere, annual_volume=volume), cap(2026, PSYCHIATRIST)
        ),
        "année close, sous le plafond": level(YearFacts(end, done(100, 700), outside=all_year), cap()),
        "année close, proche du plafond": level(YearFacts(end, done(195, 605), outside=all_year), cap()),
        "année close, au-dessus": level(YearFacts(end, done(201, 599), outside=all_year), cap()),
        "année close, peu d'actes et au-dessus": level(
            YearFacts(end, done(9, 3), outside=Outside(Counts(), date(2026, 12, 31), "x")), cap()
        ),
    }


def derogations() -> Scenarios:
    def check(
        rate: int, specialty: str = "G15_10/SM54", first: date = date(2026, 1, 1), last: date | None = None
    ) -> object:
        asked = Derogation("CPN 12", rate, first, last or date(first.year, 12, 31))
        return check_derogation(asked, LAW.on(first), specialty=specialty)

    spring, autumn = Derogation("A", 30, date(2026, 1, 1), date(2026, 6, 30)), date(2026, 7, 1)
    whole = date(2026, 1, 1), date(2026, 12, 31)
    later = Derogation("B", 35, autumn, date(2026, 12, 31))
    return {
        "20 % pour un généraliste": check(20),
        "21 % pour un généraliste": check(21),
        "99 % pour un généraliste": check(99),
        "100 % pour un généraliste": check(100),
        "40 % pour un psychiatre": check(40, PSYCHIATRIST),
        "50 % pour un psychiatre": check(50, PSYCHIATRIST),
        "51 % pour un psychiatre": check(51, PSYCHIATRIST),
        "51 % pour un psychiatre avant la convention de 2024": check(51, PSYCHIATRIST, date(2023, 1, 1)),
        "avant tout plafond": check(30, first=date(2021, 12, 31), last=date(2022, 12, 31)),
        "un seul jour": check(30, last=date(2026, 1, 1)),
        "finie avant de commencer": check(30, last=date(2025, 12, 31)),
        "dix ans": check(30, last=date(2036, 12, 31)),
        "plus de dix ans": check(30, last=date(2037, 1, 1)),
        "finie avant de commencer, et trop peu": check(20, last=date(2025, 12, 31)),
        "de l'année : toute l'année": find_derogation([later, spring], 2026) or "aucune",
        "de l'année : un semestre seulement": find_derogation([spring], 2026) or "aucune",
        "de l'année : la meilleure de chaque jour": find_derogation(
            [spring, later, Derogation("C", 45, date(2026, 1, 1), date(2026, 12, 31))], 2026
        )
        or "aucune",
        "de l'année : un jour sans décision": find_derogation(
            [spring, replace(later, first_day=date(2026, 7, 2))], 2026
        )
        or "aucune",
        "plafond relevé": find_cap(
            LAW.on(date(2026, 1, 1)), specialty=PSYCHIATRIST, derogations=[Derogation("E", 45, *whole)]
        ),
        "de l'année : aucune décision": find_derogation([], 2026) or "aucune",
        "de l'année : un jour de plus ne gêne pas": find_derogation(
            [Derogation("D", 25, date(2025, 12, 31), date(2027, 1, 1))], 2026
        )
        or "aucune",
    }


def holdings() -> Scenarios:
    cap = find_cap(LAW.on(date(2026, 1, 1)), specialty="G15_10/SM54")
    assert cap is not None
    march = date(2026, 3, 31)
    facts = YearFacts(
        march,
        Counts(260, 0, 0, 60, 0),
        outside=Outside(Counts(other_acts=200), march, "déclaration"),
        annual_volume=AnnualVolume(1_000, "déclaration", march),
    )
    over = judge_level(facts, cap, project(facts, cap))

    def check(asked: Asked, regime: Regime = Regime.B, verdict: Verdict = over) -> object:
        return check_holding(asked, verdict, regime)

    free = judge_level(
        replace(facts, here=Counts(10, 0, 0, 60, 0)), cap, project(replace(facts, here=Counts(10, 0, 0, 60, 0)), cap)
    )
    return {
        "sous le plafond": check(Asked(is_own_patient=False), verdict=free),
        "au-dessus": check(Asked(is_own_patient=False)),
        "au-dessus, sa patiente": check(Asked(is_own_patient=True)),
        "au-dessus, sa patiente, sous l'avenant 9": check(Asked(is_own_patient=True), Regime.A),
        "au-dessus, urgent": check(Asked(is_own_patient=False, is_urgent=True)),
        "au-dessus, urgent avec motif": check(Asked(is_own_patient=False, is_urgent=True, override_reason="fièvre")),
        "au-dessus, avec motif": check(Asked(is_own_patient=False, override_reason="remplaçant malade")),
        "au-dessus, motif vide": check(Asked(is_own_patient=False, override_reason="  ")),
    }
