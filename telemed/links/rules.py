"""The second factor of a link, and what its bearer is told: never why a link opens nothing."""

from __future__ import annotations

import hmac
from collections.abc import Collection

from telemed.kernel.errors import Conflict, Invalid, TooMany, Unauthenticated
from telemed.kernel.messages import Channel
from telemed.links.formats import address_of
from telemed.patients.model import BirthDate, Patient

_NAMES = {Channel.SMS: "SMS", Channel.EMAIL: "courriel"}


def is_born_on(known: BirthDate, typed: str) -> bool:
    """Is the typed date (`YYYY-MM-DD`) that of the record, as far as the record knows it? In constant time.

    Where the record holds only a year, or a year and a month, only these are compared (trap 17).
    """
    precision = str(known)
    return len(typed) == len("YYYY-MM-DD") and hmac.compare_digest(
        typed[: len(precision)].encode("utf-8", "replace"), precision.encode()
    )


def require_channel(patient: Patient, channel: Channel, offered: Collection[Channel]) -> None:
    """Raises Conflict `link.channel_off` where it is not configured, Invalid `link.no_address` on a record without."""
    if channel not in offered:
        raise Conflict(f"L'envoi par {_NAMES[channel]} n'est pas configuré.", code="link.channel_off")
    if not address_of(patient, channel):
        missing = "de téléphone" if channel is Channel.SMS else "d'adresse électronique"
        raise Invalid(f"Le dossier du patient n'a pas {missing}.", field="channel", code="link.no_address")


def find_channel(patient: Patient, offered: Collection[Channel]) -> Channel | None:
    """The first by which he can be reached."""
    return next((one for one in Channel if one in offered and address_of(patient, one)), None)


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
