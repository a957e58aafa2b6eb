"""The answers that a professional keeps to start from."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.model.templates import TemplateContent
from telemed.kernel.errors import Conflict
from telemed.web import forms
from telemed.web.pages.expertise import CARER
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.expertise import TemplateLine, TemplatesView
from telemed.web.views.frame import Form

pages = Pages()


class TemplateForm(forms.FormModel):
    titre: Annotated[str, Field(min_length=1, max_length=100)]
    conclusion: Annotated[str, Field(max_length=8_000)] = ""
    conduite: Annotated[str, Field(max_length=8_000)] = ""

    def to_content(self) -> TemplateContent:
        return TemplateContent(self.titre, self.conclusion, self.conduite)


@pages.get("/avis/modeles", CARER)
async def list_templates(visitor: Visitor) -> web.Response:
    return await _show(visitor, Form())


@pages.post("/avis/modeles", CARER)
async def add_template(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        content = forms.read(TemplateForm, form).to_content()
        await visitor.services.expertise.templates.add(visitor.known, content)
    except forms.FormError as err:
        return await _show(visitor, err.form, status=422)
    except Conflict as err:
        return await _show(visitor, forms.refused(form, err), status=409)
    return visitor.go("/avis/modeles", flash="template-kept")


@pages.get("/avis/modeles/{id}", CARER)
async def show_template(visitor: Visitor) -> web.Response:
    """The list, with this one in the form."""
    content = (await visitor.services.expertise.templates.get(visitor.known, _template_id(visitor))).content
    form = Form({"titre": content.title, "conclusion": content.conclusion, "conduite": content.conduct})
    return await _show(visitor, form, editing=str(_template_id(visitor)))


@pages.post("/avis/modeles/{id}", CARER)
async def change_template(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        content = forms.read(TemplateForm, form).to_content()
    except forms.FormError as err:
        return await _show(visitor, err.form, editing=str(_template_id(visitor)), status=422)
    await visitor.services.expertise.templates.change(visitor.known, _template_id(visitor), content)
    return visitor.go("/avis/modeles", flash="template-kept")


@pages.post("/avis/modeles/{id}/supprimer", CARER)
async def remove_template(visitor: Visitor) -> web.Response:
    await visitor.services.expertise.templates.remove(visitor.known, _template_id(visitor))
    return visitor.go("/avis/modeles", flash="template-removed", subject=str(_template_id(visitor)))


@pages.post("/avis/modeles/{id}/retablir", CARER)
async def restore_template(visitor: Visitor) -> web.Response:
    await visitor.services.expertise.templates.restore(visitor.known, _template_id(visitor))
    return visitor.go("/avis/modeles", flash="template-kept")


async def _show(visitor: Visitor, form: Form, *, editing: str = "", status: int = 200) -> web.Response:
    place = await open_workplace(visitor, "expertise/templates")
    found = await visitor.services.expertise.templates.page(visitor.known)
    lines = tuple(
        TemplateLine(str(one.id), one.content.title, one.content.conclusion, one.content.conduct) for one in found
    )
    view = TemplatesView(lines, form, editing)
    return visitor.render("professional/expertise_templates.html", place.frame, view, status=status)


def _template_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
