"""What a device was told of a message, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

KEPT, KNOWN, ASIDE, REFUSED = "kept", "known already", "set aside", "refused"
_ASIDE = frozenset(("value.implausible", "measure.conflict"))


@dataclass
class Tally:
    """Observations by what became of them, and the codes of what was refused."""

    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    undelivered: int = 0
    waits: int = 0

    def read(self, answer: dict[str, Any]) -> None:
        """Count an OperationOutcome, each entry of a response bundle, or a problem (RFC 9457)."""
        self.messages += 1
        match answer.get("resourceType"):
            case "Bundle":
                for entry in answer["entry"]:
                    self._count(entry["response"].get("outcome", {}))
            case "OperationOutcome":
                self._count(answer)
            case _:
                self.outcomes[REFUSED] += 1
                self.codes[str(answer.get("code", "unreadable answer"))] += 1

    def _count(self, outcome: dict[str, Any]) -> None:
        issues = outcome.get("issue", [])
        codes = [issue["details"]["coding"][0]["code"] for issue in issues]
        refusals = [code for issue, code in zip(issues, codes, strict=True) if issue["severity"] in ("error", "fatal")]
        self.codes.update(refusals)
        if refusals:
            self.outcomes[REFUSED] += 1
        elif "measure.known" in codes:
            self.outcomes[KNOWN] += 1
        else:
            self.outcomes[ASIDE if _ASIDE & set(codes) else KEPT] += 1

    def lines(self) -> list[str]:
        """For people."""
        told = [f"  {self.outcomes[name]:>9}  {name}" for name in (KEPT, KNOWN, ASIDE, REFUSED)]
        told += [f"             {count:>9}  {code}" for code, count in self.codes.most_common()]
        if self.waits:
            told.append(f"  {self.waits:>9}  times held back by the service")
        if self.undelivered:
            told.append(f"  {self.undelivered:>9}  messages that could not be delivered")
        return told
