"""JSON of attachments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from telemed.attachments.model import (
    FORMATS,
    MAX_BOX_BYTES,
    MAX_BYTES,
    REFUSALS,
    WARNINGS,
    Attachment,
    Kind,
    PictureRole,
    State,
    Words,
)
from telemed.attachments.service import Listing


class AnnouncementIn(BaseModel):
    """A file that is about to be sent. What it is will be found in its content; the name is for people."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=1_000)]
    length: Annotated[int, Field(ge=1, le=2**53, description=f"In bytes; {MAX_BYTES} at most.")]


class WithdrawalIn(BaseModel):
    """Why a file that others may have seen is taken away; both sides read it."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class Told(BaseModel):
    """A stable code, and its words for people."""

    code: str
    text: str

    @classmethod
    def of(cls, words: Words) -> Self:
        return cls(code=words.code, text=words.text)


class AttachmentOut(BaseModel):
    """A file joined to an act. Addresses are given only for what may be opened."""

    id: UUID
    name: str
    state: State
    kind: Kind | None
    label: str
    media_type: str | None
    length: int
    received: int
    frames: int
    sha256: str | None
    side: str
    author_id: UUID
    is_mine: bool
    created_at: datetime
    warnings: list[Told]
    refusal: Told | None
    withdrawal: str | None
    thumbnail_url: str | None
    shown_url: str | None
    original_url: str | None

    @classmethod
    def of(cls, attachment: Attachment, caller_id: UUID | None) -> Self:
        kind, refusal, base = attachment.kind, attachment.refusal, f"/attachments/{attachment.id}"
        is_open = attachment.state is State.KEPT
        has = {role: is_open and attachment.picture(role) is not None for role in PictureRole}
        return cls(
            id=attachment.id,
            name=attachment.file_name,
            state=attachment.state,
            kind=kind,
            label=FORMATS[kind].label if kind else "",
            media_type=FORMATS[kind].media_type if kind else None,
            length=attachment.length,
            received=attachment.received,
            frames=attachment.frames,
            sha256=attachment.sha256,
            side=attachment.side,
            author_id=attachment.author_id,
            is_mine=attachment.author_id == caller_id,
            created_at=attachment.created_at,
            warnings=[Told.of(WARNINGS[one]) for one in attachment.warnings],
            refusal=Told.of(REFUSALS[refusal]) if refusal else None,
            withdrawal=attachment.withdrawal,
            thumbnail_url=f"{base}/thumbnail" if has[PictureRole.THUMBNAIL] else None,
            shown_url=f"{base}/shown" if has[PictureRole.SHOWN] else None,
            original_url=f"{base}/original" if is_open else None,
        )


class AttachmentsOut(BaseModel):
    """What is joined, the oldest first, and the room that is left; a case never holds more than a hundred files."""

    items: list[AttachmentOut]
    may_add: bool
    bytes_taken: int
    bytes_left: int

    @classmethod
    def of(cls, listing: Listing, caller_id: UUID | None) -> Self:
        return cls(
            items=[AttachmentOut.of(one, caller_id) for one in listing.items],
            may_add=listing.party.may_add,
            bytes_taken=listing.bytes_taken,
            bytes_left=MAX_BOX_BYTES - listing.bytes_taken,
        )
