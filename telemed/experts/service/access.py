"""Who may change which roster."""

from __future__ import annotations

from uuid import UUID

from telemed.experts.model import Line, Person
from telemed.experts.ports import People
from telemed.experts.store import LineStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Forbidden, NotFound
from telemed.storage.uow import UnitOfWork

CARERS = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
_NO_LINE = "Cette ligne n'existe pas ou n'est pas la vôtre."


def require_carer(caller: Caller) -> UUID:
    """The id of a health professional with an RPPS. Raises Forbidden."""
    if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None or not caller.has_role(*CARERS):
        raise Forbidden("Les disponibilités sont celles des professionnels de santé.")
    if caller.rpps is None:
        raise Forbidden("Aucun numéro RPPS n'est enregistré.", code="professional.rpps_missing")
    return caller.id


def require_professional(caller: Caller) -> UUID:
    """The id of anybody signed in to a practice. Raises Forbidden."""
    if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None:
        raise Forbidden("Cette action est réservée aux professionnels du cabinet.")
    return caller.id


async def get_person(people: People, professional_id: UUID) -> Person:
    """Raises NotFound."""
    person = await people.find(professional_id)
    if person is None:
        raise NotFound("Ce professionnel n'existe pas.")
    return person


async def find_managed(uow: UnitOfWork, caller: Caller, line_id: UUID) -> Line:
    """A line that the caller looks after, locked: a manager of it, or an administrator of its practice.

    Raises Forbidden on a line of the caller's own practice or in which he answers, NotFound on any other.
    """
    lines, who = LineStore(uow.session), require_professional(caller)
    line = await lines.find(line_id, lock=True)
    if line is None:
        raise NotFound(_NO_LINE)
    is_at_home = line.practice_id == caller.practice_id
    if who in await lines.managers(line_id) or (is_at_home and caller.has_role(Role.ADMINISTRATOR)):
        return line
    if is_at_home or await lines.find_member(line_id, who):
        text = "Une ligne se règle par ses responsables ou par l'administrateur du cabinet."
        raise Forbidden(text, code="experts.not_manager")
    raise NotFound(_NO_LINE)


async def may_manage(lines: LineStore, caller: Caller, line: Line) -> bool:
    """Does the caller look after this line?"""
    if line.practice_id == caller.practice_id and caller.has_role(Role.ADMINISTRATOR):
        return True
    return caller.id in await lines.managers(line.id)
