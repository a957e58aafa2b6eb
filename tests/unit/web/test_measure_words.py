"""Measures as people read them: French decimals, and units that are no codes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from telemed.acts.telemonitoring.formats.packaged import load_catalogue
from telemed.web import measure_words


@pytest.mark.parametrize(
    ("millionths", "ucum", "said"),
    [
        (74_100_000, "kg", "74,1\u00a0kg"),
        (-500_000, "kg", "−0,5\u00a0kg"),
        (-400, "kg", "0\u00a0kg"),
        (1_250_000_000, "mL", "1\u202f250\u00a0mL"),
        (64_000_000, "/min", "64/min"),
        (135_000_000, "mm[Hg]", "135\u00a0mmHg"),
        (3_000_000, "", "3"),
    ],
)
def test_a_measure_is_said_with_its_unit(millionths: int, ucum: str, said: str) -> None:
    assert measure_words.measure(millionths, ucum) == said


def test_no_unit_of_the_catalogue_is_shown_as_a_code() -> None:
    shown = [measure_words.unit(signal.unit) for signal in load_catalogue()]
    assert not [one for one in shown if set("[]{}*") & set(one)]


@pytest.mark.parametrize(("text", "number"), [("74,5", "74.5"), (" 1 250.5 ", "1250.5"), ("−2", "-2")])
def test_a_number_is_read_as_it_is_typed_in_france(text: str, number: str) -> None:
    assert measure_words.read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "12 kg", "1,2,3", "1e5", "NaN", "²", "9" * 20, "-"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nombre"):
        measure_words.read_number(text)
