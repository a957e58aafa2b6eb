"""Readers of each kind: what they find, what they draw, what they will not open."""

from __future__ import annotations

import io
import struct
from typing import Any

import pydicom
import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from telemed.attachments.formats.dicom import open_dicom
from telemed.attachments.formats.drawing import LONGEST_SIDE, THUMBNAIL_SIDE
from telemed.attachments.formats.pdf import PdfReader
from telemed.attachments.formats.photos import PhotoReader
from telemed.attachments.formats.reading import RefusedFile
from telemed.attachments.formats.scp_ecg import ScpReader
from telemed.attachments.formats.scp_huffman import DEFAULT_TABLE, decode, read_tables
from telemed.attachments.model import Holder, Kind, Refusal, Warned
from tests.fixtures.pictures import (
    make_dicom,
    make_dicom_ecg,
    make_heic,
    make_jpeg,
    make_pdf,
    make_picture,
    make_png,
    make_scp,
)


def picture_of(drawing: Any) -> Image.Image:
    return Image.open(io.BytesIO(drawing.content))


def refusal_of(make: Any) -> Refusal:
    with pytest.raises(RefusedFile) as caught:
        make()
    return caught.value.refusal


def test_a_photo_is_shown_upright_and_without_its_place() -> None:
    reader = PhotoReader(io.BytesIO(make_jpeg(640, 480, orientation=6)), Kind.JPEG)
    drawing = reader.draw(0)
    shown = picture_of(drawing)
    assert shown.size == (480, 640)
    assert len(shown.getexif()) == 0
    assert b"Canari" not in drawing.content
    assert b"Exif" not in drawing.content


def test_a_heic_photo_is_shown_as_jpeg_without_its_place() -> None:
    drawing = PhotoReader(io.BytesIO(make_heic()), Kind.HEIC).draw(0)
    assert drawing.media_type == "image/jpeg"
    assert b"Canari" not in drawing.content
    red, green, _ = picture_of(drawing).convert("RGB").getpixel((40, 30))  # type: ignore[misc]
    assert red > 150 > 100 > green


def test_a_large_photo_is_brought_to_what_screens_show() -> None:
    reader = PhotoReader(io.BytesIO(make_jpeg(LONGEST_SIDE + 800, 600)), Kind.JPEG)
    assert max(picture_of(reader.draw(0)).size) <= LONGEST_SIDE
    assert max(picture_of(reader.thumbnail()).size) == THUMBNAIL_SIDE


def test_transparency_and_sixteen_bits_are_shown() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(clear, "PNG")
    assert picture_of(PhotoReader(clear, Kind.PNG).draw(0)).getpixel((1, 1)) == (255, 255, 255)
    deep = io.BytesIO()
    Image.new("I;16", (8, 8), 40_000).save(deep, "PNG")
    assert picture_of(PhotoReader(deep, Kind.PNG).draw(0)).getpixel((1, 1)) == pytest.approx(155, abs=1)


def test_a_damaged_photo_and_one_of_too_many_pixels_are_refused() -> None:
    assert refusal_of(lambda: PhotoReader(io.BytesIO(make_jpeg()[:4000]), Kind.JPEG)) is Refusal.UNREADABLE
    huge = make_png()[:16] + struct.pack(">II", 60_000, 60_000) + make_png()[24:]
    assert refusal_of(lambda: PhotoReader(io.BytesIO(huge), Kind.PNG)) in (Refusal.BOMB, Refusal.UNREADABLE)


def test_pages_of_a_pdf_are_pictures() -> None:
    reader = PdfReader(io.BytesIO(make_pdf(3)))
    assert (reader.found.kind, reader.found.frames) == (Kind.PDF, 3)
    assert picture_of(reader.draw(2)).size[1] > 500
    for wrong in (3, -1):
        with pytest.raises(LookupError):
            reader.draw(wrong)


def test_a_pdf_that_is_none_is_refused() -> None:
    assert refusal_of(lambda: PdfReader(io.BytesIO(b"%PDF-1.7\nnothing\n%%EOF"))) is Refusal.UNREADABLE
    assert len(PdfDocument(make_pdf(1))) == 1


def test_frames_of_an_examination_are_seen_through_a_window() -> None:
    reader = open_dicom(io.BytesIO(make_dicom(frames=3, side=32)))
    assert (reader.found.kind, reader.found.frames) == (Kind.DICOM, 3)
    assert reader.found.holder == Holder("LEROY", "Jeanne", "1955-03-12", "F")
    plain = picture_of(reader.draw(1))
    row = [plain.getpixel((x, 5)) for x in range(32)]
    assert row == sorted(row)  # type: ignore[type-var]
    narrow = picture_of(reader.draw(1, (0, 4)))
    assert (narrow.getpixel((0, 0)), narrow.getpixel((31, 0))) == (0, 255)
    with pytest.raises(LookupError):
        reader.draw(3)


