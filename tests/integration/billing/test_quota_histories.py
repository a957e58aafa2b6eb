"""The histories that a lawyer wrote (tests/law/quota/histoires), played on the service on a real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from billing.rules.quota import QuotaScope
from billing.service import QuotaService
from telemed.kernel.clock import FrozenClock, Territory, civil_date
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from tests.integration.billing.quota_desk import ANNE, KARIM, Desk
from tests.law.cases import Case, read_cases, take

pytestmark = pytest.mark.asyncio
DOCTORS = {"Moreau": ANNE, "Benali": KARIM}


@dataclass
class Story:
    """Names of the case, and what they stand for."""

    desk: Desk
    acts: dict[str, UUID] = field(default_factory=dict)
    records: dict[str, UUID] = field(default_factory=dict)
    placeless: list[str] = field(default_factory=list)

    def record(self, name: str) -> UUID:
        return self.records.setdefault(name, new_id())

    async def play(self, event: dict[str, Any]) -> None:
        given = take(
            event, accepte=[], fait=[], rend=[], annule=[], reunit=None, separe=None,
            le=None, code="TE2", qui="Moreau", dossier="X", ou="metropole",
        )  # fmt: skip
        for kind, decide in (("accepte", self.desk.reserve), ("fait", self.desk.settle)):
            for name in given[kind]:
                await self._decide(decide, name, given)
        for name in given["rend"]:
            await self.desk.release(self.acts[name])
        for name in given["annule"]:
            await self.desk.void(self.acts[name])
        if given["reunit"]:
            await self.desk.merge(*map(self.record, given["reunit"]))
        if given["separe"]:
            await self.desk.split(*map(self.record, given["separe"]))

    async def _decide(self, decide: Callable[..., Any], name: str, given: dict[str, Any]) -> None:
        made = await decide(
            self.record(given["dossier"]),
            act_id=self.acts.setdefault(name, new_id()),
            rpps=DOCTORS[given["qui"]],
            code=given["code"],
            day=_civil_day(given["le"], given["ou"]),
        )
        if not made.is_granted:
            self.placeless.append(name)


def _civil_day(raw: Any, territory: str) -> date:
    """A day, or an instant with its offset, written between quotes."""
    return raw if isinstance(raw, date) else civil_date(datetime.fromisoformat(raw), Territory(territory))


@pytest.mark.parametrize("case", read_cases("quota/histoires"), ids=str)
async def test_history(case: Case, sqlite_url: str, keyring: Keyring, clock: FrozenClock, law: Law) -> None:
    facts = take(case.facts, portee="biller", evenements=[])
    database = Database(sqlite_url, keyring)
    story = Story(Desk(database, QuotaService(clock=clock, law=law, scope=QuotaScope(facts["portee"]))))
    for event in facts["evenements"]:
        await story.play(event)
    expected = take(case.decision, sans_place=[], comptes=[])
    assert story.placeless == expected["sans_place"]
    for raw in expected["comptes"]:
        count = take(raw, annee=None, qui="Moreau", dossier="X", code="TE2", faits=0, en_cours=0)
        day = date(count["annee"], 12, 31)
        taken = await story.desk.taken(
            story.record(count["dossier"]), rpps=DOCTORS[count["qui"]], code=count["code"], day=day
        )
        assert taken == (count["en_cours"], count["faits"]), raw
    await story.desk.check_counters()
    await database.close()
