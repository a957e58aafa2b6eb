"""How instants, durations, amounts and numbers are written in French: pure functions, one per kind of thing."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers

NARROW = "\u202f"
FIXED = "\u00a0"

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def typographic(text: str) -> str:
    """The apostrophes and the spaces of print, in a sentence written with a keyboard's."""
    return re.sub(r" (?=[:;!?»])", FIXED, text.replace("'", "’").replace("« ", f"«{FIXED}"))


def format_date(day: date) -> str:
    """`3 mars 1955`, `1er avril 2026`."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{FIXED}{_MONTHS[day.month - 1]} {day.year}"


def format_day(day: date, today: date) -> str:
    """`mardi 25 novembre`, with the year when it is not this one."""
    number = "1er" if day.day == 1 else str(day.day)
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {number}{FIXED}{_MONTHS[day.month - 1]}{year}"


def format_month(day: date) -> str:
    """`novembre 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def format_near_day(day: date, today: date) -> str:
    """`aujourd'hui`, `demain`, `hier`, else the day in full."""
    words = {0: "aujourd’hui", 1: "demain", -1: "hier"}
    return words.get((day - today).days) or format_day(day, today)


def format_hour(instant: datetime, zone: ZoneInfo) -> str:
    """`14 h 30`, `9 h` on the wall clock of `zone`."""
    wall = instant.astimezone(zone)
    minutes = f"{FIXED}{wall.minute:02d}" if wall.minute else ""
    return f"{wall.hour}{FIXED}h{minutes}"


def format_clock(instant: datetime, zone: ZoneInfo) -> str:
    """`14:30`, for columns."""
    return instant.astimezone(zone).strftime("%H:%M")


def format_moment(instant: datetime, zone: ZoneInfo, today: date) -> str:
    """`mardi 25 novembre à 14 h 30`."""
    return f"{format_day(instant.astimezone(zone).date(), today)} à {format_hour(instant, zone)}"


def format_span(span: timedelta) -> str:
    """A length of time in one or two units: `6 min`, `2 h 05`, `3 jours`, `moins d’une minute`."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "moins d’une minute"
    if minutes < 60:
        return f"{minutes}{FIXED}min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}{FIXED}h{FIXED}{minutes:02d}" if minutes else f"{hours}{FIXED}h"
    days = hours // 24
    return "1 jour" if days == 1 else f"{days}{FIXED}jours"


def format_duration(span: timedelta) -> str:
    """An exact length for a record: `12 min 30 s`, `45 s`."""
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    said = [f"{value}{FIXED}{unit}" for value, unit in parts if value]
    return " ".join(said) or f"0{FIXED}s"


def format_ago(instant: datetime, now: datetime) -> str:
    """`il y a 6 min`, `à l’instant`; an instant ahead reads `dans 6 min`."""
    if abs(now - instant) < timedelta(minutes=1):
        return "à l’instant"
    return f"il y a {format_span(now - instant)}" if instant < now else f"dans {format_span(instant - now)}"


def format_brief(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When something was, as short as a line of a table wants it: `18 h 30`, `hier`, `le 19/11`, `le 19/11/2025`."""
    wall, today = instant.astimezone(zone).date(), now.astimezone(zone).date()
    if wall == today:
        return format_hour(instant, zone)
    if wall == today - timedelta(days=1):
        return "hier"
    return f"le {wall:%d/%m}" if wall.year == today.year else f"le {wall:%d/%m/%Y}"


def format_left(due: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When something is due, as a person says it: `dans 3 h`, `demain 12 h`, `jeudi 9 h`, `en retard de 2 h`."""
    if due <= now:
        return f"en retard de {format_span(now - due)}" if now - due >= timedelta(minutes=1) else "maintenant"
    span, wall = due - now, due.astimezone(zone)
    days = (wall.date() - now.astimezone(zone).date()).days
    if days == 0 or span < timedelta(hours=6):
        return f"dans {_rounded(span)}"
    if days == 1 and wall.hour == 0:
        return "à minuit"
    if days == 1:
        return f"demain {wall.hour}{FIXED}h"
    if days < 7:
        return f"{_DAYS[wall.weekday()]} {wall.hour}{FIXED}h"
    return format_day(wall.date(), now.astimezone(zone).date())


def _rounded(span: timedelta) -> str:
    """A length to come: minutes under an hour and a half, then whole hours, never more than there is."""
    minutes = int(span.total_seconds()) // 60
    return format_span(span) if minutes < 90 else f"{minutes // 60}{FIXED}h"


def format_percent(ratio: float) -> str:
    """`14,2 %` from 0.142; no decimal when it says nothing (`20 %`)."""
    tenths = round(ratio * 1000)
    whole, tenth = divmod(tenths, 10)
    return f"{whole},{tenth}{FIXED}%" if tenth else f"{whole}{FIXED}%"


def format_phone(number: str) -> str:
    """`06 12 34 56 78`; a foreign number keeps its country; what cannot be read is shown as typed."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    national = parsed.country_code == 33
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style).replace(" ", FIXED)


def format_matricule(value: str) -> str:
    """A matricule in the groups of a carte Vitale: `2 79 03 51 215 189 18`."""
    groups = re.fullmatch(r"(.)(..)(..)(..)(...)(...)(..)", value)
    return FIXED.join(groups.groups()) if groups else value


def format_bytes(count: int) -> str:
    """`712 octets`, `84 ko`, `2,3 Mo`."""
    if count < 1000:
        return f"{count}{FIXED}octets" if count > 1 else f"{count}{FIXED}octet"
    if count < 1_000_000:
        return f"{round(count / 1000)}{FIXED}ko"
    return f"{count / 1_000_000:.1f}{FIXED}Mo".replace(".", ",").replace(",0", "")


def format_count(count: int, singular: str, plural: str = "") -> str:
    """`1 patient`, `2 patients`; zero is singular in French."""
    word = singular if abs(count) < 2 else (plural or f"{singular}s")
    return f"{count:,}".replace(",", NARROW) + f"{FIXED}{word}"
