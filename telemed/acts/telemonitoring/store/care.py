"""What is added around follow-ups: prescriptions, limits, team, sessions, months, history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.care import (
    EducationSession,
    EducationTopic,
    FollowUpMove,
    IncreaseAsked,
    Month,
    Prescription,
    SilenceSetting,
    TeamMember,
    TeamRole,
    ThresholdSetting,
)
from telemed.acts.telemonitoring.model.follow_up import FollowUpActor, FollowUpState, FollowUpStep
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.tables.follow_ups import (
    EducationRow,
    FollowUpMoveRow,
    IncreaseRow,
    MonthRow,
    PrescriptionRow,
    SilenceSettingRow,
    TeamRow,
    ThresholdRow,
)
from telemed.kernel.errors import Conflict
from telemed.kernel.period import DayRange


class CareStore:
    """Each list is in the order in which it was written, unless it says otherwise."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_move(self, move: FollowUpMove) -> None:
        row = FollowUpMoveRow
        query = select(func.max(col(row.position))).where(col(row.follow_up_id) == move.follow_up_id)
        position = (await self._session.scalar(query) or 0) + 1
        self._session.add(
            FollowUpMoveRow(
                follow_up_id=move.follow_up_id,
                position=position,
                step=move.step.value,
                start_state=move.start.value,
                end_state=move.end.value,
                actor=move.actor.value,
                at=move.at,
                by=move.by,
                day=move.day,
                reason=move.reason,
            )
        )
        await self._session.flush()

    async def moves(self, follow_up_id: UUID, *, after: int = 0, limit: int = 1_000) -> list[FollowUpMove]:
        row = FollowUpMoveRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id, col(row.position) > after)
        return [_to_move(one) for one in await self._session.scalars(query.order_by(col(row.position)).limit(limit))]

    async def add_prescription(self, prescription: Prescription) -> None:
        self._session.add(
            PrescriptionRow(
                id=prescription.id,
                follow_up_id=prescription.follow_up_id,
                renews=prescription.renews,
                prescriber_name=prescription.prescriber_name,
                prescriber_rpps=prescription.prescriber_rpps,
                specialty_code=prescription.specialty_code,
                is_qualified=prescription.is_qualified,
                prescribed_on=prescription.prescribed_on,
                first_day=prescription.days.first_day,
                last_day=prescription.days.last_day or prescription.days.first_day,
                recorded_by=prescription.recorded_by,
                recorded_at=prescription.recorded_at,
            )
        )
        await self._session.flush()

    async def prescriptions(self, follow_up_id: UUID) -> list[Prescription]:
        row = PrescriptionRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id).order_by(col(row.id))
        return [_to_prescription(one) for one in await self._session.scalars(query)]

    async def add_thresholds(self, settings: Iterable[ThresholdSetting]) -> None:
        self._session.add_all(_to_threshold_row(one) for one in settings)
        await self._session.flush()

    async def thresholds(self, follow_up_id: UUID) -> list[ThresholdSetting]:
        row = ThresholdRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id).order_by(col(row.position))
        return [_to_setting(one) for one in await self._session.scalars(query)]

    async def add_silence_setting(self, setting: SilenceSetting) -> None:
        self._session.add(SilenceSettingRow(**vars(setting)))
        await self._session.flush()

    async def silence_settings(self, follow_up_id: UUID) -> list[SilenceSetting]:
        row = SilenceSettingRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id).order_by(col(row.position))
        return [SilenceSetting(**one.model_dump()) for one in await self._session.scalars(query)]

    async def team(self, follow_up_id: UUID) -> list[TeamMember]:
        """Everybody who is or was in it."""
        row = TeamRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id).order_by(col(row.id))
        return [_to_member(one) for one in await self._session.scalars(query)]

    async def teams(self, follow_up_ids: Collection[UUID]) -> dict[UUID, list[TeamMember]]:
        """Who is in several follow-ups now, in one statement."""
        row, found = TeamRow, dict[UUID, list[TeamMember]]()
        query = select(row).where(col(row.follow_up_id).in_(set(follow_up_ids)), col(row.until).is_(None))
        for one in await self._session.scalars(query.order_by(col(row.id))):
            found.setdefault(one.follow_up_id, []).append(_to_member(one))
        return found

    async def add_member(self, member: TeamMember) -> None:
        """Raises Conflict `telemonitoring.already_in_team`."""
        self._session.add(
            TeamRow(
                id=member.id,
                follow_up_id=member.follow_up_id,
                professional_id=member.professional_id,
                role=member.role.value,
                since=member.since,
                until=member.until,
            )
        )
        try:
            await self._session.flush()
        except IntegrityError as err:
            text = "Cette personne est déjà dans l'équipe, ou l'équipe a déjà un médecin responsable."
            raise Conflict(text, code="telemonitoring.already_in_team") from err

    async def end_member(self, member_id: UUID, until: datetime) -> None:
        (await self._session.get_one(TeamRow, member_id)).until = until
        await self._session.flush()

    async def add_session(self, session: EducationSession) -> None:
        self._session.add(
            EducationRow(
                id=session.id,
                follow_up_id=session.follow_up_id,
                held_on=session.held_on,
                minutes=session.minutes,
                topics=[topic.value for topic in session.topics],
                note=session.note,
                by=session.by,
                recorded_at=session.recorded_at,
            )
        )
        await self._session.flush()

    async def sessions(
        self, follow_up_id: UUID, *, before: UUID | None = None, limit: int = 1_000
    ) -> list[EducationSession]:
        """The newest first."""
        row = EducationRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id)
        if before is not None:
            query = query.where(col(row.id) < before)
        return [
            _to_session(one) for one in await self._session.scalars(query.order_by(col(row.id).desc()).limit(limit))
        ]

    async def add_month(self, month: Month) -> None:
        self._session.add(
            MonthRow(
                follow_up_id=month.follow_up_id,
                number=month.number,
                first_day=month.days.first_day,
                last_day=month.days.last_day or month.days.first_day,
                expected=month.expected,
                received=month.received,
                is_adherent=month.is_adherent,
                closed_at=month.closed_at,
            )
        )
        await self._session.flush()

    async def months(self, follow_up_id: UUID) -> list[Month]:
        row = MonthRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id).order_by(col(row.number))
        return [_to_month(one) for one in await self._session.scalars(query)]

    async def add_increase(self, asked: IncreaseAsked) -> None:
        self._session.add(
            IncreaseRow(
                id=asked.id,
                follow_up_id=asked.follow_up_id,
                level=asked.level,
                grounds=list(asked.grounds),
                is_renewal=asked.is_renewal,
                from_month=asked.from_month,
                by=asked.by,
                at=asked.at,
            )
        )
        await self._session.flush()

    async def increases(self, follow_up_id: UUID) -> list[IncreaseAsked]:
        row = IncreaseRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id).order_by(col(row.id))
        return [_to_increase(one) for one in await self._session.scalars(query)]


