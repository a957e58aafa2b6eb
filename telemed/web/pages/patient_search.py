"""Finding a patient by what a person types in one field: names, or a birth date."""

from __future__ import annotations

import re
from uuid import UUID

from telemed.patients.model import BirthDate, Patient, parse_birth_date
from telemed.web import words
from telemed.web.pages.page import Visitor

_FRENCH_DATE = re.compile(r"\b(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})\b", re.ASCII)


def read_query(query: str) -> tuple[str | None, BirthDate | None]:
    """The names and the birth date in a query such as `leroy 03/03/1955`."""
    match = _FRENCH_DATE.search(query)
    born = None
    if match:
        try:
            born = parse_birth_date(f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}")
            query = query.replace(match[0], " ")
        except ValueError:
            born = None
    names = " ".join(query.split())
    return names or None, born


async def find_patients(visitor: Visitor, query: str, *, after: UUID | None = None, limit: int = 8) -> list[Patient]:
    """The first records that fit."""
    name, born = read_query(query[:100])
    return await visitor.services.patients.page(visitor.known, name=name, birth_date=born, after=after, limit=limit)


def patient_label(patient: Patient) -> str:
    """`LEROY Jeanne, 3 mars 1955`."""
    return f"{patient.full_name}, {words.birth(patient.identity.traits.birth_date)}"
