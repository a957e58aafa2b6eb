"""A case's life as one line of time: what was done and what was written, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, Message, MessageKind, Move, Step
from telemed.acts.teleexpertise.service.lists import CaseView
from telemed.web import expertise_words
from telemed.web.views.expertise import ThreadEntry
from telemed.web.views.frame import Tone

_SAID_BY_MESSAGES = frozenset({Step.ASK, Step.INFORM, Step.RESUME})
"""Moves that a message says better, with its words."""
_OF_THE_ASKER = frozenset({Step.DECLINE, Step.OFFER, Step.LAPSE, Step.FORWARD, Step.QUEUE, Step.RETURN})
"""Moves about other colleagues, that a requis does not know of."""
_KINDS = {
    MessageKind.WORD: ("", Tone.PLAIN),
    MessageKind.QUESTION: ("demande une précision", Tone.SOON),
    MessageKind.INFORMATION: ("précise", Tone.FINE),
}


def thread_of(
    one: CaseView, messages: Sequence[Message], moves: Sequence[Move], me: UUID | None
) -> tuple[ThreadEntry, ...]:
    """Moves and messages together; a move comes before the message of the same instant."""
    sent_at = next((move.at for move in moves if move.step is Step.SEND), None)
    shown = [move for move in moves if not (move.step is Step.OFFER and move.at == sent_at)]
    told = [(move.at, 0, entry) for move in shown if (entry := _of_move(one, move)) is not None]
    written = [(message.at, 1, _of_message(one, message, me)) for message in messages]
    return tuple(entry for _, _, entry in sorted(told + written, key=lambda each: each[:2]))


def _of_move(one: CaseView, move: Move) -> ThreadEntry | None:
    if move.step in (Step.LOOK, *_SAID_BY_MESSAGES) or (one.actor is Actor.REQUIS and move.step in _OF_THE_ASKER):
        return None
    title, tone = expertise_words.step(move.step)
    by = one.people.get(move.by) if move.by else None
    return ThreadEntry(move.at, title, f"Par {by.full_name}." if by else "", tone)


def _of_message(one: CaseView, message: Message, me: UUID | None) -> ThreadEntry:
    said, tone = _KINDS[message.kind]
    author = one.people.get(message.author_id)
    name = "Vous" if message.author_id == me else (author.full_name if author else "Un confrère")
    verb = (
        said
        if name != "Vous"
        else {"précise": "précisez", "demande une précision": "demandez une précision"}.get(said, said)
    )
    title = f"{name} {verb}".strip()
    return ThreadEntry(message.at, title, message.text, tone, is_message=True, is_mine=message.author_id == me)
