"""What a rule answers: allowed or refused, each reason with its text and the numbers compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Reason:
    """One reason to refuse or to warn.

    `code` is stable (`consent.missing`), `text` is French for the person, `reference` names the article or
    the rule, `compared` holds the facts and figures weighed (never patient data).
    """

    code: str
    text: str
    reference: str = ""
    compared: Mapping[str, str | int | bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Decision:
    """Allowed unless it holds a refusal; warnings never refuse."""

    refusals: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def is_allowed(self) -> bool:
        return not self.refusals

    def __and__(self, other: Decision) -> Decision:
        """Both decisions together: all refusals and all warnings, in order."""
        return Decision(self.refusals + other.refusals, self.warnings + other.warnings)


ALLOWED = Decision()


def refuse(*reasons: Reason) -> Decision:
    return Decision(refusals=reasons)


def warn(*reasons: Reason) -> Decision:
    return Decision(warnings=reasons)


def combine(decisions: Iterable[Decision]) -> Decision:
    """All decisions as one; allowed only if each is."""
    result = ALLOWED
    for decision in decisions:
        result = result & decision
    return result
