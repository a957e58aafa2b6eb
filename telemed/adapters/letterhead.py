"""The names above the accounts of billing: joins the practices and the professionals."""

from __future__ import annotations

from uuid import UUID

from billing.model.reconciliation import Heading
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Forbidden, NotFound
from telemed.professionals.model import Practice, Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database

_EVERYBODY = "Tous les professionnels"


class Letterhead:
    """The port `Headings` of billing, on the records of this service."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def find(self, caller: Caller, professional_id: UUID | None) -> Heading:
        """A doctor who asks for nobody asks for himself."""
        if caller.practice_id is None:
            raise Forbidden("Votre compte n'est rattaché à aucun cabinet.")
        whose = professional_id
        if whose is None and not caller.has_role(Role.SECRETARY, Role.ADMINISTRATOR):
            whose = caller.id
        async with self._database.read() as session:
            practice = await PracticeStore(session).find(caller.practice_id)
            person = None if whose is None else await ProfessionalStore(session).find(whose)
        if practice is None or (whose is not None and (person is None or person.practice_id != practice.id)):
            raise NotFound("Ce professionnel est introuvable.")
        return _heading(practice, person)


def _heading(practice: Practice, person: Professional | None) -> Heading:
    address = practice.address
    town = " ".join(part for part in (address.postal_code, address.city) if part)
    specialty = person.specialty.label if person and person.specialty else ""
    rpps = f"RPPS {person.rpps}" if person and person.rpps else ""
    return Heading(
        practice=practice.name,
        address=", ".join(line for line in (*address.lines, town) if line),
        professional=person.full_name if person else _EVERYBODY,
        qualification=", ".join(part for part in (specialty, rpps) if part),
        territory=practice.territory,
    )
