"""The second factor of a link."""

from __future__ import annotations

import pytest

from telemed.links.rules import is_born_on
from telemed.patients.model import BirthDate


@pytest.mark.parametrize(
    ("known", "typed", "expected"),
    [
        (BirthDate(1955, 3, 12), "1955-03-12", True),
        (BirthDate(1955, 3, 12), "1955-12-03", False),
        (BirthDate(1955, 3), "1955-03-31", True),
        (BirthDate(1955), "1955-07-14", True),
        (BirthDate(1955), "1956-07-14", False),
        (BirthDate(1955), "1955", False),
        (BirthDate(1955, 3, 12), "", False),
    ],
)
def test_a_birth_date_is_compared_as_far_as_it_is_known(known: BirthDate, typed: str, *, expected: bool) -> None:
    assert is_born_on(known, typed) is expected
