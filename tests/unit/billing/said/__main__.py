"""Writes the pages again: `python -m tests.unit.billing.said`, then read what changed before you keep it."""

from __future__ import annotations

from tests.unit.billing.said.pages import PAGES
from tests.unit.billing.said.telling import FOLDER, tell_all

for name, scenarios in PAGES.items():
    (FOLDER / f"{name}.txt").write_text(tell_all(scenarios()), "utf-8")
