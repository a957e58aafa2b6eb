"""The pages of the payloads name every field of each, and no other."""

from __future__ import annotations

import re

import pytest

from billing.facts import VERSION, Facts
from tests.shared import ROOT
from tests.unit.billing.making import make_accompaniment, make_biller, make_facts, make_teleexpertise

REFERENCE = ROOT / "docs" / "reference"
PAGES: dict[str, Facts] = {
    "act-facts.md": make_facts(),
    "teleexpertise-facts.md": make_teleexpertise(),
    "accompaniment-facts.md": make_accompaniment(),
}


def _fields(text: str) -> set[str]:
    """The names in the first cells of the tables of a text."""
    first_cells = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    return {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("page", PAGES)
def test_the_page_names_the_fields_of_the_payload(page: str) -> None:
    text, _, _ = (REFERENCE / page).read_text("utf-8").partition("\n## ")
    assert _fields(text) == PAGES[page].to_payload().keys()
    assert f"version {VERSION}" in text


def test_the_page_names_the_fields_of_a_person_who_bills() -> None:
    _, _, text = (REFERENCE / "teleexpertise-facts.md").read_text("utf-8").partition("\n## A person who bills")
    assert _fields(text) == make_biller().to_payload().keys()
