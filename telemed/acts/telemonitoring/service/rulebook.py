"""Rules of a practice: written by doctors, by versions, and never taken away where the law asks for the alert."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.formats.default_rules import Defaults
from telemed.acts.telemonitoring.formats.rules import describe_rules
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.rule_book import KeptRule, RuleVersion
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.acts.telemonitoring.rules.limits import find_asked
from telemed.acts.telemonitoring.rules.program import check_rule
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.roster import begin_book
from telemed.acts.telemonitoring.store.rulebook import RuleStore, Shelf
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

MOST_RULES = 200
"""Of a practice on one pathway, its patients' own included for each patient."""

_ABSENT = "Cette règle n'existe pas ou n'est pas de votre cabinet."


@dataclass(frozen=True)
class Scope:
    """Whom a rule reads: everyone on a pathway, or one patient."""

    pathway: str | None = None
    follow_up_id: UUID | None = None


class RuleService:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        catalogue: Catalogue,
        pathways: Mapping[str, Pathway],
        defaults: Defaults,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._catalogue = catalogue
        self._pathways = pathways
        self._defaults = defaults

    def describe(self) -> dict[str, Any]:
        """The JSON Schema of a rule."""
        return describe_rules()

    async def page(self, caller: Caller, scope: Scope, *, after: UUID | None = None, limit: int) -> Sequence[KeptRule]:
        """The rules of a practice, each with its last version; for a follow-up, those that read its data.

        A practice that has not opened its book of a pathway yet finds there what the service comes with.
        """
        async with self._database.begin() as uow:
            practice_id, pathway = await self._open(uow, caller, scope, "read_rules", Right.READ)
            await self._begin_missing(uow, practice_id)
            store = RuleStore(uow.session)
            return await store.page(
                practice_id, pathway=pathway, follow_up_id=scope.follow_up_id, after=after, limit=limit
            )

    async def get(self, caller: Caller, rule_id: UUID) -> KeptRule:
        """Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            return await self._find(uow, caller, rule_id, "read_rule", Right.READ)

    async def versions(
        self, caller: Caller, rule_id: UUID, *, before: int | None = None, limit: int
    ) -> Sequence[RuleVersion]:
        """All that a rule was, the newest first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            rule = await self._find(uow, caller, rule_id, "read_rule", Right.READ)
            return await RuleStore(uow.session).versions(rule.id, before=before, limit=limit)

    async def add(self, caller: Caller, scope: Scope, rule: Rule) -> KeptRule:
        """A new cause of alert, from now on. Raises Forbidden, NotFound, Invalid, Refused, Conflict `…rule_exists`."""
        async with self._database.begin() as uow:
            practice_id, pathway = await self._open(uow, caller, scope, "write_rule", Right.DECIDE)
            if pathway is None:
                raise Invalid("Dites de quel parcours ou de quel suivi est cette règle.", field="pathway")
            shelf = practice_id, pathway
            await begin_book(uow.session, shelf, self._defaults)
            self._check(rule)
            await self._check_room(uow, shelf, rule.name, scope.follow_up_id)
            await self._check_limits(uow, shelf, rule, scope.follow_up_id)
            rule_id = new_id()
            kept = KeptRule(
                rule_id, practice_id, pathway, scope.follow_up_id, rule.name, self._version(rule_id, 1, rule, caller)
            )
            await RuleStore(uow.session).add([kept])
            await self._turn_page(uow, kept)
            return kept

    async def rewrite(self, caller: Caller, rule_id: UUID, rule: Rule, *, number: int) -> KeptRule:
        """Another version, from now on, over the one of this number; a rule that was taken away is back.

        Raises Forbidden, NotFound, Invalid on another name, Refused, Conflict `stale`.
        """
        async with self._database.begin() as uow:
            former = await self._lock(uow, caller, rule_id)
            if rule.name != former.name:
                raise Invalid("Une règle garde son nom : c'est la cause de ses alertes.", field="rule.name")
            self._check(rule)
            if number != former.version.number:
                raise Conflict("Cette règle a changé entre-temps : relisez-la.", code="stale")
            await self._check_limits(uow, (former.practice_id, former.pathway), rule, former.follow_up_id)
            version = self._version(former.id, number + 1, rule, caller)
            store = RuleStore(uow.session)
            await store.retire(former.id, version.active_from)
            await store.add_version(version)
            await self._turn_page(uow, former)
            return await self._found(uow, caller, rule_id)

    async def retire(self, caller: Caller, rule_id: UUID) -> KeptRule:
        """From now on it reads nothing. Raises Forbidden, NotFound, Conflict where the law asks for the alert."""
        async with self._database.begin() as uow:
            rule = await self._lock(uow, caller, rule_id)
            if rule.mandatory is not None:
                text = "Cette alerte est obligatoire sur ce parcours : elle se réécrit, elle ne s'enlève pas."
                raise Conflict(text, code="telemonitoring.rule_mandatory")
            if not rule.is_in_force:
                raise Conflict("Cette règle est déjà enlevée.", code="telemonitoring.rule_retired")
            await RuleStore(uow.session).retire(rule.id, self._clock.now())
            await self._turn_page(uow, rule)
            return await self._found(uow, caller, rule_id)

    async def find_versions(self, caller: Caller, ids: Collection[UUID]) -> dict[UUID, RuleVersion]:
        """What alerts were told by, for whoever has read them already. Raises Forbidden."""
        require_right(caller, Right.READ)
        async with self._database.read() as session:
            return await RuleStore(session).find_versions(ids) if ids else {}

    async def _open(
        self, uow: UnitOfWork, caller: Caller, scope: Scope, action: str, right: Right
    ) -> tuple[UUID, str | None]:
        """The practice and the pathway of a scope, the follow-up of which is locked where rules are written."""
        if scope.follow_up_id is not None:
            is_written = right is Right.DECIDE
            follow_up = await open_follow_up(
                uow, self._journal, caller, scope.follow_up_id, action, right=right, lock=is_written
            )
            if scope.pathway not in (None, follow_up.plan.pathway):
                raise Invalid("Ce suivi est d'un autre parcours.", field="pathway")
            return follow_up.practice_id, follow_up.plan.pathway
        self._journal.note(uow, caller, f"telemonitoring.{action}", resource="rules", purpose="management")
        require_right(caller, right)
        if caller.practice_id is None:
            raise NotFound(_ABSENT)
        if scope.pathway is not None and scope.pathway not in self._pathways:
            raise Invalid("Ce parcours n'est pas connu.", field="pathway")
        return caller.practice_id, scope.pathway

    async def _begin_missing(self, uow: UnitOfWork, practice_id: UUID) -> None:
        known = await RuleStore(uow.session).book_versions({practice_id})
        for pathway in sorted(self._pathways):
            if (practice_id, pathway) not in known:
                await begin_book(uow.session, (practice_id, pathway), self._defaults)

    async def _lock(self, uow: UnitOfWork, caller: Caller, rule_id: UUID) -> KeptRule:
        """A rule to change: its follow-up, then its book, as whoever reads observations locks them."""
        rule = await self._find(uow, caller, rule_id, "write_rule", Right.DECIDE)
        if rule.follow_up_id is not None:
            await open_follow_up(
                uow, self._journal, caller, rule.follow_up_id, "write_rule", right=Right.DECIDE, lock=True
            )
        await begin_book(uow.session, (rule.practice_id, rule.pathway), self._defaults)
        return await self._found(uow, caller, rule_id)

    async def _find(self, uow: UnitOfWork, caller: Caller, rule_id: UUID, action: str, right: Right) -> KeptRule:
        resource = f"rule:{rule_id}"
        self._journal.note(uow, caller, f"telemonitoring.{action}", resource=resource, purpose="management")
        require_right(caller, right)
        return await self._found(uow, caller, rule_id)

    async def _found(self, uow: UnitOfWork, caller: Caller, rule_id: UUID) -> KeptRule:
        rule = await RuleStore(uow.session).find(rule_id, caller.practice_id) if caller.practice_id else None
        if rule is None:
            raise NotFound(_ABSENT)
        return rule

    def _check(self, rule: Rule) -> None:
        decision = check_rule(rule, self._catalogue)
        if not decision.is_allowed:
            raise Refused(decision)
        if rule.name == SILENCE:
            text = "Ce nom est celui de l'alerte de non-transmission, qui n'est pas une règle."
            raise Conflict(text, code="telemonitoring.rule_exists")

    async def _check_limits(self, uow: UnitOfWork, shelf: Shelf, rule: Rule, follow_up_id: UUID | None) -> None:
        """Does a limit that it names mean one thing? Raises Conflict where another rule says it of another signal."""
        practice_id, pathway = shelf
        kept = await RuleStore(uow.session).page(
            practice_id, pathway=pathway, follow_up_id=follow_up_id, limit=2 * MOST_RULES
        )
        others = [one.version.rule for one in kept if one.is_in_force and one.name != rule.name]
        signals = {one.name: one.signal for one in find_asked(others)}
        for asked in find_asked([rule]):
            known = self._catalogue.find(signals.get(asked.name, asked.signal))
            if known is not None and known.name != asked.signal:
                text = (
                    f"Une autre règle dit « {asked.name} » de « {known.label} » : donnez à cette limite un autre nom."
                )
                raise Conflict(text, code="telemonitoring.limit_name")

    async def _check_room(self, uow: UnitOfWork, shelf: Shelf, name: str, follow_up_id: UUID | None) -> None:
        store = RuleStore(uow.session)
        if await store.is_known(shelf, name, follow_up_id):
            raise Conflict("Une règle porte déjà ce nom.", code="telemonitoring.rule_exists")
        if await store.count(shelf, follow_up_id) >= MOST_RULES:
            raise Conflict("Ce parcours a trop de règles.", code="telemonitoring.too_many_rules")

    def _version(self, rule_id: UUID, number: int, rule: Rule, caller: Caller) -> RuleVersion:
        return RuleVersion(new_id(), rule_id, number, rule, caller.id, self._clock.now())

    async def _turn_page(self, uow: UnitOfWork, rule: KeptRule) -> None:
        """Whoever keeps the rules in memory reads them again: those of the book, or those of the patient."""
        store = RuleStore(uow.session)
        if rule.follow_up_id is None:
            await store.turn_page((rule.practice_id, rule.pathway))
        else:
            await store.touch(rule.follow_up_id)
