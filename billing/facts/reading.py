"""Strict reading of payloads: another version, an unknown or missing field, or a value of another type is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from telemed.kernel.clock import require_aware


class FactsError(ValueError):
    """A payload that is not the facts of an act: which field, and what was expected."""


Made = TypeVar("Made")
Word = TypeVar("Word", bound=StrEnum)
Readers = Mapping[str, Callable[[Any], Any]]


def read_payload(payload: Mapping[str, Any], readers: Readers, *, version: int) -> dict[str, Any]:
    """The values of a whole payload. Raises FactsError on another version, wrong fields, a wrong value."""
    found = payload.get("version")
    if found != version:
        raise FactsError(f"version: {version} is read here, not {found!r}")
    check_keys(payload, frozenset(readers) | {"version"}, "")
    return read_fields(payload, readers)


def read_as(made: type[Made], payload: Mapping[str, Any], readers: Readers, *, version: int) -> Made:
    """The facts of a whole payload; values that do not go together raise FactsError too."""
    values = read_payload(payload, readers, version=version)
    try:
        return made(**values)
    except (TypeError, ValueError) as error:
        raise FactsError(f"unreadable facts: {error}") from error


def only_kind(expected: Word) -> Callable[[object], Word]:
    """Reads the kind of an act, and refuses every other."""

    def read(raw: object) -> Word:
        if raw != expected.value:
            raise FactsError(f"kind: {expected} is read here, not {raw!r}")
        return expected

    return read


def read_part(raw: Mapping[str, Any], readers: Readers, place: str) -> dict[str, Any]:
    """The values of an object inside a payload; `place` names it in the error."""
    check_keys(raw, frozenset(readers), f"{place}.")
    return read_fields(raw, readers)


def read_fields(raw: Mapping[str, Any], readers: Readers) -> dict[str, Any]:
    try:
        return {name: read(raw[name]) for name, read in readers.items()}
    except FactsError:
        raise
    except (TypeError, ValueError, KeyError) as error:
        raise FactsError(f"unreadable facts: {error}") from error


def check_keys(raw: object, expected: frozenset[str], place: str) -> None:
    if not isinstance(raw, Mapping):
        raise FactsError(f"{place or 'the payload'} is not an object")
    if raw.keys() != expected:
        raise FactsError(f"unknown or missing fields: {sorted(place + name for name in raw.keys() ^ expected)}")


def text(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise FactsError(f"a text is expected, not {raw!r}")
    return raw


def optional_text(raw: object) -> str:
    """Empty where it is not recorded: then no tariff is established, and the act is not lost."""
    return "" if raw is None or raw == "" else text(raw)


def texts(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise FactsError(f"a list is expected, not {raw!r}")
    return tuple(text(one) for one in raw)


def flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise FactsError(f"true or false is expected, not {raw!r}")
    return raw


def whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise FactsError(f"a whole number is expected, not {raw!r}")
    return raw


def optional_whole(raw: object) -> int | None:
    return None if raw is None else whole(raw)


def instant(raw: object) -> datetime:
    return require_aware(datetime.fromisoformat(text(raw)))


def day(raw: object) -> date:
    return date.fromisoformat(text(raw))


def optional_day(raw: object) -> date | None:
    return None if raw is None else day(raw)


def identifier(raw: object) -> UUID:
    return UUID(text(raw))
