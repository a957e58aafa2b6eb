"""The life of a claim as one line of time: what happened to it, and the entries of its account."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from billing.model.invoice import Entry, EntryKind
from billing.model.life import Happening
from billing.model.standing import ClaimLife, Step
from telemed.web import forms
from telemed.web.claim_words import ENTRIES, OWING, happening_words
from telemed.web.views.claims import LifeEvent
from telemed.web.views.frame import Tone

_OF_A_LOT = frozenset({Happening.LOTTED, Happening.SENT, Happening.RESENT})


def life_events(life: ClaimLife, names: Mapping[UUID, str], lot_number: int | None) -> tuple[LifeEvent, ...]:
    """Steps and entries together, the oldest first; an entry follows the step that it belongs to."""
    steps = [(step.at, 0, _of_step(step, names, lot_number)) for step in life.steps]
    entries = [(entry.at, 1, _of_entry(entry)) for entry in life.entries]
    return tuple(event for _, _, event in sorted(steps + entries, key=lambda one: one[:2]))


def _of_step(step: Step, names: Mapping[UUID, str], lot_number: int | None) -> LifeEvent:
    title, text, tone = happening_words(step.happening)
    told = [text] if text else []
    if lot_number and step.happening in _OF_A_LOT:
        told.append(f"Lot n° {lot_number}.")
    if step.happening is not Happening.OPENED:
        told += [forms.sentence(reason.text) for reason in step.reasons]
    if step.note:
        told.append(f"« {step.note} »")
    if step.actor_id is not None and step.actor_id in names:
        told.append(f"Par {names[step.actor_id]}.")
    return LifeEvent(step.at, title, " ".join(told), None, tone)


def _of_entry(entry: Entry) -> LifeEvent:
    is_payment = entry.kind is EntryKind.PAYMENT
    cents = -entry.cents if is_payment else entry.cents
    title = "Rendu" if is_payment and cents < 0 else ENTRIES[entry.kind]
    return LifeEvent(entry.at, title, OWING[entry.owing], cents, Tone.FINE if is_payment else Tone.PLAIN)
