"""One use case, one transaction: what it saves, the events it leaves and the trace it notes commit together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.kernel.errors import DomainError
from telemed.kernel.events import Event, LiveEvent

BeforeCommit = Callable[[AsyncSession], Awaitable[None]]
AfterRefusal = Callable[[AsyncSession, DomainError], Awaitable[None]]


class UnitOfWork:
    """An open transaction. Obtained from `Database.begin()`, which commits it or rolls it back."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.events: list[Event] = []
        self.live_events: list[LiveEvent] = []
        self.before_commit_callbacks: list[BeforeCommit] = []
        self.after_refusal_callbacks: list[AfterRefusal] = []
        self.after_commit_callbacks: list[Callable[[], None]] = []

    def add_event(self, event: Event) -> None:
        """Leave a fact for the outbox; it is delivered after the commit, at least once."""
        self.events.append(event)

    def tell(self, *events: LiveEvent) -> None:
        """Tell the open pages of some people, once committed; the same thing said twice to one person is said once."""
        self.live_events.extend(events)

    def before_commit(self, callback: BeforeCommit) -> None:
        """Run last, inside the transaction."""
        self.before_commit_callbacks.append(callback)

    def after_refusal(self, callback: AfterRefusal) -> None:
        """Run in a transaction of its own when a DomainError undid this one."""
        self.after_refusal_callbacks.append(callback)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run once committed; it must not fail and must not wait."""
        self.after_commit_callbacks.append(callback)
