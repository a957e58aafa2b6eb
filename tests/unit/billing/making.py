"""Facts of an ordinary act, of which a test changes what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from billing.facts import (
    DOCTOR,
    AccompanimentFacts,
    ActFacts,
    ActKind,
    Biller,
    LinkedTeleconsultation,
    MedecinTraitant,
    Sector,
    Setting,
    TeleexpertiseFacts,
)
from telemed.kernel.clock import Territory

DOCTOR_ID = UUID("01900000-0000-7000-8000-000000000001")
NURSE_ID = UUID("01900000-0000-7000-8000-000000000009")
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


def make_biller(**changes: Any) -> Biller:
    """A general practitioner of secteur 1 in mainland France, not the patient's médecin traitant."""
    facts: dict[str, Any] = {
        "professional_id": DOCTOR_ID,
        "rpps": "10001234567",
        "profession": DOCTOR,
        "specialty": "G15_10/SM54",
        "sector": Sector.SECTOR_1,
        "practice_id": PRACTICE_ID,
        "territory": Territory.METROPOLE,
        "medecin_traitant": MedecinTraitant.OTHER,
    }
    return Biller(**(facts | changes))


def make_nurse(**changes: Any) -> Biller:
    """A nurse of the same practice."""
    facts: dict[str, Any] = {"professional_id": NURSE_ID, "rpps": "10007654321", "profession": "60", "specialty": ""}
    return make_biller(**(facts | changes))


def make_teleexpertise(**changes: Any) -> TeleexpertiseFacts:
    """A nurse asks a general practitioner, who accepts the next hour and answers on 25 November 2026 at 13:45 UTC."""
    facts: dict[str, Any] = {
        "act_id": UUID("01900000-0000-7000-8000-0000000000f2"),
        "revision": 1,
        "kind": ActKind.TELEEXPERTISE,
        "patient_id": UUID("01900000-0000-7000-8000-0000000000e1"),
        "requerant": make_nurse(),
        "requis": make_biller(),
        "requested_at": datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        "accepted_at": datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        "completed_at": datetime(2026, 11, 25, 13, 45, tzinfo=UTC),
    }
    return TeleexpertiseFacts(**(facts | changes))


def make_accompaniment(**changes: Any) -> AccompanimentFacts:
    """A nurse at the patient's home during the téléconsultation of `make_facts`."""
    held = make_facts()
    facts: dict[str, Any] = {
        "act_id": UUID("01900000-0000-7000-8000-0000000000f3"),
        "revision": 1,
        "kind": ActKind.ACCOMPANIMENT,
        "patient_id": held.patient_id,
        "biller": make_nurse(),
        "setting": Setting.HOME,
        "teleconsultation": LinkedTeleconsultation(
            held.act_id, held.patient_id, held.rpps, held.started_at, held.is_video_established
        ),
        "done_at": held.ended_at,
    }
    return AccompanimentFacts(**(facts | changes))
