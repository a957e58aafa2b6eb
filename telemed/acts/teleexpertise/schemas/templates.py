"""Templates of answers, in and out."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from telemed.acts.teleexpertise.model.templates import AnswerTemplate, TemplateContent
from telemed.acts.teleexpertise.schemas.incoming import Input, Words

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class TemplateIn(Input):
    """What to keep; it must hold nothing of a patient."""

    title: Annotated[Title, Field(description="To find it by.")]
    conclusion: Words = ""
    conduct: Words = ""

    def to_content(self) -> TemplateContent:
        return TemplateContent(self.title, self.conclusion, self.conduct)


class TemplateOut(BaseModel):
    id: UUID
    title: str
    conclusion: str
    conduct: str

    @classmethod
    def of(cls, template: AnswerTemplate) -> Self:
        content = template.content
        return cls(id=template.id, title=content.title, conclusion=content.conclusion, conduct=content.conduct)
