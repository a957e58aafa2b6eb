"""The values of the law as a Markdown table, which a test keeps in step with `docs/reference/law-parameters.md`."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.law.law import Law
from telemed.law.parameter import Certainty, Parameter, Value
from telemed.law.units import Unit, format_quantity

_CERTAINTY = {
    Certainty.CONFIRMED: "confirmée",
    Certainty.SINGLE_SOURCE: "une seule source",
    Certainty.DISPUTED: "discutée",
}
_HEAD = "| à partir du | valeur | certitude | textes |\n| --- | --- | --- | --- |"


def markdown_table(law: Law) -> str:
    """Each parameter with its description and one line a value; French, because a lawyer reads it."""
    return "\n\n".join(_section(parameter) for parameter in law)


def describe_value(value: Value, unit: Unit) -> str:
    """`25,00 €`, `metropole : 25,00 €`, `n'est plus en vigueur` or `non établi`."""
    if value.is_unknown:
        return "non établi"
    if isinstance(value.quantity, Mapping):
        return "<br>".join(f"{label} (`{code}`)" for code, label in value.quantity.items())
    if value.quantity is not None:
        return format_quantity(value.quantity, unit)
    if value.territories is not None:
        return " ; ".join(f"{where} : {format_quantity(one, unit)}" for where, one in value.territories.items())
    return "n'est plus en vigueur"


def _section(parameter: Parameter) -> str:
    head = f"### `{parameter.name}`\n\n{parameter.description} Relu le {parameter.reviewed_on}."
    lines = "\n".join(_line(value, parameter.unit) for value in parameter.values)
    notes = "\n".join(f"> {value.since} : {value.note}" for value in parameter.values if value.note)
    return "\n\n".join(part for part in (head, f"{_HEAD}\n{lines}", notes) if part)


def _line(value: Value, unit: Unit) -> str:
    texts = "<br>".join(f"[{reference.title}]({reference.address})" for reference in value.references)
    return f"| {value.since} | {describe_value(value, unit)} | {_CERTAINTY[value.certainty]} | {texts} |"
