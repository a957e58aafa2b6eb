"""Static files: addresses that name their content, and long keeping."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from telemed.web.assets import STYLESHEET, add_assets, load_assets


def test_style_sheets_become_one_with_the_tokens_first() -> None:
    assets = load_assets()
    css = assets.files[STYLESHEET].body.decode()
    assert css.index("--accent") < css.index(".button")
    assert [name for name in assets.files if name.endswith(".css")] == [STYLESHEET]


def test_version_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    first = load_assets(tmp_path).version
    (tmp_path / "a.js").write_text("2")
    assert load_assets(tmp_path).version != first


def test_unknown_file_is_a_mistake_of_the_template() -> None:
    with pytest.raises(KeyError):
        load_assets().url("js/none.js")


def test_a_page_names_every_module_that_it_needs_however_far() -> None:
    assets = load_assets()
    needed = assets.imports("js/pages/surveillance.js")
    assert {"js/board-keys.js", "js/in-place.js", "js/undo.js", "js/events.js", "js/pages/professional.js"} <= {*needed}
    assert len(needed) == len(set(needed))
    assert assets.imports("js/events.js") == ()
    assert all(assets.url(one) for name in assets.files if name.endswith(".js") for one in assets.imports(name))


@pytest.mark.asyncio
async def test_present_version_is_kept_for_ever_and_an_old_one_is_not() -> None:
    assets = load_assets()
    app = web.Application()
    add_assets(app, assets)
    async with TestClient(TestServer(app)) as client:
        present = await client.get(assets.url("js/live.js"))
        assert "immutable" in present.headers["Cache-Control"]
        assert present.headers["Content-Type"].startswith("text/javascript")
        assert await present.text() == assets.files["js/live.js"].body.decode()
        old = await client.get("/static/000000000000/js/live.js")
        assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")
        assert (await client.get(f"/static/{assets.version}/../../settings.py")).status == 404