def _to_increase(row: IncreaseRow) -> IncreaseAsked:
    fields: dict[str, Any] = row.model_dump(exclude={"grounds"})
    return IncreaseAsked(**fields, grounds=tuple(row.grounds))


def _to_move(row: FollowUpMoveRow) -> FollowUpMove:
    return FollowUpMove(
        follow_up_id=row.follow_up_id,
        position=row.position,
        step=FollowUpStep(row.step),
        start=FollowUpState(row.start_state),
        end=FollowUpState(row.end_state),
        actor=FollowUpActor(row.actor),
        at=row.at,
        by=row.by,
        day=row.day,
        reason=row.reason,
    )


def _to_prescription(row: PrescriptionRow) -> Prescription:
    return Prescription(
        id=row.id,
        follow_up_id=row.follow_up_id,
        prescriber_name=row.prescriber_name,
        prescriber_rpps=row.prescriber_rpps,
        specialty_code=row.specialty_code,
        is_qualified=row.is_qualified,
        prescribed_on=row.prescribed_on,
        days=DayRange(row.first_day, row.last_day),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        renews=row.renews,
    )


def _to_threshold_row(setting: ThresholdSetting) -> ThresholdRow:
    return ThresholdRow(
        follow_up_id=setting.follow_up_id,
        position=setting.position,
        name=setting.name,
        signal=setting.signal,
        unit=setting.unit,
        value=setting.value,
        side=setting.side.value if setting.side else None,
        since=setting.since,
        until=setting.until,
        author_id=setting.author_id,
        reason=setting.reason,
        set_at=setting.set_at,
    )


def _to_setting(row: ThresholdRow) -> ThresholdSetting:
    fields: dict[str, Any] = row.model_dump(exclude={"side"})
    return ThresholdSetting(**fields, side=Side(row.side) if row.side else None)


def _to_member(row: TeamRow) -> TeamMember:
    return TeamMember(row.id, row.follow_up_id, row.professional_id, TeamRole(row.role), row.since, row.until)


def _to_session(row: EducationRow) -> EducationSession:
    return EducationSession(
        id=row.id,
        follow_up_id=row.follow_up_id,
        held_on=row.held_on,
        minutes=row.minutes,
        topics=tuple(EducationTopic(topic) for topic in row.topics),
        note=row.note,
        by=row.by,
        recorded_at=row.recorded_at,
    )


def _to_month(row: MonthRow) -> Month:
    return Month(
        follow_up_id=row.follow_up_id,
        number=row.number,
        days=DayRange(row.first_day, row.last_day),
        expected=row.expected,
        received=row.received,
        is_adherent=row.is_adherent,
        closed_at=row.closed_at,
    )
