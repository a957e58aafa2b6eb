"""Facts of an ordinary act, of which a test changes what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from billing.facts import DOCTOR, ActFacts, ActKind, MedecinTraitant, Sector
from telemed.kernel.clock import Territory

DOCTOR_ID = UUID("01900000-0000-7000-8000-000000000001")
PRACTICE_ID = UUID("01900000-0000-7000-8000-0000000000aa")


def make_facts(**changes: Any) -> ActFacts:
    """A general practitioner of secteur 1 in mainland France, a video téléconsultation on 25 November 2026."""
    facts: dict[str, Any] = {
        "act_id": UUID("01900000-0000-7000-8000-0000000000f1"),
        "revision": 1,
        "kind": ActKind.TELECONSULTATION,
        "professional_id": DOCTOR_ID,
        "rpps": "10001234567",
        "profession": DOCTOR,
        "specialty": "G15_10/SM54",
        "sector": Sector.SECTOR_1,
        "has_overrun": False,
        "practice_id": PRACTICE_ID,
        "territory": Territory.METROPOLE,
        "patient_id": UUID("01900000-0000-7000-8000-0000000000e1"),
        "medecin_traitant": MedecinTraitant.OTHER,
        "started_at": datetime(2026, 11, 25, 13, 30, tzinfo=UTC),
        "ended_at": datetime(2026, 11, 25, 13, 45, tzinfo=UTC),
        "is_video_established": True,
    }
    return ActFacts(**(facts | changes))


def instants(first: date, last: date) -> st.SearchStrategy[datetime]:
    """Any instant in UTC of the days from `first` to `last`."""
    return st.builds(datetime.combine, st.dates(first, last), st.times(), st.just(UTC))
