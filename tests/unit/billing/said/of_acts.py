"""Scenarios of téléconsultation, télé-expertise, accompaniment and quotas, and the decision of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from billing.facts import Part, Reimbursement, Sector, Setting
from billing.rules.accompaniment import quote_accompaniment
from billing.rules.judgement import find_quota_code, judge
from billing.rules.quota import QuotaScope, QuotaStanding, check_quota, find_quota, sum_forfait
from billing.rules.surroundings import Surroundings
from billing.rules.tariff import quote_teleconsultation
from billing.rules.teleexpertise import quote_part
from telemed.kernel.clock import Territory
from telemed.kernel.decision import ALLOWED
from tests.the_law import LAW
from tests.unit.billing.making import make_accompaniment, make_biller, make_facts, make_nurse, make_teleexpertise
from tests.unit.billing.making_months import make_month

PSYCHIATRIST, NEUROLOGIST, GYNAECOLOGIST, CARDIOLOGIST = "G15_10/SM42", "G15_10/SM32", "G15_10/SM20", "G15_10/SM04"
Scenarios = Mapping[str, object]


def tariffs() -> Scenarios:
    def quote(other_codes: tuple[str, ...] = (), **changes: Any) -> object:
        facts = make_facts(**changes)
        return quote_teleconsultation(facts, LAW.on(facts.day), Surroundings(other_codes=other_codes))

    def at(year: int, month: int, day: int) -> dict[str, Any]:
        return {
            "started_at": datetime(year, month, day, 12, tzinfo=UTC),
            "ended_at": datetime(year, month, day, 13, tzinfo=UTC),
        }

    return {
        "généraliste, secteur 1": quote(),
        "généraliste en Guadeloupe": quote(territory=Territory.GUADELOUPE),
        "la veille du remboursement": quote(**at(2018, 9, 14)),
        "sans image": quote(is_video_established=False),
        "non conventionné": quote(sector=Sector.NOT_CONVENTIONED),
        "sage-femme": quote(profession="50"),
        "secteur 1 avec dépassement": quote(has_overrun=True, fee_cents=4_000),
        "sans image, par un autre que médecin, non conventionné": quote(
            is_video_established=False, sector=Sector.NOT_CONVENTIONED, profession="60"
        ),
        "secteur 2 avec dépassement, honoraires donnés": quote(
            sector=Sector.SECTOR_2, has_overrun=True, fee_cents=4_567
        ),
        "secteur 2 avec dépassement, honoraires à donner": quote(sector=Sector.SECTOR_2, has_overrun=True),
        "secteur 2 avec dépassement, sans prise en charge": quote(
            sector=Sector.SECTOR_2, has_overrun=True, fee_cents=4_567, reimbursement=Reimbursement(False)
        ),
        "secteur 2 sans dépassement": quote(sector=Sector.SECTOR_2),
        "OPTAM avec dépassement": quote(sector=Sector.SECTOR_2_OPTAM, has_overrun=True, fee_cents=3_000),
        "montant demandé qui n'est pas le tarif": quote(fee_cents=2_600),
        "montant demandé qui est le tarif": quote(fee_cents=2_500),
        "honoraires nuls sans dépassement": quote(fee_cents=0),
        "psychiatre": quote(specialty=PSYCHIATRIST),
        "neurologue": quote(specialty=NEUROLOGIST),
        "gynécologue": quote(specialty=GYNAECOLOGIST),
        "cardiologue": quote(specialty=CARDIOLOGIST),
        "psychiatre avant le tarif connu": quote(specialty=PSYCHIATRIST, **at(2020, 3, 2)),
        "conditions de prise en charge non réunies": quote(reimbursement=Reimbursement(False)),
        "conditions non réunies et tarif non établi": quote(specialty=CARDIOLOGIST, reimbursement=Reimbursement(False)),
        "le même jour qu'une télé-expertise": quote(other_codes=("RQD", "G", "TE2")),
        "le même jour qu'un acte ordinaire": quote(other_codes=("G",)),
    }


def teleexpertises() -> Scenarios:
    def quote(part: Part = Part.OPINION, around: Surroundings | None = None, **changes: Any) -> object:
        facts = make_teleexpertise(**changes)
        known = Surroundings(quota=ALLOWED) if around is None else around
        return quote_part(facts, part, LAW.on(facts.day_of(part)), known)

    def on(year: int, month: int, day: int) -> dict[str, Any]:
        moment = datetime(year, month, day, 12, tzinfo=UTC)
        return {"requested_at": moment, "accepted_at": moment, "completed_at": moment}

    law = LAW.on(date(2026, 11, 25))
    full = check_quota(QuotaStanding(find_quota(law, "TE2"), 2026, QuotaScope.BILLER, reserved=1, consumed=3))
    return {
        "réponse": quote(),
        "réponse en Martinique": quote(requis=make_biller(territory=Territory.MARTINIQUE)),
        "réponse, quota non demandé": quote(around=Surroundings()),
        "réponse, quota épuisé": quote(around=Surroundings(quota=full)),
        "réponse la veille du remboursement": quote(**on(2019, 2, 9)),
        "réponse sans niveau, du temps des niveaux": quote(**on(2020, 5, 4)),
        "réponse de niveau 1 en ALD": quote(**on(2020, 5, 4), level=1, grounds=("ald",)),
        "réponse de niveau 2 sans motif": quote(**on(2020, 5, 4), level=2),
        "réponse après sept jours": quote(
            requested_at=datetime(2026, 11, 18, 9, tzinfo=UTC), accepted_at=datetime(2026, 11, 18, 10, tzinfo=UTC)
        ),
        "réponse après huit jours": quote(
            requested_at=datetime(2026, 11, 17, 9, tzinfo=UTC), accepted_at=datetime(2026, 11, 17, 10, tzinfo=UTC)
        ),
        "réponse d'un dentiste": quote(requis=make_biller(profession="40", specialty="")),
        "réponse d'un infirmier": quote(requis=make_biller(profession="60", specialty="")),
        "réponse d'un non-conventionné": quote(requis=make_biller(sector=Sector.NOT_CONVENTIONED)),
        "à soi-même": quote(requerant=make_nurse(rpps=make_biller().rpps)),
        "avec dépassement": quote(has_overrun=True),
        "avec un autre acte": quote(other_codes=("DEQP003",), around=Surroundings(quota=ALLOWED, other_codes=("TCG",))),
        "refusée et tardive": quote(has_overrun=True, requested_at=datetime(2026, 11, 1, 9, tzinfo=UTC)),
        "demande": quote(Part.REQUEST),
        "demande en Guyane": quote(Part.REQUEST, requerant=make_nurse(territory=Territory.GUYANE)),
        "demande non acceptée": quote(Part.REQUEST, accepted_at=None),
        "demande du temps du forfait": quote(Part.REQUEST, **on(2021, 5, 4)),
        "demande d'un pharmacien": quote(Part.REQUEST, requerant=make_nurse(profession="21")),
        "demande avec tout ce qui refuse": quote(
            Part.REQUEST,
            requerant=make_nurse(profession="21", rpps=make_biller().rpps, sector=Sector.NOT_CONVENTIONED),
            accepted_at=None,
            has_overrun=True,
            other_codes=("G",),
            around=Surroundings(quota=full),
        ),
    }


def accompaniments() -> Scenarios:
    def quote(around: Surroundings | None = None, **changes: Any) -> object:
        facts = make_accompaniment(**changes)
        return quote_accompaniment(facts, LAW.on(facts.day_of(Part.ACT)), around or Surroundings())

    held = make_accompaniment().teleconsultation
    before = datetime(2019, 9, 1, 12, tzinfo=UTC)
    return {
        **{f"infirmier, {setting.value}": quote(setting=setting) for setting in Setting},
        "pharmacien": quote(setting=Setting.PHARMACY, biller=make_nurse(profession="21")),
        "pharmacien avec un téléphone": quote(
            setting=Setting.PHARMACY, biller=make_nurse(profession="21"), uses_smartphone=True
        ),
        "médecin": quote(biller=make_biller()),
        "non conventionné": quote(biller=make_nurse(sector=Sector.NOT_CONVENTIONED)),
        "avant le code": quote(done_at=before, teleconsultation=replace(held, started_at=before)),
        "téléconsultation d'un autre": quote(teleconsultation=replace(held, patient_id=UUID(int=9))),
        "sans image": quote(teleconsultation=replace(held, is_video_established=False)),
        "un autre jour": quote(done_at=datetime(2026, 11, 26, 13, 45, tzinfo=UTC)),
        "déjà accompagnée": quote(Surroundings(is_already_accompanied=True)),
        "avec un téléphone": quote(uses_smartphone=True),
    }


def quotas() -> Scenarios:
    law = LAW.on(date(2026, 11, 25))

    def check(code: str, scope: QuotaScope, reserved: int, consumed: int, day: date = law.day) -> object:
        return check_quota(QuotaStanding(find_quota(LAW.on(day), code), day.year, scope, reserved, consumed))

    spring = [(date(2021, 4, 6), "TE1"), (date(2021, 5, 3), "TE2")]
    return {
        "une place": check("TE2", QuotaScope.BILLER, 1, 2),
        "plus de place au requis": check("TE2", QuotaScope.BILLER, 1, 3),
        "plus de place au requérant": check("RQD", QuotaScope.BILLER, 0, 4),
        "plus de place, tous confondus": check("TE2", QuotaScope.PATIENT, 2, 3),
        "plus de place, du temps des niveaux": check("TE1", QuotaScope.BILLER, 0, 4, date(2020, 5, 4)),
        "forfait": sum_forfait(2021, spring, law),
        "forfait, en mots": sum_forfait(2021, spring, law).text,
        "forfait ramené à sa limite, en mots": sum_forfait(2021, spring * 34, law).text,
        "forfait de la dernière année": sum_forfait(2022, [(date(2022, 3, 31), "TE2")], law),
    }


def judgements() -> Scenarios:
    visit, opinion, beside = make_facts(), make_teleexpertise(), make_accompaniment()
    month = make_month()
    law, levelled = LAW.on(date(2026, 11, 25)), LAW.on(date(2020, 5, 4))
    around = Surroundings(quota=ALLOWED, other_codes=("TE2",), is_already_accompanied=True)
    return {
        "téléconsultation": judge(visit, Part.ACT, law, around),
        "réponse": judge(opinion, Part.OPINION, law, around),
        "demande": judge(opinion, Part.REQUEST, law, around),
        "accompagnement": judge(beside, Part.ACT, law, around),
        "mois de télésurveillance": judge(month, Part.ACT, LAW.on(month.last_day), around),
        "quota d'un mois de télésurveillance": find_quota_code(month, Part.ACT, law),
        "rien autour": judge(opinion, Part.OPINION, law),
        "quota d'une téléconsultation": find_quota_code(visit, Part.ACT, law),
        "quota d'un accompagnement": find_quota_code(beside, Part.ACT, law),
        "quota d'une réponse": find_quota_code(opinion, Part.OPINION, law),
        "quota d'une demande": find_quota_code(opinion, Part.REQUEST, law),
        "quota d'une réponse de niveau 1": find_quota_code(make_teleexpertise(level=1), Part.OPINION, levelled),
        "quota d'une réponse de niveau 2": find_quota_code(make_teleexpertise(level=2), Part.OPINION, levelled),
        "quota d'une réponse sans niveau": find_quota_code(opinion, Part.OPINION, levelled),
    }
