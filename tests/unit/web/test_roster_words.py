"""Hours of experts as people say them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from telemed.experts.model import Shift
from telemed.web import roster_words

TODAY = date(2026, 11, 24)
SOMEBODY = UUID(int=1)


def said(rule: str, *, start: int = 14 * 60, minutes: int = 120) -> str:
    shift = Shift(SOMEBODY, SOMEBODY, TODAY, start, minutes, "Europe/Paris", rule)
    return roster_words.shift_words(shift, TODAY).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", "Le mardi 24 novembre"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "Chaque lundi et jeudi"),
        ("FREQ=WEEKLY", "Chaque mardi"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;INTERVAL=2", "Chaque jour de semaine, une semaine sur 2"),
        ("FREQ=DAILY", "Chaque jour"),
        ("FREQ=DAILY;INTERVAL=3", "Un jour sur 3"),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=20261231T000000", "Chaque samedi jusqu’au jeudi 31 décembre"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "Selon une règle de votre agenda"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=4", "Selon une règle de votre agenda"),
        ("FREQ=WEEKLY;BYDAY=1MO", "Selon une règle de votre agenda"),
    ],
)
def test_a_rule_is_said_or_told_as_one_that_is_not(rule: str, expected: str) -> None:
    assert said(rule) == f"{expected}, de 14 h à 16 h"


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (14 * 60 + 30, 45, "de 14 h 30 à 15 h 15"),
        (18 * 60, 6 * 60, "de 18 h à 24 h"),
        (22 * 60, 8 * 60, "de 22 h à 6 h le lendemain"),
        (18 * 60, 60 * 60, "de 18 h à 6 h, 3 jours plus tard"),
    ],
)
def test_hours_say_which_day_they_end_on(start: int, minutes: int, expected: str) -> None:
    assert said("FREQ=DAILY", start=start, minutes=minutes) == f"Chaque jour, {expected}"
