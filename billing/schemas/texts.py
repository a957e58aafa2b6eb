"""Texts of law and legal values as JSON."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel

from billing.model import BasisLine
from telemed.kernel.clock import Territory
from telemed.law.parameter import Certainty, Reference


class TextReference(BaseModel):
    """A text or a page that fixes or attests a value."""

    title: str
    address: str

    @classmethod
    def of(cls, reference: Reference) -> Self:
        return cls(title=reference.title, address=reference.address)


class LegalBasis(BaseModel):
    """A legal value that a decision was taken under, as it stood then."""

    name: str
    text: str
    since: date
    territory: Territory | None
    certainty: Certainty
    references: list[TextReference]

    @classmethod
    def of(cls, line: BasisLine) -> Self:
        return cls(
            name=line.name,
            text=line.text,
            since=line.since,
            territory=None if line.territory is None else Territory(line.territory),
            certainty=Certainty(line.certainty),
            references=[TextReference.of(reference) for reference in line.references],
        )
