"""The questionnaires that a practice may ask: ours, and those that it imported."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.fhir.questionnaire import read_questionnaire
from telemed.acts.telemonitoring.formats.packaged import PackagedQuestionnaire
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.questionnaire import Question, Questionnaire
from telemed.acts.telemonitoring.model.receipt import Issue
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.store.questionnaires import Imported, QuestionnaireStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_MOST_READ = 100
_ABSENT = "Ce questionnaire n'existe pas ou n'est pas de votre cabinet."


@dataclass(frozen=True)
class KnownQuestionnaire:
    """A questionnaire that may be asked; `practice_id` None is one of ours. `content` is the FHIR resource."""

    id: UUID
    questionnaire: Questionnaire
    content: bytes
    practice_id: UUID | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True)
class ImportOutcome:
    """What became of a questionnaire that was sent: known from now on, or all that is wrong with it."""

    known: KnownQuestionnaire | None
    issues: tuple[Issue, ...] = ()


class QuestionnaireService:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        catalogue: Catalogue,
        packaged: Sequence[PackagedQuestionnaire],
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._catalogue = catalogue
        self._ours = {
            one.questionnaire.id: KnownQuestionnaire(one.questionnaire.id, one.questionnaire, one.content)
            for one in packaged
        }

    def of_pathway(self, pathway: str) -> list[KnownQuestionnaire]:
        """Ours that a pathway asks, unless somebody says otherwise for a patient."""
        return [known for known in self._ours.values() if pathway in known.questionnaire.pathways]

    async def page(
        self, caller: Caller, *, before: UUID | None = None, limit: int = 50
    ) -> tuple[list[KnownQuestionnaire], list[KnownQuestionnaire]]:
        """Ours, and a page of those of the caller's practice, the newest first."""
        require_right(caller, Right.READ)
        async with self._database.read() as session:
            imported = await QuestionnaireStore(session).page(_practice(caller), before=before, limit=limit)
        return list(self._ours.values()), [self._known(one) for one in imported]

    async def get(self, caller: Caller, questionnaire_id: UUID) -> KnownQuestionnaire:
        """One of ours, or of the caller's practice. Raises Forbidden, NotFound."""
        require_right(caller, Right.READ)
        async with self._database.read() as session:
            return await self.get_within(session, _practice(caller), questionnaire_id)

    async def add(self, caller: Caller, content: bytes) -> ImportOutcome:
        """A doctor imports a FHIR R4 Questionnaire for his practice: whole, or not at all.

        Raises Forbidden, and Conflict `telemonitoring.questionnaire_known` for a version that the practice has.
        """
        read = read_questionnaire(content, self._catalogue)
        async with self._database.begin() as uow:
            practice_id = _practice(caller)
            self._note(uow, caller, "import_questionnaire")
            by = require_right(caller, Right.DECIDE)
            found = read.questionnaire
            if found is None:
                return ImportOutcome(None, read.issues)
            if found.id in self._ours:
                text = "Ce nom est celui d'un questionnaire fourni avec Telemed : donnez une autre adresse au vôtre."
                raise Conflict(text, code="telemonitoring.questionnaire_known")
            imported = Imported(
                id=new_id(),
                practice_id=practice_id,
                canonical=found.canonical,
                title=found.title,
                content=content,
                imported_by=by,
                imported_at=self._clock.now(),
            )
            await QuestionnaireStore(uow.session).add(imported)
            return ImportOutcome(KnownQuestionnaire(imported.id, found, content, practice_id))

    async def retire(self, caller: Caller, questionnaire_id: UUID) -> KnownQuestionnaire:
        """It is asked of nobody any more; what was answered stays. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "retire_questionnaire")
            require_right(caller, Right.DECIDE)
            store = QuestionnaireStore(uow.session)
            imported = await store.find(_practice(caller), questionnaire_id)
            if imported is None:
                raise NotFound(_ABSENT)
            if imported.retired_at is None:
                await store.retire(questionnaire_id, self._clock.now())
            return self._known(await store.find(_practice(caller), questionnaire_id) or imported)

    async def get_within(self, session: AsyncSession, practice_id: UUID, questionnaire_id: UUID) -> KnownQuestionnaire:
        """The same in an open session, for a practice. Raises NotFound."""
        ours = self._ours.get(questionnaire_id)
        if ours is not None:
            return ours
        imported = await QuestionnaireStore(session).find(practice_id, questionnaire_id)
        if imported is None:
            raise NotFound(_ABSENT)
        return self._known(imported)

    async def find_named(self, session: AsyncSession, practice_id: UUID, name: str) -> KnownQuestionnaire | None:
        """By `url|version`; by the address alone, one of ours."""
        for known in self._ours.values():
            if name in (known.questionnaire.canonical, known.questionnaire.url):
                return known
        imported = await QuestionnaireStore(session).find_named(practice_id, name)
        return self._known(imported) if imported else None

    async def find_all_named(
        self, session: AsyncSession, practice_id: UUID, names: Collection[str]
    ) -> dict[str, Questionnaire]:
        """Those of these names (`url|version`) that are known, in one statement at most."""
        ours = {known.questionnaire.canonical: known.questionnaire for known in self._ours.values()}
        found = {name: ours[name] for name in names if name in ours}
        others = [name for name in names if name not in ours]
        imported = await QuestionnaireStore(session).find_all_named(practice_id, others)
        return found | {one.canonical: self._known(one).questionnaire for one in imported}

    async def questions_of(self, session: AsyncSession, practice_id: UUID) -> dict[str, Question]:
        """The questions that a practice wrote itself, by their signal, in one statement; the newest version stands."""
        imported = await QuestionnaireStore(session).page(practice_id, before=None, limit=_MOST_READ)
        questions = (one for known in reversed(imported) for one in self._known(known).questionnaire.questions)
        return {one.signal: one for one in questions if one.signal.startswith("question_")}

    async def find_many(
        self, session: AsyncSession, practice_id: UUID, ids: Collection[UUID]
    ) -> dict[UUID, KnownQuestionnaire]:
        """Those of `ids` that this practice may ask, in one statement at most."""
        ours = {one: self._ours[one] for one in ids if one in self._ours}
        others = [one for one in ids if one not in ours]
        imported = await QuestionnaireStore(session).find_many(practice_id, others) if others else {}
        return ours | {one.id: self._known(one) for one in imported.values()}

    def _known(self, imported: Imported) -> KnownQuestionnaire:
        """What was read once is read again: the catalogue only grows."""
        read = read_questionnaire(imported.content, self._catalogue).questionnaire
        if read is None:
            raise LookupError("a questionnaire that was kept can be read")
        return KnownQuestionnaire(imported.id, read, imported.content, imported.practice_id, imported.retired_at)

    def _note(self, uow: UnitOfWork, caller: Caller, action: str) -> None:
        resource = f"practice:{caller.practice_id}"
        self._journal.note(uow, caller, f"telemonitoring.{action}", resource=resource, purpose="management")


def _practice(caller: Caller) -> UUID:
    if caller.practice_id is None:
        raise NotFound(_ABSENT)
    return caller.practice_id
