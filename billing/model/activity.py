"""A file of acts done elsewhere, as it is previewed and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.rules.activity import JudgedFile
from billing.rules.outside import KnownOutside


@dataclass(frozen=True)
class ActivityUpload:
    """A file and what its sender says of it: the civil year, the source, and the days that it speaks of.

    Without `first_day` the file speaks from the first of the month of its first line; without `last_day`, up to its
    last line.
    """

    content: bytes
    year: int
    source: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class ActivityImport:
    """A kept file, never changed: withdrawing it is an entry of its own. `sha256` is that of its bytes."""

    id: UUID
    rpps: str
    year: int
    first_day: date
    last_day: date
    source: str
    sha256: str
    accepted: int
    rejected: int
    recorded_by: UUID | None
    recorded_at: datetime
    withdraws_id: UUID | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What a file brings: its lines judged, the outside activity before and after, and the entry once it is kept.

    `former` is the same file kept before: it is not kept twice.
    """

    encoding: str
    delimiter: str
    first_day: date | None
    last_day: date | None
    judged: JudgedFile
    before: KnownOutside
    after: KnownOutside
    kept: ActivityImport | None = None
    former: ActivityImport | None = None
