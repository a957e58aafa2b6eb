"""The page of legal parameters says what the files say."""

from __future__ import annotations

from telemed.law.table import markdown_table
from tests.shared import ROOT
from tests.the_law import LAW

PAGE = ROOT / "docs" / "reference" / "law-parameters.md"


def test_the_page_lists_the_values_in_force_in_the_files() -> None:
    head, mark, values = PAGE.read_text("utf-8").partition("## The values\n\n")
    assert mark
    assert head.startswith("# Legal parameters")
    assert values == markdown_table(LAW) + "\n"
