"""Rules as JSON, read strictly, with the schema of what is read; and what a rule remembers, to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from telemed.acts.telemonitoring.formats.faults import find_place
from telemed.acts.telemonitoring.model.evidence import Episode, Evidence, Known
from telemed.acts.telemonitoring.model.progress import (
    Bucket,
    Checkpoint,
    Following,
    LeafState,
    Machine,
    Progress,
    TrendState,
)
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.kernel.errors import Invalid

_RULE = msgspec.json.Decoder(Rule)


def read_rule(content: bytes | str) -> Rule:
    """A rule as JSON. Raises Invalid naming the first field that does not fit."""
    try:
        return _RULE.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        text = "Cette règle n'est pas lisible : un champ manque, est inconnu ou n'a pas la forme voulue."
        raise Invalid(text, field=find_place(error).lstrip("."), code="telemonitoring.rule_unreadable") from error


def write_rule(rule: Rule) -> bytes:
    """The rule as JSON: `read_rule` gives it back, and the same rule is written the same way."""
    return msgspec.json.encode(rule, order="deterministic")


def describe_rules() -> dict[str, Any]:
    """The JSON Schema of a rule."""
    return msgspec.json.schema(Rule)


def write_following(following: Following) -> bytes:
    """The state of a rule as JSON arrays."""
    return msgspec.json.encode(following)


def read_following(content: bytes, kinds: Sequence[type[LeafState]]) -> Following:
    """A state back, its leaves being of these kinds. Raises ValueError if it is that of another rule."""
    (machine, head, older, newer), known = msgspec.json.decode(content)
    progress = Progress(
        _machine(machine, kinds),
        None if head is None else (head[0], head[1], head[2]),
        Checkpoint(older[0], _machine(older[1], kinds)),
        Checkpoint(newer[0], _machine(newer[1], kinds)),
    )
    return Following(progress, tuple(Known(*one) for one in known))


def _machine(raw: list[Any], kinds: Sequence[type[LeafState]]) -> Machine:
    leaves, episode = raw
    states = tuple(_leaf(kind, state) for kind, state in zip(kinds, leaves, strict=True))
    return Machine(states, None if episode is None else _episode(episode))


def _leaf(kind: type[LeafState], raw: list[Any]) -> LeafState:
    if kind is TrendState:
        return TrendState(tuple(Bucket(*day) for day in raw[0]), *raw[1:])
    return kind(*raw)


def _episode(raw: list[Any]) -> Episode:
    return Episode(raw[0], raw[1], raw[2], tuple(Evidence(*one) for one in raw[3]))
