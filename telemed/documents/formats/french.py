"""How instants, days, durations, names and numbers are written for people, in French."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

from telemed.documents.model import Address, BirthDate, PatientFacts, ProfessionalFacts
from telemed.kernel.clock import Territory, require_aware

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_TERRITORY_TIME = {
    Territory.METROPOLE: "heure de Paris",
    Territory.GUADELOUPE: "heure de la Guadeloupe",
    Territory.MARTINIQUE: "heure de la Martinique",
    Territory.GUYANE: "heure de la Guyane",
    Territory.LA_REUNION: "heure de La Réunion",
    Territory.MAYOTTE: "heure de Mayotte",
}


def day_text(day: date, *, with_weekday: bool = False) -> str:
    """`1er novembre 2026`, or `dimanche 1er novembre 2026`."""
    number = "1er" if day.day == 1 else str(day.day)
    text = f"{number}{NBSP}{_MONTHS[day.month - 1]}{NBSP}{day.year}"
    return f"{_DAYS[day.weekday()]} {text}" if with_weekday else text


def version_text(version: str) -> str:
    """A wording named by its day reads as that day; any other name stays."""
    try:
        return day_text(date.fromisoformat(version))
    except ValueError:
        return version


def time_text(instant: datetime, territory: Territory, *, with_seconds: bool = False) -> str:
    """`14 h 30` (or `14 h 30 min 05 s`) on the clocks of `territory`."""
    local = require_aware(instant).astimezone(territory.zone)
    text = f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}"
    return f"{text}{NBSP}min{NBSP}{local.second:02d}{NBSP}s" if with_seconds else text


def instant_text(instant: datetime, territory: Territory) -> str:
    """`22 novembre 2026 à 14 h 30`, on the clocks of `territory`."""
    local = require_aware(instant).astimezone(territory.zone)
    return f"{day_text(local.date())} à {time_text(instant, territory)}"


def offset_text(instant: datetime, territory: Territory) -> str:
    """`heure de Paris, UTC+01:00`: R-9 wants the hour with its offset."""
    offset = require_aware(instant).astimezone(territory.zone).strftime("%z")
    sign = "\u2212" if offset.startswith("-") else "+"
    return f"{_TERRITORY_TIME[territory]}, UTC{sign}{offset[1:3]}:{offset[3:5]}"


def duration_text(seconds: int) -> str:
    """`45 s`, `12 min`, `12 min 05 s`, `1 h 04 min`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}{NBSP}h{NBSP}{minutes:02d}{NBSP}min"
    if minutes:
        return f"{minutes}{NBSP}min" + (f"{NBSP}{rest:02d}{NBSP}s" if rest else "")
    return f"{rest}{NBSP}s"


def birth_text(birth: BirthDate) -> str:
    """`28 mars 1979`, `mars 1979 (jour inconnu)` or `1979 (jour et mois inconnus)`."""
    if birth.month is None:
        return f"{birth.year} (jour et mois inconnus)"
    if birth.day is None:
        return f"{_MONTHS[birth.month - 1]}{NBSP}{birth.year} (jour inconnu)"
    return day_text(date(birth.year, birth.month, birth.day))


def patient_name(patient: PatientFacts) -> str:
    """Used given name and used family name, else those of birth: how the person is called."""
    given = patient.used_given_name or patient.birth_given_names[0]
    return f"{given} {(patient.used_name or patient.birth_name).upper()}"


def professional_name(professional: ProfessionalFacts) -> str:
    """`Dr Claire MARTIN`, `Mme Odile FAURE`."""
    title = {"DR": "Dr", "PR": "Pr"}.get(professional.title or "", "")
    civility = {"M": "M.", "MME": "Mme"}.get(professional.civility or "", "")
    parts = (title or civility, professional.given_name, professional.family_name.upper())
    return NBSP.join(part for part in parts[:2] if part) + f" {parts[2]}" if parts[1] else f"{parts[0]} {parts[2]}"


def address_text(address: Address) -> str:
    """On one line: `28 avenue de Breteuil, 75007 PARIS`; the country (a name or an ISO code) only when not France."""
    town = f"{address.postal_code} {address.city}".strip()
    country = "" if address.country.upper() in ("", "FR", "FRANCE") else address.country
    return ", ".join(part.strip() for part in (*address.lines, town, country) if part.strip())


def phone_text(phone: str) -> str:
    """`06 39 98 12 34`: French numbers in pairs, others as they came."""
    digits = "".join(phone.split())
    if digits.startswith("+33") and len(digits) == 12:
        digits = "0" + digits[3:]
    if len(digits) == 10 and digits.isdigit():
        return NBSP.join(digits[place : place + 2] for place in range(0, 10, 2))
    return phone


def matricule_text(value: str) -> str:
    """A matricule in the groups of the card: `2 79 03 51 215 189 89`."""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return NBSP.join(value[start:end] for start, end in pairwise(cuts))


def hash_text(digest: str) -> str:
    """A hexadecimal digest in groups of eight, to be compared by eye."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


def size_text(size: int) -> str:
    """`850 octets`, `42 ko`, `3,4 Mo`."""
    if size < 1_000:
        return f"{size}{NBSP}octets"
    if size < 1_000_000:
        return f"{round(size / 1_000)}{NBSP}ko"
    return f"{size / 1_000_000:.1f}".replace(".", ",") + f"{NBSP}Mo"
