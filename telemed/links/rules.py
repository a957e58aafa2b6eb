"""The second factor of a link, and what its bearer is told: never why a link opens nothing."""

from __future__ import annotations

import hmac

from telemed.kernel.errors import Invalid, TooMany, Unauthenticated
from telemed.patients.model import BirthDate


def is_born_on(known: BirthDate, typed: str) -> bool:
    """Is the typed date (`YYYY-MM-DD`) that of the record, as far as the record knows it? In constant time.

    Where the record holds only a year, or a year and a month, only these are compared (trap 17).
    """
    precision = str(known)
    return len(typed) == len("YYYY-MM-DD") and hmac.compare_digest(
        typed[: len(precision)].encode("utf-8", "replace"), precision.encode()
    )


def refuse_unknown() -> Unauthenticated:
    return Unauthenticated(
        "Ce lien n'est plus valable. Demandez-en un nouveau, ou appelez le cabinet.", code="link.unknown"
    )


def refuse_birth_date(left: int) -> Invalid | TooMany:
    if left <= 0:
        return _locked()
    tries = "un essai" if left == 1 else f"{left} essais"
    return Invalid(
        f"Cette date ne correspond pas à celle du dossier. Il vous reste {tries}.",
        field="birth_date",
        code="link.birth_date",
    )


def _locked() -> TooMany:
    return TooMany(
        "Trop d'essais : ce lien est bloqué. Demandez-en un nouveau, ou appelez le cabinet.",
        retry_after_seconds=3600,
        code="link.locked",
    )
