"""How free a doctor still is under the yearly cap: free, warn or hold, each explained with the numbers compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from billing.rules.cap import Cap, Reading
from billing.rules.projection import Basis, Projection, YearFacts
from billing.rules.rates import Regime
from telemed.kernel.decision import Reason

TEXTS = {Regime.A: "Avenant 9, art. 28.6.3", Regime.B: "Convention médicale 2024, art. 87.7"}
_NO_BREAK_SPACE = "\u00a0"


class Level(StrEnum):
    """`hold` concerns conventioned booking and invoicing, never urgent care."""

    FREE = "free"
    WARN = "warn"
    HOLD = "hold"


@dataclass(frozen=True)
class CapPolicy:
    """Our own choices, where no text speaks.

    A pace is not judged before `minimum_acts_for_pace` acts, nothing is held before `minimum_acts_for_hold`; a
    projection warns from `warn_percent` of the limit on.
    """

    minimum_acts_for_pace: int = 30
    minimum_acts_for_hold: int = 100
    warn_percent: int = 90


DEFAULT_POLICY = CapPolicy()


@dataclass(frozen=True)
class Verdict:
    """The level, why, and what would help: `allowance` remote acts left beyond those done and booked, `acts_needed`
    other acts to come back under the limit. Both None where no volume is known.
    """

    level: Level
    reasons: tuple[Reason, ...]
    allowance: int | None = None
    acts_needed: int | None = None


def judge(facts: YearFacts, cap: Cap, projection: Projection, policy: CapPolicy = DEFAULT_POLICY) -> Verdict:
    """The level of this doctor today. The literal reading decides; what is unknown or read otherwise only warns."""
    readings = projection.readings(cap)
    if projection.volume is None or not readings:
        return Verdict(Level.WARN, (_outside_unknown(cap),))
    literal = readings[0]
    allowance = max(0, cap.rate_percent * projection.volume.point // 100 - projection.remote.low)
    if _is_too_early(facts, projection, policy):
        return Verdict(Level.FREE, (_too_early(facts, policy),), allowance, literal.acts_needed)
    if _is_certain(facts, cap, projection, policy):
        best, _ = projection.bounds(cap)[0]
        return Verdict(Level.HOLD, (_certainly_over(cap, projection),), allowance, best.acts_needed)
    warnings = _warnings(facts, cap, projection, readings, policy)
    if warnings:
        return Verdict(Level.WARN, warnings, allowance, literal.acts_needed)
    return Verdict(Level.FREE, (_under(literal, cap, projection),), allowance, literal.acts_needed)


def format_share(reading: Reading) -> str:
    """`14,20 %`, or `sans objet` of nothing."""
    points = reading.basis_points
    if points is None:
        return "sans objet"
    return f"{points // 100},{points % 100:02d}{_NO_BREAK_SPACE}%"


def _is_too_early(facts: YearFacts, projection: Projection, policy: CapPolicy) -> bool:
    by_pace = projection.volume is not None and projection.volume.basis is Basis.PACE
    return by_pace and facts.known.total < policy.minimum_acts_for_pace


def _is_certain(facts: YearFacts, cap: Cap, projection: Projection, policy: CapPolicy) -> bool:
    """Over even at the best: what is done and booked alone exceeds the rate of a volume that is no guess of ours."""
    volume, bounds = projection.volume, projection.bounds(cap)
    if volume is None or volume.basis not in (Basis.DECLARED, Basis.FINAL):
        return False
    best, _ = bounds[0]
    return best.is_exceeded and facts.known.total >= policy.minimum_acts_for_hold


def _warnings(
    facts: YearFacts, cap: Cap, projection: Projection, readings: tuple[Reading, ...], policy: CapPolicy
) -> tuple[Reason, ...]:
    literal, others = readings[0], readings[1:]
    found = []
    if literal.is_exceeded:
        found.append(_projected_over(literal, cap, projection))
    elif _is_near(literal, policy) and not _is_over(projection):
        found.append(_near(literal, cap))
    found += [_other_reading_over(reading, cap) for reading in others if reading.is_exceeded]
    if facts.outside is None:
        found.append(_outside_unknown(cap))
    return tuple(found)


def _is_near(reading: Reading, policy: CapPolicy) -> bool:
    return reading.numerator * 100 * 100 > reading.rate_percent * reading.denominator * policy.warn_percent


def _is_over(projection: Projection) -> bool:
    """Is the year over, so that nothing is expected any more?"""
    return projection.volume is not None and projection.volume.basis is Basis.FINAL


def _compared(reading: Reading) -> dict[str, str | int | bool]:
    return {
        "reading": reading.name.value,
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "rate_percent": reading.rate_percent,
    }


def _count(acts: int) -> str:
    return f"{acts}{_NO_BREAK_SPACE}{'actes' if acts > 1 else 'acte'}"


def _limit(cap: Cap) -> str:
    return f"{cap.rate_percent}{_NO_BREAK_SPACE}%"


def _under(reading: Reading, cap: Cap, projection: Projection) -> Reason:
    when = "Année close" if _is_over(projection) else "Attendu au 31 décembre"
    text = f"{when} : {format_share(reading)} pour un plafond de {_limit(cap)}."
    return Reason("cap.under", text, TEXTS[cap.regime], _compared(reading))


def _near(reading: Reading, cap: Cap) -> Reason:
    text = f"Proche du plafond : {format_share(reading)} attendus au 31 décembre pour {_limit(cap)}."
    return Reason("cap.near", text, TEXTS[cap.regime], _compared(reading))


def _projected_over(reading: Reading, cap: Cap, projection: Projection) -> Reason:
    when = "L'année s'achève à" if _is_over(projection) else "Le 31 décembre serait atteint avec"
    text = f"{when} {format_share(reading)} pour un plafond de {_limit(cap)}."
    if not _is_over(projection):
        text += (
            f" {_count(reading.acts_needed)} de plus, hors actes à distance visés, ramèneraient au plafond. Il "
            "s'apprécie sur l'année entière : rien n'est définitif avant le 31 décembre."
        )
    return Reason("cap.projected_over", text, TEXTS[cap.regime], _compared(reading))


def _certainly_over(cap: Cap, projection: Projection) -> Reason:
    best, _ = projection.bounds(cap)[0]
    text = f"Plafond de l'année dépassé : {format_share(best)} pour {_limit(cap)}."
    if not _is_over(projection):
        text = (
            f"Les actes faits et réservés dépassent déjà {_limit(cap)} du volume annuel déclaré : {format_share(best)} "
            f"au mieux. Il faudrait {_count(best.acts_needed)} de plus, hors actes à distance visés, pour revenir au "
            "plafond. Un patient qui a besoin de soins sans attendre n'est jamais concerné."
        )
    return Reason("cap.certainly_over", text, TEXTS[cap.regime], _compared(best))


def _other_reading_over(reading: Reading, cap: Cap) -> Reason:
    text = (
        f"Selon le calcul que des caisses appliquent (hors toute patientèle médecin traitant), la part serait de "
        f"{format_share(reading)} pour {_limit(cap)}. Le texte se lit autrement ; attendez-vous à devoir l'expliquer."
    )
    return Reason("cap.caisse_over", text, TEXTS[cap.regime], _compared(reading))


def _outside_unknown(cap: Cap) -> Reason:
    text = (
        "Votre activité hors de ce logiciel n'est pas déclarée : elle n'est pas comptée comme nulle, et la part de "
        "l'année ne peut pas être établie. Déclarez-la avec sa date et sa source."
    )
    return Reason("cap.outside_unknown", text, TEXTS[cap.regime])


def _too_early(facts: YearFacts, policy: CapPolicy) -> Reason:
    text = (
        f"{facts.known.total} actes connus : c'est trop tôt pour projeter l'année sur un rythme. Déclarez votre volume "
        "annuel pour une projection plus sûre."
    )
    compared: dict[str, str | int | bool] = {"acts": facts.known.total, "minimum": policy.minimum_acts_for_pace}
    return Reason("cap.too_early", text, "", compared)
