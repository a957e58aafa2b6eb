"""The cases of télé-expertise and of accompaniment, each folder against its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing.facts import Part, Sector, Setting
from billing.rules.accompaniment import quote_accompaniment
from billing.rules.quota import QuotaScope, QuotaStanding, check_quota, find_quota
from billing.rules.surroundings import Surroundings
from billing.rules.tariff import Quote
from billing.rules.teleexpertise import quote_part
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision
from telemed.kernel.ids import new_id
from telemed.kernel.money import format_euros
from telemed.law.parameter import LawOfDay
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW
from tests.unit.billing.making import make_accompaniment, make_biller, make_nurse, make_teleexpertise

SIDES = {"requis": Part.OPINION, "requerant": Part.REQUEST}


@pytest.mark.parametrize("case", read_cases("teleexpertise"), ids=str)
def test_teleexpertise(case: Case) -> None:
    """`day` is that of the answer: a day (noon UTC is taken) or an instant with its offset."""
    given = take(
        case.facts,
        cote=None,
        territoire="metropole",
        territoire_requis=None,
        demande=None,
        acceptee=True,
        niveau=None,
        motifs=[],
        autres=[],
        deja_factures=[],
        depassement=False,
        meme_personne=False,
        profession_requis="10",
        profession_requerant="60",
        secteur_requis="sector_1",
        quota={"limite": 4, "pris": 0},
    )
    part, answered = SIDES[given["cote"]], _instant(case.day)
    requested = answered if given["demande"] is None else _instant(given["demande"])
    requis = make_biller(
        profession=given["profession_requis"],
        sector=Sector(given["secteur_requis"]),
        territory=Territory(given["territoire_requis"] or given["territoire"]),
    )
    requerant = make_nurse(profession=given["profession_requerant"], territory=Territory(given["territoire"]))
    facts = make_teleexpertise(
        requis=requis,
        requerant=replace(requerant, rpps=requis.rpps) if given["meme_personne"] else requerant,
        requested_at=requested,
        accepted_at=requested if given["acceptee"] else None,
        completed_at=answered,
        level=given["niveau"],
        grounds=tuple(given["motifs"]),
        other_codes=tuple(given["autres"]),
        has_overrun=given["depassement"],
    )
    law = LAW.on(facts.day_of(part))
    around = Surroundings(quota=_quota(given["quota"], part, law), other_codes=tuple(given["deja_factures"]))
    quote = quote_part(facts, part, law, around)
    assert _found(quote, day=law.day) == _expected(case, day=law.day)
    _check_words(quote)


@pytest.mark.parametrize("case", read_cases("accompaniment"), ids=str)
def test_accompaniment(case: Case) -> None:
    """`day` is that of the accompaniment; `teleconsultation` when it started, the same unless given."""
    given = take(
        case.facts,
        cadre=None,
        profession="60",
        secteur="sector_1",
        territoire="metropole",
        teleconsultation=None,
        video=True,
        telephone=False,
        autre_patient=False,
        deja_accompagnee=False,
    )
    done = _instant(case.day)
    held = make_accompaniment().teleconsultation
    facts = make_accompaniment(
        setting=Setting(given["cadre"]),
        biller=make_nurse(
            profession=given["profession"],
            sector=Sector(given["secteur"]),
            territory=Territory(given["territoire"]),
        ),
        teleconsultation=replace(
            held,
            patient_id=new_id() if given["autre_patient"] else held.patient_id,
            started_at=done if given["teleconsultation"] is None else _instant(given["teleconsultation"]),
            is_video_established=given["video"],
        ),
        done_at=done,
        uses_smartphone=given["telephone"],
    )
    law = LAW.on(facts.day_of(Part.ACT))
    quote = quote_accompaniment(facts, law, Surroundings(is_already_accompanied=given["deja_accompagnee"]))
    assert _found(replace(quote, warnings=()), day=law.day) == _expected(case, day=law.day)
    _check_words(quote)
    assert quote.amount_cents is None or [one.code for one in quote.warnings] == ["billing.tariff_uncertain"]


def _quota(given: Any, part: Part, law: LawOfDay) -> Decision | None:
    """What the counter would say; nothing before the code existed, where no quota can be read."""
    code = "RQD" if part is Part.REQUEST else "TE2"
    if given == "inconnu" or law.find(f"teleexpertise/quotas/{code.lower()}") is None:
        return None
    quota = find_quota(law, code)
    taken = given["pris"] + quota.limit - given["limite"]
    return check_quota(QuotaStanding(quota, law.day.year, QuotaScope.BILLER, reserved=0, consumed=max(0, taken)))


def _found(quote: Quote, *, day: date) -> dict[str, Any]:
    amount = None if quote.amount_cents is None else format_euros(quote.amount_cents).replace("\u00a0", " ")
    return {
        "etat": quote.state.value,
        "code": quote.code,
        "montant": amount,
        "refus": [one.code for one in quote.refusals],
        "manque": [one.code for one in quote.missing],
        "avertissements": [one.code for one in quote.warnings],
        "jour": day,
    }


def _expected(case: Case, *, day: date) -> dict[str, Any]:
    return take(
        case.decision, etat="proposed", code=None, montant=None, refus=[], manque=[], avertissements=[], jour=day
    )


def _check_words(quote: Quote) -> None:
    """Each reason has its text, and each legal value where it comes from."""
    assert all(one.text for one in (*quote.refusals, *quote.missing, *quote.warnings))
    assert all(value.references for value in quote.basis)


def _instant(raw: Any) -> datetime:
    if isinstance(raw, date):
        return datetime(raw.year, raw.month, raw.day, 12, tzinfo=UTC)
    return datetime.fromisoformat(raw)
