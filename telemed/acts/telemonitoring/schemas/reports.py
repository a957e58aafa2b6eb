"""Reports of a follow-up as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from telemed.acts.telemonitoring.schemas.care_in import Input
from telemed.acts.telemonitoring.service.monitoring_reports import ReportLine
from telemed.documents.model import MonitoringWords
from telemed.documents.schemas import DocumentSummary

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8_000)]
Month = Annotated[int, Field(ge=1, le=600, description="Counted from the first day; left out: the end of care.")]


class WordsIn(Input):
    """What the doctor writes: figures, curves and alerts come of themselves."""

    month: Month | None = None
    conclusion: Text
    conduct: Text = ""

    def to_words(self) -> MonitoringWords:
        return MonitoringWords(self.conclusion, self.conduct)


class ReportIn(WordsIn):
    """`reason`: why it replaces the report that was signed."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class ReportOut(BaseModel):
    """A report that may be signed, or is."""

    month: int | None = Field(description="None: the end of care.")
    first_day: date
    last_day: date
    signed: DocumentSummary | None

    @classmethod
    def of(cls, line: ReportLine) -> ReportOut:
        return cls(
            month=line.month,
            first_day=line.days.first_day,
            last_day=line.days.last_day or line.days.first_day,
            signed=DocumentSummary.of(line.signed) if line.signed else None,
        )
