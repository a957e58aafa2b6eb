"""Scenarios of acts done elsewhere: lines of a file, days that count, and the curve of a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from billing.facts import Part
from billing.formats.activity import decode_activity
from billing.rules.activity import Period, judge_rows
from billing.rules.cap import Counts, find_cap
from billing.rules.curve import YearOfActs, month_ends, trace_curve
from billing.rules.judgement import quota_codes
from billing.rules.outside import ActivityKind, ImportedOutside, KnownOutside
from billing.rules.projection import Outside
from tests.the_law import LAW
from tests.unit.billing.making import make_facts, make_teleexpertise

Scenarios = Mapping[str, object]
TODAY = date(2026, 11, 25)


def lines() -> Scenarios:
    """Each line of a file, by itself."""

    def judge(*rows: str, first: date | None = None, last: date | None = None) -> object:
        read = decode_activity("\n".join(("jour;nature;nombre;patients_mt;lieu", *rows)).encode())
        known = {(date(2026, 2, 2), ActivityKind.OTHER, "")}
        return judge_rows(read.rows, Period(2026, TODAY, first, last), known)

    march = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}
    return {
        "jour, nature et nombre": judge("2026-03-15;TCG;4;1;Clinique"),
        "jour à la française": judge("5/3/2026;Autre;4;;"),
        "trop de cases": judge("2026-03-15;TCG;4;1;Clinique;x"),
        "jour illisible": judge("15 mars;TCG;4;;"),
        "jour qui n'existe pas": judge("2026-02-30;TCG;4;;"),
        "autre année": judge("2025-12-31;TCG;4;;"),
        "aujourd'hui": judge("2026-11-25;TCG;4;;"),
        "demain": judge("2026-11-26;TCG;4;;"),
        "bords de la période": judge("2026-03-01;TCG;4;;", "2026-03-31;TCG;4;;", **march),
        "hors de la période": judge("2026-02-28;TCG;4;;", "2026-04-01;TCG;4;;", **march),
        "nature inconnue": judge("2026-03-15;kiné;4;;"),
        "nombre négatif": judge("2026-03-15;TCG;-4;;"),
        "nombre le plus grand": judge("2026-03-15;TCG;2000;;"),
        "nombre trop grand": judge("2026-03-15;TCG;2001;;"),
        "part de ses patients illisible": judge("2026-03-15;TCG;4;un;"),
        "part de tout": judge("2026-03-15;TCG;4;4;"),
        "part plus grande que le tout": judge("2026-03-15;TCG;4;5;"),
        "lieu le plus long": judge(f"2026-03-15;TCG;4;;{'x' * 100}"),
        "lieu trop long": judge(f"2026-03-15;TCG;4;;{'x' * 101}"),
        "sans colonne de lieu": judge_rows(
            decode_activity(b"jour;nature;nombre\n2026-03-15;TCG;4").rows, Period(2026, TODAY)
        ),
        "deux fois la même": judge("2026-03-15;TCG;4;;", "2026-03-15;TC;2;;"),
        "déjà importée": judge("2026-02-02;visite;4;;"),
    }


def curves() -> Scenarios:
    cap = find_cap(LAW.on(date(2026, 1, 1)), specialty="")
    before = find_cap(LAW.on(date(2023, 1, 1)), specialty="")
    assert cap is not None
    assert before is not None
    here = {date(2026, 1, 2): Counts(4, 1, 0, 20, 5), date(2026, 3, 1): Counts(3, 0, 1, 6, 0)}
    imported = {date(2026, 1, 2): Counts(2, 0, 0, 8, 0), date(2026, 2, 1): Counts(0, 0, 0, 5, 0)}
    lump = Outside(Counts(10, 2, 0, 90, 20), date(2026, 2, 10), "déclaration")
    days = [date(2026, 2, 1), date(2026, 1, 1), date(2026, 1, 2), date(2026, 3, 1), date(2026, 2, 10)]
    waiting = KnownOutside(Outside(Counts(), date(2026, 2, 1), "x"), is_declaration_used=True)
    kept_at = datetime(2026, 4, 1, 9, tzinfo=UTC)
    by_day = imported | {date(2026, 2, 2): Counts(1)}
    file = ImportedOutside(date(2026, 1, 1), date(2026, 3, 31), "fichier", kept_at, by_day)
    return {
        "sans déclaration": trace_curve(cap, YearOfActs(here, imported), days),
        "avec une déclaration entière": trace_curve(cap, YearOfActs(here, imported, lump), days),
        "sous l'avenant 9": trace_curve(
            before,
            YearOfActs({date(2023, 1, 2): Counts(40, 30, 10, 450, 100)}, {}, replace(lump, as_of=date(2023, 2, 10))),
            [date(2023, 1, 2), date(2023, 6, 1)],
        ),
        "fins de mois le dernier jour": month_ends(2026, date(2026, 12, 31)),
        "fins de mois en mars": month_ends(2026, date(2026, 3, 31)),
        "fins de mois au 1er avril": month_ends(2026, date(2026, 4, 1)),
        "fins de mois d'une année bissextile": month_ends(2024, date(2025, 6, 1)),
        "jours qui comptent": waiting.days_after(None, [file, file]),
        "jours après une déclaration": waiting.days_after(date(2026, 1, 2), [file]),
        "jours, ailleurs inconnu": KnownOutside(None, is_declaration_used=False).days_after(None, [file]),
        "codes d'une téléconsultation": quota_codes(make_facts(), Part.ACT),
        "codes d'une réponse": quota_codes(make_teleexpertise(), Part.OPINION),
        "codes d'une demande": quota_codes(make_teleexpertise(), Part.REQUEST),
    }
