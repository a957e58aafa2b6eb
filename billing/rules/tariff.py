"""Which code and which amount for an act, by its day and territory; or why not, in words (R-10, R-56)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from billing.facts import DOCTOR, ActFacts, Sector
from billing.rules.surroundings import ALONE, Surroundings
from telemed.kernel.decision import Reason
from telemed.kernel.money import format_euros
from telemed.law.act_codes import GENERAL_MEDICINE, find_teleconsultation_code, is_general_practitioner
from telemed.law.parameter import Certainty, DatedValue, LawOfDay, NotEstablished, NotInForce

VIDEO = "teleconsultation/video_required"
GENERAL_TARIFF = "teleconsultation/tariffs/tcg"
SPECIALIST_TARIFFS = (
    ("specialties/psychiatry", "teleconsultation/tariffs/tcs/psychiatrie"),
    ("specialties/neurology", "teleconsultation/tariffs/tcs/neurologie"),
    ("specialties/gynaecology", "teleconsultation/tariffs/tcs/gynecologie"),
)
NGAP = "NGAP, actes de télémédecine"
CONVENTION = "Convention médicale"
TELEEXPERTISE_CODES = frozenset({"TE1", "TE2", "RQD"})


class ClaimState(StrEnum):
    """Where a claim stands before it is invoiced."""

    PROPOSED = "proposed"
    TO_COMPLETE = "to_complete"
    NOT_BILLABLE = "not_billable"


@dataclass(frozen=True)
class Quote:
    """What may be billed for an act.

    `refusals` make it not billable; `missing` say what a person must supply (the code is known, the amount is
    not); `warnings` do neither. `basis` holds every legal value that was used.
    """

    code: str | None
    amount_cents: int | None
    refusals: tuple[Reason, ...] = ()
    missing: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    basis: tuple[DatedValue, ...] = ()

    @property
    def state(self) -> ClaimState:
        if self.refusals:
            return ClaimState.NOT_BILLABLE
        return ClaimState.TO_COMPLETE if self.missing else ClaimState.PROPOSED


def quote_teleconsultation(facts: ActFacts, law: LawOfDay, around: Surroundings = ALONE) -> Quote:
    """The code and the amount of a téléconsultation under the law of its day, `facts.day`."""
    try:
        video = law.value(VIDEO)
    except NotInForce:
        return Quote(None, None, refusals=(_before_reimbursement(law),))
    refusals = _find_refusals(facts, video)
    if refusals:
        return Quote(None, None, refusals=refusals, basis=(video,))
    code = find_teleconsultation_code(law, specialty=facts.specialty, is_opposable=is_opposable(facts))
    basis = (video, law.value(GENERAL_MEDICINE), code)
    quote = _with_own_fee(facts, code.code, basis) if facts.has_overrun else _with_tariff(facts, law, code.code, basis)
    return replace(quote, warnings=(*quote.warnings, *_beside_teleexpertise(around)))


def _beside_teleexpertise(around: Surroundings) -> Iterator[Reason]:
    """It is the télé-expertise that combines with nothing: the téléconsultation is said to stand beside one."""
    found = [code for code in around.other_codes if code in TELEEXPERTISE_CODES]
    if found:
        text = f"Le même jour, {', '.join(found)} est déjà proposé pour ce patient et ne se cumule avec aucun acte."
        yield Reason("billing.beside_teleexpertise", text, NGAP, {"other_codes": ", ".join(found)})


def is_opposable(facts: ActFacts) -> bool:
    """Is the conventional tariff due: secteur 1, OPTAM, or secteur 2 asking for no more than it?"""
    return facts.sector in (Sector.SECTOR_1, Sector.SECTOR_2_OPTAM) or not facts.has_overrun


def _find_refusals(facts: ActFacts, video: DatedValue) -> tuple[Reason, ...]:
    found = []
    if video.flag and not facts.is_video_established:
        found.append(_no_video())
    if facts.sector is Sector.NOT_CONVENTIONED:
        text = "Un médecin non conventionné ne facture pas d'acte au titre de la convention."
        found.append(Reason("billing.not_conventioned", text, CONVENTION))
    if facts.profession != DOCTOR:
        text = "Les codes TC et TCG sont ceux des médecins ; la cotation d'une autre profession n'est pas établie ici."
        found.append(Reason("billing.profession", text, NGAP, {"profession": facts.profession}))
    if facts.has_overrun and facts.sector is Sector.SECTOR_1:
        text = "En secteur 1, la téléconsultation se facture au tarif conventionnel, sans dépassement."
        found.append(Reason("billing.overrun", text, CONVENTION))
    return tuple(found)


def _with_own_fee(facts: ActFacts, code: str, basis: tuple[DatedValue, ...]) -> Quote:
    """The doctor's own fee is not in any text: only he can give it."""
    if facts.fee_cents is None:
        text = "Honoraires avec dépassement : indiquez le montant demandé, aucun texte ne le fixe."
        return Quote(code, None, missing=(Reason("billing.fee_missing", text, CONVENTION),), basis=basis)
    return Quote(code, facts.fee_cents, warnings=_reimbursement_warnings(facts), basis=basis)


