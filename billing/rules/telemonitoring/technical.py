"""The monthly forfait of the exploitant who lends the device: what he may bill, for a practice that checks it."""

from __future__ import annotations

from billing.rules.tariff import Quote
from telemed.kernel.decision import Reason
from telemed.law.parameter import Certainty, DatedValue, LawOfDay, NotEstablished, UnknownParameter

_CODES = "telemonitoring/technical/codes"
_TARIFFS = "telemonitoring/technical/tariffs"
_ARRETE = "Arrêté du 28 juillet 2023"


def quote_technical(pathway: str, law: LawOfDay) -> Quote:
    """Code and monthly amount, all taxes included, of the generic line of a pathway; before any lower tier.

    The exploitant bills it, never the doctor. The code is None where no generic line is known.
    """
    code, tariff = _find(f"{_CODES}/{pathway}", law), _find(f"{_TARIFFS}/{pathway}", law)
    basis = tuple(value for value in (code, tariff) if value is not None)
    if tariff is None:
        return Quote(None if code is None else code.code, None, missing=(_not_established(pathway, law),), basis=basis)
    warnings = () if tariff.certainty is Certainty.CONFIRMED else (_uncertain(tariff),)
    return Quote(None if code is None else code.code, tariff.integer, warnings=warnings, basis=basis)


def _find(name: str, law: LawOfDay) -> DatedValue | None:
    try:
        return law.find(name)
    except (NotEstablished, UnknownParameter):
        return None


def _not_established(pathway: str, law: LawOfDay) -> Reason:
    text = (
        "Forfait technique non établi : aucun texte réuni ici n'en donne le montant pour cette activité à cette date."
    )
    return Reason("billing.tariff_not_established", text, _ARRETE, {"pathway": pathway, "day": str(law.day)})


def _uncertain(tariff: DatedValue) -> Reason:
    text = f"Montant à vérifier : {tariff.note}"
    return Reason("billing.tariff_uncertain", text, "", {"certainty": tariff.certainty.value, "name": tariff.name})
