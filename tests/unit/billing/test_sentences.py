"""What the rules answer, word for word and number for number, is what the pages of `said/` hold."""

from __future__ import annotations

import pytest

from tests.unit.billing.said.pages import PAGES
from tests.unit.billing.said.telling import FOLDER, tell, tell_all


@pytest.mark.parametrize("page", PAGES)
def test_the_rules_say_what_was_reviewed(page: str) -> None:
    """A wanted change: `python -m tests.unit.billing.said`, then read the difference."""
    assert tell_all(PAGES[page]()) == (FOLDER / f"{page}.txt").read_text("utf-8")


def test_every_page_has_its_scenarios() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(PAGES)


def test_no_two_scenarios_are_told_alike_by_mistake() -> None:
    """A scenario that says nothing of its own would test nothing."""
    for scenarios in PAGES.values():
        assert len(scenarios()) > 5
        assert all(tell(found) for found in scenarios().values())
