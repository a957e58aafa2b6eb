"""Reads the CSV file of an activity done elsewhere: its encoding, its delimiter, its columns, its cells."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from billing.rules.activity import Column, Row
from telemed.kernel.decision import Reason

MAX_BYTES = 500_000
MAX_LINES = 5_000
_UTF16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_LINE_ENDS = re.compile("\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"


_NAMES: Mapping[str, Column] = MappingProxyType(
    {
        "jour": Column.DAY,
        "date": Column.DAY,
        "nature": Column.KIND,
        "acte": Column.KIND,
        "type": Column.KIND,
        "nombre": Column.NUMBER,
        "quantite": Column.NUMBER,
        "patients_mt": Column.OWN,
        "dont_patients_mt": Column.OWN,
        "patients_medecin_traitant": Column.OWN,
        "lieu": Column.PLACE,
        "source": Column.PLACE,
    }
)
REQUIRED = (Column.DAY, Column.KIND, Column.NUMBER)


class Encoding(StrEnum):
    UTF_8 = "utf-8"
    WINDOWS_1252 = "windows-1252"


class Delimiter(StrEnum):
    SEMICOLON = ";"
    COMMA = ","
    TAB = "\t"


class ActivityFileError(ValueError):
    """The file as a whole cannot be read: why, in French, and what to do."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True)
class ActivityFile:
    encoding: Encoding
    delimiter: Delimiter
    rows: tuple[Row, ...]


def decode_activity(content: bytes) -> ActivityFile:
    """The rows of a file, empty ones left out. Raises ActivityFileError where no line of it can be trusted."""
    encoding, text = _decode(content)
    header = next((line for line in _LINE_ENDS.split(text) if line.strip()), "")
    delimiter, columns = _find_columns(header)
    rows = tuple(_rows(text, delimiter, columns))
    if not rows:
        raise ActivityFileError(Reason("activity.empty", "Le fichier n'a aucune ligne sous ses titres."))
    return ActivityFile(encoding, delimiter, rows)


def _decode(content: bytes) -> tuple[Encoding, str]:
    if len(content) > MAX_BYTES:
        text = f"Le fichier dépasse {MAX_BYTES // 1000} ko : partagez-le, par exemple par trimestre."
        raise ActivityFileError(Reason("activity.too_large", text, "", {"bytes": len(content)}))
    if content.startswith(_UTF16_OR_32):
        text = "Le fichier est en UTF-16 : enregistrez-le en « CSV UTF-8 », puis importez-le de nouveau."
        raise ActivityFileError(Reason("activity.utf16", text))
    if b"\x00" in content:
        text = "Le fichier contient des octets nuls : ce n'est pas un CSV, ou il est en UTF-16. Prenez « CSV UTF-8 »."
        raise ActivityFileError(Reason("activity.nul", text))
    if not content.strip():
        raise ActivityFileError(Reason("activity.empty", "Le fichier est vide."))
    return _decode_text(content.removeprefix(_BOM))


def _decode_text(content: bytes) -> tuple[Encoding, str]:
    for encoding in (Encoding.UTF_8, Encoding.WINDOWS_1252):
        try:
            return encoding, content.decode(encoding.value)
        except UnicodeDecodeError:
            continue
    text = "Le fichier n'est ni en UTF-8 ni en Windows-1252 : enregistrez-le en « CSV UTF-8 »."
    raise ActivityFileError(Reason("activity.encoding", text))


def _find_columns(header: str) -> tuple[Delimiter, tuple[Column | None, ...]]:
    """The delimiter under which the first line names what is needed, and what each of its cells names."""
    for delimiter in Delimiter:
        names = next(csv.reader([header], delimiter=delimiter.value), [])
        columns = tuple(_NAMES.get(_plain(name)) for name in names)
        if all(columns.count(column) == 1 for column in REQUIRED):
            if any(columns.count(column) > 1 for column in Column):
                break
            return delimiter, columns
    text = (
        "La première ligne doit nommer les colonnes « jour », « nature » et « nombre » (et, si vous voulez, "
        "« patients_mt » et « lieu »), chacune une fois, séparées par un point-virgule, une virgule ou une tabulation."
    )
    raise ActivityFileError(Reason("activity.columns", text))


def _rows(text: str, delimiter: Delimiter, columns: tuple[Column | None, ...]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter.value, strict=True)
    line, is_header = 1, True
    try:
        for cells in reader:
            first, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not is_header:
                yield Row(first, _name_cells(cells, columns))
            is_header = False
            if line > MAX_LINES + 2:
                text = f"Le fichier dépasse {MAX_LINES} lignes : partagez-le, par exemple par trimestre."
                raise ActivityFileError(Reason("activity.too_large", text, "", {"lines": line}))
    except csv.Error:
        text = f"La ligne {line} ne se lit pas : un guillemet y est peut-être resté ouvert."
        raise ActivityFileError(Reason("activity.unreadable", text, "", {"line": line})) from None


def _name_cells(cells: list[str], columns: tuple[Column | None, ...]) -> Mapping[Column, str] | None:
    if len(cells) != len(columns):
        return None
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column is not None}


def _plain(name: str) -> str:
    """Lower case, without accents, spaces as underscores."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "_".join(kept.replace("’", "'").split())
