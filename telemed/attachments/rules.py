"""What may be joined, and whether a file is about the patient. Pure."""

from __future__ import annotations

from uuid import UUID

from telemed.attachments.model import (
    MAX_BOX_BYTES,
    MAX_BOX_FILES,
    MAX_BYTES,
    MAX_NAME,
    Attachment,
    Holder,
    Warned,
)
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse
from telemed.patients.model import Patient, Sex
from telemed.patients.model.traits import name_words

_MEGA = 2**20


def check_length(length: int) -> Decision:
    """May a file of this length, declared or counted, be joined?"""
    if length > MAX_BYTES:
        text = f"Ce fichier dépasse {MAX_BYTES // _MEGA} Mo."
        return refuse(Reason("attachment.too_large", text, compared={"bytes": length, "most": MAX_BYTES}))
    return ALLOWED


def check_room(*, taken: int, files: int, length: int) -> Decision:
    """Is there room for one more file of this length?"""
    if taken + length > MAX_BOX_BYTES:
        text = f"Les pièces jointes de ce dossier dépasseraient {MAX_BOX_BYTES // _MEGA} Mo."
        return refuse(Reason("attachment.no_room", text, compared={"bytes": taken + length, "most": MAX_BOX_BYTES}))
    if files >= MAX_BOX_FILES:
        text = f"Ce dossier compte déjà {MAX_BOX_FILES} pièces jointes."
        return refuse(Reason("attachment.no_room", text, compared={"files": files, "most": MAX_BOX_FILES}))
    return ALLOWED


def clean_name(name: str) -> str:
    """The last part of a file's name, without what a screen or a disk would take for something else.

    Raises ValueError when nothing is left.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    if not kept:
        raise ValueError("ce nom de fichier ne se lit pas")
    if len(kept) > MAX_NAME:
        stem, dot, extension = kept.rpartition(".")
        kept = (
            stem[: MAX_NAME - len(extension) - 1] + dot + extension if dot and len(extension) < 10 else kept[:MAX_NAME]
        )
    return kept


def may_see(attachment: Attachment, caller_id: UUID | None) -> bool:
    """Whoever joined a file follows it from the start; others know of what was kept."""
    return attachment.is_listed or attachment.author_id == caller_id


def compare_holder(holder: Holder, patient: Patient) -> tuple[Warned, ...]:
    """What a file says of its patient that the record does not; what it does not say is no difference."""
    traits = patient.identity.traits
    known = name_words(traits.birth_name, patient.family_name, *traits.birth_given_names, patient.given_name)
    said = (name_words(holder.family_name), name_words(holder.given_names))
    warnings = []
    if any(words and words.isdisjoint(known) for words in said):
        warnings.append(Warned.OTHER_NAME)
    if holder.birth_date and not holder.birth_date.startswith(str(traits.birth_date)):
        warnings.append(Warned.OTHER_BIRTH_DATE)
    if {holder.sex, traits.sex} == {Sex.MALE, Sex.FEMALE}:
        warnings.append(Warned.OTHER_SEX)
    return tuple(warnings)
