"""Experts, lines, hours and openings."""

from telemed.experts.model.drafts import LineDraft, Person, ProfileDraft, ShiftDraft
from telemed.experts.model.hours import (
    KEPT_DAYS,
    REFRESHED_BELOW_DAYS,
    HoursException,
    Kind,
    Opening,
    Roster,
    Shift,
    Source,
    window_at,
)
from telemed.experts.model.line import WIDENING_MINUTES, Line, Membership
from telemed.experts.model.presence import Presence
from telemed.experts.model.profile import Abilities, AnswerChannel, Place, Profile, parse_department, parse_language
from telemed.experts.model.skills import Skill, SkillList

__all__ = [
    "KEPT_DAYS",
    "REFRESHED_BELOW_DAYS",
    "WIDENING_MINUTES",
    "Abilities",
    "AnswerChannel",
    "HoursException",
    "Kind",
    "Line",
    "LineDraft",
    "Membership",
    "Opening",
    "Person",
    "Place",
    "Presence",
    "Profile",
    "ProfileDraft",
    "Roster",
    "Shift",
    "ShiftDraft",
    "Skill",
    "SkillList",
    "Source",
    "parse_department",
    "parse_language",
    "window_at",
]
