"""Rules as JSON, read strictly, with the schema of what is read; and what a rule remembers, to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from telemed.acts.telemonitoring.formats.faults import find_place
from telemed.acts.telemonitoring.model.evidence import Episode, Known
from telemed.acts.telemonitoring.model.progress import Checkpoint, Following, LeafState, Machine, Progress
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.kernel.errors import Invalid

_RULE = msgspec.json.Decoder(Rule)
_STATES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY: Any = tuple
"""For types that are only known once a rule is."""


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
    (machine, head, older, newer), known = following
    return msgspec.json.encode(((machine, head, _sealed(older), _sealed(newer)), known))


def _sealed(checkpoint: Checkpoint) -> tuple[int | None, Machine | msgspec.Raw]:
    at, machine = checkpoint
    return at, msgspec.Raw(machine) if isinstance(machine, bytes) else machine


def read_following(content: bytes, kinds: tuple[type[LeafState], ...]) -> Following:
    """A state back, its leaves being of these kinds; its checkpoints stay closed. Raises ValueError if it is that of
    another rule."""
    (machine, head, older, newer), known = _followings(kinds).decode(content)
    progress = Progress(
        Machine(*machine), head, Checkpoint(older[0], bytes(older[1])), Checkpoint(newer[0], bytes(newer[1]))
    )
    return Following(progress, known)


def write_followings(states: Mapping[str, bytes]) -> bytes:
    """What several rules remember, each as `write_following` says it, by names of ours."""
    return msgspec.json.encode({name: msgspec.Raw(state) for name, state in states.items()})


def read_followings(content: bytes) -> dict[str, bytes]:
    """The states by name, not opened yet."""
    return {name: bytes(state) for name, state in _STATES.decode(content).items()}


def open_checkpoint(checkpoint: Checkpoint, kinds: tuple[type[LeafState], ...]) -> Checkpoint:
    """The same, from which a rule can begin again."""
    at, machine = checkpoint
    return Checkpoint(at, Machine(*_machines(kinds).decode(machine))) if isinstance(machine, bytes) else checkpoint


@cache
def _machines(kinds: tuple[type[LeafState], ...]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_machine_type(kinds))


@cache
def _followings(kinds: tuple[type[LeafState], ...]) -> msgspec.json.Decoder[Any]:
    checkpoint = _ARRAY[int | None, msgspec.Raw]
    progress = _ARRAY[_machine_type(kinds), tuple[int, str, str] | None, checkpoint, checkpoint]
    return msgspec.json.Decoder(_ARRAY[progress, tuple[Known, ...]])


def _machine_type(kinds: tuple[type[LeafState], ...]) -> Any:
    """Leaves are arrays of one shape: which kinds they are is known of the rule alone."""
    return _ARRAY[_ARRAY[kinds], Episode | None]
