"""The patient's own page by link: the way in, the first page, his agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from telemed.api.auth import FOLLOW_COOKIE, FOLLOWED, PUBLIC, find_caller
from telemed.kernel.errors import Conflict, Invalid, TooMany, Unauthenticated
from telemed.web import forms, french
from telemed.web.pages.own_view import ended_frame, home_view, own_frame, report_lines, stranger_frame
from telemed.web.pages.page import Pages, Visitor
from telemed.web.pages.report_names import month_of_name
from telemed.web.pages.visit_steps import iso_date
from telemed.web.views.frame import Form
from telemed.web.views.own import OwnConsentView, OwnEndedView, OwnOverView
from telemed.web.views.patient_journey import BirthDateView, LinkClosedView
from telemed.web.wording import read_blocks

pages = Pages()
LINK_COOKIE = "telemed_follow_link"
_LINK_LASTS = timedelta(hours=1)
_UNKNOWN = (
    "Il a expiré, un autre l'a remplacé, ou votre suivi est terminé.",
    "Cherchez le dernier message reçu, demandez un nouveau lien, ou appelez le cabinet.",
)
_LOCKED = (
    "La date de naissance a été mal entrée cinq fois : le lien est bloqué, pour protéger vos données.",
    "Demandez un nouveau lien : il vous redonne cinq essais. Vous pouvez aussi appeler le cabinet.",
)
_ASKED = (
    "Si un suivi correspond, un nouveau lien vient de partir vers le téléphone ou l'adresse que votre équipe connaît. "
    "Il arrive en une à deux minutes."
)


@pages.get("/s/{token}", PUBLIC)
async def open_own_link(visitor: Visitor) -> web.Response:
    """The link itself: its secret moves into a cookie at once, and leaves the address.

    A browser that is known already goes straight to its page: reminders are opened each day. Known as somebody else,
    it is known no more.
    """
    token = visitor.request.match_info["token"][:200]
    caller = await find_caller(visitor.request, FOLLOW_COOKIE)
    is_known = caller is not None and await visitor.services.keying.links.is_of(token, caller.act_id)
    response = visitor.go("/suivi" if is_known else "/suivi/naissance")
    visitor.set_cookie(response, LINK_COOKIE, token, _LINK_LASTS)
    if not is_known:
        response.del_cookie(FOLLOW_COOKIE, path="/")
    return response


@pages.get("/suivi/naissance", PUBLIC)
async def ask_own_birth_date(visitor: Visitor) -> web.Response:
    if LINK_COOKIE not in visitor.request.cookies:
        return _show_closed(visitor, _UNKNOWN, status=404, may_ask=False)
    return _show_birth_date(visitor, Form())


@pages.post("/suivi/naissance", PUBLIC)
async def try_own_birth_date(visitor: Visitor) -> web.Response:
    """The second factor. Five tries; what is wrong with the link itself reads the same for every cause."""
    form = await forms.typed(visitor.request)
    typed = iso_date(form)
    if typed is None:
        error = {"naissance": "Cette date n’existe pas\u00a0: vérifiez le jour, le mois et l’année."}
        return _show_birth_date(visitor, Form(form.values, error), status=422)
    try:
        opened = await visitor.services.keying.links.open(visitor.request.cookies.get(LINK_COOKIE, ""), typed)
    except Unauthenticated:
        return _show_closed(visitor, _UNKNOWN, status=404)
    except TooMany:
        return _show_closed(visitor, _LOCKED, status=429)
    except Invalid as err:
        return _show_birth_date(visitor, Form(form.values, {"naissance": forms.sentence(err.detail)}), status=422)
    response = visitor.go("/suivi")
    visitor.set_cookie(response, FOLLOW_COOKIE, opened.token, opened.expires_at - visitor.services.clock.now())
    return response


@pages.post("/suivi/nouveau-lien", PUBLIC)
async def ask_new_own_link(visitor: Visitor) -> web.Response:
    """Ask for a new link; the answer is the same whatever was found."""
    await visitor.services.keying.links.ask_again(visitor.request.cookies.get(LINK_COOKIE, ""))
    return _show_closed(visitor, _UNKNOWN, was_asked=True)


@pages.get("/suivi", FOLLOWED)
async def show_own_page(visitor: Visitor) -> web.Response:
    """The page of today; once the care is over, what is left to read of it."""
    papers = await visitor.services.keying.own_reports.view(visitor.known)
    if papers.is_over:
        view = OwnEndedView(papers.practice.name, papers.practice.phone or "", report_lines(papers))
        return visitor.render("patient/own_ended.html", ended_frame(visitor, papers), view)
    page = await visitor.services.keying.own.view(visitor.known)
    home = replace(home_view(visitor, page), reports=report_lines(papers))
    return visitor.render("patient/own_home.html", own_frame(visitor, page), home)


@pages.get("/suivi/rapports/{mois}", FOLLOWED)
async def open_own_report(visitor: Visitor) -> web.Response:
    """A report as it was sealed."""
    found = await visitor.services.keying.own_reports.open(
        visitor.known, month_of_name(visitor.request.match_info["mois"])
    )
    headers = {
        "Content-Disposition": f'inline; filename="rapport-{found.document.signed_at:%Y-%m-%d}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return web.Response(body=found.files.pdf, content_type="application/pdf", headers=headers)


@pages.get("/suivi/accord", FOLLOWED)
async def show_own_consent(visitor: Visitor) -> web.Response:
    own = visitor.services.keying.own
    page, (care, usage) = await own.view(visitor.known), own.wordings()
    view = OwnConsentView(read_blocks(care.text), read_blocks(usage.text))
    return visitor.render("patient/own_consent.html", own_frame(visitor, page), view)


@pages.post("/suivi/accord/retirer", FOLLOWED)
async def withdraw_own_consent(visitor: Visitor) -> web.Response:
    """The follow-up ends; this page is the last that the link shows."""
    own = visitor.services.keying.own
    page = await own.view(visitor.known)
    try:
        await own.withdraw(visitor.known)
    except Conflict:
        return visitor.go("/suivi")
    response = visitor.render("patient/own_over.html", own_frame(visitor, page), OwnOverView(page.practice.phone or ""))
    response.del_cookie(FOLLOW_COOKIE, path="/")
    return response


def _show_birth_date(visitor: Visitor, form: Form, *, status: int = 200) -> web.Response:
    view = BirthDateView(
        form,
        action="/suivi/naissance",
        why="Elle protège votre page\u00a0: votre lien seul ne suffit pas.",
        whose="Date de naissance de la personne suivie",
        hint="Entrez la date de la personne suivie\u00a0: pour un enfant, la sienne et non la vôtre.",
    )
    return visitor.render("patient/birth_date.html", stranger_frame(visitor), view, status=status)


def _show_closed(
    visitor: Visitor, why: tuple[str, str], *, status: int = 200, may_ask: bool = True, was_asked: bool = False
) -> web.Response:
    view = LinkClosedView(
        french.typographic(why[0]),
        french.typographic(why[1]),
        may_ask=may_ask,
        was_asked=was_asked,
        action="/suivi/nouveau-lien",
        asked_text=french.typographic(_ASKED),
        address_text="Il est envoyé au numéro ou à l’adresse que votre équipe connaît.",
    )
    return visitor.render("patient/link_closed.html", stranger_frame(visitor), view, status=status)
