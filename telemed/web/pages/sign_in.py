"""Signing in and out: login, password and the code of the telephone on one page."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from telemed.api.auth import PUBLIC, SIGNED_IN
from telemed.kernel.errors import Forbidden, TooMany, Unauthenticated
from telemed.professionals.routes import limit_sign_in
from telemed.professionals.service import PasswordAndCode
from telemed.web import forms
from telemed.web.pages.page import SESSION_COOKIE, Pages, Visitor, home_of
from telemed.web.views.frame import Form, Frame
from telemed.web.views.sign_in import SignInView

pages = Pages()
_LASTS = timedelta(hours=12)


class SignInForm(forms.FormModel):
    identifiant: forms.Filled
    mot_de_passe: forms.Filled
    code: forms.Filled
    suite: str = ""


@pages.get("/", PUBLIC)
async def home(visitor: Visitor) -> web.Response:
    return visitor.go(home_of(visitor.caller) if visitor.caller else "/connexion")


@pages.get("/connexion", PUBLIC)
async def show_sign_in(visitor: Visitor) -> web.Response:
    if visitor.caller is not None:
        return visitor.go(home_of(visitor.caller))
    return _show(visitor, Form(), _inside(visitor.request.query.get("suite", "")))


@pages.post("/connexion", PUBLIC)
async def sign_in(visitor: Visitor) -> web.Response:
    """Open a session; every cause of refusal reads the same, and the password is never shown again."""
    form = await forms.typed(visitor.request)
    kept = Form({"identifiant": form.value("identifiant")})
    next_address = _inside(form.value("suite"))
    services = visitor.services
    try:
        limit_sign_in(visitor.request)
        asked = forms.read(SignInForm, form)
        opened = await services.sign_in.sign_in(
            services.password_sign_in,
            PasswordAndCode(asked.identifiant, asked.mot_de_passe, asked.code),
            user_agent=visitor.request.headers.get("User-Agent", ""),
        )
    except forms.FormError as err:
        return _show(visitor, Form(kept.values, err.form.errors), next_address, status=422)
    except (Unauthenticated, Forbidden) as err:
        return _show(visitor, Form(kept.values, {"": forms.sentence(err.detail)}), next_address, status=401)
    except TooMany as err:
        return _show(visitor, Form(kept.values, {"": forms.sentence(err.detail)}), next_address, status=429)
    caller = await services.sessions.authenticate(opened.token)
    response = visitor.go(next_address or (home_of(caller) if caller else "/"))
    visitor.set_cookie(response, SESSION_COOKIE, opened.token, _LASTS)
    return response


@pages.post("/deconnexion", SIGNED_IN)
async def sign_out(visitor: Visitor) -> web.Response:
    await visitor.services.sessions.sign_out(visitor.known)
    response = visitor.go("/connexion", flash="signed-out")
    response.del_cookie(SESSION_COOKIE, path="/")
    return response


def _show(visitor: Visitor, form: Form, next_address: str, *, status: int = 200) -> web.Response:
    frame = Frame(now=visitor.services.clock.now())
    return visitor.render("professional/sign_in.html", frame, SignInView(form, next_address), status=status)


def _inside(address: str) -> str:
    """An address of ours, or nothing: nobody is sent elsewhere after signing in."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""
