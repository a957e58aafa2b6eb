"""What is joined to an act: its kind, where it stands, its bounds, and what was found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

MAX_BYTES = 50 * 2**20
MAX_BOX_BYTES = 200 * 2**20
MAX_BOX_FILES = 100
MAX_NAME = 200
STORED_FRAMES = 8
"""Pages or frames whose shown copy is made on arrival; the others are drawn when they are asked for."""
MAX_FRAMES = 2_000

ABANDONED_AFTER = timedelta(hours=24)
REMOVED_KEPT = timedelta(minutes=10)
VOID_LOOKED_FOR = timedelta(days=60)
"""For how long after it came a file is taken away once its request is over and never left."""
CHECK_AGAIN_AFTER = timedelta(minutes=2)


class Kind(StrEnum):
    """What a file is, by its content."""

    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    PDF = "pdf"
    DICOM = "dicom"
    DICOM_ECG = "dicom_ecg"
    SCP_ECG = "scp_ecg"


@dataclass(frozen=True)
class Format:
    """How a kind is named outside."""

    media_type: str
    extension: str
    label: str


FORMATS: Mapping[Kind, Format] = MappingProxyType(
    {
        Kind.JPEG: Format("image/jpeg", "jpg", "Photo JPEG"),
        Kind.PNG: Format("image/png", "png", "Image PNG"),
        Kind.HEIC: Format("image/heic", "heic", "Photo HEIC"),
        Kind.PDF: Format("application/pdf", "pdf", "Document PDF"),
        Kind.DICOM: Format("application/dicom", "dcm", "Imagerie DICOM"),
        Kind.DICOM_ECG: Format("application/dicom", "dcm", "ECG DICOM"),
        Kind.SCP_ECG: Format("application/octet-stream", "scp", "ECG SCP"),
    }
)


class State(StrEnum):
    """Where a file stands.

    `arriving`: bytes are missing; `checking`: all are here, nobody opens it before it was looked at; `removed`: taken
    away before the sending, may come back for a while; `withdrawn`: taken away after it, kept and hidden.
    """

    ARRIVING = "arriving"
    CHECKING = "checking"
    KEPT = "kept"
    REFUSED = "refused"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class OwnerKind(StrEnum):
    """What a file may be joined to."""

    TELEEXPERTISE = "teleexpertise"


class Warned(StrEnum):
    """What the reader should know of a file that was kept."""

    OTHER_NAME = "other_name"
    OTHER_BIRTH_DATE = "other_birth_date"
    OTHER_SEX = "other_sex"
    BURNED_IN = "burned_in"
    NO_PICTURE = "no_picture"


class Refusal(StrEnum):
    """Why a file was not kept."""

    EXECUTABLE = "executable"
    ARCHIVE = "archive"
    TYPE = "type_refused"
    POLYGLOT = "polyglot"
    UNREADABLE = "unreadable"
    LOCKED = "locked"
    BOMB = "bomb"
    INFECTED = "infected"


@dataclass(frozen=True)
class Words:
    """A stable code, and what is said to people."""

    code: str
    text: str


REFUSALS: Mapping[Refusal, Words] = MappingProxyType(
    {
        refusal: Words(code, text)
        for refusal, code, text in (
            (
                Refusal.EXECUTABLE,
                "attachment.executable",
                "Ce fichier est un programme, quel que soit son nom : il n'est pas accepté.",
            ),
            (
                Refusal.ARCHIVE,
                "attachment.archive",
                "Ce fichier est une archive : joignez les fichiers un par un, sans les compresser.",
            ),
            (
                Refusal.TYPE,
                "attachment.type_refused",
                "Ce format n'est pas accepté : joignez une photo (JPEG, PNG, HEIC), un PDF, une image DICOM ou un ECG.",
            ),
            (Refusal.POLYGLOT, "attachment.polyglot", "Ce fichier en cache un autre : il n'est pas accepté."),
            (
                Refusal.UNREADABLE,
                "attachment.unreadable",
                "Ce fichier est abîmé ou incomplet : il ne s'ouvre pas.",
            ),
            (
                Refusal.LOCKED,
                "attachment.locked",
                "Ce PDF est protégé par un mot de passe : joignez-le sans protection.",
            ),
            (Refusal.BOMB, "attachment.bomb", "Ce fichier se déplie démesurément : il n'est pas accepté."),
            (Refusal.INFECTED, "attachment.infected", "L'antivirus a refusé ce fichier : il n'a pas été gardé."),
        )
    }
)
WARNINGS: Mapping[Warned, Words] = MappingProxyType(
    {
        warning: Words(code, text)
        for warning, code, text in (
            (
                Warned.OTHER_NAME,
                "attachment.other_name",
                "Ce fichier porte un autre nom que celui du patient : vérifiez qu'il est bien le sien.",
            ),
            (
                Warned.OTHER_BIRTH_DATE,
                "attachment.other_birth_date",
                "Ce fichier porte une autre date de naissance que celle du patient : vérifiez qu'il est bien le sien.",
            ),
            (
                Warned.OTHER_SEX,
                "attachment.other_sex",
                "Ce fichier porte un autre sexe que celui du patient : vérifiez qu'il est bien le sien.",
            ),
            (
                Warned.BURNED_IN,
                "attachment.burned_in",
                "L'appareil a peut-être écrit une identité dans l'image elle-même : elle reste visible.",
            ),
            (
                Warned.NO_PICTURE,
                "attachment.no_picture",
                "Pas d'aperçu pour ce fichier : téléchargez l'original.",
            ),
        )
    }
)


@dataclass(frozen=True, repr=False)
class Holder:
    """Whom a file identifies, as it says itself; parts that it does not say are empty. Birth date as AAAA-MM-JJ."""

    family_name: str = ""
    given_names: str = ""
    birth_date: str = ""
    sex: str = ""


NOBODY = Holder()


@dataclass(frozen=True)
class Party:
    """What the caller may do with the files of an owner. `is_sent`: the other side may have seen them."""

    patient_id: UUID
    side: str
    may_add: bool
    is_sent: bool


class PictureRole(StrEnum):
    SHOWN = "shown"
    THUMBNAIL = "thumbnail"


@dataclass(frozen=True)
class Picture:
    """A picture made of a file: a page or a frame as it is shown, or the small one."""

    role: PictureRole
    frame: int
    media_type: str
    length: int
    width: int
    height: int

    def name(self, attachment_id: UUID) -> str:
        """Of its file in the vault."""
        return f"{attachment_id}.{self.role.value}-{self.frame}"


@dataclass(frozen=True, repr=False)
class Attachment:
    """A file joined to an act. `received` bytes of `length` are here; `sha256` is that of the original."""

    id: UUID
    owner_kind: OwnerKind
    owner_id: UUID
    author_id: UUID
    side: str
    name: str
    length: int
    state: State
    created_at: datetime
    touched_at: datetime
    received: int = 0
    tail: bytes = b""
    kind: Kind | None = None
    sha256: str | None = None
    frames: int = 0
    warnings: tuple[Warned, ...] = ()
    refusal: Refusal | None = None
    withdrawal: str | None = None
    pictures: tuple[Picture, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Does the other side know of it?"""
        return self.state in (State.KEPT, State.WITHDRAWN)

    def picture(self, role: PictureRole, frame: int = 0) -> Picture | None:
        return next((one for one in self.pictures if one.role is role and one.frame == frame), None)

    @property
    def file_name(self) -> str:
        """Its name with the extension of what it really is."""
        if self.kind is None:
            return self.name
        stem = self.name.rsplit(".", 1)[0] if "." in self.name[1:] else self.name
        return f"{stem}.{FORMATS[self.kind].extension}"
