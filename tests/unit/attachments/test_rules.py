"""What may be joined, and whether a file is about the patient."""

from __future__ import annotations

import pytest

from telemed.attachments.model import MAX_BOX_BYTES, MAX_BOX_FILES, MAX_BYTES, Holder, Warned
from telemed.attachments.rules import check_length, check_room, clean_name, compare_holder
from telemed.kernel.ids import new_id
from telemed.patients.model import BirthDate, Contact, Identity, Patient, Sex, Traits, UsedNames
from tests.fixtures.clocks import NOON

JEANNE = Patient(
    id=new_id(),
    practice_id=new_id(),
    identity=Identity(Traits("LE-ROY", ("JEANNE", "MARIE"), BirthDate(1955, 3, 12), Sex.FEMALE)),
    used=UsedNames(family="Dupont", given="Jeannette"),
    contact=Contact(),
    created_at=NOON,
)


@pytest.mark.parametrize(
    ("holder", "warned"),
    [
        (Holder(), ()),
        (Holder("LE ROY", "Jeanne", "1955-03-12", "F"), ()),
        (Holder("Leroy", "", "", ""), ()),
        (Holder("dupont", "jeannette", "", "O"), ()),
        (Holder("DUPONT^", "Marie", "", ""), ()),
        (Holder("MARTIN", "Jeanne", "1955-03-12", "F"), (Warned.OTHER_NAME,)),
        (Holder("LE ROY", "Paul", "", ""), (Warned.OTHER_NAME,)),
        (Holder("LE ROY", "", "1955-03-13", ""), (Warned.OTHER_BIRTH_DATE,)),
        (Holder("", "", "", "M"), (Warned.OTHER_SEX,)),
        (Holder("MARTIN", "Paul", "1960-01-01", "M"), tuple(Warned)[:3]),
    ],
)
def test_what_a_file_says_of_its_patient_is_compared(holder: Holder, warned: tuple[Warned, ...]) -> None:
    assert compare_holder(holder, JEANNE) == warned


def test_a_length_and_a_room_are_allowed_to_the_last_byte() -> None:
    assert check_length(MAX_BYTES).is_allowed
    assert not check_length(MAX_BYTES + 1).is_allowed
    assert check_room(taken=MAX_BOX_BYTES - 10, files=MAX_BOX_FILES - 1, length=10).is_allowed
    assert not check_room(taken=MAX_BOX_BYTES - 10, files=0, length=11).is_allowed
    assert not check_room(taken=0, files=MAX_BOX_FILES, length=1).is_allowed


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Photos\\dos.jpg", "dos.jpg"),
        ("../../etc/passwd", "passwd"),
        ('a<b>"c".pdf', "abc.pdf"),
        ("nom\u202egpj.exe", "nomgpj.exe"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
    ],
)
def test_a_name_keeps_what_people_read(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "...", "/", "\x00\x01"])
def test_a_name_that_says_nothing_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="ne se lit pas"):
        clean_name(given)
