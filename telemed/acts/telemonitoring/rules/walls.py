"""Wall times where somebody lives or works, as instants."""

from __future__ import annotations

from datetime import datetime, timedelta

from telemed.kernel.clock import Territory, resolve_local


def find_instant(wall: datetime, territory: Territory) -> datetime:
    """The instant of a naive wall time: the hour after where the clock skips it, the first where it is shown twice."""
    try:
        return resolve_local(wall, territory)
    except ValueError:
        return resolve_local(wall + timedelta(hours=1), territory)
