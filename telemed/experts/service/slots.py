"""Rosters for other systems, and theirs for us: FHIR R4 in the French SAS profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telemed.experts.formats.fhir_in import read_bundle
from telemed.experts.model import HoursException, Kind, Opening, Person, Profile, Source, window_at
from telemed.experts.model.slots import Fate, SentSlot
from telemed.experts.ports import People
from telemed.experts.rules.hours import check_number
from telemed.experts.service.access import require_professional
from telemed.experts.service.keeping import keep_openings
from telemed.experts.store import HoursStore, OpeningStore, ProfileStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

MOST_PEOPLE = 40
Place = tuple[datetime, UUID]


@dataclass(frozen=True)
class FoundSlots:
    """Openings with their ids, the soonest first, and whose they are."""

    openings: tuple[tuple[UUID, Opening], ...]
    profiles: Mapping[UUID, Profile]
    people: Mapping[UUID, Person]


class SlotService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, people: People) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._people = people

    async def schedules(self, caller: Caller, rpps: Sequence[str]) -> tuple[list[Profile], Mapping[UUID, Person]]:
        """The experts behind national numbers, forty at most; one's own without any. Raises Forbidden."""
        who = require_professional(caller)
        async with self._database.read() as session:
            store = ProfileStore(session)
            found = await store.of_rpps(rpps) if rpps else list((await store.find_many([who])).values())
        return found, await self._people.find_many([one.professional_id for one in found])

    async def search(
        self, caller: Caller, rpps: Sequence[str], within: Interval | None, *, after: Place | None, limit: int
    ) -> FoundSlots:
        """When these experts may be asked within an interval, or all that is known; one's own without numbers."""
        profiles, people = await self.schedules(caller, rpps)
        window = within or Interval(self._clock.now(), window_at(self._clock.now()).end)
        known = {one.professional_id: one for one in profiles}
        async with self._database.read() as session:
            found = await OpeningStore(session).page_of(list(known), window, after=after, limit=limit)
        return FoundSlots(tuple(found), known, people)

    async def take(self, caller: Caller, raw: bytes) -> list[Fate]:
        """Keep the slots of a bundle as extra hours of their experts: oneself, or one's practice's for who runs it.

        Idempotent by the sender's identifier: sent again it changes nothing, changed it is replaced, no longer free it
        is taken back. What became of each entry, in order. Raises Rejected, Forbidden.
        """
        who = require_professional(caller)
        count, slots = read_bundle(raw)
        fates = [Fate.LOOKED_AT] * count
        owners = await self._owners(caller, sorted({slot.rpps for slot in slots if slot.rpps}))
        async with self._database.begin() as uow:
            details = {"entries": count, "slots": len(slots)}
            resource = f"expert:{who}"
            self._journal.note(
                uow, caller, "experts.take_slots", resource=resource, purpose="management", details=details
            )
            profiles = await ProfileStore(uow.session).find_many(sorted(set(owners.values())), lock=True)
            by_person: dict[UUID, list[SentSlot]] = {}
            for slot in slots:
                owner = owners.get(slot.rpps)
                if owner not in profiles:
                    fates[slot.place] = Fate.UNKNOWN_PERSON
                else:
                    by_person.setdefault(profiles[owner].professional_id, []).append(slot)
            changed = [one for one in sorted(by_person) if await self._keep(uow, one, by_person[one], fates)]
            await keep_openings(uow.session, changed, self._clock.now())
        return fates

    async def _owners(self, caller: Caller, numbers: Sequence[str]) -> dict[str, UUID]:
        """Of these national numbers, whose hours the caller may say."""
        owners: dict[str, UUID] = {}
        for rpps in numbers[:MOST_PEOPLE]:
            for person in await self._people.find_by_rpps(rpps):
                runs = caller.has_role(Role.ADMINISTRATOR) and person.practice_id == caller.practice_id
                if person.id == caller.id or runs:
                    owners[rpps] = person.id
        return owners

    async def _keep(self, uow: UnitOfWork, person: UUID, slots: Sequence[SentSlot], fates: list[Fate]) -> bool:
        """Keep what is new of one person's slots; whether anything changed."""
        store = HoursStore(uow.session)
        known = await store.identified(person, [slot.identifier for slot in slots])
        for slot in slots:
            fates[slot.place] = _fate(slot, known.get(slot.identifier), self._clock.now())
        added = [slot for slot in slots if fates[slot.place] is Fate.ADDED]
        shifts, exceptions = await store.counts(person)
        if not check_number(shifts, exceptions + len(added)).is_allowed:
            for slot in added:
                fates[slot.place] = Fate.TOO_MANY
        gone = [slot.identifier for slot in slots if fates[slot.place] in (Fate.CHANGED, Fate.REMOVED)]
        await store.remove_identified(person, gone)
        new = [slot for slot in slots if fates[slot.place] in (Fate.ADDED, Fate.CHANGED)]
        await store.add_exceptions(_extra(person, slot) for slot in new)
        return bool(new or gone)


def _fate(slot: SentSlot, known: HoursException | None, now: datetime) -> Fate:
    if not slot.is_free:
        return Fate.REMOVED if known else Fate.SAME
    if known is not None:
        return Fate.SAME if known.interval == slot.interval else Fate.CHANGED
    return Fate.PAST if slot.interval.end <= now else Fate.ADDED


def _extra(person: UUID, slot: SentSlot) -> HoursException:
    return HoursException(new_id(), person, Kind.EXTRA, slot.interval, source=Source.FHIR, identifier=slot.identifier)
