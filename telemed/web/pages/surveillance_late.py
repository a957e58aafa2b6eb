"""What came too late to prevent anybody: told nobody, and shown to whoever looks."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.late import LATE_SHOWN, LateFinding, LatePlace
from telemed.kernel.clock import Territory, civil_date
from telemed.web import french
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.pages.surveillance import LATE_BASE, TEAM
from telemed.web.views.frame import Pager
from telemed.web.views.surveillance import LateLine, LateView

pages = Pages()
_PAGE = 50


@pages.get(LATE_BASE, TEAM)
async def show_late(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "surveillance")
    before = _place_asked(visitor)
    page = await visitor.services.surveillance.lists.late(visitor.known, before=before, limit=_PAGE + 1)
    found = page.findings[:_PAGE]
    view = LateView(
        lines=tuple(
            LateLine(
                patient=page.patients[one.patient_id].full_name if one.patient_id in page.patients else "Patient",
                address=f"/surveillance/{one.follow_up_id}?{_window(one.at, place.practice.territory)}#courbes",
                what=french.typographic(one.label),
                since=one.since,
                received_at=one.received_at,
            )
            for one in found
        ),
        days=LATE_SHOWN.days,
        pager=Pager(_next(found[-1]) if len(page.findings) > _PAGE else "", LATE_BASE if before else ""),
    )
    return visitor.render("professional/surveillance_late.html", place.frame, view)


def _window(at: datetime, territory: Territory) -> str:
    """The week up to the last measure that would have called."""
    return urlencode({"periode": "semaine", "jour": civil_date(at, territory).isoformat()})


def _place_asked(visitor: Visitor) -> LatePlace | None:
    came, _, name = visitor.request.query.get("apres", "").partition("~")
    try:
        received_at = datetime.fromisoformat(came)
        return LatePlace(received_at, UUID(name)) if received_at.tzinfo else None
    except ValueError:
        return None


def _next(last: LateFinding) -> str:
    return f"{LATE_BASE}?{urlencode({'apres': f'{last.received_at.isoformat()}~{last.id}'})}"
