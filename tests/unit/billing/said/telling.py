"""A decision written out in full, so that a changed word, number or reference shows in a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from telemed.kernel.decision import Reason
from telemed.law.parameter import DatedValue

FOLDER = Path(__file__).parent


def tell(found: object) -> str:
    """Every field of a decision, one a line; reasons and legal values as one sentence each."""
    match found:
        case Reason():
            compared = ", ".join(f"{name} = {value}" for name, value in found.compared.items())
            reference = "sans référence" if found.reference == "" else found.reference
            return f"{found.code} | {found.text} | {reference} | {compared or 'rien de comparé'}"
        case DatedValue():
            where = f", {found.territory}" if found.territory else ""
            return f"{found.name} = {found.text} (depuis {found.since}{where})"
        case Mapping():
            return ", ".join(f"{key} = {tell(value)}" for key, value in found.items()) or "rien"
        case tuple() | list():
            return "".join(f"\n- {tell(one)}" for one in found) or "rien"
        case _ if is_dataclass(found):
            told = (f"{name}: {_indent(tell(value))}" for name, value in _parts(found).items())
            return "\n".join(told).replace(": \n", ":\n")
    return str(found)


def tell_all(scenarios: Mapping[str, object]) -> str:
    """A page of scenarios, in order."""
    return "\n\n".join(f"## {name}\n{tell(found)}" for name, found in scenarios.items()) + "\n"


def _parts(found: Any) -> dict[str, object]:
    return {field.name: getattr(found, field.name) for field in fields(found)}


def _indent(text: str) -> str:
    return text.replace("\n", "\n  ")
