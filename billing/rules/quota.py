"""How many times a year a code may be billed for one patient (R-18…R-20), and the forfait that came before RQD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse
from telemed.kernel.money import format_euros
from telemed.law.parameter import DatedValue, LawOfDay, NotInForce

QUOTAS: Mapping[str, str] = MappingProxyType(
    {
        "TE1": "teleexpertise/quotas/te1",
        "TE2": "teleexpertise/quotas/te2",
        "RQD": "teleexpertise/quotas/rqd",
    }
)
"""The codes that have a quota, and the legal value of each."""
FORFAITS: Mapping[str, str] = MappingProxyType(
    {"TE1": "teleexpertise/requerant_forfait/te1", "TE2": "teleexpertise/requerant_forfait/te2"}
)
FORFAIT_LIMIT = "teleexpertise/requerant_forfait/yearly_limit"
FORFAIT_PAID_AFTER = "teleexpertise/requerant_forfait/paid_after"
_BILLERS = {"TE1": "par ce professionnel requis", "TE2": "par ce professionnel requis", "RQD": "par ce requérant"}


class QuotaScope(StrEnum):
    """Whose acts fill the quota of a patient: those of the professional who bills, or everybody's (stricter)."""

    BILLER = "biller"
    PATIENT = "patient"


@dataclass(frozen=True)
class Quota:
    """A code, and how many times in a civil year it may be billed for one patient."""

    code: str
    law: DatedValue

    @property
    def limit(self) -> int:
        return self.law.integer


@dataclass(frozen=True)
class QuotaStanding:
    """What is taken of a quota in a civil year: `reserved` by requests accepted, `consumed` by acts done."""

    quota: Quota
    year: int
    scope: QuotaScope
    reserved: int
    consumed: int

    def __post_init__(self) -> None:
        if self.reserved < 0 or self.consumed < 0:
            raise ValueError("a quota is not taken a negative number of times")

    @property
    def limit(self) -> int:
        return self.quota.limit

    @property
    def law(self) -> DatedValue:
        return self.quota.law

    @property
    def taken(self) -> int:
        return self.reserved + self.consumed

    @property
    def left(self) -> int:
        """How many more may be billed; 0 also where a merge of two records brought the count above the limit."""
        return max(0, self.limit - self.taken)

    @property
    def is_granted(self) -> bool:
        """Would one more be granted?"""
        return self.left > 0


def has_quota(code: str) -> bool:
    """Does any text limit how often this code may be billed for one patient?"""
    return code in QUOTAS


def find_quota(law: LawOfDay, code: str) -> Quota:
    """The quota of a code on the day of the act.

    Raises NotInForce where the code did not exist that day, ValueError for a code without quota.
    """
    if not has_quota(code):
        raise ValueError(f"no quota limits {code}")
    return Quota(code, law.value(QUOTAS[code]))


def find_quota_of_year(law: LawOfDay, code: str, year: int) -> Quota | None:
    """The quota that holds at the end of a civil year, or held last in it; None where the code did not exist then.

    `law` is that of any day: only its parameters are read. Raises ValueError for a code without quota.
    """
    if not has_quota(code):
        raise ValueError(f"no quota limits {code}")
    eves = [value.since - timedelta(days=1) for value in law.parameters[QUOTAS[code]].values]
    for day in sorted({date(year, 12, 31), *(eve for eve in eves if eve.year == year)}, reverse=True):
        try:
            return find_quota(LawOfDay(day, law.parameters), code)
        except NotInForce:
            continue
    return None


def check_quota(standing: QuotaStanding) -> Decision:
    """May one more be billed? The care itself is never refused here: only the invoice is (trap 10)."""
    if standing.is_granted:
        return ALLOWED
    return refuse(exhausted(standing))


def exhausted(standing: QuotaStanding) -> Reason:
    """Why a further act is done and not invoiced, with the numbers compared."""
    quota = standing.quota
    whose = _BILLERS[quota.code] if standing.scope is QuotaScope.BILLER else "tous professionnels confondus"
    taken = f"{standing.consumed} faites et {standing.reserved} en cours"
    text = (
        f"Limite annuelle atteinte : {taken} en {standing.year} pour ce patient, {whose}, "
        f"pour {quota.law.text} {quota.code} au plus. L'acte peut être fait ; il ne se facture pas."
    )
    compared: dict[str, str | int | bool] = {
        "code": quota.code,
        "year": standing.year,
        "scope": standing.scope.value,
        "limit": standing.limit,
        "reserved": standing.reserved,
        "consumed": standing.consumed,
    }
    return Reason("billing.quota_exhausted", text, quota.law.references[0].title, compared)


@dataclass(frozen=True)
class Forfait:
    """What the Assurance maladie owed a requérant for a civil year of the first regime; he had nothing to bill."""

    year: int
    earned_cents: int
    limit_cents: int
    paid_in: int

    @property
    def due_cents(self) -> int:
        return min(self.earned_cents, self.limit_cents)

    @property
    def is_limited(self) -> bool:
        """Did the year's limit cut it? Exactly the limit is paid whole."""
        return self.earned_cents > self.limit_cents

    @property
    def text(self) -> str:
        cut = f", ramenés à la limite de {format_euros(self.limit_cents)}" if self.is_limited else ""
        return f"{format_euros(self.earned_cents)}{cut}, versés en {self.paid_in} sans facture."


def sum_forfait(year: int, answered: Iterable[tuple[date, str]], law: LawOfDay) -> Forfait:
    """The forfait of a civil year from what the requis billed: days and codes (TE1, TE2).

    Raises NotInForce for an act outside 2019-02-10…2022-03-31, or a year without any day of it; ValueError for
    another code or an act of another year. `law` is that of any day: only its parameters are read.
    """
    earned = 0
    for day, code in answered:
        if code not in FORFAITS or day.year != year:
            raise ValueError(f"no forfait of {year} for {code} on {day}")
        earned += LawOfDay(day, law.parameters).value(FORFAITS[code]).integer
    last = _last_day_of_forfait(year, law)
    return Forfait(
        year, earned, last.value(FORFAIT_LIMIT).integer, paid_in=year + last.value(FORFAIT_PAID_AFTER).integer
    )


def _last_day_of_forfait(year: int, law: LawOfDay) -> LawOfDay:
    """The law of the last day of the year on which the forfait existed, or of 31 December."""
    ends = [value.since for value in law.parameters[FORFAIT_LIMIT].values if value.is_end and value.since.year == year]
    return LawOfDay(ends[-1] - timedelta(days=1) if ends else date(year, 12, 31), law.parameters)
