"""What a file is by its bytes."""

from __future__ import annotations

import io
import zipfile

import pytest

from telemed.attachments.formats.sniffing import check_end, find_kind
from telemed.attachments.model import Kind, Refusal
from tests.fixtures.pictures import make_dicom, make_heic, make_jpeg, make_pdf, make_png, make_scp


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make_jpeg(), Kind.JPEG),
        (make_png(), Kind.PNG),
        (make_heic(), Kind.HEIC),
        (make_pdf(), Kind.PDF),
        (b"\xef\xbb\xbf\n%PDF-1.4 after a mark of order", Kind.PDF),
        (make_dicom(), Kind.DICOM),
        (b"II*\0" + bytes(124) + b"DICM", Kind.DICOM),
        (make_scp(), Kind.SCP_ECG),
        (b"MZ\x90\0 a program called photo.jpg", Refusal.EXECUTABLE),
        (b"\x7fELF", Refusal.EXECUTABLE),
        (b"#!/bin/sh\n", Refusal.EXECUTABLE),
        (b"  <script>alert(1)</script>", Refusal.EXECUTABLE),
        (b"MZ" + bytes(126) + b"DICM", Refusal.POLYGLOT),
        (b"#!/bin/sh\n" + bytes(118) + b"DICM", Refusal.POLYGLOT),
        (b"MZ and somewhere %PDF-1.7", Refusal.EXECUTABLE),
        (a_zip(), Refusal.ARCHIVE),
        (b"\x1f\x8b\x08", Refusal.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c", Refusal.ARCHIVE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.TYPE),
        (b"\xd0\xcf\x11\xe0 an old letter", Refusal.TYPE),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", Refusal.TYPE),
        (b"GIF89a", Refusal.TYPE),
        (b"", Refusal.TYPE),
        (b"MZ", Refusal.EXECUTABLE),
    ],
)
def test_the_first_bytes_tell(content: bytes, kind: Kind | Refusal) -> None:
    assert find_kind(content[:1024]) is kind


@pytest.mark.parametrize(("kind", "first"), [(Kind.JPEG, make_jpeg()), (Kind.PDF, make_pdf()), (Kind.PNG, make_png())])
def test_a_zip_behind_another_file_is_found(kind: Kind, first: bytes) -> None:
    assert check_end(kind, first[-66_000:]) is None
    assert check_end(kind, (first + a_zip())[-66_000:]) is Refusal.POLYGLOT
    assert check_end(kind, (first + a_zip() + b"padding")[-66_000:]) is Refusal.POLYGLOT


def test_four_bytes_of_a_picture_are_no_zip() -> None:
    assert check_end(Kind.JPEG, b"pixels PK\x05\x06 more pixels, enough of them to be a record") is None


def test_a_pdf_without_its_end_is_damaged() -> None:
    assert check_end(Kind.PDF, make_pdf()[:2000]) is Refusal.UNREADABLE
