"""What a FHIR client is answered: OperationOutcome and the response bundle."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity

_OK = Issue(IssueSeverity.INFORMATION, IssueKind.INFORMATIONAL, "taken", "Pris.")


def write_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """An OperationOutcome; it holds at least one issue, as FHIR wants."""
    told = list(issues) or [_OK]
    return {"resourceType": "OperationOutcome", "issue": [_write(issue) for issue in told]}


def _write(issue: Issue) -> dict[str, Any]:
    details = {"coding": [{"system": "urn:x-telemed:issue", "code": issue.code}], "text": issue.text}
    written: dict[str, Any] = {"severity": issue.severity.value, "code": issue.kind.value, "details": details}
    return written | ({"expression": [issue.place]} if issue.place else {})
