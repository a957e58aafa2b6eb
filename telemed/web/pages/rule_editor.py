"""What the page of one rule shows: the form, what it says in clear, and what it would have called."""

from __future__ import annotations

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.model.observation import Catalogue, SignalKind
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.web import rule_tree, rule_words, surveillance_words
from telemed.web.pages import rule_form
from telemed.web.pages.rule_leaves import KINDS, SIDES, ticked_answers, usual_limit
from telemed.web.rule_tree import Node, Path
from telemed.web.views.frame import Badge, Choice, Form
from telemed.web.views.surveillance_rules import ConditionFields, GroupFields, RuleEditorView


def severity_of(rule: Rule) -> Badge:
    return surveillance_words.severity(rule.severity)


def editor_view(
    form: Form,
    catalogue: Catalogue,
    *,
    rule_id: str = "",
    pathways: tuple[Choice, ...] = (),
    whom: str = "",
    may_write: bool = True,
) -> RuleEditorView:
    """The form as it is typed, with the words and units that its answers call for."""
    tree = rule_form.tree_of(form)
    return RuleEditorView(
        id=rule_id,
        action=f"/surveillance/regles/{rule_id}" if rule_id else "/surveillance/regles",
        title=_title(form, rule_id),
        form=form,
        conditions=_fields(form, tree, tree, (), catalogue),
        severities=rule_form.SEVERITIES,
        kinds=KINDS,
        sides=SIDES,
        directions=rule_form.DIRECTIONS,
        signals=rule_form.signal_choices(catalogue),
        pathways=pathways,
        next_number=rule_tree.next_number(tree) + (0 if tree.of else 1),
        whom=whom,
        is_raw=form.value("mode") == "json",
        may_write=may_write,
    )


def _title(form: Form, rule_id: str) -> str:
    return (form.value("libelle") or "Règle") if rule_id else "Nouvelle règle"


def _fields(form: Form, root: Node, node: Node, path: Path, catalogue: Catalogue) -> ConditionFields | GroupFields:
    if not node.of:
        return _condition(form, root, node.number, path, catalogue)
    return GroupFields(
        number=node.number,
        name=rule_tree.name_place(path),
        parts=tuple(_fields(form, root, one, (*path, at), catalogue) for at, one in enumerate(node.of)),
        counts=_counts(len(node.of)),
        may_grow=rule_tree.may_grow(root, node.number),
        may_branch=rule_tree.may_branch(root, node.number),
    )


def _condition(form: Form, root: Node, number: int, path: Path, catalogue: Catalogue) -> ConditionFields:
    name = form.value(f"signal_{number}")
    signal = catalogue.find(name)
    usual = usual_limit(name, form.value(f"genre_{number}"), form.value(f"cote_{number}"))
    is_answer = signal is not None and signal.kind is SignalKind.ANSWER
    return ConditionFields(
        number=number,
        name=rule_tree.name_place(path),
        unit=format_unit(signal.unit) if signal else "",
        patient_limit=rule_words.threshold_name(usual, catalogue),
        is_answer=is_answer,
        signal=name,
        is_strange=bool(name) and all(one.name != name for one in catalogue),
        answers=_answers(form, number, dict(signal.words or {}) if signal and is_answer else {}),
        has_words=bool(signal and signal.words),
        is_alone=not root.of,
        may_grow=not root.of and rule_tree.may_grow(root, number),
        may_branch=not root.of and rule_tree.may_branch(root, number),
    )


def _answers(form: Form, number: int, words: dict[str, str]) -> tuple[tuple[Choice, bool], ...]:
    """Those that are ticked, in their order, then what else may be answered; each with whether it is ticked."""
    ticked = ticked_answers(form, number)
    shown = [(Choice(code, words.get(code, code)), True) for code in ticked]
    return (*shown, *((Choice(code, said), False) for code, said in words.items() if code not in ticked))


def _counts(conditions: int) -> tuple[Choice, ...]:
    """All of them, one of them, or some between."""
    between = (Choice(str(number), f"Au moins {number} sur {conditions}") for number in range(2, conditions))
    return (Choice(rule_form.ALL, "Toutes à la fois"), Choice("1", "Une seule suffit"), *between)
