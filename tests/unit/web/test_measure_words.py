"""Measures as people read them, and no unit shown as a code."""

from __future__ import annotations

import pytest

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.web import measure_words


@pytest.mark.parametrize(
    ("millionths", "ucum", "said"),
    [
        (74_100_000, "kg", "74,1\u00a0kg"),
        (-500_000, "kg", "−0,5\u00a0kg"),
        (64_000_000, "/min", "64/min"),
        (135_000_000, "mm[Hg]", "135\u00a0mmHg"),
        (3_000_000, "", "3"),
    ],
)
def test_a_measure_is_said_with_its_unit(millionths: int, ucum: str, said: str) -> None:
    assert measure_words.measure(millionths, ucum) == said


def test_no_unit_of_the_catalogue_is_shown_as_a_code() -> None:
    assert not [signal.unit for signal in load_catalogue() if set("[]{}*") & set(format_unit(signal.unit))]


def test_an_answer_is_said_in_its_own_words() -> None:
    assert (measure_words.value_of(None, "éteint"), measure_words.value_of(None, None)) == ("éteint", "")
