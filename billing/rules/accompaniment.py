"""What the professional beside the patient may bill: TLS, TLL, TLD (nurse) or TLM (pharmacist), or why not (R-48)."""

from __future__ import annotations

from collections.abc import Iterator

from billing.facts import AccompanimentFacts, Part, Sector, Setting
from billing.rules.surroundings import ALONE, Surroundings
from billing.rules.tariff import Quote, warn_uncertain
from telemed.kernel.decision import Reason
from telemed.law.parameter import DatedValue, LawOfDay

CODES = "accompaniment/codes/"
TARIFFS = "accompaniment/tariffs/"
NURSE, PHARMACIST = "accompaniment/professions/nurse", "accompaniment/professions/pharmacist"
SMARTPHONE_EXCLUDED = "accompaniment/smartphone_excluded"
NGAP = "NGAP, art. 14.9.5"
DESIGN = "Lecture retenue (docs/explanation/legal-doubts)"


def quote_accompaniment(facts: AccompanimentFacts, law: LawOfDay, around: Surroundings = ALONE) -> Quote:
    """The code and the amount of an accompaniment, under the law of its day."""
    code = law.find(CODES + facts.setting.value)
    if code is None:
        text = "Cet accompagnement n'avait pas de code à cette date."
        return Quote(None, None, refusals=(Reason("billing.before_reimbursement", text, NGAP, {"day": str(law.day)}),))
    profession = law.value(PHARMACIST if is_pharmacy(facts) else NURSE)
    refusals = (*_profession(facts, profession, code.code), *_link(facts, around), *_equipment(facts, law))
    if refusals:
        return Quote(code.code, None, refusals=refusals, basis=(code, profession))
    tariff = law.value(TARIFFS + code.code.lower())
    return Quote(code.code, tariff.integer, warnings=tuple(warn_uncertain(tariff)), basis=(code, profession, tariff))


def is_pharmacy(facts: AccompanimentFacts) -> bool:
    return facts.setting is Setting.PHARMACY


def _profession(facts: AccompanimentFacts, allowed: DatedValue, code: str) -> Iterator[Reason]:
    if facts.biller.profession not in allowed.labels:
        text = f"Le code {code} se facture par : {', '.join(allowed.labels.values())}."
        yield Reason("billing.profession", text, NGAP, {"profession": facts.biller.profession, "code": code})
    if facts.biller.sector is Sector.NOT_CONVENTIONED:
        text = "Un professionnel non conventionné ne facture pas d'acte au titre de la convention."
        yield Reason("billing.not_conventioned", text, NGAP)


def _link(facts: AccompanimentFacts, around: Surroundings) -> Iterator[Reason]:
    """One téléconsultation, by video, of the same patient, on the same civil day, accompanied once."""
    held = facts.teleconsultation
    if held.patient_id != facts.patient_id:
        text = "La téléconsultation accompagnée est celle d'un autre patient."
        yield Reason("billing.accompaniment_of_another_patient", text, NGAP)
    if not held.is_video_established:
        text = "Aucune image n'a été établie : il n'y a pas eu de téléconsultation à accompagner."
        yield Reason("billing.no_video", text, NGAP)
    day, held_on = facts.day_of(Part.ACT), facts.biller.civil_day(held.started_at)
    if day != held_on:
        text = "L'accompagnement se facture le jour de la téléconsultation."
        yield Reason("billing.accompaniment_on_another_day", text, DESIGN, {"day": str(day), "held_on": str(held_on)})
    if around.is_already_accompanied:
        text = "L'accompagnement de cette téléconsultation est déjà facturé : un seul code par téléconsultation."
        yield Reason("billing.already_accompanied", text, NGAP)


def _equipment(facts: AccompanimentFacts, law: LawOfDay) -> Iterator[Reason]:
    excluded = None if is_pharmacy(facts) else law.find(SMARTPHONE_EXCLUDED)
    if facts.uses_smartphone and excluded is not None and excluded.flag:
        yield Reason("billing.smartphone", "Un téléphone mobile n'est pas un équipement admis pour cet acte.", NGAP)
