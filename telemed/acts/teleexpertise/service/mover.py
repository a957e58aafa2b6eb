"""What moves a case by the table, as the cascade and an acceptance need it; `Casework` is one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, Case, Notice, Step
from telemed.acts.teleexpertise.ports import Experts, Quotas
from telemed.kernel.clock import Clock
from telemed.storage.uow import UnitOfWork


class Mover(Protocol):
    @property
    def clock(self) -> Clock: ...

    @property
    def quotas(self) -> Quotas: ...

    @property
    def experts(self) -> Experts: ...

    async def take(
        self,
        uow: UnitOfWork,
        case: Case,
        step: Step,
        actor: Actor,
        *,
        by: UUID | None = None,
        reason: str = "",
        **changes: Any,
    ) -> Case: ...

    def tell(self, uow: UnitOfWork, notices: Iterable[Notice], *, mark: str) -> None: ...
