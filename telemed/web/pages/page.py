"""What every page handler stands on: who asks, which services, how a page is drawn and a form answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.api.auth import SESSION_COOKIE as SESSION_COOKIE
from telemed.api.auth import VISIT_COOKIE as VISIT_COOKIE
from telemed.api.auth import Access, find_caller, require_caller
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Invalid, Unauthenticated
from telemed.professionals.model import Practice, Professional
from telemed.web import flashes, words
from telemed.web.forms import FormError
from telemed.web.pages.services import PageServices
from telemed.web.rendering import Rendering
from telemed.web.views.frame import Frame, NavItem, ProfessionalFrame

RENDERING = web.AppKey("rendering", Rendering)
SERVICES = web.AppKey("page_services", PageServices)


@dataclass(frozen=True)
class Visitor:
    """One request for a page, and the professional or the patient behind it."""

    request: web.Request
    caller: Caller | None

    @property
    def services(self) -> PageServices:
        return self.request.app[SERVICES]

    @property
    def known(self) -> Caller:
        """The caller of a page that is not public."""
        if self.caller is None:
            raise Unauthenticated("Connectez-vous pour continuer.")
        return self.caller

    def render(
        self, template: str, frame: Frame, view: object, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> web.Response:
        """The page, with the flash that awaited it; the flash is then gone."""
        here = self.request.path_qs if self.request.method == "GET" else ""
        flash = flashes.read(self.request.cookies.get(flashes.COOKIE, ""), back=here)
        text = self.request.app[RENDERING].render(template, replace(frame, flash=flash or frame.flash), view=view)
        response = web.Response(text=text, status=status, content_type="text/html", headers=headers)
        if flashes.COOKIE in self.request.cookies:
            response.del_cookie(flashes.COOKIE, path="/")
        return response

    def fragment(self, template: str, frame: Frame, view: object, *, headers: dict[str, str]) -> web.Response:
        """A part of a page, for a region that follows the server."""
        text = self.request.app[RENDERING].render(template, frame, view=view)
        return web.Response(text=text, content_type="text/html", headers=headers)

    def go(self, address: str, *, flash: str = "", subject: str = "") -> web.Response:
        """After a form: the page to look at next, and what to say there."""
        response = web.Response(status=303, headers={"Location": address})
        if flash:
            self.set_cookie(response, flashes.COOKIE, flashes.write(flash, subject), timedelta(minutes=1))
        return response

    def set_cookie(self, response: web.Response, name: str, value: str, lasts: timedelta) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self.services.uses_https,
        )

    def cursor(self) -> UUID | None:
        """Where the list asked for goes on; None for its beginning, and for what is no identifier."""
        try:
            return UUID(self.request.query.get("apres", ""))
        except ValueError:
            return None

    @property
    def wants_json(self) -> bool:
        """Does a script of ours ask, rather than a form?"""
        return "application/json" in self.request.headers.get("Accept", "")


@dataclass(frozen=True)
class Workplace:
    """A signed-in person at work: the frame of their pages and where they practise."""

    frame: ProfessionalFrame
    person: Professional
    practice: Practice


async def open_workplace(visitor: Visitor, current: str) -> Workplace:
    """The frame of a professional's page, in a constant number of statements."""
    services, caller = visitor.services, visitor.known
    person = await services.professionals.me(caller)
    practice = await services.practices.own(caller)
    is_caring = caller.has_role(*_CARING)
    waiting = {"billing": await waiting_claims(visitor)} if is_caring else {}
    if caller.has_role(*_EXPERTISE):
        waiting["expertise"] = await services.expertise.turns.count(caller)
    if caller.has_role(*_WATCHING):
        waiting["surveillance"] = await services.surveillance.lists.count_waiting(caller)
    frame = ProfessionalFrame(
        now=services.clock.now(),
        territory=practice.territory,
        person=person.full_name,
        role=words.roles(caller.roles),
        navigation=navigation_of(caller, waiting=waiting),
        current=current,
        tabs=tabs_of(caller, current),
        waiting_count=await services.overview.waiting_count(caller) if is_caring else None,
        may_search=caller.has_role(*_KEEPING),
    )
    return Workplace(frame, person, practice)


async def waiting_claims(visitor: Visitor) -> int:
    """How many claims wait for a gesture of this doctor, or of this practice's office."""
    return await visitor.services.desk.count_waiting(visitor.known)


