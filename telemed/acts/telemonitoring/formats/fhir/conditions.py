"""Conditional creation (`If-None-Exist`): which measures may be meant by the search that a sender writes."""

from __future__ import annotations

from urllib.parse import parse_qsl

from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity

_KNOWN = frozenset({"identifier", "patient", "subject", "device", "code", "date", "combo-code", "component-code"})
_SELECTIVE = frozenset({"identifier", "date"})
_LONGEST = 2_000


def check_condition(search: str, place: str) -> Issue | None:
    """What is wrong with it. Whatever the words, what is looked for is the measure itself: the same device, signal and
    instant. A search by anything else, or by what many measures share, is refused rather than misunderstood."""
    asked = parse_qsl(search[:_LONGEST], keep_blank_values=True)
    names = {name.split(":")[0].split(".")[0] for name, _ in asked}
    if asked and names <= _KNOWN and len(search) <= _LONGEST:
        return None if names & _SELECTIVE else _unselective(place)
    text = "Une création conditionnelle cherche par identifiant, patient, dispositif, code ou date, et rien d'autre."
    return Issue(IssueSeverity.ERROR, IssueKind.NOT_SUPPORTED, "condition.unknown", text, place)


def _unselective(place: str) -> Issue:
    text = "Cette recherche trouve plusieurs mesures : dites aussi l'identifiant ou la date de celle-ci."
    return Issue(IssueSeverity.ERROR, IssueKind.MULTIPLE_MATCHES, "condition.unselective", text, place)
