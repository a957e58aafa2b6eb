"""What a file really is decides: every kind is kept and shown without identity, what is something else is refused."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf
import pytest

from telemed.acts.teleexpertise.model import Case
from tests.fixtures.pictures import (
    make_dicom,
    make_dicom_ecg,
    make_heic,
    make_jpeg,
    make_pdf,
    make_png,
    make_scp,
)
from tests.integration.attachments.conftest import Desk

pytestmark = pytest.mark.asyncio
HERS = {"name": "LEROY^Jeanne", "born": "19550312", "sex": "F"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a content is does not depend on the database."""
    return sqlite_url


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(5_000_000))
    return out.getvalue()


def a_locked_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def a_png_bomb() -> bytes:
    """A few hundred kilobytes that would be ten billion pixels."""
    small = make_png()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = chunk(b"IHDR", (100_000).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0)))
    return small[:8] + head + chunk(b"IDAT", zlib.compress(bytes(100_000_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (make_jpeg(), "jpeg", "image/jpeg"),
        (make_png(), "png", "image/png"),
        (make_heic(), "heic", "image/jpeg"),
        (make_pdf(2), "pdf", "image/png"),
        (make_dicom(**HERS), "dicom", "image/png"),  # type: ignore[arg-type]
        (make_dicom_ecg(**HERS), "dicom_ecg", "image/svg+xml"),
        (make_scp(), "scp_ecg", "image/svg+xml"),
    ],
    ids=["jpeg", "png", "heic", "pdf", "dicom", "dicom_ecg", "scp_ecg"],
)
async def test_each_kind_is_kept_under_its_own_name_and_shown(
    desk: Desk, content: bytes, kind: str, media_type: str
) -> None:
    reply = await desk.join(await desk.scene.draft(), content, name="comme-on-veut.txt")
    assert reply.status == 200, reply.content
    one = reply.body
    assert (one["kind"], one["warnings"], one["name"].split(".")[0]) == (kind, [], "comme-on-veut")
    shown = await desk.get(one["shown_url"])
    assert shown.headers["Content-Type"] == media_type
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert not any(word in shown.content for word in (b"LEROY", b"Jeanne", b"Canari", b"19550312", b"Exif"))
    assert (await desk.get(one["thumbnail_url"])).status == 200
    assert (await desk.get(one["original_url"])).content == content
    assert (await desk.get(f"{one['shown_url']}?frame={one['frames']}")).status == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ" + bytes(5_000), "attachment.executable"),
        (b"%PDF-1.7\n" + bytes(3_000) + b"%%EOF", "attachment.unreadable"),
        (make_pdf() + a_zip(), "attachment.polyglot"),
        (b"MZ" + make_dicom()[2:], "attachment.polyglot"),
        (a_zip(), "attachment.archive"),
        (make_jpeg()[:5_000], "attachment.unreadable"),
        (a_locked_pdf(), "attachment.locked"),
        (a_png_bomb(), "attachment.bomb"),
        (b"<html><body>bonjour</body></html>" + bytes(2_000), "attachment.executable"),
        (b"Une lettre, en texte.", "attachment.type_refused"),
    ],
    ids=["exe", "no-pdf", "pdf-zip", "exe-dicom", "zip-bomb", "cut-jpeg", "locked", "png-bomb", "html", "text"],
)
async def test_what_is_something_else_is_refused_and_leaves_nothing(desk: Desk, content: bytes, code: str) -> None:
    case = await desk.scene.draft()
    reply = await desk.join(case, content, name="ordonnance.pdf")
    assert (reply.status, reply.body["code"]) == (422, code)
    assert desk.files() == []
    [one] = await desk.listed(case)
    assert (one["state"], one["refusal"]["code"], one["original_url"]) == ("refused", code, None)
    listing = await desk.get(f"/teleexpertises/{case.id}/attachments")
    assert listing.body["bytes_taken"] == 0


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (make_dicom(name="MARTIN^Paul", born="19600101", sex="M"), ["other_name", "other_birth_date", "other_sex"]),
        (make_dicom(name="LEROY^Jeanne", born="19550313", sex="F"), ["other_birth_date"]),
        (make_dicom_ecg(name="MARTIN^Paul"), ["other_name"]),
        (make_scp("DURAND", "Jeanne"), ["other_name"]),
        (make_dicom(name="", born="", sex=""), []),
    ],
    ids=["all", "birth", "ecg", "scp", "silent"],
)
async def test_an_examination_of_another_patient_is_kept_and_warned_of(
    desk: Desk, content: bytes, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    reply = await desk.join(await desk.scene.draft(), content, name="examen.dcm")
    assert [warning["code"] for warning in reply.body["warnings"]] == [f"attachment.{code}" for code in codes]
    said = capsys.readouterr()
    assert not any(name in said.out + said.err for name in ("MARTIN", "DURAND", "1960", "19550313"))


async def test_frames_and_windows_that_are_not_kept_are_drawn_when_asked_for(desk: Desk) -> None:
    one = (await desk.join(await desk.scene.draft(), make_dicom(frames=12, **HERS), name="irm")).body  # type: ignore[arg-type]
    first, last = await desk.get(f"{one['shown_url']}?frame=0"), await desk.get(f"{one['shown_url']}?frame=11")
    assert (last.status, last.content) == (200, first.content)
    narrow = await desk.get(f"{one['shown_url']}?frame=0&center=0&width=4")
    assert narrow.content.startswith(b"\x89PNG")
    assert narrow.content != first.content


async def test_pages_of_a_pdf_are_looked_at_one_by_one(desk: Desk) -> None:
    one = (await desk.join(await desk.scene.draft(), make_pdf(2))).body
    pages = [await desk.get(f"{one['shown_url']}?frame={number}") for number in range(3)]
    assert [page.status for page in pages] == [200, 200, 404]
    assert pages[0].content != pages[1].content


async def test_a_file_with_a_name_that_nobody_reads_is_refused(desk: Desk) -> None:
    case: Case = await desk.scene.draft()
    path = f"/teleexpertises/{case.id}/attachments"
    reply = await desk.api.call("POST", path, {"name": "\u202e", "length": 10}, by=desk.scene.asker)
    assert (reply.status, reply.code) == (422, "invalid")
