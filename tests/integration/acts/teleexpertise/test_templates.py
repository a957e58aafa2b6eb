"""Templates of answers: each professional keeps, changes, removes and brings back his own, and sees no other's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model.templates import MOST_TEMPLATES, TemplateContent
from telemed.kernel.errors import Conflict, NotFound
from tests.fixtures.http import Api
from tests.integration.acts.teleexpertise.conftest import Scene

pytestmark = pytest.mark.asyncio
KEPT = {"title": "Kératose", "conclusion": "Kératose séborrhéique.", "conduct": "Surveillance."}


async def test_one_keeps_changes_removes_and_brings_back(scene: Scene, api: Api) -> None:
    kept = await api.call("POST", "/teleexpertise-templates", KEPT, by=scene.expert)
    assert (kept.status, kept.body["title"]) == (201, "Kératose")
    path = f"/teleexpertise-templates/{kept.body['id']}"
    changed = await api.call("PUT", path, KEPT | {"title": "Nævus"}, by=scene.expert)
    assert changed.body == kept.body | {"title": "Nævus"}
    assert (await api.call("DELETE", path, by=scene.expert)).status == 204
    assert (await api.call("GET", "/teleexpertise-templates", by=scene.expert)).body["items"] == []
    assert (await api.call("DELETE", path, by=scene.expert)).status == 404
    back = await api.call("POST", f"{path}/restoration", by=scene.expert)
    assert back.body == changed.body
    assert (await api.call("GET", "/teleexpertise-templates", by=scene.expert)).body["items"] == [back.body]
    nameless = await api.call("POST", "/teleexpertise-templates", KEPT | {"title": "  "}, by=scene.expert)
    assert nameless.status == 422


async def test_templates_are_read_page_by_page_in_the_order_of_their_titles(scene: Scene, api: Api) -> None:
    for title in ("C", "A", "B"):
        await scene.expertise.templates.add(scene.expert, TemplateContent(title))
    first = (await api.call("GET", "/teleexpertise-templates?limit=2", by=scene.expert)).body
    rest = await api.call("GET", f"/teleexpertise-templates?cursor={first['next_cursor']}", by=scene.expert)
    assert [one["title"] for one in first["items"] + rest.body["items"]] == ["A", "B", "C"]
    nonsense = await api.call("GET", "/teleexpertise-templates?cursor=nonsense", by=scene.expert)
    assert nonsense.status == 422


async def test_nobody_reaches_anothers(scene: Scene) -> None:
    templates = scene.expertise.templates
    kept = await templates.add(scene.expert, TemplateContent("Kératose"))
    assert await templates.page(scene.second) == []
    with pytest.raises(NotFound):
        await templates.get(scene.second, kept.id)
    with pytest.raises(NotFound):
        await templates.change(scene.second, kept.id, TemplateContent("À moi"))
    with pytest.raises(NotFound):
        await templates.remove(scene.second, kept.id)
    assert (await templates.get(scene.expert, kept.id)).content.title == "Kératose"


async def test_one_keeps_fifty_at_most_and_what_was_removed_is_forgotten_after_a_day(scene: Scene) -> None:
    templates = scene.expertise.templates
    kept = [await templates.add(scene.expert, TemplateContent(f"{number:02d}")) for number in range(MOST_TEMPLATES)]
    with pytest.raises(Conflict) as refused:
        await templates.add(scene.expert, TemplateContent("de trop"))
    assert refused.value.code == "teleexpertise.too_many_templates"
    await templates.remove(scene.expert, kept[0].id)
    scene.clock.advance(timedelta(days=1, seconds=1))
    await templates.add(scene.expert, TemplateContent("sa place"))
    with pytest.raises(NotFound):
        await templates.restore(scene.expert, kept[0].id)