_CARING = (Role.DOCTOR, Role.SECRETARY)
_EXPERTISE = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
_WATCHING = tuple(RIGHTS[Right.READ])
"""Who reads the measures and the alerts of followed patients."""
_MANAGING = tuple(RIGHTS[Right.MANAGE])
"""Who keeps the papers, the hours and the devices of the practice's télésurveillance."""
_KEEPING = (*_CARING, Role.HEALTH_PROFESSIONAL)
"""Who keeps the records of the practice's patients."""
_BILLING = (*_CARING, Role.ADMINISTRATOR)
_LOTS = (*_BILLING, Role.HEALTH_PROFESSIONAL)
"""Who has something under Facturation: whoever bills reads the lots of what he billed."""
_READERS = tuple(role for role in Role if role not in _LOTS)
"""Who reads the texts from the rail; the others find them under Facturation."""
_TABS = {
    "expertise": (
        (NavItem("expertise", "En cours", "/avis"), _EXPERTISE),
        (NavItem("expertise/ended", "Terminés", "/avis/termines"), _EXPERTISE),
        (NavItem("expertise/received", "Documents reçus", "/avis/recus"), (Role.DOCTOR,)),
        (NavItem("expertise/teams", "Équipes", "/avis/equipes"), _EXPERTISE),
        (NavItem("expertise/availability", "Disponibilités", "/avis/disponibilites"), _EXPERTISE),
        (NavItem("expertise/templates", "Modèles", "/avis/modeles"), _EXPERTISE),
    ),
    "surveillance": (
        (NavItem("surveillance", "Alertes", "/surveillance"), _WATCHING),
        (NavItem("surveillance/patients", "Patients suivis", "/surveillance/suivis"), _WATCHING),
        (NavItem("surveillance/rules", "Règles", "/surveillance/regles"), _WATCHING),
        (NavItem("surveillance/quality", "Qualité", "/surveillance/qualite"), _WATCHING),
        (NavItem("surveillance/devices", "Dispositifs", "/surveillance/dispositifs"), _MANAGING),
        (NavItem("surveillance/practice", "Pièces et horaires", "/surveillance/cabinet"), _MANAGING),
    ),
    "billing": (
        (NavItem("billing", "Actes", "/facturation"), _CARING),
        (NavItem("billing/simulation", "Puis-je facturer ?", "/facturation/simulation"), _CARING),
        (NavItem("billing/lots", "Envois", "/facturation/envois"), _LOTS),
        (NavItem("billing/reconciliation", "Rapprochement", "/facturation/rapprochement"), _BILLING),
        (NavItem("billing/cap", "Plafond", "/facturation/plafond"), (Role.DOCTOR,)),
        (NavItem("billing/texts", "Textes", "/textes"), _LOTS),
    ),
}
_NAVIGATION = (
    (NavItem("today", "Aujourd’hui", "/aujourdhui", "today"), _CARING),
    (NavItem("expertise", "Avis", "/avis", "chat"), _EXPERTISE),
    (NavItem("surveillance", "Surveillance", "/surveillance", "pulse"), (*_WATCHING, Role.SECRETARY)),
    (NavItem("bookings", "Rendez-vous", "/rendez-vous", "calendar"), _CARING),
    (NavItem("patients", "Patients", "/patientele", "people"), _KEEPING),
    (NavItem("trace", "Traçabilité", "/tracabilite", "trace"), (Role.AUDITOR,)),
    (NavItem("accounts", "Comptes", "/comptes", "key"), (Role.ADMINISTRATOR,)),
    (NavItem("surveillance", "Surveillance", "/surveillance", "pulse"), (Role.ADMINISTRATOR,)),
    (NavItem("billing", "Facturation", "/facturation", "euro"), _LOTS),
    (NavItem("texts", "Textes", "/textes", "document"), _READERS),
)


def navigation_of(caller: Caller, *, waiting: Mapping[str, int] = MappingProxyType({})) -> tuple[NavItem, ...]:
    """What the rail shows to these roles; a line with tabs leads to the first that they may open.

    `waiting` counts what waits behind a line, by its key.
    """
    items = {item.key: item for item, roles in reversed(_NAVIGATION) if caller.has_role(*roles)}
    return tuple(
        replace(
            item,
            address=next((tab.address for tab in tabs_of(caller, item.key)), item.address),
            count=waiting.get(item.key),
        )
        for item in reversed(items.values())
    )


def tabs_of(caller: Caller, current: str) -> tuple[NavItem, ...]:
    """The tabs under the rail's line of this page, for these roles."""
    tabs = _TABS.get(current.partition("/")[0], ())
    return tuple(item for item, roles in tabs if caller.has_role(*roles))


def texts_key(caller: Caller) -> str:
    """Where the page Textes stands for these roles: under Facturation, or in the rail."""
    return "billing/texts" if caller.has_role(*_LOTS) else "texts"


def home_of(caller: Caller) -> str:
    """The first page of these roles."""
    items = navigation_of(caller)
    return items[0].address if items else "/mes-sessions"


Handler = Callable[[Visitor], Awaitable[web.StreamResponse]]


class Pages:
    """The table of pages of one module."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, str, Access, Handler]] = []

    def get(self, path: str, access: Access) -> Callable[[Handler], Handler]:
        return self._add("GET", path, access)

    def post(self, path: str, access: Access) -> Callable[[Handler], Handler]:
        return self._add("POST", path, access)

    def _add(self, method: str, path: str, access: Access) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self._routes.append((method, path, access, handler))
            return handler

        return keep

    def add_to(self, app: web.Application) -> None:
        for method, path, access, handler in self._routes:
            app.router.add_route(method, path, _serve(access, handler))

    @property
    def paths(self) -> list[tuple[str, str, Access]]:
        return [(method, path, access) for method, path, access, _ in self._routes]


def _serve(access: Access, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        public = access.is_public
        caller = await (find_caller(request, SESSION_COOKIE) if public else require_caller(request, access))
        try:
            return await handler(Visitor(request, caller))
        except FormError as err:
            # A form of ours cannot be wrong in this way: its choices are closed, so there is nothing to show again.
            raise Invalid(next(iter(err.form.errors.values()), "Cette demande n'est pas lisible.")) from None

    return serve
