"""The people of a practice, as billing asks for them: joins the professionals and the patients."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.facts import Biller, MedecinTraitant, Sector
from telemed.kernel.clock import civil_date
from telemed.patients.model import attending_doctor_on
from telemed.patients.store import PatientStore
from telemed.professionals.store import PracticeStore, ProfessionalStore


class PracticeDirectory:
    """The port `Directory` of billing, on the records of this service."""

    async def find_biller(
        self, session: AsyncSession, professional_id: UUID, *, patient_id: UUID | None, at: datetime
    ) -> Biller | None:
        """Someone who bills: a health professional with an RPPS, as he stands to the patient on that day."""
        person = await ProfessionalStore(session).find(professional_id)
        if person is None or person.rpps is None or person.profession is None:
            return None
        territory = await PracticeStore(session).territory_of(person.practice_id)
        if territory is None:
            return None
        treating = MedecinTraitant.UNKNOWN
        if patient_id is not None:
            history = await PatientStore(session).attending_doctors(patient_id)
            entry = attending_doctor_on(history, civil_date(at, territory))
            treating = _relation(None if entry is None else entry.rpps or "", person.rpps)
        return Biller(
            professional_id=person.id,
            rpps=person.rpps,
            profession=person.profession.value,
            specialty=person.specialty_code or "",
            sector=Sector(person.sector.value) if person.sector else Sector.SECTOR_1,
            practice_id=person.practice_id,
            territory=territory,
            medecin_traitant=treating,
        )


def _relation(attending: str | None, rpps: str) -> MedecinTraitant:
    """`attending` None: not recorded; empty: the patient has none."""
    if attending is None:
        return MedecinTraitant.UNKNOWN
    if not attending:
        return MedecinTraitant.NONE
    return MedecinTraitant.SELF if attending == rpps else MedecinTraitant.OTHER