def _with_tariff(facts: ActFacts, law: LawOfDay, code: str, basis: tuple[DatedValue, ...]) -> Quote:
    warnings = _reimbursement_warnings(facts)
    tariff = _find_tariff(facts, law)
    if tariff is None:
        return Quote(code, None, missing=(_not_established(facts, code),), warnings=warnings, basis=basis)
    warnings = (*warn_uncertain(tariff), *warnings)
    differs = facts.fee_cents is not None and facts.fee_cents != tariff.integer
    refusals = (_fee_differs(facts, tariff),) if differs else ()
    return Quote(code, tariff.integer, refusals=refusals, warnings=warnings, basis=(*basis, tariff))


def _find_tariff(facts: ActFacts, law: LawOfDay) -> DatedValue | None:
    """The tariff of this specialty, that day, in that territory; None where no source establishes it."""
    try:
        if is_general_practitioner(facts.specialty, law):
            return law.value(GENERAL_TARIFF, facts.territory)
        for specialty, tariff in SPECIALIST_TARIFFS:
            if facts.specialty in law.value(specialty).labels:
                return law.value(tariff, facts.territory)
    except (NotInForce, NotEstablished):
        return None
    return None


def _before_reimbursement(law: LawOfDay) -> Reason:
    text = "La téléconsultation n'était pas remboursable à cette date."
    return Reason("billing.before_reimbursement", text, "Avenant 6 à la convention médicale", {"day": str(law.day)})


def _no_video() -> Reason:
    text = "Aucune image n'a été établie : un échange par la seule voix ne se facture pas en téléconsultation."
    return Reason("billing.no_video", text, NGAP)


def _not_established(facts: ActFacts, code: str) -> Reason:
    text = (
        f"Tarif non établi : aucun texte réuni ici ne fixe le montant du code {code} pour cette spécialité, dans ce "
        "territoire et à cette date. Indiquez le montant et le texte sur lequel il repose."
    )
    compared: dict[str, str | int | bool] = {
        "code": code,
        "specialty": facts.specialty,
        "territory": facts.territory.value,
        "day": str(facts.day),
    }
    return Reason("billing.tariff_not_established", text, CONVENTION, compared)


def warn_uncertain(tariff: DatedValue) -> Iterator[Reason]:
    """A warning where the amount is not well attested: by whom, and why."""
    if tariff.certainty is Certainty.CONFIRMED:
        return
    sources = " ; ".join(reference.title for reference in tariff.references)
    text = f"Montant à vérifier avant de facturer : {tariff.note} ({sources})"
    yield Reason("billing.tariff_uncertain", text, "", {"certainty": tariff.certainty.value})


def _fee_differs(facts: ActFacts, tariff: DatedValue) -> Reason:
    asked = facts.fee_cents or 0
    text = f"Montant demandé {format_euros(asked)}, tarif {tariff.text} : sans dépassement, seul le tarif se facture."
    return Reason("billing.fee_differs", text, CONVENTION, {"asked_cents": asked, "tariff_cents": tariff.integer})


def _reimbursement_warnings(facts: ActFacts) -> tuple[Reason, ...]:
    if facts.reimbursement.is_met is not False:
        return ()
    text = (
        "Les conditions de prise en charge (parcours, alternance, territoire) ne sont pas réunies : l'assurance "
        "maladie ne prend pas l'acte en charge comme une téléconsultation."
    )
    return (Reason("billing.not_reimbursed", text, CONVENTION),)
