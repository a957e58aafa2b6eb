"""The page of the payload names every field of it, and no other."""

from __future__ import annotations

import re

from billing.facts import VERSION
from tests.shared import ROOT
from tests.unit.billing.making import make_facts

PAGE = ROOT / "docs" / "reference" / "act-facts.md"


def test_the_page_names_the_fields_of_the_payload() -> None:
    text = PAGE.read_text("utf-8")
    first_cells = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}
    assert named == make_facts().to_payload().keys()
    assert f"version {VERSION}," in text
