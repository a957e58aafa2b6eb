"""Puis-je facturer ? The facts of an act that is not done yet, and the answer of the rules."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.web.views.claims import BasisCard, Compared, ReasonCard
from telemed.web.views.frame import Badge, Choice, Form


@dataclass(frozen=True)
class Answer:
    """What the rules say: whether, which code, how much, why not, under which texts, and what is left of a quota."""

    verdict: Badge
    sentence: str
    code: str
    code_label: str
    cents: int | None
    reasons: tuple[ReasonCard, ...]
    basis: tuple[BasisCard, ...]
    numbers: tuple[Compared, ...] = ()
    title: str = "Réponse"


@dataclass(frozen=True)
class Field:
    """One question of the form. `kind` is day, choice, radios, tick, euros, number or text."""

    kind: str
    name: str
    label: str
    hint: str = ""
    options: tuple[Choice, ...] = ()
    is_required: bool = True


@dataclass(frozen=True)
class SimulationView:
    """`acts` are the kinds that may be asked about, `act` the one shown.

    `professionals` are those for whom the office may ask, none for a doctor; `patient` is named when one came from
    his record: then his quota is looked at.
    """

    act: str
    acts: tuple[Choice, ...]
    form: Form
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...] = ()
    professionals: tuple[Choice, ...] = ()
    patient: str = ""
    patient_id: str = ""
