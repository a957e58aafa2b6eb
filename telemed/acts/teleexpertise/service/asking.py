"""The requérant chooses whom to ask: colleagues by name, a line, or whoever of a specialty in a territory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, Cascade, Case, Side, Step, Target, Turn
from telemed.acts.teleexpertise.rules.cascade import Ask, Wait, check_target, open_cascade, wish_of
from telemed.acts.teleexpertise.service.cascade import find_next, follow
from telemed.acts.teleexpertise.service.mover import Mover
from telemed.acts.teleexpertise.service.people import judge_colleagues
from telemed.kernel.decision import Decision, Reason, refuse
from telemed.kernel.errors import NotFound, Refused
from telemed.law.law import Law
from telemed.storage.uow import UnitOfWork


async def judge_target(
    mover: Mover, uow: UnitOfWork, law: Law, case: Case, target: Target
) -> tuple[Decision, list[Side]]:
    """May these be asked, and where those named practise. Raises NotFound, also for a line that is closed."""
    if target.line_id and await mover.experts.line(uow, target.line_id, case.content.urgency) is None:
        raise NotFound("Cette équipe n'existe pas ou ne prend plus de demande.")
    if not target.colleague_ids:
        return check_target(case, target), []
    return await judge_colleagues(uow, law, case, target.colleague_ids, mover.clock.now())


async def open_search(mover: Mover, uow: UnitOfWork, case: Case, target: Target) -> Cascade:
    """The first stage of the search for a case whose delay is fixed."""
    line = await mover.experts.line(uow, target.line_id, case.content.urgency) if target.line_id else None
    return open_cascade(case, target, mover.clock.now(), line.keeps if line else None)


async def ask(mover: Mover, uow: UnitOfWork, case: Case, cascade: Cascade, sides: Sequence[Side], by: UUID) -> Case:
    """The case with those named, or those found. Raises Refused when nobody of a territory is there in time."""
    now = mover.clock.now()
    if sides:
        wish, experts = wish_of(case, cascade, now), mover.experts
        takers = {one: await experts.takes_by_himself(uow, wish, one.professional_id) for one in sides}
        turns = tuple(Turn(side, now, accepts_by_himself=takes) for side, takes in takers.items())
        plan: Ask | Wait | None = Ask(cascade, turns, cascade.until)
    else:
        plan = await find_next(mover, uow, replace(case, cascade=cascade))
    if plan is None:
        text = "Personne n'est disponible dans ce délai : nommez un confrère, une équipe, ou changez de délai."
        raise Refused(refuse(Reason("teleexpertise.nobody_found", text, "R-26")))
    return await follow(mover, uow, case, plan, Actor.REQUERANT, back=Step.LAPSE, by=by)
