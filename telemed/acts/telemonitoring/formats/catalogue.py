"""Read the catalogue of signals and refuse all that is unclear: the service does not start on a doubtful bound."""

# ruff: noqa: TRY004 - whatever is wrong in our data is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from telemed.acts.telemonitoring.model.observation import Catalogue, Coding, Signal, SignalKind
from telemed.acts.telemonitoring.model.units import MILLION, UNITS, Conversion, find_conversion
from telemed.law.loader import read_strict_yaml

LOINC = "http://loinc.org"
MDC = "urn:iso:std:iso:11073:10101"
SNOMED = "http://snomed.info/sct"
ANS_OTHER = "urn:oid:1.2.250.1.213.1.1.4.322"
OWN = "urn:x-telemed:signal"
SYSTEMS: Mapping[str, str] = {"loinc": LOINC, "mdc": MDC, "sct": SNOMED, "ans": ANS_OTHER, "own": OWN}

_KEYS = {"label", "kind", "unit", "from", "to", "molar_mass", "codes"}


def parse_catalogue(text: str) -> Catalogue:
    """The signals of a file. Raises ValueError saying which one is wrong and why (yaml.YAMLError if it is no YAML)."""
    raw = _mapping(read_strict_yaml(text), "the catalogue")
    if set(raw) != {"signals", "panels"}:
        raise ValueError("a catalogue holds signals and panels")
    signals = tuple(_named(name, body) for name, body in _mapping(raw["signals"], "signals").items())
    panels = _codings(raw["panels"])
    _refuse_twice([coding for signal in signals for coding in signal.codings] + list(panels))
    return Catalogue(signals, frozenset(panels))


def _named(name: object, body: object) -> Signal:
    if not isinstance(name, str):
        raise ValueError(f"a signal has a name, not {name!r}")
    try:
        return _parse_signal(name, _mapping(body, "a signal"))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _parse_signal(name: str, raw: Mapping[str, Any]) -> Signal:
    unknown = set(raw) - _KEYS
    if unknown:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    kind = SignalKind(raw.get("kind", SignalKind.QUANTITY))
    low, high = _bounds(raw)
    if kind is not SignalKind.ANSWER and (low is None or high is None):
        raise ValueError("a number needs `from` and `to`")
    is_measured = kind is SignalKind.QUANTITY
    if is_measured != ("unit" in raw):
        raise ValueError("a quantity has a unit, and nothing else has one")
    conversions = _conversions(raw) if is_measured else None
    codings = _codings(raw.get("codes"))
    return Signal(name, _text(raw, "label"), kind, codings, raw.get("unit", ""), low, high, conversions)


def _bounds(raw: Mapping[str, Any]) -> tuple[int | None, int | None]:
    low, high = (_millionths(raw[key]) if key in raw else None for key in ("from", "to"))
    if low is not None and high is not None and low >= high:
        raise ValueError("`from` is below `to`")
    return low, high


def _millionths(raw: object) -> int:
    exact = _number(raw) * MILLION
    if exact.denominator != 1:
        raise ValueError(f"a bound has at most six decimals: {raw!r}")
    return exact.numerator


def _number(raw: object) -> Fraction:
    if not isinstance(raw, str):
        raise ValueError(f"a number is written as a text, not {raw!r}")
    return Fraction(raw)


def _conversions(raw: Mapping[str, Any]) -> Mapping[str, Conversion]:
    target = UNITS.get(_text(raw, "unit"))
    if target is None:
        raise ValueError(f"unknown unit {raw['unit']!r}")
    molar_mass = _number(raw["molar_mass"]) if "molar_mass" in raw else None
    found = ((code, find_conversion(unit, target, molar_mass)) for code, unit in UNITS.items())
    return {code: conversion for code, conversion in found if conversion is not None}


def _codings(raw: object) -> tuple[Coding, ...]:
    found = []
    for system, codes in _mapping(raw, "codes").items():
        if system not in SYSTEMS or not isinstance(codes, list) or not codes:
            raise ValueError(f"codes are lists under one of {', '.join(SYSTEMS)}")
        if not all(isinstance(code, str) for code in codes):
            raise ValueError("a code is written as a text")
        found += [Coding(SYSTEMS[system], code) for code in codes]
    if not found:
        raise ValueError("at least one code is needed")
    return tuple(found)


def _refuse_twice(codings: list[Coding]) -> None:
    twice = {one for one in codings if codings.count(one) > 1}
    if twice:
        raise ValueError(f"a code means one thing: {', '.join(sorted(one.code for one in twice))}")


def _mapping(raw: object, what: str) -> Mapping[Any, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError(f"{what} must be a mapping")
    return raw


def _text(raw: Mapping[str, Any], key: str) -> str:
    text = raw.get(key)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{key} is a text")
    return text
