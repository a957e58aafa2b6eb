"""What the command and the law itself say, word for word, and Easter over centuries."""

from __future__ import annotations

from datetime import date

import pytest
from dateutil.easter import easter

from telemed.kernel.clock import Territory
from telemed.law import check
from telemed.law.calendar import CalendarZone, add_working_days
from telemed.law.holidays import find_easter
from telemed.law.parameter import NotEstablished, UnknownParameter
from tests.the_law import LAW


def test_easter_is_the_same_as_others_compute() -> None:
    years = [*range(1583, 2600), 4089, 4099]
    assert [year for year in years if find_easter(year) != easter(year)] == []


def test_the_command_explains_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check.run(["--help"], today=date(2026, 11, 22))
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("usage: check-law [-h]")
    assert " ".join((check.__doc__ or "").split()) in told
    for words in (
        "--quiet say only what is wrong",
        "--strict a value overdue for review is an error",
        "--table print every value as the Markdown table of the docs",
        "--root ROOT folder of the files (the packaged ones by default)",
    ):
        assert words in told


def test_each_thing_said_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    check._say(["une ligne", "une autre"])
    assert capsys.readouterr().out == "une ligne\nune autre\n"


def test_what_is_asked_in_vain_is_named() -> None:
    with pytest.raises(UnknownParameter, match=r"^rien/de/tel$"):
        LAW.parameter("rien/de/tel")
    with pytest.raises(UnknownParameter, match=r"^rien/de/tel$"):
        LAW.on(date(2026, 11, 25)).value("rien/de/tel")
    tariff = LAW.parameter("teleconsultation/tariffs/tcg")
    with pytest.raises(NotEstablished, match=r"tcg has no known value in mayotte since \d{4}-\d{2}-\d{2}$"):
        tariff.on(date(2026, 11, 25), Territory.MAYOTTE)
    with pytest.raises(ValueError, match=r"^a delay is of one working day at least$"):
        add_working_days(date(2026, 11, 25), 0, CalendarZone.METROPOLE, LAW.on(date(2026, 11, 25)))
