"""Rules at work for a follow-up, and what they told: for the tests of watching."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from telemed.acts.telemonitoring.formats.packaged import load_default_rules
from telemed.acts.telemonitoring.formats.rules import open_checkpoint, read_following, read_followings
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.evidence import Sample
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus
from telemed.acts.telemonitoring.model.progress import Following
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.rule_book import KeptRule, RuleVersion
from telemed.acts.telemonitoring.model.told import Told
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.service.roster import Roster, make_reader
from telemed.acts.telemonitoring.service.watching import RuleWatcher
from telemed.acts.telemonitoring.store.histories import read_histories
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.store.rule_states import RuleStateStore
from telemed.acts.telemonitoring.store.rulebook import RuleStore
from telemed.app import Services
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.storage.uow import UnitOfWork


@dataclass
class KeptAlerts:
    """What was told, once committed."""

    told: list[Told] = field(default_factory=list)

    async def record(self, uow: UnitOfWork, told: Sequence[Told]) -> None:
        kept = list(told)
        uow.after_commit(lambda: self.told.extend(kept))

    def of(self, cause: str) -> list[str]:
        return [one.kind.value for one in self.told if one.cause == cause]


def make_way_in(services: Services, alerts: KeptAlerts, *, room: int = 100) -> Ingestion:
    """As a process of its own would have it: nothing in memory."""
    telemonitoring = services.telemonitoring
    roster = Roster(load_default_rules(telemonitoring.pathways, telemonitoring.catalogue), room=room)
    watcher = RuleWatcher(roster=roster, alerts=alerts)
    return Ingestion(database=services.database, writer=RowWriter(telemonitoring.catalogue), watcher=watcher)


def make_measure(
    follow_up: FollowUp,
    at: datetime,
    value: float | None = None,
    *,
    signal: str = "weight",
    answer: str | None = None,
    status: ObservationStatus = ObservationStatus.FINAL,
    device: int = 1,
    received: datetime | None = None,
) -> Arrival:
    """A measure of a follow-up by one of its devices, received five seconds later if nothing else is said."""
    millionths = None if value is None else round(value * 1_000_000)
    observation = Observation("", "", f"urn:x|{signal}", "", at, status, signal, millionths, answer)
    device_id = UUID(int=follow_up.id.int ^ device)
    return Arrival(follow_up.id, device_id, new_id(), received or at + timedelta(seconds=5), observation)


async def keep_rules(services: Services, follow_up: FollowUp, rules: Iterable[Rule], at: datetime) -> list[RuleVersion]:
    """Rules of this patient's own, in force from `at`."""
    kept = []
    for rule in rules:
        rule_id = new_id()
        version = RuleVersion(new_id(), rule_id, 1, rule, None, at)
        kept.append(KeptRule(rule_id, follow_up.practice_id, follow_up.plan.pathway, follow_up.id, rule.name, version))
    async with services.database.begin() as uow:
        await RuleStore(uow.session).add(kept)
    return [rule.version for rule in kept]


async def find_state(services: Services, follow_up: FollowUp, version: RuleVersion) -> Following | None:
    """What a version remembers of a patient, opened whole."""
    kinds = make_reader(version).kinds
    async with services.database.read() as session:
        remembered = await RuleStateStore(session).read([follow_up.id])
    states = read_followings(remembered[follow_up.id].states) if remembered else {}
    if version.id.hex not in states:
        return None
    kept = read_following(states[version.id.hex], kinds)
    older, newer = (open_checkpoint(one, kinds) for one in (kept.progress.older, kept.progress.newer))
    return replace_progress(kept, older, newer)


def replace_progress(kept: Following, older: object, newer: object) -> Following:
    return kept._replace(progress=kept.progress._replace(older=older, newer=newer))  # type: ignore[arg-type]


async def find_history(
    services: Services, follow_up: FollowUp, signals: Iterable[str], since: datetime
) -> list[Sample]:
    async with services.database.read() as session:
        found = await read_histories(session, {follow_up.id: since}, signals, {follow_up.id: Territory.METROPOLE})
    return found.get(follow_up.id, [])


def copied(arrival: Arrival) -> Arrival:
    """The same measure in another message."""
    return replace(arrival, arrival_id=new_id())
