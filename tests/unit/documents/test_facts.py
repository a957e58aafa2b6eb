"""Names as the report states them."""

from __future__ import annotations

import pytest

from telemed.documents.service.facts import split_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("LE GOFF Yann", ("LE GOFF", "Yann")),
        ("Yann LE GOFF", ("LE GOFF", "Yann")),
        ("MOREAU Claire", ("MOREAU", "Claire")),
        ("Moreau Claire", ("Moreau", "Claire")),
        ("MOREAU", ("MOREAU", "")),
        ("D'ARTAGNAN Charles Henri", ("D'ARTAGNAN", "Charles Henri")),
    ],
)
def test_a_name_is_split_by_its_capitals(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
