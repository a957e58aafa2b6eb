"""Dates, durations and numbers as a French reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telemed.web import french

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 13, 36, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_moment_reads_as_in_the_design() -> None:
    instant = datetime(2025, 11, 25, 13, 30, tzinfo=UTC)
    assert plain(french.format_moment(instant, PARIS, date(2025, 11, 1))) == "mardi 25 novembre à 14 h 30"


def test_another_year_is_said() -> None:
    assert plain(french.format_day(date(2025, 11, 25), TODAY)) == "mardi 25 novembre 2025"


def test_the_first_of_a_month_is_premier() -> None:
    assert plain(french.format_date(date(2026, 4, 1))) == "1er avril 2026"
    assert plain(french.format_day(date(2026, 4, 1), TODAY)) == "mercredi 1er avril"


def test_the_same_instant_has_another_hour_in_la_reunion() -> None:
    assert plain(french.format_hour(NOW, PARIS)) == "14 h 36"
    assert plain(french.format_hour(NOW, ZoneInfo("Indian/Reunion"))) == "17 h 36"


def test_a_round_hour_has_no_minutes() -> None:
    assert plain(french.format_hour(datetime(2026, 11, 24, 8, 0, tzinfo=UTC), PARIS)) == "9 h"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "moins d’une minute"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 05"),
        (86400, "1 jour"),
        (3 * 86400, "3 jours"),
    ],
)
def test_span_takes_one_or_two_units(seconds: int, expected: str) -> None:
    assert plain(french.format_span(timedelta(seconds=seconds))) == expected


def test_ago_and_in() -> None:
    assert plain(french.format_ago(NOW - timedelta(minutes=6), NOW)) == "il y a 6 min"
    assert plain(french.format_ago(NOW + timedelta(minutes=24), NOW)) == "dans 24 min"
    assert french.format_ago(NOW - timedelta(seconds=20), NOW) == "à l’instant"


def test_a_moment_as_short_as_a_table_wants_it() -> None:
    now = datetime(2026, 1, 2, 0, 30, tzinfo=PARIS)
    said = [plain(french.format_brief(now - timedelta(minutes=back), now, PARIS)) for back in (0, 31, 24 * 60, 31 * 60)]
    assert said == ["0 h 30", "hier", "hier", "le 31/12/2025"]
    assert french.format_brief(now - timedelta(days=1), now + timedelta(days=8), PARIS) == "le 01/01"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-2.0, "en retard de 2 h"),
        (0.0, "maintenant"),
        (0.5, "dans 30 min"),
        (1.4, "dans 1 h 24"),
        (3.9, "dans 3 h"),
        (5.5, "dans 5 h"),
        (24.0, "demain 14 h"),
        (24 * 3 + 1, "vendredi 15 h"),
        (24 * 9.0, "jeudi 3 décembre"),
    ],
)
def test_the_time_left_is_said_as_people_say_it(hours: float, expected: str) -> None:
    assert plain(french.format_left(NOW + timedelta(hours=hours), NOW, PARIS)) == expected


def test_the_end_of_a_day_is_midnight() -> None:
    midnight = datetime(2026, 11, 26, 0, 0, tzinfo=PARIS)
    assert french.format_left(midnight, datetime(2026, 11, 25, 12, tzinfo=PARIS), PARIS) == "à minuit"


@pytest.mark.parametrize(("seconds", "expected"), [(0, "0 s"), (45, "45 s"), (750, "12 min 30 s"), (3600, "1 h")])
def test_duration_is_exact(seconds: int, expected: str) -> None:
    assert plain(french.format_duration(timedelta(seconds=seconds))) == expected


@pytest.mark.parametrize(("ratio", "expected"), [(0.142, "14,2 %"), (0.2, "20 %"), (0.0, "0 %"), (1.0, "100 %")])
def test_percent_drops_an_empty_decimal(ratio: float, expected: str) -> None:
    assert plain(french.format_percent(ratio)) == expected


def test_phone_is_written_in_pairs() -> None:
    assert plain(french.format_phone("+33612345678")) == "06 12 34 56 78"
    assert plain(french.format_phone("+4930123456")).startswith("+49 ")
    assert french.format_phone("inconnu") == "inconnu"


def test_matricule_is_written_in_groups() -> None:
    assert plain(french.format_matricule("279035121518989")) == "2 79 03 51 215 189 89"
    assert french.format_matricule("279") == "279"


def test_zero_is_singular_in_french() -> None:
    assert [plain(french.format_count(count, "an")) for count in (0, 1, 2)] == ["0 an", "1 an", "2 ans"]
    assert plain(french.format_count(1200, "acte conventionné", "actes conventionnés")) == "1 200 actes conventionnés"


def test_near_days_are_named() -> None:
    assert french.format_near_day(TODAY, TODAY) == "aujourd’hui"
    assert french.format_near_day(date(2026, 11, 25), TODAY) == "demain"
    assert french.format_near_day(date(2026, 11, 23), TODAY) == "hier"
