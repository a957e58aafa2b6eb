"""What the page of one rule shows: the form, what it says in clear, and what it would have called."""

from __future__ import annotations

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.web import rule_words, surveillance_words
from telemed.web.pages import rule_form
from telemed.web.views.frame import Badge, Choice, Form
from telemed.web.views.surveillance_rules import ConditionFields, RuleEditorView


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
    numbers = rule_form.condition_numbers(form)
    return RuleEditorView(
        id=rule_id,
        action=f"/surveillance/regles/{rule_id}" if rule_id else "/surveillance/regles",
        title=_title(form, rule_id),
        form=form,
        conditions=tuple(_condition(form, number, catalogue) for number in numbers),
        severities=rule_form.SEVERITIES,
        kinds=rule_form.KINDS,
        sides=rule_form.SIDES,
        directions=rule_form.DIRECTIONS,
        signals=rule_form.signal_choices(catalogue),
        pathways=pathways,
        counts=_counts(len(numbers)),
        whom=whom,
        is_raw=form.value("mode") == "json",
        may_write=may_write,
        may_add=len(numbers) < rule_form.MOST_CONDITIONS,
    )


def _title(form: Form, rule_id: str) -> str:
    return (form.value("libelle") or "Règle") if rule_id else "Nouvelle règle"


def _condition(form: Form, number: int, catalogue: Catalogue) -> ConditionFields:
    signal = catalogue.find(form.value(f"signal_{number}"))
    shown = Form(form.values | {f"seuil_{number}": ""})
    usual = rule_words.threshold_name(rule_form.threshold_of(shown, number), catalogue)
    answers = ", ".join(f"{code} ({said})" for code, said in (signal.words or {}).items()) if signal else ""
    return ConditionFields(number, format_unit(signal.unit) if signal else "", usual, answers)


def _counts(conditions: int) -> tuple[Choice, ...]:
    """All of them, one of them, or some between."""
    return tuple(one for one in rule_form.COUNTS if not one.value.isdecimal() or int(one.value) < conditions)
