"""Which NGAP code a doctor's téléconsultation carries: the report and the invoice must say the same."""

from __future__ import annotations

from telemed.law.parameter import DatedValue, LawOfDay

GENERAL_MEDICINE = "specialties/general_medicine"
_GENERAL_PRACTITIONER = "teleconsultation/codes/general_practitioner"
_OTHER = "teleconsultation/codes/other"


def is_general_practitioner(specialty: str, law: LawOfDay) -> bool:
    """Is this CI-SIS specialty code (`G15_10/SM54`) one of general medicine under the law of that day?"""
    return specialty in law.value(GENERAL_MEDICINE).labels


def find_teleconsultation_code(law: LawOfDay, *, specialty: str, is_opposable: bool) -> DatedValue:
    """TCG for a general practitioner at the conventional tariff, TC for any other doctor or fee.

    `is_opposable`: secteur 1, OPTAM, or secteur 2 asking for no more than the tariff. Raises NotInForce before
    téléconsultations were reimbursed.
    """
    general = is_general_practitioner(specialty, law) and is_opposable
    return law.value(_GENERAL_PRACTITIONER if general else _OTHER)
