"""What is answered to whoever sends data: each part is taken in, or told exactly what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from telemed.acts.telemonitoring.model.observation import Observation


class IssueSeverity(StrEnum):
    """`error` refuses the part; `warning` and `information` let it in."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class IssueKind(StrEnum):
    """The kinds of FHIR's `issue-type` that a sender may be told."""

    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    CODE_INVALID = "code-invalid"
    NOT_SUPPORTED = "not-supported"
    BUSINESS_RULE = "business-rule"
    TOO_LONG = "too-long"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    MULTIPLE_MATCHES = "multiple-matches"
    EXCEPTION = "exception"
    INFORMATIONAL = "informational"


@dataclass(frozen=True)
class Issue:
    """One thing to say of what was sent. `code` is stable; `text` is French and never repeats a measure; `place` is the
    path of the element in its message."""

    severity: IssueSeverity
    kind: IssueKind
    code: str
    text: str
    place: str = ""


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """What one resource, message or line gave. A refused one gave no observation. `places`: where a message of HL7 v2
    said each observation."""

    observations: tuple[Observation, ...] = ()
    issues: tuple[Issue, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return any(issue.severity is IssueSeverity.ERROR for issue in self.issues)


class Unreadable(ValueError):
    """A part cannot be taken in; `issue` says why."""

    def __init__(self, kind: IssueKind, code: str, text: str, place: str = "") -> None:
        super().__init__(code)
        self.issue = Issue(IssueSeverity.ERROR, kind, code, text, place)
