"""An invitation taken up: choose a password, add the second factor, keep the recovery codes."""

from __future__ import annotations

import segno
from aiohttp import web

from telemed.api.auth import PUBLIC
from telemed.kernel.errors import Invalid, NotFound, Refused
from telemed.professionals.routes import limit_sign_in
from telemed.web import forms
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.enrolment import PasswordView, RecoveryView, SecondFactorView
from telemed.web.views.frame import Form, Frame

pages = Pages()


class PasswordForm(forms.FormModel):
    mot_de_passe: forms.Filled
    encore: forms.Filled


class CodeForm(forms.FormModel):
    code: forms.Filled


@pages.get("/invitation/{token}", PUBLIC)
async def show_invitation(visitor: Visitor) -> web.Response:
    return _show_password(visitor, Form())


@pages.post("/invitation/{token}", PUBLIC)
async def choose_password(visitor: Visitor) -> web.Response:
    """Keep the password and show the key of the second factor, once."""
    limit_sign_in(visitor.request)
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(PasswordForm, form)
        if asked.mot_de_passe != asked.encore:
            return _show_password(visitor, Form({}, {"encore": "Les deux mots de passe diffèrent."}), status=422)
        factor = await visitor.services.enrolment.choose_password(_token(visitor), asked.mot_de_passe)
    except forms.FormError as err:
        return _show_password(visitor, Form({}, err.form.errors), status=422)
    except (Invalid, Refused) as err:
        return _show_password(visitor, Form({}, forms.refused(form, err).errors), status=422)
    except NotFound:
        return _show_password(visitor, Form(), is_gone=True, status=404)
    qr = segno.make(factor.uri, error="m").svg_data_uri(scale=5, border=2, light="#ffffff")
    view = SecondFactorView(_action(visitor), Form(), factor.secret, qr)
    return visitor.render("professional/second_factor.html", _frame(visitor), view)


@pages.post("/invitation/{token}/code", PUBLIC)
async def confirm(visitor: Visitor) -> web.Response:
    """The first code proves that the telephone holds the key; the recovery codes are shown once."""
    limit_sign_in(visitor.request)
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(CodeForm, form)
        enrolled = await visitor.services.enrolment.confirm(_token(visitor), asked.code)
    except forms.FormError as err:
        return _show_code(visitor, Form({}, err.form.errors))
    except Invalid as err:
        return _show_code(visitor, Form({}, {"code": forms.sentence(err.detail)}))
    except NotFound:
        return _show_password(visitor, Form(), is_gone=True, status=404)
    view = RecoveryView(enrolled.recovery_codes)
    return visitor.render("professional/recovery_codes.html", _frame(visitor), view)


def _show_password(visitor: Visitor, form: Form, *, is_gone: bool = False, status: int = 200) -> web.Response:
    view = PasswordView(_action(visitor), form, is_gone)
    return visitor.render("professional/choose_password.html", _frame(visitor), view, status=status)


def _show_code(visitor: Visitor, form: Form) -> web.Response:
    view = SecondFactorView(_action(visitor), form)
    return visitor.render("professional/second_factor.html", _frame(visitor), view, status=422)


def _token(visitor: Visitor) -> str:
    return visitor.request.match_info["token"][:200]


def _action(visitor: Visitor) -> str:
    return f"/invitation/{_token(visitor)}"


def _frame(visitor: Visitor) -> Frame:
    return Frame(now=visitor.services.clock.now())
