"""What a person asks to keep, before it is checked and has an identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from telemed.experts.model.line import WIDENING_MINUTES
from telemed.experts.model.profile import AnswerChannel
from telemed.kernel.clock import Territory


@dataclass(frozen=True)
class Person:
    """A professional as this slice needs him: `profession` is a TRE_G15 code, empty for who is no carer."""

    id: UUID
    practice_id: UUID
    full_name: str
    practice_name: str
    territory: Territory
    rpps: str | None = None
    profession: str = ""
    specialty_code: str | None = None
    suspended_at: datetime | None = None
    family_name: str = ""
    given_name: str = ""


@dataclass(frozen=True)
class ProfileDraft:
    """What an expert chooses; his specialty and territory are those of the directory."""

    department: str = ""
    skills: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)
    is_open: bool = False
    capacity_per_day: int | None = None
    auto_accept: bool = False
    channels: frozenset[AnswerChannel] = frozenset({AnswerChannel.WRITTEN})


@dataclass(frozen=True)
class LineDraft:
    """What a manager chooses of a line; its territory is its practice's."""

    name: str
    specialty_code: str
    department: str = ""
    skills: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)
    widening_minutes: Mapping[str, int] = field(default_factory=lambda: WIDENING_MINUTES)


@dataclass(frozen=True)
class ShiftDraft:
    """Hours as written: `zone` empty is that of the person's territory."""

    first_on: date
    start_minute: int
    minutes: int
    rule: str = ""
    zone: str = ""
    except_on: frozenset[date] = frozenset()
