"""Builds what reads the accounts of billing: the desk of claims, and the reconciliation with its renderer."""

from __future__ import annotations

from dataclasses import dataclass

from billing.service.desk import DeskService
from billing.service.reconciliation import ReconciliationService
from telemed.adapters.letterhead import Letterhead
from telemed.adapters.typst_renderer import STATEMENT, TypstRenderer
from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Accounting:
    """`renderer` holds a thread: close it at the end."""

    desk: DeskService
    reconciliation: ReconciliationService
    renderer: TypstRenderer

    def close(self) -> None:
        self.renderer.close()


def build_accounting(*, database: Database, clock: Clock, law: Law, journal: Journal) -> Accounting:
    renderer = TypstRenderer(STATEMENT, threads=1)
    return Accounting(
        desk=DeskService(database=database, clock=clock, law=law, journal=journal),
        reconciliation=ReconciliationService(
            database=database,
            clock=clock,
            journal=journal,
            headings=Letterhead(database=database),
            renderer=renderer,
        ),
        renderer=renderer,
    )
