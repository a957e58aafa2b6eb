"""Read the YAML files of the law and refuse all that is unclear: the service does not start on a doubtful text."""

# ruff: noqa: TRY004 - whatever is wrong in a file of the law is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from telemed.kernel.clock import Territory
from telemed.law.parameter import Certainty, Parameter, Reference, Value
from telemed.law.units import Quantity, Unit, check_quantity

PACKAGED = Path(__file__).parent / "parameters"

_PARAMETER_KEYS = frozenset({"description", "unit", "reviewed_on", "values"})
_VALUE_KEYS = frozenset({"value", "territories", "not_established", "references", "published_on", "certainty", "note"})
_REFERENCE_KEYS = frozenset({"title", "address"})


class LawError(Exception):
    """The files of the law are not fit to be used. `faults` names the file and the reason of each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read_parameters(root: Path = PACKAGED) -> Mapping[str, Parameter]:
    """Every parameter under `root` by name. Raises LawError with all faults, not only the first."""
    parameters: dict[str, Parameter] = {}
    faults: list[str] = []
    for path in sorted(root.rglob("*")):
        if path.is_dir():
            continue
        name = path.relative_to(root).with_suffix("").as_posix()
        try:
            parameters[name] = _read_file(name, path)
        except (ValueError, yaml.YAMLError) as error:
            faults.append(f"{name}: {error}")
    if not parameters and not faults:
        faults.append(f"no parameter under {root.name}")
    if faults:
        raise LawError(faults)
    return MappingProxyType(parameters)


def _read_file(name: str, path: Path) -> Parameter:
    if path.suffix != ".yaml":
        raise ValueError(f"only .yaml files belong here, not {path.name}")
    return parse_parameter(name, path.read_text("utf-8"))


def parse_parameter(name: str, text: str) -> Parameter:
    """One file. Raises ValueError (yaml.YAMLError if it is not YAML) saying what is wrong."""
    raw = _mapping(read_strict_yaml(text), "the file")
    _only_keys(raw, _PARAMETER_KEYS, required=_PARAMETER_KEYS)
    try:
        unit = Unit(raw["unit"])
    except ValueError as error:
        raise ValueError(f"unknown unit {raw['unit']!r}; one of {', '.join(Unit)}") from error
    values = tuple(_parse_value(since, body, unit) for since, body in _mapping(raw["values"], "values").items())
    _check_order(values)
    reviewed_on = _day(raw["reviewed_on"], "reviewed_on")
    _check_review(values, reviewed_on)
    return Parameter(name, _text(raw["description"], "description"), unit, reviewed_on, values)


def _parse_value(since: object, body: object, unit: Unit) -> Value:
    day = _day(since, "first day of effect")
    try:
        raw = _mapping(body, "a value")
        _only_keys(raw, _VALUE_KEYS, required=frozenset({"references", "published_on", "certainty"}))
        quantity, territories = _parse_quantity(raw, unit)
        value = Value(
            since=day,
            quantity=quantity,
            territories=territories,
            references=_parse_references(raw["references"]),
            published_on=None if raw["published_on"] is None else _day(raw["published_on"], "published_on"),
            certainty=_certainty(raw["certainty"]),
            note=_text(raw["note"], "note") if "note" in raw else "",
        )
        _check_certainty(value)
    except ValueError as error:
        raise ValueError(f"value of {day}: {error}") from error
    return value


def _parse_quantity(raw: Mapping[str, Any], unit: Unit) -> tuple[Quantity | None, Mapping[Territory, Quantity] | None]:
    """Exactly one of `value` (null: no longer in force), `territories` and `not_established` (no figure is known)."""
    if sum(key in raw for key in ("value", "territories", "not_established")) != 1:
        raise ValueError("either value or territories is needed, or not_established, and only one of them")
    if "not_established" in raw:
        return None, _unknown_everywhere(raw["not_established"])
    if "value" in raw:
        return (None if raw["value"] is None else _frozen(check_quantity(raw["value"], unit))), None
    local = _mapping(raw["territories"], "territories")
    if not local:
        raise ValueError("territories is empty")
    return None, MappingProxyType({_territory(key): _frozen(check_quantity(one, unit)) for key, one in local.items()})


def _unknown_everywhere(raw: object) -> Mapping[Territory, Quantity]:
    """A text is in force, but no source that we hold gives its figure: known in no territory."""
    if raw is not True:
        raise ValueError("not_established is true or is left out")
    return MappingProxyType({})


def _parse_references(raw: object) -> tuple[Reference, ...]:
    if not isinstance(raw, list) or not raw:
        raise ValueError("at least one reference is needed")
    return tuple(_parse_reference(one) for one in raw)


def _parse_reference(raw: object) -> Reference:
    fields = _mapping(raw, "a reference")
    _only_keys(fields, _REFERENCE_KEYS, required=_REFERENCE_KEYS)
    address = _text(fields["address"], "address")
    if not address.startswith(("https://", "http://")):
        raise ValueError(f"an address starts with https://, not {address!r}")
    return Reference(_text(fields["title"], "title"), address)


def _check_certainty(value: Value) -> None:
    if value.certainty is not Certainty.CONFIRMED and not value.note:
        raise ValueError(f"a {value.certainty} value needs a note that says why")
    if value.is_unknown and not value.note:
        raise ValueError("a value that is not established needs a note that says why")
    if value.certainty is Certainty.CONFIRMED and value.published_on is None:
        raise ValueError("a confirmed value needs its day of publication")


def _check_order(values: tuple[Value, ...]) -> None:
    if not values:
        raise ValueError("no value")
    days = [value.since for value in values]
    if days != sorted(set(days)):
        raise ValueError("days of effect are out of order")
    if values[0].is_end:
        raise ValueError("the first value cannot be an end")


def _check_review(values: tuple[Value, ...], reviewed_on: date) -> None:
    for value in values:
        if value.published_on is not None and value.published_on > reviewed_on:
            raise ValueError(f"value of {value.since}: published on {value.published_on}, after the review")


def _certainty(raw: object) -> Certainty:
    try:
        return Certainty(_text(raw, "certainty"))
    except ValueError as error:
        raise ValueError(f"unknown certainty {raw!r}; one of {', '.join(Certainty)}") from error


def _territory(raw: object) -> Territory:
    try:
        return Territory(_text(raw, "territory"))
    except ValueError as error:
        raise ValueError(f"unknown territory {raw!r}; one of {', '.join(Territory)}") from error


def _frozen(quantity: Quantity) -> Quantity:
    return MappingProxyType(dict(quantity)) if isinstance(quantity, Mapping) else quantity


def _only_keys(raw: Mapping[str, Any], allowed: frozenset[str], *, required: frozenset[str]) -> None:
    unknown = sorted(str(key) for key in raw.keys() - allowed)
    if unknown:
        raise ValueError(f"unknown key {', '.join(unknown)}")
    missing = sorted(required - raw.keys())
    if missing:
        raise ValueError(f"missing key {', '.join(missing)}")


def _mapping(raw: object, what: str) -> Mapping[Any, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError(f"{what} must be a mapping")
    return raw


def _day(raw: object, what: str) -> date:
    if not isinstance(raw, date) or isinstance(raw, datetime):
        raise ValueError(f"{what} must be a day written 2024-06-22, not {raw!r}")
    return raw


def _text(raw: object, what: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"{what} must be a text, not {raw!r}")
    return raw.strip()


def read_strict_yaml(text: str) -> object:
    """A text of data as plain values. Raises ValueError on an alias, a key written twice or a float; yaml.YAMLError."""
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _StrictLoader)):
        raise ValueError("aliases are not allowed")
    return yaml.load(text, _StrictLoader)  # noqa: S506 - a SafeLoader with more refusals


if TYPE_CHECKING:
    _SafeLoader = yaml.SafeLoader
else:  # libyaml, where PyYAML was built with it, reads the whole law five times quicker
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_SafeLoader):
    """A SafeLoader that also refuses a key written twice and floats."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise ValueError("a key must be a plain value")
            if key in seen:
                raise ValueError(f"key written twice: {key}")
            seen.add(key)
        return super().construct_mapping(node, deep)


def _refuse_float(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    raise ValueError(f"a float is not allowed: {node.value}")


_StrictLoader.add_constructor("tag:yaml.org,2002:float", _refuse_float)
