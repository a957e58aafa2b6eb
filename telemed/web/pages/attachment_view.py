"""What is joined to a case, as every page that shows the case shows it."""

from __future__ import annotations

import hashlib
from uuid import UUID

from telemed.attachments.model import (
    FORMATS,
    MAX_BYTES,
    REFUSALS,
    WARNINGS,
    Attachment,
    Kind,
    OwnerKind,
    Party,
    PictureRole,
    State,
    Warned,
)
from telemed.web.french import format_bytes, format_count, typographic
from telemed.web.pages.page import Visitor
from telemed.web.views.attachments import Piece, PiecesView
from telemed.web.views.frame import Badge, Form, Tone

CASE = OwnerKind.TELEEXPERTISE
_OTHERS = {
    Warned.OTHER_NAME: "un autre nom",
    Warned.OTHER_BIRTH_DATE: "une autre date de naissance",
    Warned.OTHER_SEX: "un autre sexe",
}
_ACCEPTED = ",".join(sorted({one.media_type for one in FORMATS.values()} | {".heic", ".dcm", ".scp"}))


async def pieces_view(visitor: Visitor, case_id: UUID, form: Form | None = None) -> PiecesView:
    """The files of a case as the caller sees them, for any page that shows the case."""
    listing = await visitor.services.attachments.reading.list(visitor.known, CASE, case_id)
    pieces = tuple(piece_of(one, visitor.known.id, listing.party) for one in listing.items)
    kept = [one for one in listing.items if one.state is State.KEPT]
    summary = f"{format_count(len(kept), 'pièce')}, {format_bytes(sum(one.length for one in kept))}" if kept else ""
    version = hashlib.sha256(repr((pieces, listing.party.may_add)).encode()).hexdigest()[:16]
    base = f"/avis/{case_id}/pieces"
    return PiecesView(
        case_id=str(case_id),
        base=base,
        api=f"/teleexpertises/{case_id}/attachments",
        pieces=pieces,
        summary=summary,
        may_add=listing.party.may_add,
        most_bytes=MAX_BYTES,
        accepted=_ACCEPTED,
        version=version,
        back=f"/avis/{case_id}",
        form=form or Form(),
    )


def piece_of(one: Attachment, me: UUID | None, party: Party | None) -> Piece:
    """`party` None: where nothing is taken away."""
    is_open, is_mine = one.state is State.KEPT, one.author_id == me
    address = f"/attachments/{one.id}"
    has = {role: is_open and one.picture(role) is not None for role in PictureRole}
    is_unseen = one.state in (State.ARRIVING, State.CHECKING, State.REFUSED)
    return Piece(
        id=str(one.id),
        name=one.file_name,
        what=_what(one),
        kind=one.kind.value if one.kind else "",
        at=one.created_at,
        frames=one.frames,
        page=f"/avis/pieces/{one.id}" if is_open else "",
        thumbnail=f"{address}/thumbnail" if has[PictureRole.THUMBNAIL] else "",
        shown=f"{address}/shown" if has[PictureRole.SHOWN] else "",
        original=f"{address}/original" if is_open else "",
        state=_state(one),
        warnings=_warnings(one) if is_open else (),
        note=one.withdrawal or (typographic(REFUSALS[one.refusal].text) if one.refusal else ""),
        may_remove=party is not None and is_mine and (is_unseen or (is_open and not party.is_sent)),
        may_withdraw=party is not None and is_mine and is_open and party.is_sent,
    )


def _what(one: Attachment) -> str:
    """`Document PDF, 3 pages, 1,2 Mo`."""
    pages = {Kind.PDF: "page", Kind.DICOM: "image"}.get(one.kind) if one.kind and one.frames > 1 else None
    parts = (FORMATS[one.kind].label if one.kind else "", format_count(one.frames, pages) if pages else "")
    return ", ".join(filter(None, (*parts, format_bytes(one.length))))


def _warnings(one: Attachment) -> tuple[str, ...]:
    """What differs from the patient in one sentence, then the rest."""
    others = [_OTHERS[warning] for warning in one.warnings if warning in _OTHERS]
    rest = [typographic(WARNINGS[warning].text) for warning in one.warnings if warning not in _OTHERS]
    if not others:
        return tuple(rest)
    said = " et ".join(filter(None, (", ".join(others[:-1]), others[-1])))
    return (typographic(f"Ce fichier porte {said} que le dossier : vérifiez qu’il est bien celui du patient."), *rest)


def _state(one: Attachment) -> Badge | None:
    match one.state:
        case State.ARRIVING:
            return Badge(f"Interrompu à {100 * one.received // one.length} %", Tone.SOON)
        case State.CHECKING:
            return Badge("En vérification", Tone.SOON)
        case State.REFUSED:
            return Badge("Refusée", Tone.NOW)
        case State.WITHDRAWN:
            return Badge("Retirée", Tone.SOON)
        case _:
            return None
