"""The CSV of the accountant: read back as it was by a French spreadsheet, and inert."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.kernel.spreadsheet import Cell, Euros, decimal_comma, write_csv

HEAD = ("Jour", "Libellé", "Nombre", "Montant")


def read_back(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_file_is_what_a_french_spreadsheet_expects() -> None:
    raw = write_csv(HEAD, [(date(2026, 11, 25), "Rejeté ; à corriger", 3, Euros(-2505)), (None, "", 0, Euros(100_000))])
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").split("\r\n") == [
        "Jour;Libellé;Nombre;Montant",
        '2026-11-25;"Rejeté ; à corriger";3;-25,05',
        ";;0;1000,00",
        "",
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", " =HYPERLINK(1)", "\u00a0=1", "＝1", "\x00=1"]
)
def test_a_formula_is_only_text(text: str) -> None:
    (cell,) = read_back(write_csv(("Motif",), [(text,)]))[1]
    assert cell.startswith("'")
    assert "\x00" not in cell


def test_a_row_is_as_long_as_its_head() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        write_csv(HEAD, [("trop", "court")])


@given(st.lists(st.tuples(st.text(), st.integers(), st.dates(), st.integers(-(10**9), 10**9)), max_size=5))
def test_every_cell_comes_back_and_none_starts_a_formula(rows: list[tuple[str, int, date, int]]) -> None:
    cells: list[tuple[Cell, ...]] = [(text, number, day, Euros(cents)) for text, number, day, cents in rows]
    read = read_back(write_csv(HEAD, cells))[1:]
    assert len(read) == len(rows)
    for (text, number, day, cents), got in zip(rows, read, strict=True):
        assert got[0].removeprefix("'") == text.replace("\x00", "").removeprefix("'")
        assert got[0].lstrip(" \u00a0\u202f")[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")
        assert (got[1], got[2]) == (str(number), day.isoformat())
        assert round(float(got[3].replace(",", ".")) * 100) == cents


@given(st.integers())
def test_an_amount_is_exact(cents: int) -> None:
    assert int(decimal_comma(cents).replace(",", "")) == cents
