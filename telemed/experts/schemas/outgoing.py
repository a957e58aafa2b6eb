"""What is answered about experts, lines and hours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.api.problems import ProblemReason, to_reason
from telemed.experts.model import (
    AnswerChannel,
    HoursException,
    Kind,
    Membership,
    Opening,
    Person,
    Profile,
    Shift,
    Skill,
    Source,
)
from telemed.experts.service.lines import LineView
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision


class ProfileOut(BaseModel):
    """An expert as he said himself; specialty and territory are those of the directory."""

    professional_id: UUID
    specialty_code: str
    territory: Territory
    department: str
    skills: list[str]
    words: list[str]
    languages: list[str]
    is_open: bool
    capacity_per_day: int | None
    auto_accept: bool
    channels: list[AnswerChannel]
    suspended_at: datetime | None

    @classmethod
    def of(cls, profile: Profile) -> Self:
        return cls(
            professional_id=profile.professional_id,
            specialty_code=profile.abilities.specialty_code,
            territory=profile.place.territory,
            department=profile.place.department,
            skills=list(profile.abilities.skills),
            words=list(profile.abilities.words),
            languages=list(profile.abilities.languages),
            is_open=profile.is_open,
            capacity_per_day=profile.capacity_per_day,
            auto_accept=profile.auto_accept,
            channels=sorted(profile.channels),
            suspended_at=profile.suspended_at,
        )


class SkillOut(BaseModel):
    code: str
    label: str
    specialties: list[str]

    @classmethod
    def of(cls, skill: Skill) -> Self:
        return cls(code=skill.code, label=skill.label, specialties=list(skill.specialties))


class ShiftOut(BaseModel):
    """Hours that come back; `rule` as we keep it, UNTIL on the wall of `zone`."""

    id: UUID
    professional_id: UUID
    line_id: UUID | None
    first_on: date
    start: str
    minutes: int
    rule: str
    zone: str
    except_on: list[date]
    import_id: UUID | None

    @classmethod
    def of(cls, shift: Shift) -> Self:
        return cls(
            id=shift.id,
            professional_id=shift.professional_id,
            line_id=shift.line_id,
            first_on=shift.first_on,
            start=f"{shift.start_minute // 60:02d}:{shift.start_minute % 60:02d}",
            minutes=shift.minutes,
            rule=shift.rule,
            zone=shift.zone,
            except_on=sorted(shift.except_on),
            import_id=shift.import_id,
        )


class ExceptionOut(BaseModel):
    """Leave or extra hours."""

    id: UUID
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    line_id: UUID | None
    source: Source

    @classmethod
    def of(cls, one: HoursException) -> Self:
        return cls(
            id=one.id,
            kind=one.kind,
            starts_at=one.interval.start,
            ends_at=one.interval.end,
            line_id=one.line_id,
            source=one.source,
        )


class ExceptionAndWarnings(BaseModel):
    """What was kept, and what is to be known of it."""

    exception: ExceptionOut
    warnings: list[ProblemReason]

    @classmethod
    def of(cls, one: HoursException, decision: Decision) -> Self:
        return cls(exception=ExceptionOut.of(one), warnings=[to_reason(reason) for reason in decision.warnings])


class OpeningOut(BaseModel):
    """When somebody may be asked."""

    professional_id: UUID
    full_name: str | None = None
    line_id: UUID | None
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, one: Opening, person: Person | None = None) -> Self:
        return cls(
            professional_id=one.professional_id,
            full_name=person.full_name if person else None,
            line_id=one.line_id,
            starts_at=one.interval.start,
            ends_at=one.interval.end,
        )


class Openings(BaseModel):
    """Every opening of the days asked, the soonest first."""

    items: list[OpeningOut]


class ManagerOut(BaseModel):
    id: UUID
    full_name: str

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(id=person.id, full_name=person.full_name)


class LineOut(BaseModel):
    """A line; `is_managed` says that the caller looks after it, `is_member` that he answers in it."""

    id: UUID
    practice_id: UUID
    name: str
    specialty_code: str
    specialty: str
    territory: Territory
    department: str
    skills: list[str]
    words: list[str]
    languages: list[str]
    widening_minutes: dict[str, int]
    closed_at: datetime | None
    managers: list[ManagerOut]
    is_managed: bool
    is_member: bool
    is_invited: bool

    @classmethod
    def of(cls, view: LineView) -> Self:
        line, member = view.line, view.membership
        return cls(
            id=line.id,
            practice_id=line.practice_id,
            name=line.name,
            specialty_code=line.abilities.specialty_code,
            specialty=view.specialty,
            territory=line.place.territory,
            department=line.place.department,
            skills=list(line.abilities.skills),
            words=list(line.abilities.words),
            languages=list(line.abilities.languages),
            widening_minutes=dict(line.widening_minutes),
            closed_at=line.closed_at,
            managers=[ManagerOut.of(person) for person in view.managers],
            is_managed=view.is_managed,
            is_member=bool(member and member.joined_at),
            is_invited=bool(member and not member.joined_at),
        )


class MemberOut(BaseModel):
    """Someone in a line; `joined_at` is null while he has not said yes."""

    professional_id: UUID
    full_name: str
    practice: str
    invited_at: datetime
    joined_at: datetime | None

    @classmethod
    def of(cls, membership: Membership, person: Person) -> Self:
        return cls(
            professional_id=membership.professional_id,
            full_name=person.full_name,
            practice=person.practice_name,
            invited_at=membership.invited_at,
            joined_at=membership.joined_at,
        )
