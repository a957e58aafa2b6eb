"""Reports of a follow-up as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from telemed.acts.telemonitoring.schemas.care_in import Input
from telemed.acts.telemonitoring.service.monitoring_reports import ReportLine
from telemed.documents.model import MonitoringWords, Recipient
from telemed.documents.schemas import DeliveryOut, DocumentSummary

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


class GivenIn(Input):
    """Which report was given."""

    month: Month | None = None


class SendingIn(GivenIn):
    """Which report is sent again, and to whom."""

    recipient: Recipient


class ReportOut(BaseModel):
    """A report that may be signed, or is."""

    month: int | None = Field(description="None: the end of care.")
    first_day: date
    last_day: date
    signed: DocumentSummary | None
    deliveries: list[DeliveryOut] = Field(description="To whom the signed version went and how far, oldest first.")

    @classmethod
    def of(cls, line: ReportLine) -> ReportOut:
        return cls(
            month=line.month,
            first_day=line.days.first_day,
            last_day=line.days.last_day or line.days.first_day,
            signed=DocumentSummary.of(line.signed) if line.signed else None,
            deliveries=[DeliveryOut.of(one.delivery) for one in line.sendings],
        )
