"""Which lines of an imported file are accepted, and why the others are not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from billing.rules.outside import ActivityKind, ActivityLine
from telemed.kernel.decision import Reason

MAX_NUMBER = 2_000
"""Acts of one kind on one day at one place: more is a slip of the pen, or a total."""
MAX_PLACE = 100
_ISO, _FRENCH = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII), re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_KINDS: Mapping[str, ActivityKind] = MappingProxyType(
    {
        "teleconsultation": ActivityKind.TELECONSULTATION,
        "teleconsultations": ActivityKind.TELECONSULTATION,
        "tc": ActivityKind.TELECONSULTATION,
        "tcg": ActivityKind.TELECONSULTATION,
        "tcs": ActivityKind.TELECONSULTATION,
        "teleexpertise": ActivityKind.TELEEXPERTISE,
        "teleexpertises": ActivityKind.TELEEXPERTISE,
        "te1": ActivityKind.TELEEXPERTISE,
        "te2": ActivityKind.TELEEXPERTISE,
        "autre": ActivityKind.OTHER,
        "autres": ActivityKind.OTHER,
        "consultation": ActivityKind.OTHER,
        "consultations": ActivityKind.OTHER,
        "visite": ActivityKind.OTHER,
        "visites": ActivityKind.OTHER,
        "acte": ActivityKind.OTHER,
        "actes": ActivityKind.OTHER,
    }
)


class Column(StrEnum):
    """The columns of the file, under the names that their header may have."""

    DAY = "jour"
    KIND = "nature"
    NUMBER = "nombre"
    OWN = "patients_mt"
    PLACE = "lieu"


@dataclass(frozen=True)
class Row:
    """A line of the file, by its number there (the header is the first); `cells` None if their count is wrong."""

    line: int
    cells: Mapping[Column, str] | None


@dataclass(frozen=True)
class Rejection:
    """A line that is not kept: its number in the file, the column where there is one, and why."""

    line: int
    column: Column | None
    reason: Reason


@dataclass(frozen=True)
class AcceptedLine:
    line: int
    activity: ActivityLine


@dataclass(frozen=True)
class JudgedFile:
    accepted: tuple[AcceptedLine, ...]
    rejected: tuple[Rejection, ...]


@dataclass(frozen=True)
class Period:
    """The days that a file may speak of: those of a civil year, not after `today`, and both bounds where given."""

    year: int
    today: date
    first_day: date | None = None
    last_day: date | None = None


class _Wrong(Exception):
    def __init__(self, column: Column | None, reason: Reason) -> None:
        super().__init__(reason.code)
        self.column, self.reason = column, reason


def judge_rows(
    rows: Iterable[Row], period: Period, known: Collection[tuple[date, ActivityKind, str]] = frozenset()
) -> JudgedFile:
    """Accept or reject each row; `known` are the keys of lines that former files hold."""
    accepted: list[AcceptedLine] = []
    rejected: list[Rejection] = []
    seen: dict[tuple[date, ActivityKind, str], int] = {}
    for row in rows:
        try:
            line = _read(row, period)
            _check_new(line, seen, known)
        except _Wrong as wrong:
            rejected.append(Rejection(row.line, wrong.column, wrong.reason))
        else:
            seen[line.key] = row.line
            accepted.append(AcceptedLine(row.line, line))
    return JudgedFile(tuple(accepted), tuple(rejected))


def _read(row: Row, period: Period) -> ActivityLine:
    cells = row.cells
    if cells is None:
        text = "Cette ligne n'a pas autant de cases que la ligne de titres."
        raise _Wrong(None, Reason("activity.cells", text))
    day = _read_day(cells[Column.DAY], period)
    kind = _read_kind(cells[Column.KIND])
    number = _read_number(cells[Column.NUMBER], Column.NUMBER)
    own = _read_number(cells[Column.OWN], Column.OWN) if cells.get(Column.OWN) else None
    if own is not None and own > number:
        text = f"{own} actes pour vos patients sur {number} : la partie dépasse le tout."
        raise _Wrong(Column.OWN, Reason("activity.own_too_many", text, "", {"own": own, "number": number}))
    return ActivityLine(day, kind, number, own, _read_place(cells.get(Column.PLACE, "")))


def _read_day(text: str, period: Period) -> date:
    day = _parse_day(text)
    if day is None:
        raise _Wrong(Column.DAY, Reason("activity.day", "Un jour s'écrit 2026-03-15 ou 15/03/2026."))
    if day.year != period.year:
        why = f"Ce jour n'est pas de l'année {period.year}."
        raise _Wrong(Column.DAY, Reason("activity.day_other_year", why, "", {"day": day.isoformat()}))
    if day > period.today:
        why = "Ce jour n'est pas encore passé : seuls des actes faits s'importent."
        raise _Wrong(Column.DAY, Reason("activity.day_future", why, "", {"day": day.isoformat()}))
    if day < (period.first_day or day) or day > (period.last_day or day):
        why = "Ce jour est hors de la période que le fichier dit couvrir."
        raise _Wrong(Column.DAY, Reason("activity.day_outside", why, "", {"day": day.isoformat()}))
    return day


def _parse_day(text: str) -> date | None:
    iso, french = _ISO.fullmatch(text), _FRENCH.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return date(int(french[3]), int(french[2]), int(french[1])) if french else None
    except ValueError:
        return None


def _read_kind(text: str) -> ActivityKind:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
    kind = _KINDS.get(plain)
    if kind is None:
        why = "Nature inconnue : écrivez « téléconsultation », « téléexpertise » ou « autre »."
        raise _Wrong(Column.KIND, Reason("activity.kind", why))
    return kind


def _read_number(text: str, column: Column) -> int:
    if not _WHOLE.fullmatch(text):
        why = "Un nombre d'actes est entier, sans signe, sans espace et sans virgule."
        raise _Wrong(column, Reason("activity.number", why))
    number = int(text)
    if number > MAX_NUMBER:
        why = f"{number} actes d'une même nature en un jour : plus de {MAX_NUMBER} n'est pas vraisemblable."
        raise _Wrong(column, Reason("activity.number_too_large", why, "", {"number": number, "highest": MAX_NUMBER}))
    return number


def _read_place(text: str) -> str:
    if len(text) > MAX_PLACE or not text.isprintable():
        why = f"Un lieu compte au plus {MAX_PLACE} caractères, sans retour à la ligne."
        raise _Wrong(Column.PLACE, Reason("activity.place", why))
    return text


def _check_new(
    line: ActivityLine,
    seen: Mapping[tuple[date, ActivityKind, str], int],
    known: Collection[tuple[date, ActivityKind, str]],
) -> None:
    if line.key in seen:
        why = f"Même jour, même nature et même lieu que la ligne {seen[line.key]} : une seule est gardée."
        raise _Wrong(None, Reason("activity.duplicate", why, "", {"line": seen[line.key]}))
    if line.key in known:
        why = "Même jour, même nature et même lieu qu'une ligne déjà importée : elle n'est pas comptée deux fois."
        raise _Wrong(None, Reason("activity.known", why))
