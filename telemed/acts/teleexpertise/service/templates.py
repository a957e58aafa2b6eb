"""Templates of answers: each professional keeps his own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from telemed.acts.teleexpertise.model.templates import MOST_TEMPLATES, AnswerTemplate, TemplateContent
from telemed.acts.teleexpertise.service.access import require_carer
from telemed.acts.teleexpertise.store.templates import TemplateStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_REMEMBERED = timedelta(days=1)
"""How long a removed template can still come back."""


class TemplateService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal

    async def page(
        self, caller: Caller, *, after: tuple[str, UUID] | None = None, limit: int = MOST_TEMPLATES
    ) -> Sequence[AnswerTemplate]:
        """What the caller keeps, by title."""
        async with self._database.read() as session:
            return await TemplateStore(session).of(require_carer(caller), after=after, limit=limit)

    async def get(self, caller: Caller, template_id: UUID) -> AnswerTemplate:
        """One of the caller's own. Raises NotFound."""
        async with self._database.read() as session:
            return _found(await TemplateStore(session).find(template_id, require_carer(caller)))

    async def add(self, caller: Caller, content: TemplateContent) -> AnswerTemplate:
        """Keep a new one. Raises Conflict `teleexpertise.too_many_templates`."""
        async with self._database.begin() as uow:
            store = self._note(uow, caller, "keep_template")
            template = AnswerTemplate(new_id(), require_carer(caller), content)
            await store.forget_removed(template.professional_id, self._clock.now() - _REMEMBERED)
            if await store.count(template.professional_id) >= MOST_TEMPLATES:
                text = f"Vous gardez déjà {MOST_TEMPLATES} modèles : supprimez-en un."
                raise Conflict(text, code="teleexpertise.too_many_templates")
            await store.save(template)
            return template

    async def change(self, caller: Caller, template_id: UUID, content: TemplateContent) -> AnswerTemplate:
        """Replace one of the caller's own. Raises NotFound."""
        async with self._database.begin() as uow:
            store = self._note(uow, caller, "keep_template")
            found = _found(await store.find(template_id, require_carer(caller)))
            changed = AnswerTemplate(found.id, found.professional_id, content)
            await store.save(changed)
            return changed

    async def remove(self, caller: Caller, template_id: UUID) -> None:
        """Remove one; it can come back for a day. Raises NotFound."""
        async with self._database.begin() as uow:
            store = self._note(uow, caller, "remove_template")
            found = _found(await store.find(template_id, require_carer(caller)))
            await store.remove(found, self._clock.now())

    async def restore(self, caller: Caller, template_id: UUID) -> AnswerTemplate:
        """Bring back one that was removed. Raises NotFound once it is forgotten."""
        async with self._database.begin() as uow:
            store = self._note(uow, caller, "keep_template")
            found = _found(await store.find(template_id, require_carer(caller), is_removed=True))
            await store.save(found)
            return found

    def _note(self, uow: UnitOfWork, caller: Caller, action: str) -> TemplateStore:
        resource = f"professional:{caller.id}"
        self._journal.note(uow, caller, f"teleexpertise.{action}", resource=resource, purpose="management")
        return TemplateStore(uow.session)


def _found(template: AnswerTemplate | None) -> AnswerTemplate:
    if template is None:
        raise NotFound("Ce modèle n'existe pas ou n'est pas le vôtre.")
    return template
