"""The cap of the year, as billing computes it."""

from __future__ import annotations

from telemed.web.pages.page import Visitor, Workplace
from telemed.web.views.today import CapLine


async def cap_line(visitor: Visitor, place: Workplace) -> CapLine | None:
    """One line for Aujourd'hui."""
    return None
