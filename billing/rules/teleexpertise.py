"""What the requis and the requérant of a télé-expertise may bill, or why not (R-18…R-25)."""

from __future__ import annotations

from collections.abc import Iterator

from billing.facts import Biller, Part, Sector, TeleexpertiseFacts
from billing.rules.surroundings import ALONE, Surroundings
from billing.rules.tariff import Quote, warn_uncertain
from telemed.kernel.decision import Reason
from telemed.law.parameter import DatedValue, LawOfDay

TARIFFS = "teleexpertise/tariffs/"
PATIENTS = "teleexpertise/patients"
REQUIS = "teleexpertise/professions/requis"
REQUIS_IN_LISTED_CASES = "teleexpertise/professions/requis_in_listed_cases"
REQUERANT = "teleexpertise/professions/requerant"
ANSWER_DAYS = "teleexpertise/answer_days"
NGAP = "NGAP, actes de télémédecine"
CONVENTION = "Convention médicale"
_LEVELS = {1: "TE1", 2: "TE2"}
_SINGLE_LEVEL, _REQUEST = "TE2", "RQD"


def quote_part(facts: TeleexpertiseFacts, part: Part, law: LawOfDay, around: Surroundings = ALONE) -> Quote:
    """The code and the amount of one side of a télé-expertise, under the law of its day (`facts.day_of(part)`)."""
    return quote_request(facts, law, around) if part is Part.REQUEST else quote_opinion(facts, law, around)


def quote_opinion(facts: TeleexpertiseFacts, law: LawOfDay, around: Surroundings = ALONE) -> Quote:
    """TE2 of the requis; TE1 or TE2 by level while levels existed."""
    eligible = law.find(PATIENTS)
    if law.find(TARIFFS + "te2", facts.requis.territory) is None:
        return Quote(None, None, refusals=(_before(law, "La téléexpertise n'était pas remboursable à cette date."),))
    code = find_opinion_code(law, level=facts.level)
    if code is None:
        text = "À cette date la téléexpertise avait deux niveaux : indiquez le niveau de l'acte, 1 ou 2."
        return Quote(None, None, missing=(Reason("billing.level_missing", text, NGAP),))
    professions = law.value(REQUIS)
    refusals = [*_common_refusals(facts, facts.requis, around), *_profession(facts.requis, professions, code)]
    if eligible is not None and not set(facts.grounds) & set(eligible.labels):
        refusals.append(_not_eligible(eligible))
    basis = tuple(value for value in (professions, eligible) if value is not None)
    warnings = (*_listed_cases(facts.requis, law), *_answered_late(facts, law))
    return _conclude(code, law, facts.requis, around, refusals=tuple(refusals), warnings=warnings, basis=basis)


def quote_request(facts: TeleexpertiseFacts, law: LawOfDay, around: Surroundings = ALONE) -> Quote:
    """RQD of the requérant, once the requis accepted; before it existed, a yearly sum was paid and nothing billed."""
    professions = law.find(REQUERANT)
    if professions is None or law.find(TARIFFS + "rqd", facts.requerant.territory) is None:
        text = (
            "La demande de téléexpertise ne se facturait pas à l'acte à cette date : un forfait annuel la rémunérait."
        )
        return Quote(None, None, refusals=(_before(law, text),))
    refusals = [*_common_refusals(facts, facts.requerant, around), *_profession(facts.requerant, professions, _REQUEST)]
    if facts.accepted_at is None:
        text = "Seule une demande acceptée par le professionnel requis se facture."
        refusals.append(Reason("billing.request_not_accepted", text, CONVENTION))
    return _conclude(_REQUEST, law, facts.requerant, around, refusals=tuple(refusals), basis=(professions,))


def find_opinion_code(law: LawOfDay, *, level: int | None) -> str | None:
    """TE1 or TE2; None where two levels existed that day and none is given. A level means nothing since."""
    if law.find(TARIFFS + "te1") is None:
        return _SINGLE_LEVEL
    return None if level is None else _LEVELS[level]


def _conclude(
    code: str,
    law: LawOfDay,
    biller: Biller,
    around: Surroundings,
    *,
    refusals: tuple[Reason, ...],
    warnings: tuple[Reason, ...] = (),
    basis: tuple[DatedValue, ...],
) -> Quote:
    """The tariff of the day and place where nothing refuses the act."""
    if around.quota is not None:
        refusals = (*refusals, *around.quota.refusals)
    if refusals:
        return Quote(code, None, refusals=refusals, warnings=warnings, basis=basis)
    tariff = law.value(TARIFFS + code.lower(), biller.territory)
    warnings = (*warn_uncertain(tariff), *warnings, *_quota_unknown(around))
    return Quote(code, tariff.integer, warnings=warnings, basis=(*basis, tariff))


def _common_refusals(facts: TeleexpertiseFacts, biller: Biller, around: Surroundings) -> Iterator[Reason]:
    if facts.requerant.rpps == facts.requis.rpps:
        text = "Le requérant et le requis sont la même personne : il n'y a pas de téléexpertise."
        yield Reason("billing.same_person", text, "CSP, art. R. 6316-1")
    if biller.sector is Sector.NOT_CONVENTIONED:
        text = "Un professionnel non conventionné ne facture pas d'acte au titre de la convention."
        yield Reason("billing.not_conventioned", text, CONVENTION)
    others = (*facts.other_codes, *around.other_codes)
    if others:
        text = f"La téléexpertise ne se cumule avec aucun autre acte ni majoration : {', '.join(others)}."
        yield Reason("billing.combination", text, NGAP, {"other_codes": ", ".join(others)})
    if facts.has_overrun:
        yield Reason("billing.overrun", "La téléexpertise se facture au tarif, sans dépassement.", NGAP)


def _profession(biller: Biller, professions: DatedValue, code: str) -> Iterator[Reason]:
    if biller.profession not in professions.labels:
        text = f"Le code {code} se facture par : {', '.join(professions.labels.values())}."
        yield Reason("billing.profession", text, NGAP, {"profession": biller.profession, "code": code})


def _listed_cases(biller: Biller, law: LawOfDay) -> Iterator[Reason]:
    listed = law.find(REQUIS_IN_LISTED_CASES)
    if listed is not None and biller.profession in listed.labels:
        text = f"{listed.labels[biller.profession]} : dans les cas énumérés par sa convention seulement ; vérifiez."
        yield Reason("billing.listed_cases_only", text, listed.references[0].title)


def _not_eligible(eligible: DatedValue) -> Reason:
    text = f"À cette date la téléexpertise était réservée à : {', '.join(eligible.labels.values())}."
    return Reason("billing.patient_not_eligible", text, CONVENTION)


def _answered_late(facts: TeleexpertiseFacts, law: LawOfDay) -> Iterator[Reason]:
    """A late answer is still paid, in all that was read; it is said."""
    days = law.find(ANSWER_DAYS)
    taken = (facts.requis.civil_day(facts.completed_at) - facts.requis.civil_day(facts.requested_at)).days
    if days is not None and taken > days.integer:
        text = f"Réponse donnée {taken} jours après la demande ; le délai est de {days.text}."
        yield Reason("billing.answered_late", text, days.references[0].title, {"days": taken, "limit": days.integer})


def _quota_unknown(around: Surroundings) -> Iterator[Reason]:
    if around.quota is None:
        text = "Sans patient, le quota annuel n'est pas vérifié."
        yield Reason("billing.quota_unknown", text, CONVENTION)


def _before(law: LawOfDay, text: str) -> Reason:
    return Reason("billing.before_reimbursement", text, CONVENTION, {"day": str(law.day)})
