"""A rule made ready to run: its leaves in order, which signal moves which, and when they say that it is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from telemed.acts.telemonitoring.model.evidence import HOUR, Evidence
from telemed.acts.telemonitoring.model.observation import Catalogue, SignalKind
from telemed.acts.telemonitoring.model.progress import LeafState
from telemed.acts.telemonitoring.model.rule import Answer, AtLeast, Condition, Leaf, Rule, Threshold, Trend
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.acts.telemonitoring.rules.leaves import (
    AnswerLeaf,
    LeafProgram,
    Limit,
    ThresholdLeaf,
    TrendLeaf,
    explain,
    find_initial,
)
from telemed.kernel.decision import Decision, Reason

MAX_LEAVES = 24
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Branch:
    """`count` of these hold: leaves by position, or branches."""

    count: int
    of: tuple[int | Branch, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled rule. `leaves_of` gives the positions of the leaves that a signal moves."""

    leaves: tuple[LeafProgram, ...]
    leaves_of: Mapping[str, tuple[int, ...]]
    top: int | Branch
    repeat: int
    late: int

    @property
    def signals(self) -> frozenset[str]:
        return frozenset(self.leaves_of)

    @property
    def limits(self) -> frozenset[str] | None:
        """The patient's thresholds without any of which it cannot be true; None where it can, of itself."""
        names = [_limit_name(leaf) for leaf in self.leaves]
        return None if None in names else frozenset(name for name in names if name is not None)

    @property
    def longest(self) -> int:
        """The longest window of a trend, in civil days."""
        return max((leaf.days for leaf in self.leaves if isinstance(leaf, TrendLeaf)), default=0)

    @property
    def kinds(self) -> tuple[type[LeafState], ...]:
        """The kind of state of each leaf, to read them back."""
        return tuple(type(find_initial(leaf)) for leaf in self.leaves)

    def is_true(self, states: tuple[LeafState, ...], at: int) -> bool:
        """Does the rule hold at `at`, that of the last sample? Evidence that has grown too old is none."""
        return self._holds(self.top, states, at)

    def explain(self, states: tuple[LeafState, ...], at: int) -> tuple[Evidence, ...]:
        """The leaves that hold at `at`, with their values and limits."""
        held = (position for position in range(len(states)) if self._holds(position, states, at))
        return tuple(explain(self.leaves[position], states[position]) for position in held)

    def _holds(self, node: int | Branch, states: tuple[LeafState, ...], at: int) -> bool:
        if isinstance(node, int):
            state = states[node]
            return state.holds and at - (state.at or 0) <= self.leaves[node].fresh
        return sum(self._holds(one, states, at) for one in node.of) >= node.count


def _limit_name(leaf: LeafProgram) -> str | None:
    return None if isinstance(leaf, AnswerLeaf) else leaf.limit.name


def compile_rule(rule: Rule) -> Program:
    """The rule as a program; `check_rule` has allowed it."""
    leaves: list[LeafProgram] = []
    top = _compile(rule.when, leaves)
    leaves_of: dict[str, tuple[int, ...]] = {}
    for position, leaf in enumerate(leaves):
        leaves_of[leaf.signal] = (*leaves_of.get(leaf.signal, ()), position)
    return Program(tuple(leaves), leaves_of, top, rule.repeat_hours * HOUR, rule.late_hours * HOUR)


def _compile(condition: Condition, leaves: list[LeafProgram]) -> int | Branch:
    if isinstance(condition, AtLeast):
        return Branch(condition.count, tuple(_compile(one, leaves) for one in condition.of))
    leaves.append(_leaf(condition))
    return len(leaves) - 1


def _leaf(leaf: Leaf) -> LeafProgram:
    fresh = leaf.fresh_hours * HOUR
    if isinstance(leaf, Answer):
        return AnswerLeaf(leaf.signal, frozenset(leaf.among), fresh)
    number = None if leaf.limit is None else _millionths(leaf.limit)
    limit = Limit(leaf.side, number, leaf.patient_limit, _millionths(leaf.margin))
    if isinstance(leaf, Trend):
        return TrendLeaf(leaf.signal, limit, leaf.measure, leaf.days, leaf.points, fresh)
    return ThresholdLeaf(leaf.signal, limit, leaf.count, leaf.of, leaf.lasting_minutes * 60_000, fresh)


