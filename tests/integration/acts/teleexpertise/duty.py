"""People on duty, lines and their turns, for tests of the cascade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from telemed.experts.model import Abilities, Line, Membership, Opening, Place, Profile
from telemed.experts.rules.openings import cut_at_midnights
from telemed.experts.store import LineStore, OpeningStore, ProfileStore
from telemed.experts.store.standings import StandingStore
from telemed.experts.tables import StandingRow
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from tests.integration.acts.teleexpertise.conftest import Scene

SKIN = "G15_10/SM15"
HERE = Place(Territory.METROPOLE)


@dataclass
class Duty:
    """Puts people of the scene on duty from now, or later, for a while."""

    scene: Scene
    openings: dict[UUID, list[Opening]] = field(default_factory=dict)

    async def profile(self, who: Caller, **changes: Any) -> None:
        assert who.id
        assert who.practice_id
        values: dict[str, Any] = {"is_open": True} | changes
        profile = Profile(who.id, who.practice_id, who.rpps or "", Abilities(SKIN), HERE, **values)
        async with self.scene.services.database.begin() as uow:
            await ProfileStore(uow.session).save(profile, self.scene.clock.now())

    async def on(
        self, *people: Caller, after: timedelta = timedelta(0), lasts: timedelta = timedelta(days=30), **changes: Any
    ) -> None:
        """Each on duty for himself."""
        for who in people:
            await self.profile(who, **changes)
            await self._open(who, None, after, lasts)

    async def line(self, *members: Caller, on_duty: Sequence[Caller] | None = None, **changes: Any) -> UUID:
        """A line of the first one's practice; its members are on duty in it, unless said otherwise."""
        practice_id = members[0].practice_id
        assert practice_id
        values: dict[str, Any] = {"created_at": self.scene.clock.now()} | changes
        line = Line(new_id(), practice_id, "Avis de dermatologie", Abilities(SKIN), HERE, **values)
        now = self.scene.clock.now()
        for who in members:
            await self.profile(who)
        async with self.scene.services.database.begin() as uow:
            await LineStore(uow.session).add(line)
            for who in members:
                assert who.id
                await LineStore(uow.session).add_member(Membership(line.id, who.id, now, now))
            assert members[0].id
            await LineStore(uow.session).add_manager(line.id, members[0].id)
        for who in members if on_duty is None else on_duty:
            await self._open(who, line.id, timedelta(0), timedelta(days=30))
        return line.id

    async def off(self, who: Caller) -> None:
        """He is on duty no more."""
        assert who.id
        self.openings[who.id] = []
        async with self.scene.services.database.begin() as uow:
            await OpeningStore(uow.session).replace([who.id], [])

    async def turns(self, line_id: UUID) -> dict[UUID, int]:
        async with self.scene.services.database.read() as session:
            return await StandingStore(session).turns(line_id)

    async def standing(self, who: Caller) -> tuple[int, int]:
        """Pending offers, and accepted cases without an answer."""
        async with self.scene.services.database.read() as session:
            row = await session.get(StandingRow, who.id)
        return (row.pending, row.open_cases) if row else (0, 0)

    async def _open(self, who: Caller, line_id: UUID | None, after: timedelta, lasts: timedelta) -> None:
        assert who.id
        start = self.scene.clock.now() + after
        hours = cut_at_midnights([Interval(start, start + lasts)])
        made = [Opening(who.id, line_id, SKIN, Territory.METROPOLE, one) for one in hours]
        kept = self.openings.setdefault(who.id, [])
        kept += made
        async with self.scene.services.database.begin() as uow:
            await OpeningStore(uow.session).replace([who.id], kept)
