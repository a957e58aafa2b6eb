"""Names on screens, contact data, and the attending doctor day by day (R-17)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from telemed.kernel.clock import Territory
from telemed.patients.model import (
    AttendingDoctor,
    Contact,
    Identity,
    Patient,
    Traits,
    UsedNames,
    attending_doctor_on,
    is_attending_doctor,
    parse_birth_date,
    parse_email,
    parse_phone,
)

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def make_patient(used: UsedNames, given: str = "JEANNE-MARIE") -> Patient:
    traits = Traits("LEROY", (given,), parse_birth_date("1955-03-12"))
    return Patient(UUID(int=1), UUID(int=2), Identity(traits), used, Contact(), NOW)


def test_a_patient_is_called_by_the_names_of_daily_life() -> None:
    assert make_patient(UsedNames()).full_name == "LEROY Jeanne-Marie"
    assert make_patient(UsedNames("Le Gall", "Zoé")).full_name == "LE GALL Zoé"


def test_an_apostrophe_keeps_its_capital() -> None:
    assert make_patient(UsedNames(), "D'ARTAGNAN").given_name == "D'Artagnan"


@pytest.mark.parametrize(
    ("typed", "territory", "expected"),
    [
        ("06 39 98 12 34", Territory.METROPOLE, "+33639981234"),
        ("01.99.00.12.34", Territory.METROPOLE, "+33199001234"),
        ("06 12 34 56 78", Territory.METROPOLE, "+33612345678"),
        ("0692 12 34 56", Territory.METROPOLE, "+262692123456"),
        ("0690 30 12 34", Territory.GUADELOUPE, "+590690301234"),
        ("+44 20 7946 0018", Territory.METROPOLE, "+442079460018"),
    ],
)
def test_a_number_is_read_as_dialled(typed: str, territory: Territory, expected: str) -> None:
    assert parse_phone(typed, territory) == expected


@pytest.mark.parametrize("typed", ["", "12", "06 39 98", "0000000000", "allô", "06 39 98 12 34 56"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="téléphone"):
        parse_phone(typed)


def test_an_address_is_trimmed_and_read() -> None:
    assert parse_email(" jeanne.leroy@exemple.fr ") == "jeanne.leroy@exemple.fr"


@pytest.mark.parametrize("typed", ["", "jeanne", "jeanne@", "a b@exemple.fr", "a@b", "a@exemple.fr\n.x", "a,b@ex.fr"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="adresse"):
        parse_email(typed)


HISTORY = (
    AttendingDoctor(date(2025, 1, 1), NOW, "10001234567"),
    AttendingDoctor(date(2026, 11, 25), NOW, "10007654321"),
)


@pytest.mark.parametrize(
    ("day", "rpps"),
    [
        (date(2026, 11, 24), "10001234567"),
        (date(2026, 11, 25), "10007654321"),
        (date(2026, 11, 26), "10007654321"),
    ],
    ids=["the day before", "the day of", "the day after"],
)
def test_the_attending_doctor_is_the_one_of_the_day_of_the_act(day: date, rpps: str) -> None:
    assert is_attending_doctor(HISTORY, rpps, day) is True


def test_a_later_declaration_does_not_reach_back() -> None:
    assert is_attending_doctor(HISTORY, "10007654321", date(2026, 11, 24)) is False


def test_unknown_is_not_none() -> None:
    assert is_attending_doctor(HISTORY, "10001234567", date(2024, 12, 31)) is None
    nobody = (AttendingDoctor(date(2025, 1, 1), NOW, None),)
    assert is_attending_doctor(nobody, "10001234567", date(2026, 1, 1)) is False


def test_of_two_entries_with_one_start_the_later_recorded_holds() -> None:
    corrected = AttendingDoctor(date(2025, 1, 1), NOW.replace(hour=12), "10009999999")
    entry = attending_doctor_on((corrected, HISTORY[0]), date(2025, 6, 1))
    assert entry is corrected
