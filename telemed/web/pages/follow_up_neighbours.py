"""From one sheet to the next: along the board that one came from, or along the list of followed patients."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.web.pages.follow_ups import LIST, kind_asked, states_of
from telemed.web.pages.page import Visitor
from telemed.web.pages.surveillance import board_query, wanted_of
from telemed.web.views.follow_up import SheetNeighbours


@dataclass(frozen=True)
class Trail:
    """What the address of a sheet says of where one came from, and the sheets around it."""

    around: SheetNeighbours
    asked: dict[str, str] = field(default_factory=dict)


async def find_trail(visitor: Visitor, follow_up: FollowUp) -> Trail:
    """By the alert that led here, when one did; else by the list, in its order."""
    period = {name: text for name in ("periode",) if (text := visitor.request.query.get(name))}
    alert_id = _alert_asked(visitor)
    if alert_id is not None:
        return await _along_board(visitor, follow_up, alert_id, period)
    return await _along_list(visitor, follow_up, period)


async def _along_board(visitor: Visitor, follow_up: FollowUp, alert_id: UUID, period: dict[str, str]) -> Trail:
    wanted = wanted_of(visitor)
    before, after = await visitor.services.surveillance.lists.sheets_around(
        visitor.known, alert_id, follow_up.id, wanted
    )
    stops = [
        board_query(wanted, f"/surveillance/{stop.follow_up_id}", alerte=str(stop.alert_id), **period) if stop else ""
        for stop in (before, after)
    ]
    back = board_query(wanted, f"/surveillance/alertes/{alert_id}")
    asked = {"alerte": str(alert_id)} | {
        name: text for name in ("vue", "gravite", "parcours") if (text := visitor.request.query.get(name))
    }
    return Trail(SheetNeighbours(back, "L’alerte", *stops), asked)


async def _along_list(visitor: Visitor, follow_up: FollowUp, period: dict[str, str]) -> Trail:
    kind, asked = kind_asked(visitor, "liste")
    listed = {"liste": kind} if asked else {}
    before, after = await visitor.services.telemonitoring.follow_ups.around(
        visitor.known, follow_up, states=states_of(kind)
    )
    stops = [_address(f"/surveillance/{one}", listed | period) if one else "" for one in (before, after)]
    return Trail(SheetNeighbours(_address(LIST, {"etat": kind} if asked else {}), "Patients suivis", *stops), listed)


def _address(base: str, query: dict[str, str]) -> str:
    return f"{base}?{urlencode(query)}" if query else base


def _alert_asked(visitor: Visitor) -> UUID | None:
    try:
        return UUID(visitor.request.query.get("alerte", ""))
    except ValueError:
        return None
