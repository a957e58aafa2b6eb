"""Answers that a professional keeps to start from. They hold no patient."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

MOST_TEMPLATES = 50


@dataclass(frozen=True)
class TemplateContent:
    """A title to find it by, and what it writes into the conclusion and the conduct of an opinion."""

    title: str
    conclusion: str = ""
    conduct: str = ""


@dataclass(frozen=True)
class AnswerTemplate:
    """One template of one professional."""

    id: UUID
    professional_id: UUID
    content: TemplateContent