def test_bits_that_do_not_count_are_left_out() -> None:
    """Signed values of twelve bits, the four others full of anything."""
    dataset = pydicom.dcmread(io.BytesIO(make_dicom(side=32)))
    words = struct.unpack(f"<{32 * 32}H", dataset.PixelData)
    dataset.PixelData = struct.pack(f"<{32 * 32}H", *((word & 0xFFF) | 0x5000 for word in words))
    out = io.BytesIO()
    dataset.save_as(out)
    out.seek(0)
    expected = open_dicom(io.BytesIO(make_dicom(side=32))).draw(0).content
    assert open_dicom(out).draw(0).content == expected


@pytest.mark.parametrize(("change", "warned"), [({"BurnedInAnnotation": "YES"}, (Warned.BURNED_IN,)), ({}, ())])
def test_an_identity_in_the_pixels_is_warned_of(change: dict[str, str], warned: tuple[Warned, ...]) -> None:
    dataset = pydicom.dcmread(io.BytesIO(make_dicom()))
    for name, value in change.items():
        setattr(dataset, name, value)
    out = io.BytesIO()
    dataset.save_as(out)
    out.seek(0)
    assert open_dicom(out).found.warnings == warned


def test_a_negative_of_an_xray_is_turned() -> None:
    dataset = pydicom.dcmread(io.BytesIO(make_dicom()))
    dataset.PhotometricInterpretation = "MONOCHROME1"
    out = io.BytesIO()
    dataset.save_as(out)
    out.seek(0)
    shown = picture_of(open_dicom(out).draw(0))
    assert shown.getpixel((0, 0)) > shown.getpixel((31, 0))  # type: ignore[operator]


@pytest.mark.parametrize("cut", [200, 400])
def test_an_examination_that_is_cut_is_refused(cut: int) -> None:
    def opened() -> None:
        open_dicom(io.BytesIO(make_dicom()[:-cut])).draw(0)

    assert refusal_of(opened) is Refusal.UNREADABLE


def test_an_examination_of_frames_beyond_reason_is_a_bomb() -> None:
    dataset = pydicom.dcmread(io.BytesIO(make_dicom()))
    dataset.Rows = dataset.Columns = 65_000
    out = io.BytesIO()
    dataset.save_as(out)
    out.seek(0)
    assert refusal_of(lambda: open_dicom(out)) is Refusal.BOMB


@pytest.mark.parametrize(("read", "content"), [(open_dicom, make_dicom_ecg()), (ScpReader, make_scp())])
def test_an_ecg_is_drawn_on_millimetre_paper(read: Any, content: bytes) -> None:
    opened = read(io.BytesIO(content))
    assert opened.found.holder.family_name == "LEROY"
    assert opened.found.holder.birth_date == "1955-03-12"
    svg = opened.draw(0).content.decode()
    assert svg.startswith("<svg")
    assert "25 mm/s" in svg
    assert ">II</text>" in svg
    assert "LEROY" not in svg
    points = [float(pair.split(",")[1]) for pair in svg.split('points="')[1].split('"')[0].split()]
    assert max(points) - min(points) == pytest.approx(40, abs=0.2)  # a millivolt is ten millimetres of four pixels
    assert len(opened.thumbnail().content) < len(svg)


def test_limb_leads_that_are_not_recorded_are_reckoned() -> None:
    svg = ScpReader(io.BytesIO(make_scp())).draw(0).content.decode()
    assert [name for name in ("III", "aVR", "aVL", "aVF") if f">{name}</text>" in svg] == ["III", "aVR", "aVL", "aVF"]


def test_an_ecg_that_is_cut_is_refused() -> None:
    assert refusal_of(lambda: ScpReader(io.BytesIO(make_scp()[:2000]))) is Refusal.UNREADABLE


@pytest.mark.parametrize(
    ("bits", "values"),
    [
        ("0", [0]),
        ("100101", [1, -1]),
        ("11111111001111111101", [8, -8]),
        ("111111111010000000", [-128]),
        ("11111111110000000100000000", [256]),
        ("0100011100", [0, 1, 0, 3]),
    ],
)  # fmt: skip
def test_the_default_codes_of_scp_ecg(bits: str, values: list[int]) -> None:
    raw = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    assert decode(raw, len(values), (DEFAULT_TABLE,)) == values


def test_tables_that_a_file_brings_are_read_with_their_first_bit_last() -> None:
    codes = [(1, 1, 1, 7, 0b0), (2, 2, 1, -3, 0b01)]
    raw = struct.pack("<H", 2) + b"".join(struct.pack("<BBBhI", *code) for code in codes)
    assert decode(b"\x40", 2, read_tables(raw, 1)) == [7, -3]
    with pytest.raises(ValueError, match="no code"):
        decode(b"\xff" * 8, 1, read_tables(raw, 1))


def test_pictures_are_made_to_be_told_apart() -> None:
    assert make_picture().getpixel((0, 0)) != make_picture().getpixel((0, 400))
