"""What is wrong with a rule that was typed, each fault at its field: all of them at once, not the first alone."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from telemed.acts.telemonitoring.formats.rules import describe_rules, read_rule
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Invalid
from telemed.web import forms, rule_tree
from telemed.web.pages.rule_leaves import FIELDS
from telemed.web.rule_tree import Node

WHOLE = "arbre"
"""The field that stands for the conditions together."""
_HEAD = {
    "name": "libelle",
    "label": "libelle",
    "severity": "gravite",
    "direction": "sens",
    "quiet_hours": "calme_de",
    "repeat_hours": "repeter",
    "late_hours": "tard",
}
_SOUND: Mapping[str, Any] = {
    "name": "x",
    "label": "x",
    "severity": "soon",
    "signal": "x",
    "side": "above",
    "measure": "delta",
    "days": 1,
    "among": ["x"],
    "patient_limit": "x",
    "count": 1,
    "kind": "answer",
}
"""What stands in for an answer that cannot be read, so that the ones after it are; what is not here may be left out."""
_MOST = 300
_STEP = re.compile(r"(\w+)|\[(\d+)\]")


def read(raw: dict[str, Any], tree: Node) -> tuple[Rule, dict[str, str]]:
    """The rule, and what is wrong by field; where something is, the rule has sound answers in its place.

    `raw` is what the form makes: no field of it is unknown, and none that must be there is missing.
    """
    errors: dict[str, str] = {}
    for _ in range(_MOST):
        try:
            return read_rule(json.dumps(raw)), errors
        except Invalid as err:
            errors.setdefault(field_of(err.field, tree), say(err.field))
            _mend(raw, err.field)
    raise ValueError("a rule is sound once each of its answers is")


def field_of(place: str, tree: Node) -> str:
    """Our field for a place of the schema: `when.of[1].limit` is `limite_3` where that condition is number 3."""
    if not place.startswith("when"):
        return _HEAD.get(place.partition(".")[0].partition("[")[0], "libelle")
    path = tuple(int(found) for found in re.findall(r"\.of\[(\d+)\]", place))
    node = rule_tree.find_at(tree, path)
    name = re.sub(r"^when|\.of\[\d+\]", "", place).strip(".").partition(".")[0].partition("[")[0]
    if node.of:
        return f"combien_{node.number}"
    return f"{FIELDS.get(name, 'signal')}_{node.number}"


def place_reasons(reasons: Sequence[Reason], tree: Node) -> dict[str, str]:
    """Each reason at the field that it is about; what is about the whole stands with the conditions."""
    errors: dict[str, str] = {}
    for reason in reasons:
        errors.setdefault(_field_of_reason(reason, tree), forms.sentence(reason.text))
    return errors


def _field_of_reason(reason: Reason, tree: Node) -> str:
    place, field = str(reason.compared.get("place", "")), str(reason.compared.get("field", ""))
    if reason.code.endswith("rule_too_large"):
        return WHOLE
    kind = reason.code.rpartition("_")[2]
    field = field or {"unit": "signal", "answer": "among"}.get(kind, kind)
    return field_of(f"{place}.{field}" if place.startswith("when") else place, tree)


def is_hidden(name: str, errors: Collection[str]) -> bool:
    """Would this only repeat what is wrong already, in the same condition?"""
    number = name.rpartition("_")[2]
    return name in errors or (number.isdecimal() and any(one.rpartition("_")[2] == number for one in errors))


def say(place: str) -> str:
    """What is expected there."""
    if place.endswith(("limit", "margin")) and not place.endswith("patient_limit"):
        return "Un nombre est attendu, comme 74,5."
    if place.endswith("patient_limit"):
        return "Un nom court est attendu, sans espace ni accent, comme weight_high."
    if place.startswith("quiet_hours"):
        return "Deux heures sont attendues, comme 22:00 et 07:00."
    if place.endswith("among"):
        return "Cochez ou écrivez au moins une réponse."
    if place in ("name", "label"):
        return "Un nom est attendu\u00a0: des lettres, deux cents au plus."
    low, high = _bounds().get(place.rpartition(".")[2], ("", ""))
    return f"Un nombre entier est attendu, de {low} à {high}." if low else "Choisissez une réponse de la liste."


@cache
def _bounds() -> dict[str, tuple[str, str]]:
    """Between what each whole number lies: the schema says it."""
    parts = [properties for one in describe_rules()["$defs"].values() if (properties := one.get("properties"))]
    fields = [(name, field) for properties in parts for name, field in properties.items() if "minimum" in field]
    return {name: (str(field["minimum"]), str(field["maximum"])) for name, field in reversed(fields)}


def say_raw(reasons: Sequence[Reason]) -> str:
    """All that is wrong with a rule in JSON, each with its place."""
    return " ".join(_said_at(reason) for reason in reasons)


def _said_at(reason: Reason) -> str:
    place = str(reason.compared.get("place", ""))
    said = forms.sentence(reason.text)
    return f"{said.rstrip('.')} ({place})." if place else said


def _mend(raw: dict[str, Any], place: str) -> None:
    """Put something sound at the place, or leave it out where the schema has its own default."""
    steps: list[str | int] = [one[0] or int(one[1]) for one in _STEP.findall(place)]
    while steps and isinstance(steps[-1], int):
        steps.pop()
    *way, name = steps or ["label"]
    part: Any = raw
    for step in way:
        part = part[step]
    if place.startswith("quiet_hours"):
        raw.pop("quiet_hours", None)
    elif name in _SOUND:
        part[name] = _SOUND[str(name)]
    else:
        part.pop(name, None)
