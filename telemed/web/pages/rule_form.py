"""A rule as a form: conditions in groups as deep as the language goes, each field checked by the schema of rules."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.formats.rules import read_rule, write_rule
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rule import AtLeast, Condition, Rule
from telemed.acts.telemonitoring.rules.program import check_rule
from telemed.kernel.errors import Invalid
from telemed.web import forms, rule_tree, surveillance_words
from telemed.web.pages import rule_faults
from telemed.web.pages.rule_leaves import SIDES, blank_leaf, read_leaf, read_number, write_leaf
from telemed.web.rule_tree import Node
from telemed.web.views.frame import Choice, Form

DIRECTIONS = (Choice("", "Sans sens"), *SIDES)
SEVERITIES = tuple(Choice(one, badge.label) for one, badge in surveillance_words.SEVERITIES.items())
ALL = "toutes"
_BLANK = {"gravite": Severity.SOON.value, "sens": "", "repeter": "24", "tard": "24", "arbre": "1"}


def signal_choices(catalogue: Catalogue) -> tuple[Choice, ...]:
    """What may be watched, with its unit."""
    named = ((one.label, format_unit(one.unit), one.name) for one in catalogue)
    return tuple(Choice(name, f"{label} ({unit})" if unit else label) for label, unit, name in sorted(named))


def blank(catalogue: Catalogue) -> Form:
    """A form with one condition and nothing said."""
    return Form(_BLANK | blank_leaf(1, next(iter(catalogue)).name))


def tree_of(form: Form) -> Node:
    return rule_tree.read_tree(form.value("arbre") or "1")


def add_condition(form: Form, number: int) -> Form:
    """The same form with a condition more in the group of this number, on the signal of the one before."""
    root = tree_of(form)
    return _grown(form, *rule_tree.add(root, number)) if rule_tree.may_grow(root, number) else Form(form.values)


def add_group(form: Form, number: int) -> Form:
    """The same form with a group of two blank conditions more, one of which is enough."""
    root = tree_of(form)
    if not rule_tree.may_branch(root, number):
        return Form(form.values)
    tree, new = rule_tree.branch(root, number)
    grown = _grown(form, tree, new)
    return Form(grown.values | {f"combien_{new.number}": "1"})


def _grown(form: Form, tree: Node, new: Node) -> Form:
    signals = [form.value(f"signal_{node.number}") for node, _ in rule_tree.walk(tree) if not node.of]
    last = next((signal for signal in reversed(signals) if signal), "")
    leaves = [node for node, _ in rule_tree.walk(new) if not node.of]
    more = {name: text for leaf in leaves for name, text in blank_leaf(leaf.number, last).items()}
    return Form({f"combien_{tree.number}": ALL} | form.values | more | {"arbre": rule_tree.write_tree(tree)})


def remove(form: Form, number: int) -> Form:
    """The same form without a condition or a group; what is left keeps its fields. A rule keeps one condition."""
    tree = rule_tree.remove(tree_of(form), number)
    kept = {str(node.number) for node, _ in rule_tree.walk(tree)}
    fields = {name: re.fullmatch(r"[a-z]+_(\d+)(?:_\d+)?", name) for name in form.values}
    values = {name: form.value(name) for name, match in fields.items() if match is None or match[1] in kept}
    return Form(values | {"arbre": rule_tree.write_tree(tree)})


def read_form(form: Form, catalogue: Catalogue) -> Rule:
    """The rule that was typed. Raises FormError with every fault at its field."""
    if form.value("mode") == "json":
        return _read_raw(form, catalogue)
    rule, errors = rule_faults.read(_rule(form, catalogue), tree_of(form))
    errors |= {
        name: text
        for name, text in rule_faults.place_reasons(check_rule(rule, catalogue).refusals, tree_of(form)).items()
        if not rule_faults.is_hidden(name, errors)
    }
    if errors:
        raise forms.FormError(Form(form.values, errors))
    return rule


def write_form(rule: Rule) -> Form:
    """The form of a rule: `read_form` gives the same rule back."""
    values = {
        "nom": rule.name,
        "libelle": rule.label,
        "gravite": rule.severity.value,
        "sens": rule.direction.value if rule.direction else "",
        "calme_de": rule.quiet_hours.start if rule.quiet_hours else "",
        "calme_a": rule.quiet_hours.end if rule.quiet_hours else "",
        "repeter": str(rule.repeat_hours),
        "tard": str(rule.late_hours),
    }
    tree = _write(rule.when, 1, values)
    return Form(values | {"arbre": rule_tree.write_tree(tree)})


def pretty(rule: Rule) -> str:
    """The rule as JSON that a person can read."""
    return json.dumps(json.loads(write_rule(rule)), ensure_ascii=False, indent=2)


def slug(label: str) -> str:
    """A name for a rule out of its label: `prise_de_poids`."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[^a-z]+|_+$", "", re.sub(r"[^a-z0-9]+", "_", plain))[:60].rstrip("_")


def _write(condition: Condition, number: int, values: dict[str, str]) -> Node:
    """Its node, whose fields go to `values`; the numbers of a group follow its own."""
    if not isinstance(condition, AtLeast):
        values |= write_leaf(condition, number)
        return Node(number)
    values[f"combien_{number}"] = ALL if condition.count == len(condition.of) else str(condition.count)
    parts: list[Node] = []
    after = number + 1
    for one in condition.of:
        parts.append(_write(one, after, values))
        after = max(node.number for node, _ in rule_tree.walk(parts[-1])) + 1
    return Node(number, tuple(parts))


def _read_raw(form: Form, catalogue: Catalogue) -> Rule:
    """Raises FormError."""
    try:
        rule = read_rule(form.value("regle"))
    except Invalid as err:
        place = f" ({err.field})" if err.field else ""
        text = forms.sentence(err.detail).rstrip(".") + place + "."
        raise forms.FormError(Form(form.values, {"regle": text})) from None
    refusals = check_rule(rule, catalogue).refusals
    if refusals:
        raise forms.FormError(Form(form.values, {"regle": rule_faults.say_raw(refusals)}))
    return rule


def _rule(form: Form, catalogue: Catalogue) -> dict[str, Any]:
    """The rule as its JSON has it; numbers that are none stay texts, for the schema to refuse."""
    rule = {
        "name": form.value("nom") or slug(form.value("libelle")),
        "label": form.value("libelle").strip(),
        "severity": form.value("gravite"),
        "direction": form.value("sens") or None,
        "when": _condition(form, tree_of(form), catalogue),
        "repeat_hours": read_number(form.value("repeter") or "24"),
        "late_hours": read_number(form.value("tard") or "24"),
    }
    if form.value("calme_de") or form.value("calme_a"):
        rule["quiet_hours"] = {"start": form.value("calme_de"), "end": form.value("calme_a")}
    return rule


def _condition(form: Form, node: Node, catalogue: Catalogue) -> dict[str, Any]:
    if not node.of:
        return read_leaf(form, node.number, catalogue)
    chosen = form.value(f"combien_{node.number}") or ALL
    count = len(node.of) if chosen == ALL else read_number(chosen)
    return {"kind": "at_least", "count": count, "of": [_condition(form, one, catalogue) for one in node.of]}
