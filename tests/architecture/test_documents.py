"""The reference pages say everything that the code knows, and nothing that it does not."""

from __future__ import annotations

import re

import pytest

from tests.architecture.codes import codes_of
from tests.architecture.sources import PRODUCT, project_files, python_files, relative
from tests.shared import ROOT

REFERENCE = ROOT / "docs" / "reference"
FIRST_CELL = re.compile(r"^\|\s*`([^`]+)`", re.MULTILINE)


def documented(page: str) -> set[str]:
    """The codes in the first column of a page's tables."""
    return set(FIRST_CELL.findall((REFERENCE / page).read_text("utf-8")))


def test_every_setting_is_documented_and_no_other() -> None:
    from telemed.settings import PREFIX, Settings

    assert documented("settings.md") == {PREFIX + name.upper() for name in Settings.model_fields}


def test_every_problem_code_is_documented_and_no_other() -> None:
    pages = documented("problems.md")
    code = {code for path in python_files(*PRODUCT) for code in codes_of(path)} | {"bad_request"}
    assert {"undocumented": code - pages, "unknown to the code": pages - code} == {
        "undocumented": set(),
        "unknown to the code": set(),
    }


def test_every_problem_that_is_documented_is_on_the_served_page() -> None:
    from telemed.api.problems_page import read_rows

    served = [row.code for row in read_rows()]
    assert len(served) == len(set(served))
    assert set(served) == documented("problems.md")
    assert all(row.status is None or 400 <= row.status < 600 for row in read_rows())


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{relative(page)} → {target}"
        for page in project_files()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("term", ["ins", "nir", "rpps", "finess"])
def test_the_glossary_explains_the_french_terms_kept_in_the_code(term: str) -> None:
    assert term in documented("glossary.md")


def test_every_command_is_documented_and_no_other() -> None:
    from telemed.__main__ import make_parser

    commands = next(action.choices for action in make_parser()._actions if action.dest == "command")
    told = {name.split()[1] for name in documented("commands.md") if name.startswith("telemed ")}
    assert told == set(commands or ())


def test_every_make_target_is_documented_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = {name.removeprefix("make ") for name in documented("commands.md") if name.startswith("make ")}
    assert targets - told == {"help", "clean"}
    assert told <= targets
