"""Every example page is drawn: in French, with its landmarks and labels, and nothing inline."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from telemed.web.assets import Assets, load_assets
from telemed.web.rendering import TEMPLATES, Rendering
from tests.unit.web.examples import EXAMPLES

_VOID = {"meta", "link", "input", "img", "br", "path", "rect", "circle", "line"}


class Outline(HTMLParser):
    """What a check needs to know of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.inline_text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.open.pop() == tag, f"<{tag}> closes what it did not open"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style") and data.strip():
            self.inline_text.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def assets() -> Assets:
    return load_assets()


@pytest.fixture(scope="module")
def pages(assets: Assets) -> dict[str, str]:
    rendering = Rendering(assets)
    return {
        name: rendering.render(example.template, example.frame, view=example.view) for name, example in EXAMPLES.items()
    }


@pytest.fixture(scope="module")
def outlines(pages: dict[str, str]) -> dict[str, Outline]:
    return {name: Outline(page) for name, page in pages.items()}


def test_every_page_template_has_an_example() -> None:
    drawn = {example.template for example in EXAMPLES.values()}
    found = {
        path.relative_to(TEMPLATES).as_posix()
        for folder in ("professional", "patient", "errors")
        for path in (TEMPLATES / folder).glob("*.html")
    }
    assert found == drawn


@pytest.mark.parametrize("name", EXAMPLES)
def test_page_is_well_formed_french_and_titled(pages: dict[str, str], outlines: dict[str, Outline], name: str) -> None:
    outline = outlines[name]
    assert outline.open == []
    assert outline.all("html")[0]["lang"] == "fr"
    assert re.search(r"<title>[^<]{3,} · Telemed</title>", pages[name])
    assert len(outline.all("main")) == 1
    assert len(outline.all("h1")) == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_page_holds_no_inline_script_or_style(outlines: dict[str, Outline], name: str) -> None:
    outline = outlines[name]
    assert outline.inline_text == []
    assert not [tag for tag, attributes in outline.elements if "style" in attributes]
    assert not [key for _, attributes in outline.elements for key in attributes if key.startswith("on")]
    assert all(script["src"].startswith("/static/") for script in outline.all("script"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_field_has_a_name_for_screen_readers(
    pages: dict[str, str], outlines: dict[str, Outline], name: str
) -> None:
    outline = outlines[name]
    labelled = {label["for"] for label in outline.all("label") if "for" in label}
    inside = set(re.findall(r"<label class=\"(?:choice|trait)\">.*?name=\"([^\"]+)\"", pages[name], re.DOTALL))
    for attributes in outline.all("input", "select", "textarea"):
        if attributes.get("type") == "hidden":
            continue
        named = attributes.get("id") in labelled or attributes.get("name") in inside or "aria-label" in attributes
        assert named, attributes


@pytest.mark.parametrize("name", EXAMPLES)
def test_identifiers_are_unique_and_references_resolve(outlines: dict[str, Outline], name: str) -> None:
    outline = outlines[name]
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in outline.elements:
        for key in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for target in attributes.get(key, "").split():
                assert target in ids, f"{key} names {target}"
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids


def test_what_a_person_typed_is_escaped(assets: Assets) -> None:
    from dataclasses import replace

    from telemed.web.views.patients import PatientsView
    from tests.unit.web.examples import DOCTOR

    page = Rendering(assets).render(
        "professional/patients.html",
        replace(DOCTOR, person="<b>"),
        view=PatientsView('"><script>alert(1)</script>', ()),
    )
    assert "<script>alert" not in page
    assert "&lt;b&gt;" in page


def test_double_punctuation_keeps_its_space() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"{[{%#].*?[}%#]}", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"\w [?!;:](?:\s|<)", text), path.name
