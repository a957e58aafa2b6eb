"""What was addressed to a doctor from elsewhere, as médecin traitant or as prescriber: to open as it was sealed."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.web.delivery_words import KINDS
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import Pager
from telemed.web.views.received import ReceivedLine, ReceivedView

pages = Pages()
ADDRESS = "/avis/recus"
_PAGE = 50


@pages.get(ADDRESS, only(Role.DOCTOR))
async def list_received(visitor: Visitor) -> web.Response:
    place, cursor = await open_workplace(visitor, "expertise/received"), visitor.cursor()
    found = await visitor.services.archive.received_with_names(visitor.known, before=cursor, limit=_PAGE + 1)
    more = ""
    if len(found) > _PAGE:
        more = f"{ADDRESS}?{urlencode({'apres': str(found[_PAGE - 1][0].identity.document_id)})}"
    view = ReceivedView(
        lines=tuple(
            ReceivedLine(
                patient=name,
                kind=KINDS[one.kind],
                signed_at=one.signed_at,
                version=one.identity.version,
                address=f"/documents/{one.identity.document_id}/pdf",
            )
            for one, name in found[:_PAGE]
        ),
        pager=Pager(more, ADDRESS if cursor else ""),
    )
    return visitor.render("professional/received.html", place.frame, view)
