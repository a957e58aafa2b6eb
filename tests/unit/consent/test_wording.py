"""The published words: what they must say, and that none is ever edited."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest
import yaml

from telemed.consent.formats import Wordings, read_wording
from telemed.consent.model import ActKind
from telemed.consent.store import published_wordings

KIND = ActKind.TELECONSULTATION
FIRST = read_wording("2026-01-01.teleconsultation.fr.md", b"un")
SECOND = read_wording("2026-07-01.teleconsultation.fr.md", b"deux")


def test_every_published_text_is_the_one_that_was_published() -> None:
    folder = files("telemed.consent").joinpath("wording")
    pinned = yaml.safe_load(folder.joinpath("published.yaml").read_text("utf-8"))
    found = {f"{w.version}.{w.act_kind}.fr.md": w.sha256 for w in published_wordings()}
    assert found == pinned


@pytest.mark.parametrize(
    "said",
    [
        "À quoi sert",
        "Vous pouvez refuser",
        "changer d'avis à tout moment",
        "une part peut rester à votre charge",
        "Rien n'est enregistré",
        "peuvent se couper",
        "consultation au cabinet",
        "appelez le 15",
        "L. 1111-2",
        "L. 1111-4",
        "L. 1111-5",
        "titulaire de l'autorité parentale",
        "Mon espace santé",
    ],
)
def test_the_information_that_the_law_asks_for_is_given(said: str) -> None:
    assert said in published_wordings().on(date(2026, 11, 25), KIND).text


def test_the_article_that_no_longer_asks_for_consent_is_not_cited() -> None:
    assert "6316-2" not in published_wordings().on(date(2026, 11, 25), KIND).text


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2026, 6, 30), "un"), (date(2026, 7, 1), "deux"), (date(2026, 7, 2), "deux")],
    ids=["the day before", "the day of", "the day after"],
)
def test_a_text_is_in_force_from_its_day(day: date, text: str) -> None:
    assert Wordings([SECOND, FIRST]).on(day, KIND).text == text


def test_no_text_is_shown_before_the_first() -> None:
    with pytest.raises(LookupError):
        Wordings([FIRST]).on(date(2025, 12, 31), KIND)


@pytest.mark.parametrize(
    "name", ["wording.md", "2026-01-01.fr.md", "2026-13-01.teleconsultation.fr.md", "2026-01-01.x.fr.md"]
)
def test_a_file_that_says_neither_day_nor_act_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"wording|month|ActKind"):
        read_wording(name, b"")
