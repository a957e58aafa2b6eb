"""Rules and their versions; the book of a pathway, read when it has changed and locked by whoever changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.formats.rules import write_rule
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.model.rule_book import KeptRule, RuleBook, RuleVersion
from telemed.acts.telemonitoring.store.rule_rows import to_rule, to_version
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.acts.telemonitoring.tables.rulebook import RuleBookRow, RuleRow, RuleVersionRow
from telemed.kernel.errors import Conflict
from telemed.storage.driver import open_driver

Shelf = tuple[UUID, str]
"""A practice and a pathway."""

_BOOK_VERSIONS = (
    "SELECT practice_id, pathway, version FROM telemonitoring_rule_books WHERE practice_id = ANY($1::uuid[])"
)


class RuleStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def book_versions(self, practices: Collection[UUID]) -> dict[Shelf, int]:
        """The version of each book of these practices."""
        driver = await open_driver(self._session)
        if driver is not None:
            read = await driver.fetch(_BOOK_VERSIONS, list(practices))
            return {(practice_id, pathway): version for practice_id, pathway, version in read}
        row = RuleBookRow
        query = select(col(row.practice_id), col(row.pathway), col(row.version))
        found = await self._session.execute(query.where(col(row.practice_id).in_(set(practices))))
        return {(practice_id, pathway): version for practice_id, pathway, version in found}

    async def begin_book(self, shelf: Shelf) -> bool:
        """Start a book that is not there yet; was it not? It is locked either way until the end of the transaction."""
        values = {"practice_id": shelf[0], "pathway": shelf[1], "version": 1}
        is_sqlite = self._session.get_bind().dialect.name == "sqlite"
        insert = insert_sqlite(RuleBookRow) if is_sqlite else insert_postgresql(RuleBookRow)
        added = await self._session.execute(insert.values(**values).on_conflict_do_nothing())
        row = RuleBookRow
        of_shelf = (col(row.practice_id) == shelf[0], col(row.pathway) == shelf[1])
        await self._session.execute(select(col(row.version)).where(*of_shelf).with_for_update())
        return getattr(added, "rowcount", 0) == 1

    async def turn_page(self, shelf: Shelf) -> None:
        """A rule of the book, locked, has changed: those who keep it in memory must read it again."""
        row = RuleBookRow
        of_shelf = (col(row.practice_id) == shelf[0], col(row.pathway) == shelf[1])
        await self._session.execute(update(row).where(*of_shelf).values(version=col(row.version) + 1))

    async def read_books(self, books: Mapping[Shelf, int], *, retired_after: datetime) -> dict[Shelf, RuleBook]:
        """These books, in one statement: the versions of general rules in force, or retired after an instant."""
        if not books:
            return {}
        query = _versions_since(retired_after).add_columns(col(RuleRow.practice_id), col(RuleRow.pathway))
        of_books = tuple_(col(RuleRow.practice_id), col(RuleRow.pathway)).in_(list(books))
        found: dict[Shelf, list[RuleVersion]] = {shelf: [] for shelf in books}
        for row, practice_id, pathway in await self._session.execute(
            query.where(of_books, col(RuleRow.follow_up_id).is_(None))
        ):
            found[practice_id, pathway].append(to_version(row))
        return {shelf: RuleBook(books[shelf], tuple(versions)) for shelf, versions in found.items()}

    async def read_own(
        self, follow_ups: Collection[UUID], *, retired_after: datetime
    ) -> dict[UUID, tuple[RuleVersion, ...]]:
        """The versions of the rules that are one patient's own, by follow-up."""
        if not follow_ups:
            return {}
        query = _versions_since(retired_after).add_columns(col(RuleRow.follow_up_id))
        query = query.where(col(RuleRow.follow_up_id).in_(set(follow_ups)))
        found: dict[UUID, tuple[RuleVersion, ...]] = {}
        for row, follow_up_id in await self._session.execute(query):
            found[follow_up_id] = (*found.get(follow_up_id, ()), to_version(row))
        return found

    async def add(self, rules: Iterable[KeptRule]) -> None:
        """New rules with their first version. Raises Conflict `telemonitoring.rule_exists` on a cause that is known."""
        kept = list(rules)
        self._session.add_all(
            RuleRow(
                id=rule.id,
                practice_id=rule.practice_id,
                pathway=rule.pathway,
                follow_up_id=rule.follow_up_id,
                name=rule.name,
                mandatory=rule.mandatory,
            )
            for rule in kept
        )
        try:
            await self._session.flush()
        except IntegrityError as err:
            raise Conflict("Une règle porte déjà ce nom.", code="telemonitoring.rule_exists") from err
        for rule in kept:
            await self.add_version(rule.version)

    async def add_version(self, version: RuleVersion) -> None:
        self._session.add(
            RuleVersionRow(
                id=version.id,
                rule_id=version.rule_id,
                number=version.number,
                body=write_rule(version.rule).decode(),
                author_id=version.author_id,
                active_from=version.active_from,
            )
        )
        await self._session.flush()

    async def retire(self, rule_id: UUID, at: datetime) -> None:
        """The version in force, if there is one, is over."""
        row = RuleVersionRow
        query = update(row).where(col(row.rule_id) == rule_id, col(row.retired_at).is_(None))
        await self._session.execute(query.values(retired_at=at))

    async def is_known(self, shelf: Shelf, name: str, follow_up_id: UUID | None) -> bool:
        """Is this cause that of a rule which reads the same patients, general or somebody's own?"""
        row = RuleRow
        query = select(func.count()).select_from(row).where(col(row.practice_id) == shelf[0])
        query = query.where(col(row.pathway) == shelf[1], col(row.name) == name)
        if follow_up_id is not None:
            query = query.where(col(row.follow_up_id).is_(None) | (col(row.follow_up_id) == follow_up_id))
        return bool(await self._session.scalar(query))

    async def count(self, shelf: Shelf, follow_up_id: UUID | None) -> int:
        """How many rules read the same patients."""
        row = RuleRow
        own = col(row.follow_up_id)
        query = select(func.count()).select_from(row).where(col(row.practice_id) == shelf[0])
        query = query.where(col(row.pathway) == shelf[1], own.is_(None) | (own == follow_up_id))
        return await self._session.scalar(query) or 0

    async def touch(self, follow_up_id: UUID) -> None:
        """A rule of this patient's own, locked, has changed: who keeps him in memory must read him again."""
        row = FollowUpRow
        query = update(row).where(col(row.id) == follow_up_id).values(version=col(row.version) + 1)
        await self._session.execute(query)

    async def watched(self, shelf: Shelf, *, limit: int) -> tuple[list[UUID], int]:
        """The follow-ups that a general rule reads, the newest first, and how many there are."""
        row = FollowUpRow
        states = [state.value for state in TAKES_DATA]
        of_shelf = (col(row.practice_id) == shelf[0], col(row.pathway) == shelf[1], col(row.state).in_(states))
        query = select(col(row.id)).where(*of_shelf).order_by(col(row.id).desc()).limit(limit)
        counted = await self._session.scalar(select(func.count()).select_from(row).where(*of_shelf))
        return list(await self._session.scalars(query)), counted or 0

    async def find(self, rule_id: UUID, practice_id: UUID) -> KeptRule | None:
        """One rule of a practice, with its last version."""
        query = _last_versions().where(col(RuleRow.id) == rule_id, col(RuleRow.practice_id) == practice_id)
        found = (await self._session.execute(query.execution_options(populate_existing=True))).first()
        return to_rule(found[0], found[1]) if found else None

    async def page(
        self,
        practice_id: UUID,
        *,
        pathway: str | None = None,
        follow_up_id: UUID | None = None,
        after: UUID | None = None,
        limit: int,
    ) -> list[KeptRule]:
        """Rules with their last versions, in order of creation; with a follow-up, those that read its data."""
        query = _last_versions().where(col(RuleRow.practice_id) == practice_id)
        if pathway is not None:
            query = query.where(col(RuleRow.pathway) == pathway)
        if follow_up_id is not None:
            own = col(RuleRow.follow_up_id)
            query = query.where(own.is_(None) | (own == follow_up_id))
        if after is not None:
            query = query.where(col(RuleRow.id) > after)
        found = await self._session.execute(query.order_by(col(RuleRow.id)).limit(limit))
        return [to_rule(rule, version) for rule, version in found]

    async def versions(self, rule_id: UUID, *, before: int | None = None, limit: int) -> Sequence[RuleVersion]:
        """Every version of a rule, the newest first."""
        row = RuleVersionRow
        query = select(row).where(col(row.rule_id) == rule_id)
        if before is not None:
            query = query.where(col(row.number) < before)
        return [
            to_version(one) for one in await self._session.scalars(query.order_by(col(row.number).desc()).limit(limit))
        ]

    async def find_versions(self, ids: Collection[UUID]) -> dict[UUID, RuleVersion]:
        """Versions by their own identifier, whatever became of them: what an alert was told by."""
        row = RuleVersionRow
        found = await self._session.scalars(select(row).where(col(row.id).in_(set(ids))))
        return {one.id: to_version(one) for one in found}


def _versions_since(retired_after: datetime) -> Select[RuleVersionRow]:
    row = RuleVersionRow
    query = select(row).join(RuleRow, col(RuleRow.id) == col(row.rule_id))
    is_wanted = col(row.retired_at).is_(None) | (col(row.retired_at) > retired_after)
    return query.where(is_wanted).order_by(col(row.id))


def _last_versions() -> Select[RuleRow, RuleVersionRow]:
    row, newer = RuleVersionRow, select(func.max(RuleVersionRow.number))
    last = newer.where(col(RuleVersionRow.rule_id) == col(RuleRow.id)).correlate(RuleRow).scalar_subquery()
    return select(RuleRow, row).join(row, (col(row.rule_id) == col(RuleRow.id)) & (col(row.number) == last))
