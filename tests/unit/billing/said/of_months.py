"""Scenarios of télésurveillance: conditions, adherence, increase, technical forfait, months billed together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from billing.facts.telemonitoring import DataReturn, Increase
from billing.rules.telemonitoring import group_months, quote_technical, quote_telemonitoring
from telemed.kernel.period import DayRange
from tests.the_law import LAW
from tests.unit.billing.making_months import make_month, make_operator

Scenarios = Mapping[str, object]
START = date(2026, 1, 15)


def quote(**changes: Any) -> object:
    facts = make_month(**changes)
    return quote_telemonitoring(facts, LAW.on(facts.last_day))


def returned(*months: tuple[int, int]) -> tuple[DataReturn, ...]:
    return tuple(DataReturn(number, expected, received) for number, (expected, received) in enumerate(months, 1))


def conditions() -> Scenarios:
    before, late = date(2023, 5, 1), date(2026, 1, 16)
    lacking: dict[str, Any] = {
        name: DayRange(late)
        for name in ("consent", "usage_data_consent", "ars_declaration", "convention", "dmn_listing")
    }
    return {
        "mois complet": quote(),
        "prothèse cardiaque": quote(pathway="prothese_cardiaque"),
        **{f"sans {name} le premier jour": quote(**{name: days}) for name, days in lacking.items()},
        **{f"sans {name} du tout": quote(**{name: None}) for name in lacking},
        "oncologie": quote(pathway="oncologie", suspensions=(DayRange(START, START),)),
        "avant le droit commun": quote(started_on=before),
        "activité inconnue": quote(pathway="autre"),
        "opérateur infirmier": quote(operator=make_operator(profession="60")),
        "mois non terminé": quote(closed_at=datetime(2026, 2, 14, 12, tzinfo=UTC)),
        "mois terminé la veille": quote(closed_at=datetime(2026, 2, 15, 12, tzinfo=UTC)),
        "autre suivi": quote(is_only_follow_up=False),
        "sans prescription": quote(prescription=None),
        "avant la prescription": quote(prescription=DayRange(late)),
        "prescription finie la veille de la fin": quote(prescription=DayRange(START, date(2026, 2, 13))),
        "prescription finie le dernier jour": quote(prescription=DayRange(START, date(2026, 2, 14))),
        "prescripteur d'une autre liste": quote(is_prescriber_qualified=False),
        "treizième mois": quote(month=13),
        "douzième mois": quote(month=12),
        "prescription de deux ans": quote(prescription=DayRange(START, date(2028, 1, 14))),
        "prescription d'un an": quote(prescription=DayRange(START, date(2027, 1, 14))),
        "prescription d'un 29 février": quote(
            started_on=date(2024, 2, 29), month=12, prescription=DayRange(date(2024, 2, 29), date(2025, 3, 1))
        ),
        "suspendu tout le mois": quote(suspensions=(DayRange(START, date(2026, 2, 14)),)),
        "suspendu en deux fois": quote(
            suspensions=(DayRange(START, date(2026, 1, 31)), DayRange(date(2026, 2, 1), date(2026, 2, 14)))
        ),
        "suspendu sauf un jour": quote(
            suspensions=(DayRange(START, date(2026, 1, 31)), DayRange(date(2026, 2, 2), date(2026, 2, 14)))
        ),
        "suspendu sans fin": quote(suspensions=(DayRange(START),)),
        "suspendu le dernier jour": quote(suspensions=(DayRange(date(2026, 2, 14)),)),
        "suspendu après": quote(suspensions=(DayRange(date(2026, 2, 15)),)),
    }


def adherences() -> Scenarios:
    january = DayRange(START, date(2026, 2, 14))
    return {
        "la moitié au mois 1": quote(data_returns=returned((30, 15))),
        "plus de la moitié au mois 1": quote(data_returns=returned((30, 16))),
        "la moitié au mois 2": quote(month=2, data_returns=returned((30, 30), (28, 14))),
        "un mois 1 qui échoue interdit le mois 2": quote(month=2, data_returns=returned((30, 1), (28, 28))),
        "un mois 2 qui échoue n'atteint pas le mois 1": quote(month=1, data_returns=returned((30, 30), (28, 1))),
        "le mois 3 n'est pas contrôlé": quote(month=3, data_returns=returned((30, 30), (28, 28), (31, 1))),
        "remontée inconnue": quote(month=2, data_returns=returned((30, 30))),
        "mois 1 suspendu": quote(month=2, suspensions=(january,), data_returns=(DataReturn(2, 28, 28),)),
    }


def increases() -> Scenarios:
    def increased(level: int = 1, months_before: int = 0, **changes: Any) -> object:
        grounds = changes.pop("grounds", ("hospitalisation",))
        is_renewed = changes.pop("is_renewed", False)
        return quote(increase=Increase(level, grounds, months_before, is_renewed), **changes)

    return {
        "niveau 1": increased(),
        "niveau 2": increased(2),
        "diabète": increased(pathway="diabete"),
        "insuffisance respiratoire": increased(pathway="insuffisance_respiratoire"),
        "sans critère": increased(grounds=()),
        "dernier mois du premier terme": increased(months_before=5),
        "au-delà du premier terme": increased(months_before=6),
        "au-delà, renouvelé": increased(months_before=6, is_renewed=True),
        "dernier mois renouvelé": increased(months_before=11, is_renewed=True),
        "au-delà de tout": increased(months_before=12, is_renewed=True),
        "avant son entrée en vigueur": increased(started_on=date(2023, 8, 1)),
        "commencé avant, premier mois": increased(started_on=date(2023, 12, 20)),
        "commencé avant, deuxième mois": increased(started_on=date(2023, 11, 20), month=2),
        "commencé avant, troisième mois": increased(started_on=date(2023, 11, 20), month=3),
    }


def technicals() -> Scenarios:
    names = sorted({name.rsplit("/", 1)[1] for name in LAW.parameters if name.startswith("telemonitoring/technical/")})
    then, before = LAW.on(date(2024, 6, 3)), LAW.on(date(2020, 1, 1))
    now = LAW.on(date(2026, 11, 25))
    return {
        **{f"{name} en 2024": quote_technical(name, then) for name in names},
        **{f"{name} aujourd'hui": quote_technical(name, now) for name in names},
        "avant": quote_technical("insuffisance_cardiaque", before),
        "inconnue": quote_technical("autre", then),
        "mois groupés avant les forfaits": group_months([1, 2], LAW.on(date(2022, 1, 1))),
        "mois groupés : rien": group_months([], now),
        "mois groupés : six": group_months(range(1, 7), now),
        "mois groupés : sept": group_months(range(1, 8), now),
        "mois groupés : un trou, dans le désordre, deux fois": group_months([5, 1, 2, 4, 2], now),
        "mois groupés : treize": group_months(range(3, 16), now),
    }
