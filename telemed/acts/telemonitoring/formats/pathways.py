"""Read the pathways, each with its texts, and refuse what the law or the catalogue does not bear out."""

# ruff: noqa: TRY004 - whatever is wrong in our data is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import (
    MandatoryAlert,
    MinimumDatum,
    Pathway,
    PathwayVersion,
    SilenceWindow,
)
from telemed.law.law import Law
from telemed.law.loader import read_strict_yaml
from telemed.law.parameter import Certainty, DatedValue, LawOfDay, NotInForce, Reference, UnknownParameter

_VERSION_KEYS = {"minimum_data", "mandatory_alerts", "silence", "certainty", "note", "references"}
_DATUM_KEYS = {"label", "signals", "group", "is_derived"}


def parse_pathway(code: str, text: str, catalogue: Catalogue, law: Law) -> Pathway:
    """One file. Raises ValueError saying what is wrong: a key, a signal, a date, a code that the law does not list."""
    raw = _mapping(read_strict_yaml(text), "the file")
    _only(raw, {"activity", "label", "versions"})
    activity, label = _text(raw, "activity"), _text(raw, "label")
    versions = tuple(
        _version(since, _mapping(body, "a version"), catalogue, law)
        for since, body in _mapping(raw["versions"], "versions").items()
    )
    days = [version.since for version in versions]
    if not days or days != sorted(set(days)):
        raise ValueError("versions are in order of their first day, and there is one at least")
    for day in days:
        if activity not in _value(law.on(day), "telemonitoring/pathways").labels:
            raise ValueError(f"{activity} is not followed on {day}")
    return Pathway(code, activity, label, versions)


def _version(since: object, raw: Mapping[str, Any], catalogue: Catalogue, law: Law) -> PathwayVersion:
    if not isinstance(since, date) or isinstance(since, datetime):
        raise ValueError(f"a version begins on a day, not {since!r}")
    _only(raw, _VERSION_KEYS, optional={"note"})
    certainty = Certainty(_text(raw, "certainty"))
    note = _text(raw, "note") if "note" in raw else ""
    if certainty is not Certainty.CONFIRMED and not note:
        raise ValueError("what is not confirmed needs a note that says why")
    day = law.on(since)
    data = _data(_mapping(raw["minimum_data"], "minimum_data"), catalogue, day)
    window = _silence(_mapping(raw["silence"], "silence"), data, day, certainty)
    alerts = _alerts(_mapping(raw["mandatory_alerts"], "mandatory_alerts"), day)
    return PathwayVersion(since, data, alerts, window, _references(raw["references"]), certainty, note)


def _data(raw: Mapping[str, Any], catalogue: Catalogue, law: LawOfDay) -> tuple[MinimumDatum, ...]:
    items, labels = _listed(raw, law)
    return tuple(_datum(code, _mapping(item, code), labels, catalogue) for code, item in items.items())


def _datum(code: str, raw: Mapping[str, Any], labels: Mapping[str, str], catalogue: Catalogue) -> MinimumDatum:
    _only(raw, _DATUM_KEYS, optional=_DATUM_KEYS)
    signals = raw.get("signals")
    if not isinstance(signals, list) or not signals:
        raise ValueError(f"{code}: signals is a list")
    unknown = [name for name in signals if catalogue.find(name) is None]
    if unknown:
        raise ValueError(f"{code}: not in the catalogue: {', '.join(map(str, unknown))}")
    label = labels[code] if code in labels else _text(raw, "label")
    return MinimumDatum(code, label, tuple(signals), raw.get("group", ""), raw.get("is_derived", False) is True)


def _alerts(raw: Mapping[str, Any], law: LawOfDay) -> tuple[MandatoryAlert, ...]:
    items, labels = _listed(raw, law)
    found = []
    for code, item in items.items():
        body = _mapping(item, code)
        _only(body, {"label", "is_silence"}, optional={"label", "is_silence"})
        label = labels[code] if code in labels else _text(body, "label")
        found.append(MandatoryAlert(code, label, body.get("is_silence", False) is True))
    if sum(alert.is_silence for alert in found) != 1:
        raise ValueError("exactly one alert is that of non-transmission (R-34)")
    return tuple(found)


def _silence(
    raw: Mapping[str, Any], data: tuple[MinimumDatum, ...], law: LawOfDay, certainty: Certainty
) -> SilenceWindow:
    _only(raw, {"law", "days"}, optional={"law", "days"})
    if ("law" in raw) == ("days" in raw):
        raise ValueError("a window comes from the law, or is our own number of days, not both")
    if "days" in raw and certainty is Certainty.CONFIRMED:
        raise ValueError("a window of our own is not confirmed by a text")
    days = _value(law, raw["law"]).integer if "law" in raw else raw["days"]
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise ValueError("a window has at least one day")
    return SilenceWindow(days, frozenset(name for datum in data for name in datum.signals))


def _listed(raw: Mapping[str, Any], law: LawOfDay) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The items, and the law's own words for them: neither may have one that the other has not."""
    _only(raw, {"law", "items"}, optional={"law"})
    items = _mapping(raw["items"], "items")
    labels = _value(law, raw["law"]).labels if "law" in raw else {}
    if "law" in raw and set(items) != set(labels):
        raise ValueError(f"{raw['law']} lists {', '.join(labels)}, not {', '.join(items)}")
    if not items:
        raise ValueError("a list is not empty")
    return items, labels


def _value(law: LawOfDay, name: str) -> DatedValue:
    try:
        return law.value(name)
    except (UnknownParameter, NotInForce) as error:
        raise ValueError(f"the law has no {name} on {law.day}") from error


def _references(raw: object) -> tuple[Reference, ...]:
    if not isinstance(raw, list) or not raw:
        raise ValueError("at least one reference is needed")
    found = []
    for one in raw:
        fields = _mapping(one, "a reference")
        _only(fields, {"title", "address"}, optional={"address"})
        found.append(Reference(_text(fields, "title"), fields.get("address", "")))
    return tuple(found)


def _only(raw: Mapping[str, Any], keys: set[str], *, optional: set[str] | frozenset[str] = frozenset()) -> None:
    unknown, missing = set(raw) - keys, keys - optional - set(raw)
    if unknown or missing:
        raise ValueError(f"unknown keys {sorted(map(str, unknown))}, missing keys {sorted(missing)}")


def _mapping(raw: object, what: str) -> Mapping[Any, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError(f"{what} must be a mapping")
    return raw


def _text(raw: Mapping[str, Any], key: str) -> str:
    text = raw.get(key)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{key} is a text")
    return text.strip()
