"""Errors as pages for people: what happened, what was kept, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from telemed.api.auth import SESSION_COOKIE
from telemed.api.problems import Problem
from telemed.web import forms
from telemed.web.pages.page import RENDERING, SERVICES
from telemed.web.views.frame import Frame, ReasonLine
from telemed.web.views.problems import ProblemView

_FOLLOWED = "/suivi"
_KEPT = "Rien n’a été modifié."
_WORDS: dict[int, tuple[str, str, str]] = {
    400: ("Cette demande n’est pas lisible", "La page a envoyé quelque chose d’inattendu.", "Revenez et recommencez."),
    403: ("Cette page n’est pas pour votre rôle", "Votre compte ne permet pas ce geste.", "Demandez à votre cabinet."),
    404: (
        "Cette page n’existe pas",
        "L’adresse est fausse, ou ce qu’elle montrait n’est pas à vous.",
        "Reprenez depuis l’accueil.",
    ),
    409: ("Ce geste n’est pas possible maintenant", "", "Revenez à la page précédente pour voir l’état actuel."),
    413: ("Envoi trop volumineux", "Ce que vous envoyez dépasse la taille permise.", "Réduisez-le et recommencez."),
    422: ("Une réponse est à revoir", "", "Revenez à la page précédente : votre saisie y est encore."),
    429: ("Trop de demandes", "", "Attendez un instant, puis recommencez."),
    503: ("Service momentanément indisponible", "", "Réessayez dans une minute."),
}
_BUG = (
    "Une erreur est survenue",
    "Elle vient de nous, et elle est enregistrée.",
    "Réessayez ; si elle revient, donnez la référence ci-dessous.",
)


def show_problem(request: web.Request, problem: Problem) -> web.Response:
    """The page of a problem; a visitor who is not known is led to the door."""
    door = find_door(request.path)
    if problem.status == 401:
        return _to_the_door(request, door)
    title, what, to_do = _WORDS.get(problem.status, _BUG)
    reasons = tuple(ReasonLine(forms.sentence(reason.text), reason.reference) for reason in problem.reasons)
    view = ProblemView(
        status=problem.status,
        title=title,
        what=what if problem.status in (404, 500) or not problem.detail or reasons else forms.sentence(problem.detail),
        kept=_KEPT if request.method == "POST" else "",
        to_do=to_do,
        back_address=door.home,
        back_label=door.label,
        reasons=reasons,
        request_id=problem.request_id,
        is_follow_up=door.home == _FOLLOWED,
    )
    frame = Frame(now=request.app[SERVICES].clock.now())
    text = request.app[RENDERING].render("errors/problem.html", frame, view=view)
    return web.Response(text=text, status=problem.status, content_type="text/html")


@dataclass(frozen=True)
class Door:
    """Where somebody who is not known goes in, and where he is at home. `entrance` is empty for professionals."""

    home: str
    label: str
    entrance: str = ""


def find_door(path: str) -> Door:
    """The way in of the page asked for: a visit, a follow-up, or the professionals'."""
    if path.startswith(("/visite", "/v/")):
        return Door("/visite", "Revenir à ma visite", "/visite/naissance")
    if path == "/suivi" or path.startswith(("/suivi/", "/s/")):
        return Door(_FOLLOWED, "Revenir à mon suivi", "/suivi/naissance")
    return Door("/", "Aller à l’accueil")


def _to_the_door(request: web.Request, door: Door) -> web.Response:
    if door.entrance:
        return web.Response(status=303, headers={"Location": door.entrance})
    back = quote(request.path_qs, safe="/?=&") if request.method == "GET" else ""
    response = web.Response(status=303, headers={"Location": f"/connexion?suite={quote(back, safe='')}"})
    response.del_cookie(SESSION_COOKIE, path="/")
    return response
