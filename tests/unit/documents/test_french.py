"""How things are written for people, in French."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from telemed.documents.formats import french
from telemed.documents.model import Address, BirthDate, Civility
from telemed.kernel.clock import Territory
from tests.unit.documents.making import make_doctor, make_nurse, make_patient


def plain(text: str) -> str:
    """With ordinary spaces, to compare words."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_first_of_a_month_is_an_ordinal() -> None:
    assert plain(french.day_text(date(2026, 11, 1), with_weekday=True)) == "dimanche 1er novembre 2026"
    assert plain(french.day_text(date(2026, 8, 2))) == "2 août 2026"


@pytest.mark.parametrize(
    ("territory", "expected"),
    [
        (Territory.METROPOLE, "1er janvier 2027 à 4 h 30 | heure de Paris, UTC+01:00"),
        (Territory.MARTINIQUE, "31 décembre 2026 à 23 h 30 | heure de la Martinique, UTC−04:00"),
        (Territory.GUADELOUPE, "31 décembre 2026 à 23 h 30 | heure de la Guadeloupe, UTC−04:00"),
        (Territory.GUYANE, "1er janvier 2027 à 0 h 30 | heure de la Guyane, UTC−03:00"),
        (Territory.LA_REUNION, "1er janvier 2027 à 7 h 30 | heure de La Réunion, UTC+04:00"),
        (Territory.MAYOTTE, "1er janvier 2027 à 6 h 30 | heure de Mayotte, UTC+03:00"),
    ],
)
def test_an_instant_is_written_on_the_clocks_of_the_place(territory: Territory, expected: str) -> None:
    instant = datetime(2027, 1, 1, 3, 30, tzinfo=UTC)
    written = f"{french.instant_text(instant, territory)} | {french.offset_text(instant, territory)}"
    assert plain(written) == expected


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    paris = Territory.METROPOLE
    assert french.time_text(first, paris) == french.time_text(second, paris)
    assert french.offset_text(first, paris) != french.offset_text(second, paris)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 01 s"), (3599, "59 min 59 s"), (3600, "1 h 00 min")],
)
def test_durations(seconds: int, text: str) -> None:
    assert plain(french.duration_text(seconds)) == text


@pytest.mark.parametrize(
    ("birth", "text"),
    [
        (BirthDate(1979, 3, 28), "28 mars 1979"),
        (BirthDate(1979, 3), "mars 1979 (jour inconnu)"),
        (BirthDate(1979), "1979 (jour et mois inconnus)"),
    ],
)
def test_a_birth_date_says_what_is_unknown(birth: BirthDate, text: str) -> None:
    assert plain(french.birth_text(birth)) == text


def test_people_are_called_by_their_used_names() -> None:
    assert french.patient_name(make_patient()) == "Jeanne LEROY"
    assert french.patient_name(make_patient(used_name="", used_given_name="")) == "Jeanne D'ÀCÔTÉ & FILS"
    assert plain(french.professional_name(make_doctor())) == "Dr Claire MARTIN"
    assert plain(french.professional_name(make_nurse())) == "Mme Odile FAURE"
    assert plain(french.professional_name(make_nurse(civility=Civility.MR, given_name=""))) == "M. FAURE"
    assert plain(french.professional_name(make_nurse(civility=None))) == "Odile FAURE"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (
            Address(("28 avenue de Breteuil", "Escalier A"), "75007", "PARIS"),
            "28 avenue de Breteuil, Escalier A, 75007 PARIS",
        ),
        (Address(("Calle Mayor 1",), "28013", "MADRID", "ESPAGNE"), "Calle Mayor 1, 28013 MADRID, ESPAGNE"),
        (Address(("1 rue A",), "35000", "RENNES", "FR"), "1 rue A, 35000 RENNES"),
        (Address(("au domicile",)), "au domicile"),
        (Address(()), ""),
    ],
)
def test_an_address_is_one_line(address: Address, text: str) -> None:
    assert french.address_text(address) == text


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("0639981234", "06 39 98 12 34"),
        ("+33639981234", "06 39 98 12 34"),
        ("+262692000000", "+262692000000"),
        ("15", "15"),
    ],
)
def test_a_french_number_is_written_in_pairs(phone: str, text: str) -> None:
    assert plain(french.phone_text(phone)) == text


def test_a_matricule_is_written_as_on_the_card() -> None:
    assert plain(french.matricule_text("279032B15189123")) == "2 79 03 2B 151 891 23"


def test_a_wording_is_named_by_its_day() -> None:
    assert plain(french.version_text("2026-11-01")) == "1er novembre 2026"
    assert french.version_text("v3") == "v3"


def test_a_digest_is_written_in_groups() -> None:
    assert french.hash_text("0123456789abcdef") == "01234567 89abcdef"
