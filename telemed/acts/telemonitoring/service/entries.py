"""What is keyed in: questionnaires answered and measures, by the patient or by his team, corrected and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.formats.answers import MEASURES, arrivals_of, as_questionnaire, read_answers
from telemed.acts.telemonitoring.formats.fhir.response import (
    read_authored,
    read_response,
    refuse_link,
    refuse_questionnaire,
)
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.entry import Answer, Entry, EntryStatus, Given
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.model.hands import Hand
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup, Questionnaire
from telemed.acts.telemonitoring.model.receipt import Issue
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.arrivals import TOLERANCE
from telemed.acts.telemonitoring.rules.askings import find_period
from telemed.acts.telemonitoring.rules.questions import find_asked
from telemed.acts.telemonitoring.rules.surprises import Doubt, find_doubts
from telemed.acts.telemonitoring.service.askings import AskingService
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.service.entry_access import (
    author_of_caller,
    channel_of_caller,
    hand_of_caller,
    open_keyed,
)
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.service.questionnaires import QuestionnaireService
from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.entries import EntryStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Conflict, Invalid, NotFound, TooMany
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.professionals.model import Professional
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

ENTRY_KEPT = "telemonitoring.entry_kept"
OLDEST = timedelta(days=31)
"""How far back somebody may key in what he forgot. Ours."""
PATIENT_CORRECTS = timedelta(days=2)
"""How long a patient may correct what he keyed in; his team always may. Ours."""
_COMPARED = timedelta(days=30)
_ABSENT = "Cette saisie n'existe pas ou n'est pas la vôtre."


class FaultyAnswers(Invalid):
    """Answers that cannot be read; `faults` says what is wrong with each, by the link of its question."""

    code = "telemonitoring.answers"

    def __init__(self, faults: Mapping[str, Issue]) -> None:
        first, issue = next(iter(faults.items()))
        super().__init__(issue.text, field=first)
        self.faults = faults


class UnlikelyMeasure(Conflict):
    """Numbers to be confirmed by whoever keyed them, before they are kept."""

    code = "telemonitoring.unlikely_measure"

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        super().__init__("Vérifiez cette mesure, puis confirmez-la.")
        self.doubts = tuple(doubts)


@dataclass(frozen=True)
class Keying:
    """How something is keyed in. `entry_id` makes a form that is sent twice one entry; `measured_at` None is now."""

    entry_id: UUID | None = None
    measured_at: datetime | None = None
    is_sure: bool = False


class EntryService:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        catalogue: Catalogue,
        keyed: Mapping[str, KeyedGroup],
        questionnaires: QuestionnaireService,
        askings: AskingService,
        ingestion: Ingestion,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._catalogue = catalogue
        self._writer = RowWriter(catalogue)
        self.keyed = keyed
        self._questionnaires = questionnaires
        self._askings = askings
        self._ingestion = ingestion

    async def answer(
        self,
        caller: Caller,
        follow_up_id: UUID,
        questionnaire_id: UUID,
        given: Mapping[str, Given],
        keying: Keying = Keying(),
    ) -> Entry:
        """Answer a questionnaire: kept, and read by the rules, once this returns.

        Raises Forbidden, NotFound (or not asked of this patient, if it is he), Conflict, FaultyAnswers.
        """
        async with self._database.begin() as uow:
            follow_up = await self._open(uow, caller, follow_up_id, "answer")
            known = await self._questionnaires.get_within(uow.session, follow_up.practice_id, questionnaire_id)
            asked = {one.known.id: one for one in await self._askings.asked_within(uow, follow_up)}
            own = asked.get(known.id)
            if caller.kind is CallerKind.PATIENT and (own is None or own.is_off):
                raise NotFound("Ce questionnaire ne vous est pas posé.")
            entry = self._entry(caller, follow_up, known.questionnaire, given, keying)
            day = civil_date(entry.measured_at, follow_up.plan.territory)
            period = find_period(own.asking, day) if own else None
            kept = await self._keep(uow, replace(entry, period_on=period.first_day if period else None))
        await self._hand_over(kept)
        return kept

    async def key(
        self,
        caller: Caller,
        follow_up_id: UUID,
        group: str,
        given: Mapping[str, Given],
        keying: Keying = Keying(),
    ) -> Entry:
        """Key measures in, all of one moment. Raises UnlikelyMeasure until whoever keys is sure, and as `answer`."""
        async with self._database.begin() as uow:
            follow_up = await self._open(uow, caller, follow_up_id, "key")
            entry = self._entry(caller, follow_up, self._form(group), given, keying)
            if not keying.is_sure:
                await self._require_likely(uow, entry)
            kept = await self._keep(uow, entry)
        await self._hand_over(kept)
        return kept

    async def correct(
        self, caller: Caller, follow_up_id: UUID, first_id: UUID, given: Mapping[str, Given], *, is_sure: bool = False
    ) -> Entry:
        """Other answers in place of those of an entry, for the same moment; the former ones stay written.

        Raises NotFound, Conflict `telemonitoring.entry_closed`, FaultyAnswers, UnlikelyMeasure.
        """
        async with self._database.begin() as uow:
            follow_up = await self._open(uow, caller, follow_up_id, "correct")
            last = await self._last(uow, caller, follow_up, first_id)
            form = await self._form_of(uow, last)
            answers = self._answers(form, given)
            if answers == last.answers:
                return last
            entry = self._later(caller, last, EntryStatus.AMENDED, answers)
            if not is_sure and _is_measure(last):
                await self._require_likely(uow, entry)
            await self._add(uow, entry)
        await self._hand_over(entry, last.answers)
        return entry

    async def take_back(self, caller: Caller, follow_up_id: UUID, first_id: UUID) -> Entry:
        """It was keyed by mistake: no rule reads it any more, and it stays written. Raises as `correct`."""
        async with self._database.begin() as uow:
            follow_up = await self._open(uow, caller, follow_up_id, "take_back")
            last = await self._last(uow, caller, follow_up, first_id)
            entry = self._later(caller, last, EntryStatus.ENTERED_IN_ERROR, last.answers)
            await self._add(uow, entry)
        await self._hand_over(entry, last.answers)
        return entry

    async def page(
        self, caller: Caller, follow_up_id: UUID, *, before: UUID | None = None, limit: int = 50
    ) -> list[Entry]:
        """Entries of a follow-up as they stand, the newest first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await open_keyed(uow, self._journal, caller, follow_up_id, "read_entries")
            return await EntryStore(uow.session).page(follow_up_id, before=before, limit=limit)

    async def authors(self, caller: Caller, entries: Sequence[Entry]) -> dict[UUID, Professional]:
        """Who keyed them in, patients apart. Raises Forbidden."""
        require_right(caller, Right.READ)
        ids = sorted({one.author_id for one in entries if one.author_id is not None})
        async with self._database.read() as session:
            return await ProfessionalStore(session).find_many(ids)

    async def take_response(self, caller: Caller, content: bytes) -> Entry:
        """A FHIR QuestionnaireResponse that one of the team sends. Raises Unreadable, and as `answer`."""
        sent = read_response(content)
        async with self._database.begin() as uow:
            follow_up = await open_keyed(uow, self._journal, caller, sent.follow_up_id, "answer")
            practice_id, territory = follow_up.practice_id, follow_up.plan.territory
            known = await self._questionnaires.find_named(uow.session, practice_id, sent.questionnaire)
        if known is None:
            raise refuse_questionnaire()
        unknown = [link for link in sent.given if known.questionnaire.find(link) is None]
        if unknown:
            raise refuse_link()
        keying = Keying(measured_at=read_authored(sent, territory))
        return await self.answer(caller, sent.follow_up_id, known.id, sent.given, keying)

    async def versions(self, caller: Caller, first_id: UUID, *, follow_up_id: UUID | None = None) -> list[Entry]:
        """Every version of an entry, in order; of that follow-up, if one is named. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            found = await EntryStore(uow.session).versions(first_id)
            if not found or (follow_up_id is not None and found[0].follow_up_id != follow_up_id):
                raise NotFound(_ABSENT)
            await open_keyed(uow, self._journal, caller, found[0].follow_up_id, "read_entry")
            return found

    async def form_of(self, caller: Caller, follow_up_id: UUID, first_id: UUID) -> tuple[Questionnaire, Entry]:
        """The questions of an entry that may still be corrected, and how it stands. Raises as `correct`."""
        async with self._database.begin() as uow:
            follow_up = await self._open(uow, caller, follow_up_id, "read_entry")
            last = await self._last(uow, caller, follow_up, first_id)
            return await self._form_of(uow, last), last

    async def forms_of(self, caller: Caller, follow_up_id: UUID, entries: Sequence[Entry]) -> dict[str, Questionnaire]:
        """The questions of entries that the caller has read, by their name. Raises Forbidden, NotFound."""
        names = {one.questionnaire for one in entries if not _is_measure(one)}
        measures = (as_questionnaire(group) for group in self.keyed.values())
        async with self._database.begin() as uow:
            follow_up = await open_keyed(uow, self._journal, caller, follow_up_id, "read_entries")
            asked = await self._questionnaires.find_all_named(uow.session, follow_up.practice_id, names)
        return asked | {form.canonical: form for form in measures}

    async def keep(self, event: Event) -> None:
        """Subscriber of ENTRY_KEPT: what an interruption kept from the rules reaches them; the same twice is once."""
        async with self._database.read() as session:
            store = EntryStore(session)
            entry = await store.find(UUID(event.payload["entry_id"]))
            before = await store.versions(entry.first_id) if entry and entry.number else []
        if entry is not None:
            former = next((one.answers for one in before if one.number == entry.number - 1), ())
            await self._ingestion.take(arrivals_of(entry, former, self._catalogue))

    async def _open(self, uow: UnitOfWork, caller: Caller, follow_up_id: UUID, action: str) -> FollowUp:
        """A follow-up that takes data, locked: what is keyed for it comes one after the other."""
        follow_up = await open_keyed(uow, self._journal, caller, follow_up_id, action, lock=True)
        if follow_up.state not in TAKES_DATA:
            text = "Ce suivi n'a pas commencé ou est terminé : rien n'est plus noté."
            raise Conflict(text, code="telemonitoring.not_followed")
        return follow_up

    def _form(self, group: str) -> Questionnaire:
        found = self.keyed.get(group)
        if found is None:
            raise NotFound("Cette mesure n'est pas de celles qui se saisissent.")
        return as_questionnaire(found)

    async def _form_of(self, uow: UnitOfWork, entry: Entry) -> Questionnaire:
        name = entry.questionnaire
        if _is_measure(entry):
            return self._form(name.removeprefix(MEASURES).partition("|")[0])
        known = await self._questionnaires.find_named(uow.session, entry.practice_id, name)
        if known is None:
            raise NotFound(_ABSENT)
        return known.questionnaire

    def _answers(self, form: Questionnaire, given: Mapping[str, Given]) -> tuple[Answer, ...]:
        read = read_answers(find_asked(form, given), given, self._catalogue)
        if read.faults:
            raise FaultyAnswers(read.faults)
        return read.answers

    def _entry(
        self, caller: Caller, follow_up: FollowUp, form: Questionnaire, given: Mapping[str, Given], keying: Keying
    ) -> Entry:
        now, entry_id = self._clock.now(), keying.entry_id or new_id()
        at = keying.measured_at or now
        if at > now + TOLERANCE:
            raise Invalid("Cette heure n'est pas encore passée.", field="measured_at")
        if at < now - OLDEST:
            raise Invalid(f"Au plus {OLDEST.days} jours en arrière.", field="measured_at")
        return Entry(
            id=entry_id,
            first_id=entry_id,
            number=0,
            follow_up_id=follow_up.id,
            practice_id=follow_up.practice_id,
            patient_id=follow_up.patient_id,
            questionnaire=form.canonical,
            title=form.title,
            hand=hand_of_caller(caller),
            channel=channel_of_caller(caller),
            author_id=author_of_caller(caller),
            measured_at=at,
            received_at=now,
            status=EntryStatus.COMPLETED,
            answers=self._answers(form, given),
        )

    def _later(self, caller: Caller, last: Entry, status: EntryStatus, answers: tuple[Answer, ...]) -> Entry:
        return replace(
            last,
            id=new_id(),
            number=last.number + 1,
            channel=channel_of_caller(caller),
            author_id=author_of_caller(caller),
            received_at=self._clock.now(),
            status=status,
            answers=answers,
        )

    async def _last(self, uow: UnitOfWork, caller: Caller, follow_up: FollowUp, first_id: UUID) -> Entry:
        """The version that stands of an entry that the caller may change."""
        versions = await EntryStore(uow.session).versions(first_id)
        if not versions or versions[0].follow_up_id != follow_up.id:
            raise NotFound(_ABSENT)
        last = versions[-1]
        if last.status is EntryStatus.ENTERED_IN_ERROR:
            raise Conflict("Cette saisie est déjà retirée.", code="telemonitoring.entry_closed")
        if caller.kind is CallerKind.PATIENT:
            is_own = versions[0].hand is Hand.PATIENT and last.author_id is None
            if not is_own or self._clock.now() - versions[0].received_at > PATIENT_CORRECTS:
                text = "Cette saisie ne se corrige plus ici : dites-le à l'équipe qui vous suit."
                raise Conflict(text, code="telemonitoring.entry_closed")
        return last

    async def _require_likely(self, uow: UnitOfWork, entry: Entry) -> None:
        """Raises UnlikelyMeasure: a value that no body shows, or one far from the last."""
        code = entry.questionnaire.removeprefix(MEASURES).partition("|")[0]
        fields = {field.signal: field for field in self.keyed[code].fields}
        compared = [name for name, field in fields.items() if field.surprise_percent is not None]
        last: dict[str, int] = {}
        if compared:
            store, at = ObservationStore(uow.session, self._writer), entry.measured_at
            for kept in await store.history(entry.follow_up_id, compared, since=at - _COMPARED, until=at):
                if kept.observation.counts and kept.observation.value is not None and kept.observation.signal:
                    last[kept.observation.signal] = kept.observation.value
        doubts = find_doubts(entry.answers, fields, last)
        if doubts:
            raise UnlikelyMeasure(doubts)

    async def _keep(self, uow: UnitOfWork, entry: Entry) -> Entry:
        """The entry, or the one that the same form made already. Raises Conflict on a name that is another's."""
        known = await EntryStore(uow.session).find(entry.id)
        if known is not None and known.follow_up_id != entry.follow_up_id:
            raise Conflict("Rechargez cette page avant de continuer.", code="telemonitoring.entry_known")
        if known is not None:
            return known
        await self._add(uow, entry)
        return entry

    async def _add(self, uow: UnitOfWork, entry: Entry) -> None:
        await EntryStore(uow.session).add(entry)
        payload = {"entry_id": str(entry.id)}
        uow.add_event(Event(ENTRY_KEPT, key=f"entry:{entry.id}", occurred_at=entry.received_at, payload=payload))

    async def _hand_over(self, entry: Entry, before: Sequence[Answer] = ()) -> None:
        """To the rules, before whoever keyed it is answered. In a flood, the outbox does it a little later."""
        try:
            await self._ingestion.take(arrivals_of(entry, before, self._catalogue))
        except TooMany:
            return


def _is_measure(entry: Entry) -> bool:
    return entry.questionnaire.startswith(MEASURES)