def _millionths(number: Decimal) -> int:
    return int(number * MILLION)


def check_rule(rule: Rule, catalogue: Catalogue) -> Decision:
    """May this rule be kept? Every fault of every condition is named, with its place (`when.of[1]`)."""
    places = list(_walk(rule.when, "when", 1))
    reasons = [reason for condition, place, _ in places for reason in _faults(condition, place, catalogue)]
    reasons += _words(rule)
    leaves = sum(not isinstance(condition, AtLeast) for condition, _, _ in places)
    if leaves > MAX_LEAVES or max(depth for _, _, depth in places) > MAX_DEPTH:
        text = f"Une règle a au plus {MAX_LEAVES} conditions, sur {MAX_DEPTH} niveaux."
        reasons.append(Reason("telemonitoring.rule_too_large", text, compared={"conditions": leaves}))
    return Decision(refusals=tuple(reasons))


def _words(rule: Rule) -> Iterator[Reason]:
    if rule.label != rule.label.strip() or not rule.label.isprintable():
        text = "Le libellé tient sur une ligne, sans caractère invisible ni espace au bord."
        yield Reason("telemonitoring.rule_label", text)
    quiet = rule.quiet_hours
    if quiet is not None and quiet.start == quiet.end:
        text = "Des heures calmes qui finissent quand elles commencent ne laissent rien."
        yield Reason("telemonitoring.rule_quiet_hours", text, compared={"place": "quiet_hours"})


def _walk(condition: Condition, place: str, depth: int) -> Iterator[tuple[Condition, str, int]]:
    yield condition, place, depth
    if isinstance(condition, AtLeast):
        for position, one in enumerate(condition.of):
            yield from _walk(one, f"{place}.of[{position}]", depth + 1)


def _faults(condition: Condition, place: str, catalogue: Catalogue) -> Iterator[Reason]:
    if isinstance(condition, AtLeast):
        if condition.count > len(condition.of):
            yield Reason(
                "telemonitoring.rule_count", "Il faut plus de conditions qu'il n'y en a.", compared={"place": place}
            )
        return
    signal = catalogue.find(condition.signal)
    is_answer = isinstance(condition, Answer)
    if signal is None:
        yield Reason("telemonitoring.rule_signal", "Ce signal n'est pas au catalogue.", compared={"place": place})
    elif is_answer != (signal.kind is SignalKind.ANSWER):
        yield Reason(
            "telemonitoring.rule_signal", "Cette condition ne convient pas à ce signal.", compared={"place": place}
        )
    elif not isinstance(condition, Answer) and condition.unit != signal.unit:
        text = f"La limite de « {signal.label} » se dit en {signal.unit or 'nombre, sans unité'}."
        yield Reason("telemonitoring.rule_unit", text, compared={"place": place})
    if isinstance(condition, Answer):
        yield from _answer_faults(condition, place)
    else:
        yield from _limit_faults(condition, place)


def _answer_faults(condition: Answer, place: str) -> Iterator[Reason]:
    if not all(one.strip() and one.isprintable() for one in condition.among):
        text = "Une réponse tient sur une ligne, sans caractère invisible."
        yield Reason("telemonitoring.rule_answer", text, compared={"place": place})


def _limit_faults(condition: Threshold | Trend, place: str) -> Iterator[Reason]:
    if (condition.limit is None) == (condition.patient_limit is None):
        yield Reason(
            "telemonitoring.rule_limit",
            "Une limite est un nombre, ou un seuil du patient, et un seul.",
            compared={"place": place},
        )
    if condition.limit is not None and not _is_exact(condition.limit):
        text = "Une limite est un nombre sous le milliard, à six décimales au plus."
        yield Reason("telemonitoring.rule_limit", text, compared={"place": place})
    if condition.margin < 0 or not _is_exact(condition.margin):
        text = "Une marge a six décimales au plus, et n'est pas négative."
        yield Reason("telemonitoring.rule_limit", text, compared={"place": place, "field": "margin"})
    if isinstance(condition, Threshold) and condition.count > condition.of:
        yield Reason("telemonitoring.rule_count", "« n sur m » : n est au plus m.", compared={"place": place})


def _is_exact(number: Decimal) -> bool:
    return number.is_finite() and abs(number) < 10**9 and number * MILLION == int(number * MILLION)
