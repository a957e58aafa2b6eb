"""The only SQL of attachments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.attachments.model import (
    Attachment,
    Kind,
    OwnerKind,
    Picture,
    PictureRole,
    Refusal,
    State,
    Warned,
)
from telemed.attachments.tables import AttachmentRow, BoxRow, PictureRow


@dataclass(frozen=True, repr=False)
class Box:
    """The files of one owner together: the wrapped key, and how much is taken of the room."""

    owner_id: UUID
    data_key: bytes
    bytes_taken: int = 0
    file_count: int = 0


class BoxStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, owner_id: UUID, *, lock: bool = False) -> Box | None:
        """With `lock`, nobody else counts until the transaction ends."""
        row = await self._session.get(BoxRow, owner_id, with_for_update=lock, populate_existing=True)
        return Box(row.owner_id, row.data_key, row.bytes_taken, row.file_count) if row else None

    async def add(self, box: Box, owner_kind: OwnerKind, at: datetime) -> None:
        """Raises IntegrityError if the owner has one."""
        row = BoxRow(owner_id=box.owner_id, owner_kind=owner_kind.value, data_key=box.data_key, created_at=at)
        self._session.add(row)
        await self._session.flush()

    async def weigh(self, owner_id: UUID, *, length: int, files: int) -> None:
        """Add to what is taken, or give back. Raises IntegrityError beyond the room."""
        statement = update(BoxRow).where(col(BoxRow.owner_id) == owner_id)
        values = {"bytes_taken": col(BoxRow.bytes_taken) + length, "file_count": col(BoxRow.file_count) + files}
        await self._session.execute(statement.values(**values).execution_options(synchronize_session=False))


class AttachmentStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, attachment: Attachment) -> None:
        self._session.add(AttachmentRow(**_values(attachment)))
        await self._session.flush()

    async def find(self, attachment_id: UUID, *, lock: bool = False) -> Attachment | None:
        """One file, locked until the end of the transaction if asked; what was read before is read again."""
        query = select(AttachmentRow).where(col(AttachmentRow.id) == attachment_id)
        query = query.execution_options(populate_existing=True)
        row = await self._session.scalar(query.with_for_update() if lock else query)
        if row is None:
            return None
        return _to_attachment(row, (await self._pictures([row.id])).get(row.id, ()))

    async def of_owner(self, owner_id: UUID) -> list[Attachment]:
        """All of an owner's, the oldest first, refused and removed ones too."""
        query = select(AttachmentRow).where(col(AttachmentRow.owner_id) == owner_id).order_by(col(AttachmentRow.id))
        rows = (await self._session.scalars(query)).all()
        pictures = await self._pictures([row.id for row in rows])
        return [_to_attachment(row, pictures.get(row.id, ())) for row in rows]

    async def change(self, attachment: Attachment, *, former: Attachment) -> bool:
        """Save a change if nothing moved since `former` was read; says whether it was saved."""
        statement = update(AttachmentRow).where(
            col(AttachmentRow.id) == attachment.id,
            col(AttachmentRow.state) == former.state.value,
            col(AttachmentRow.received) == former.received,
        )
        result: Any = await self._session.execute(
            statement.values(**_values(attachment)).execution_options(synchronize_session=False)
        )
        return int(result.rowcount) == 1

    async def set_pictures(self, attachment_id: UUID, pictures: Sequence[Picture]) -> None:
        await self._session.execute(delete(PictureRow).where(col(PictureRow.attachment_id) == attachment_id))
        self._session.add_all(
            PictureRow(
                attachment_id=attachment_id,
                role=one.role.value,
                frame=one.frame,
                media_type=one.media_type,
                length=one.length,
                width=one.width,
                height=one.height,
            )
            for one in pictures
        )
        await self._session.flush()

    async def forget(self, attachment_id: UUID) -> None:
        """Forget a file and its pictures."""
        await self._session.execute(delete(PictureRow).where(col(PictureRow.attachment_id) == attachment_id))
        await self._session.execute(delete(AttachmentRow).where(col(AttachmentRow.id) == attachment_id))

    async def still(self, states: Iterable[State], *, since: datetime, limit: int) -> list[UUID]:
        """Files in one of these states that nothing touched since."""
        query = (
            select(col(AttachmentRow.id))
            .where(
                or_(*(col(AttachmentRow.state) == state.value for state in states)),
                col(AttachmentRow.touched_at) < since,
            )
            .order_by(col(AttachmentRow.touched_at))
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())

    async def kept_between(
        self, start: datetime, end: datetime, *, after: UUID | None, limit: int
    ) -> list[tuple[UUID, UUID, OwnerKind]]:
        """Kept files last touched between two instants, with their owners, by id."""
        row = AttachmentRow
        query = select(col(row.id), col(row.owner_id), col(row.owner_kind)).where(
            col(row.state) == State.KEPT.value, col(row.touched_at) >= start, col(row.touched_at) < end
        )
        if after is not None:
            query = query.where(col(row.id) > after)
        found = await self._session.execute(query.order_by(col(row.id)).limit(limit))
        return [(file_id, owner_id, OwnerKind(kind)) for file_id, owner_id, kind in found]

    async def known(self, ids: Iterable[UUID]) -> set[UUID]:
        """Those of these ids that are a file's."""
        query = select(col(AttachmentRow.id)).where(col(AttachmentRow.id).in_(list(ids)))
        return set((await self._session.scalars(query)).all())

    async def _pictures(self, ids: Sequence[UUID]) -> dict[UUID, tuple[Picture, ...]]:
        if not ids:
            return {}
        query = (
            select(PictureRow)
            .where(col(PictureRow.attachment_id).in_(ids))
            .order_by(col(PictureRow.attachment_id), col(PictureRow.role), col(PictureRow.frame))
        )
        found: dict[UUID, tuple[Picture, ...]] = {}
        for row in await self._session.scalars(query):
            found[row.attachment_id] = (*found.get(row.attachment_id, ()), _to_picture(row))
        return found


def _values(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "owner_kind": attachment.owner_kind.value,
        "owner_id": attachment.owner_id,
        "author_id": attachment.author_id,
        "side": attachment.side,
        "name": attachment.name,
        "length": attachment.length,
        "received": attachment.received,
        "tail": attachment.tail or None,
        "state": attachment.state.value,
        "kind": attachment.kind.value if attachment.kind else None,
        "sha256": attachment.sha256,
        "frames": attachment.frames,
        "warnings": [warning.value for warning in attachment.warnings],
        "refusal": attachment.refusal.value if attachment.refusal else None,
        "withdrawal": attachment.withdrawal,
        "created_at": attachment.created_at,
        "touched_at": attachment.touched_at,
    }


def _to_attachment(row: AttachmentRow, pictures: tuple[Picture, ...]) -> Attachment:
    return Attachment(
        id=row.id,
        owner_kind=OwnerKind(row.owner_kind),
        owner_id=row.owner_id,
        author_id=row.author_id,
        side=row.side,
        name=row.name,
        length=row.length,
        state=State(row.state),
        created_at=row.created_at,
        touched_at=row.touched_at,
        received=row.received,
        tail=row.tail or b"",
        kind=Kind(row.kind) if row.kind else None,
        sha256=row.sha256,
        frames=row.frames,
        warnings=tuple(Warned(code) for code in row.warnings),
        refusal=Refusal(row.refusal) if row.refusal else None,
        withdrawal=row.withdrawal,
        pictures=pictures,
    )


def _to_picture(row: PictureRow) -> Picture:
    return Picture(PictureRole(row.role), row.frame, row.media_type, row.length, row.width, row.height)
