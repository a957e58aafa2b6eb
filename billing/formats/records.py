"""Lines of fields between bars: the ground of what is exchanged with a caisse. Each value has one spelling only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

BAR = "|"
END_OF_LINE = b"\n"
_WHOLE = re.compile(r"0|[1-9][0-9]{0,11}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
Built = TypeVar("Built")


class FormatError(ValueError):
    """Bytes that are not of the format: the line, counted from 1, and what was expected. Never what was there."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


@dataclass(frozen=True)
class Record:
    """One line: its kind, and its fields as text."""

    line: int
    kind: str
    fields: tuple[str, ...]

    def require(self, kind: str, count: int) -> tuple[str, ...]:
        """The fields of a record that must be of this kind and have this many."""
        if self.kind != kind:
            raise FormatError(self.line, f"a record {kind} is expected")
        if len(self.fields) != count:
            raise FormatError(self.line, f"a record {kind} has {count} fields, not {len(self.fields)}")
        return self.fields

    def build(self, make: Callable[[], Built]) -> Built:
        """What `make` builds of these fields; its ValueError becomes a FormatError of this line."""
        try:
            return make()
        except FormatError:
            raise
        except ValueError as error:
            raise FormatError(self.line, str(error)) from None


def read_records(text: bytes, *, most_bytes: int) -> list[Record]:
    """Every line of `text` (UTF-8, at most `most_bytes`, the last one ended too), at least one."""
    if not text:
        raise FormatError(1, "nothing at all")
    if len(text) > most_bytes:
        raise FormatError(1, f"more than {most_bytes} bytes")
    *lines, rest = text.split(END_OF_LINE)
    if rest:
        raise FormatError(len(lines) + 1, "cut short: the line has no end")
    return [_read_record(number, line) for number, line in enumerate(lines, start=1)]


def _read_record(number: int, line: bytes) -> Record:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(number, "not UTF-8") from None
    if not text.isprintable():
        raise FormatError(number, "a character that does not print")
    kind, *fields = text.split(BAR)
    return Record(number, kind, tuple(fields))


def write_records(*records: tuple[object, ...]) -> bytes:
    """The lines of these records, each a kind followed by its fields."""
    return b"".join(BAR.join(map(str, one)).encode() + END_OF_LINE for one in records)


def read_whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("a whole number is expected, without sign, space or leading zero")
    return int(text)


def read_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("a day is expected as YYYY-MM-DD")
    return date.fromisoformat(text)


def read_instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError("an instant is expected as YYYY-MM-DDThh:mm:ss.ffffffZ")
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def write_instant(instant: datetime) -> str:
    return f"{instant.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def require_version(record: Record, known: str) -> None:
    """Refuse another version before anything else of it is read."""
    if not record.fields or record.fields[0] != known:
        raise FormatError(record.line, f"version {known} is read here")
