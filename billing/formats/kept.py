"""How reasons and legal values are kept in a claim, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from billing.model import BasisLine
from telemed.kernel.decision import Reason
from telemed.law.parameter import DatedValue, Reference


def reasons_to_json(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "text": one.text, "reference": one.reference, "compared": dict(one.compared)}
        for one in reasons
    ]


def reasons_from_json(raw: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(one["code"], one["text"], one["reference"], one["compared"]) for one in raw)


def cite(value: DatedValue) -> BasisLine:
    """A legal value as a claim keeps it."""
    return BasisLine(
        name=value.name,
        text=value.text,
        since=value.since,
        territory=None if value.territory is None else value.territory.value,
        certainty=value.certainty.value,
        references=value.references,
    )


def basis_to_json(basis: Iterable[BasisLine]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "text": one.text,
            "since": one.since.isoformat(),
            "territory": one.territory,
            "certainty": one.certainty,
            "references": [{"title": text.title, "address": text.address} for text in one.references],
        }
        for one in basis
    ]


def basis_from_json(raw: Iterable[Mapping[str, Any]]) -> tuple[BasisLine, ...]:
    return tuple(
        BasisLine(
            name=one["name"],
            text=one["text"],
            since=date.fromisoformat(one["since"]),
            territory=one["territory"],
            certainty=one["certainty"],
            references=tuple(Reference(text["title"], text["address"]) for text in one["references"]),
        )
        for one in raw
    )
