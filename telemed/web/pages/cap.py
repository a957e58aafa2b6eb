"""The cap of the year, as billing computes it, in the words of the screens."""

from __future__ import annotations

from billing.model import CapStanding
from billing.rules.cap import Reading, ReadingName, Regime
from billing.rules.levels import TEXTS, Level
from billing.rules.projection import Basis
from telemed.kernel.clock import civil_date
from telemed.web.pages.page import Visitor, Workplace
from telemed.web.views import billing as views
from telemed.web.views.frame import Badge, Tone
from telemed.web.views.today import CapLine

LEVELS = {
    Level.FREE: Badge("Sous le plafond", Tone.FINE),
    Level.WARN: Badge("À surveiller", Tone.SOON),
    Level.HOLD: Badge("Plafond dépassé", Tone.NOW),
}
TONES = {Level.FREE: Tone.FINE, Level.WARN: Tone.SOON, Level.HOLD: Tone.NOW}
_BASES = {
    Basis.FINAL: "Année close : chiffres définitifs.",
    Basis.DECLARED: "Projection sur le volume annuel que vous avez déclaré.",
    Basis.LAST_YEAR: "Projection sur l’année précédente.",
    Basis.PACE: "Projection sur le rythme de cette année.",
    Basis.UNKNOWN: "",
}
_REMOTE = {
    Regime.A: "actes à distance, télé-expertises comprises",
    Regime.B: "téléconsultations hors patientèle médecin traitant",
}
_TITLES = {
    ReadingName.LITERAL: "Sur toute l’activité conventionnée",
    ReadingName.CAISSE: "Sur l’activité hors patientèle médecin traitant",
}
_EXPLANATIONS = {
    ReadingName.LITERAL: "Lecture du texte.",
    ReadingName.CAISSE: "Lecture que des caisses appliquent, plus stricte.",
}


async def cap_line(visitor: Visitor, place: Workplace) -> CapLine | None:
    """One line for Aujourd'hui; None in a year without cap."""
    year = civil_date(visitor.services.clock.now(), place.practice.territory).year
    standing = await visitor.services.cap.standing(visitor.known, place.person.id, year)
    if standing is None:
        return None
    lines = readings_of(standing)
    return CapLine(
        year=year,
        ratio=lines[0].ratio if lines else None,
        limit=standing.cap.rate_percent / 100,
        projection=lines[0].projection if lines else None,
        badge=LEVELS[standing.verdict.level],
    )


def readings_of(standing: CapStanding) -> tuple[views.Reading, ...]:
    """Each reading to date and as expected on 31 December; none where no volume is known."""
    cap, projection = standing.cap, standing.projection
    known = {reading.name: reading for reading in standing.readings}
    pairs = zip(projection.readings(cap), projection.bounds(cap), strict=True)
    return tuple(
        _reading(standing, known.get(expected.name), expected, best, worst) for expected, (best, worst) in pairs
    )


def basis_of(standing: CapStanding) -> str:
    """What the projection rests on, in a sentence."""
    volume = standing.projection.volume
    return _BASES[Basis.UNKNOWN if volume is None else volume.basis]


def limit_reference(standing: CapStanding) -> str:
    return f"{TEXTS[standing.cap.regime]} : exactement {standing.cap.rate_percent} % est permis."


def _reading(
    standing: CapStanding, known: Reading | None, expected: Reading, best: Reading, worst: Reading
) -> views.Reading:
    is_told = known is not None and standing.facts.outside is not None
    return views.Reading(
        title=_TITLES[expected.name],
        remote=_REMOTE[standing.cap.regime],
        numerator=known.numerator if known else 0,
        denominator=known.denominator if known else 0,
        ratio=share(known) if known and is_told else None,
        projection=share(expected),
        projection_low=share(best),
        projection_high=share(worst),
        decides=expected.name is ReadingName.LITERAL,
        explanation=_EXPLANATIONS[expected.name],
        badge=Badge("Au-dessus attendu", Tone.SOON) if expected.is_exceeded else Badge("Sous la limite", Tone.FINE),
    )


def share(reading: Reading) -> float:
    """For display only: the comparison was made in whole numbers. Nothing out of nothing is no share."""
    return (reading.basis_points or 0) / 10_000
