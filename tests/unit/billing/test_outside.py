"""What is known of elsewhere: the newest statement of each period counts, and no act counts twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.rules.cap import Counts
from billing.rules.outside import DeclaredOutside, ImportedOutside, KnownOutside, resolve_outside
from billing.rules.projection import Outside

JANUARY, JUNE, SEPTEMBER = date(2026, 1, 1), date(2026, 6, 30), date(2026, 9, 30)


def at(hour: int) -> datetime:
    return datetime(2026, 10, 1, hour, tzinfo=UTC)


def declared(acts: int, as_of: date = JUNE, hour: int = 8) -> DeclaredOutside:
    return DeclaredOutside(Outside(Counts(other_acts=acts), as_of, "relevé"), at(hour))


def file(first: date, last: date, *days: date, hour: int = 9, source: str = "clinique") -> ImportedOutside:
    """A file with one act a day of `days`."""
    return ImportedOutside(first, last, source, at(hour), {day: Counts(other_acts=1) for day in days})


def told(known: KnownOutside) -> tuple[int, date] | None:
    return None if known.outside is None else (known.outside.counts.total, known.outside.as_of)


def test_nothing_stated_is_unknown_and_not_none() -> None:
    assert resolve_outside(2026, None, []) == KnownOutside(None, False, None)


def test_a_declaration_alone_stands() -> None:
    known = resolve_outside(2026, declared(100), [])
    assert (known.outside, known.is_declaration_used) == (declared(100).outside, True)


def test_a_file_alone_counts_from_the_first_of_january_only() -> None:
    whole = file(JANUARY, JUNE, date(2026, 1, 5), JUNE)
    assert told(resolve_outside(2026, None, [whole])) == (2, JUNE)
    later = resolve_outside(2026, None, [file(date(2026, 1, 2), JUNE, JUNE)])
    assert (later.outside, later.unknown_from) == (None, JANUARY)


def test_a_file_without_lines_says_that_there_was_nothing() -> None:
    assert told(resolve_outside(2026, None, [file(JANUARY, JUNE)])) == (0, JUNE)


def test_files_that_follow_one_another_add_up_in_any_order() -> None:
    first, second = file(JANUARY, JUNE, JUNE), file(date(2026, 7, 1), SEPTEMBER, SEPTEMBER, source="hôpital")
    for files in ([first, second], [second, first]):
        known = resolve_outside(2026, None, files)
        assert told(known) == (2, SEPTEMBER)
        assert known.outside is not None
        assert known.outside.source == "clinique, hôpital"


def test_what_lies_behind_a_hole_waits() -> None:
    known = resolve_outside(2026, None, [file(JANUARY, JUNE, JUNE), file(date(2026, 7, 2), SEPTEMBER, SEPTEMBER)])
    assert told(known) == (1, JUNE)
    assert known.unknown_from == date(2026, 7, 1)


def test_lines_up_to_the_day_of_a_newer_declaration_do_not_count_twice() -> None:
    lines = file(JANUARY, SEPTEMBER, JUNE, date(2026, 7, 1), hour=7)
    known = resolve_outside(2026, declared(100), [lines])
    assert told(known) == (101, SEPTEMBER)
    assert known.is_declaration_used


def test_a_newer_file_of_a_part_does_not_cut_the_declared_lump() -> None:
    for first, last in ((date(2026, 1, 2), SEPTEMBER), (JANUARY, date(2026, 6, 29))):
        known = resolve_outside(2026, declared(100), [file(first, last, date(2026, 3, 1), last)])
        assert known.is_declaration_used
        assert told(known) == ((101, SEPTEMBER) if last == SEPTEMBER else (100, JUNE))


def test_newer_files_that_speak_of_each_of_its_days_replace_the_declaration() -> None:
    halves = [file(JANUARY, date(2026, 3, 31), date(2026, 3, 1)), file(date(2026, 4, 1), JUNE, JUNE)]
    known = resolve_outside(2026, declared(100), halves)
    assert (told(known), known.is_declaration_used) == ((2, JUNE), False)
    assert told(resolve_outside(2026, declared(100, hour=9), halves)) == (100, JUNE)


def sources_of(known: KnownOutside) -> str | None:
    return None if known.outside is None else known.outside.source


def test_a_file_is_named_where_one_of_its_days_counts() -> None:
    """On its first day, on its last; not up to the day of the declaration, not behind a hole."""
    only_day = file(JANUARY, JANUARY, source="un jour")
    assert sources_of(resolve_outside(2026, None, [only_day])) == "un jour"
    until_then, from_then = file(JANUARY, JUNE, source="avant"), file(JUNE, date(2026, 7, 1), source="ensuite")
    assert sources_of(resolve_outside(2026, declared(1, hour=12), [until_then])) == "relevé"
    assert sources_of(resolve_outside(2026, declared(1, hour=12), [until_then, from_then])) == "relevé, ensuite"
    behind = file(date(2026, 7, 2), SEPTEMBER, source="derrière")
    assert sources_of(resolve_outside(2026, None, [until_then, behind])) == "avant"
    last_day = file(date(2026, 7, 1), date(2026, 7, 1), source="le dernier")
    assert sources_of(resolve_outside(2026, None, [until_then, last_day])) == "avant, le dernier"


def test_nothing_waits_where_the_last_line_is_of_the_last_day() -> None:
    assert resolve_outside(2026, None, [file(JANUARY, JUNE, JUNE)]).unknown_from is None
    assert resolve_outside(2026, declared(1, hour=12), [file(JANUARY, JUNE, JUNE)]).unknown_from is None
    hole = [file(JANUARY, JUNE), file(date(2026, 7, 2), date(2026, 7, 2), date(2026, 7, 2))]
    further = file(date(2026, 9, 1), SEPTEMBER)
    assert resolve_outside(2026, None, hole).unknown_from == date(2026, 7, 1)
    assert resolve_outside(2026, None, [*hole, further]).unknown_from == date(2026, 7, 1)
    assert resolve_outside(2026, None, [hole[0], further]).unknown_from is None


@st.composite
def files(draw: st.DrawFn) -> ImportedOutside:
    first = draw(st.dates(JANUARY, date(2026, 12, 1)))
    last = draw(st.dates(first, date(2026, 12, 31)))
    days = draw(st.lists(st.dates(first, last), max_size=5, unique=True))
    return file(first, last, *days, hour=draw(st.integers(6, 12)))


@given(listed=st.lists(files(), max_size=5), lump=st.none() | st.builds(declared, st.integers(0, 50)))
def test_known_acts_are_those_of_the_days_known_each_once(
    listed: list[ImportedOutside], lump: DeclaredOutside | None
) -> None:
    known = resolve_outside(2026, lump, listed)
    if known.outside is None:
        assert lump is None
        assert all(one.first_day > JANUARY for one in listed)
        return
    start = lump.outside.as_of if lump is not None and known.is_declaration_used else JANUARY - timedelta(days=1)
    acts = lump.outside.counts.total if lump is not None and known.is_declaration_used else 0
    for one in listed:
        acts += sum(counts.total for day, counts in one.by_day.items() if start < day <= known.outside.as_of)
    assert known.outside.counts.total == acts
    assert lump is None or known.outside.as_of >= lump.outside.as_of
    beyond = [day for one in listed for day in one.by_day if day > known.outside.as_of]
    assert (known.unknown_from is not None) is bool(beyond)
