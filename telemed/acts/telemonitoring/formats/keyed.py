"""Read what people may key in, and refuse what the catalogue does not bear out."""

# ruff: noqa: TRY004 - whatever is wrong in our data is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.questionnaire import KeyedField, KeyedGroup
from telemed.law.loader import read_strict_yaml

_FIELD_KEYS = {"label", "units", "is_optional", "surprise_percent"}


def parse_keyed(text: str, catalogue: Catalogue) -> Mapping[str, KeyedGroup]:
    """The groups by code, in order. Raises ValueError naming the group and what is wrong with it."""
    raw = _mapping(read_strict_yaml(text), "the file")
    found = {}
    for code, body in raw.items():
        try:
            found[str(code)] = _group(str(code), _mapping(body, "a group"), catalogue)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{code}: {error}") from error
    return MappingProxyType(found)


def _group(code: str, raw: Mapping[str, Any], catalogue: Catalogue) -> KeyedGroup:
    if set(raw) != {"label", "question", "hint", "fields"}:
        raise ValueError("a group has a label, a question, a hint and fields")
    fields = tuple(_field(str(name), _mapping(body, name), catalogue) for name, body in raw["fields"].items())
    if not fields:
        raise ValueError("a group has a field")
    return KeyedGroup(code, _text(raw["label"]), _text(raw["question"]), _text(raw["hint"]), fields)


def _field(name: str, raw: Mapping[str, Any], catalogue: Catalogue) -> KeyedField:
    if set(raw) - _FIELD_KEYS:
        raise ValueError(f"{name}: unknown key")
    signal = catalogue.find(name)
    units = _mapping(raw["units"], "units")
    known = signal.conversions if signal is not None and signal.conversions else {}
    wrong = [str(unit) for unit in units if unit not in known]
    if wrong or not units:
        raise ValueError(f"{name}: {', '.join(wrong) or 'no unit'} is no unit of a quantity of the catalogue")
    percent = raw.get("surprise_percent")
    if percent is not None and not (isinstance(percent, int) and percent > 0):
        raise ValueError(f"{name}: surprise_percent is a whole number")
    words = MappingProxyType({str(unit): _text(word) for unit, word in units.items()})
    return KeyedField(name, _text(raw["label"]), words, raw.get("is_optional", False) is True, percent)


def _mapping(raw: object, what: object) -> Mapping[Any, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError(f"{what} must be a mapping")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("a text is missing")
    return raw.strip()
