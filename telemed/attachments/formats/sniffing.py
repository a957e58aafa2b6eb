"""What a file is by its bytes, whatever its name says."""

from __future__ import annotations

import re

from telemed.attachments.model import Kind, Refusal

HEAD_BYTES = 1024
TAIL_BYTES = 66_000
"""A zip directory ends at most 65,557 bytes before the end of its file."""

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_EXECUTABLES = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"#!",
    b"\0asm",
    b"dex\n",
    b"\x4c\x00\x00\x00\x01\x14\x02\x00",
    b"!<arch>",
)
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
    b"MSCF",
    b"\x04\x22\x4d\x18",
)
_SCRIPT = re.compile(rb"\s*(?:<script|<html|<!doctype html|<\?php|<%|@echo)", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\s\x00]{0,16}%PDF-[12]\.\d")


def find_kind(head: bytes) -> Kind | Refusal:
    """The kind of a file that begins with `head` (its first kilobyte), or why it is refused."""
    for kind, matches in (
        (Kind.JPEG, head.startswith(b"\xff\xd8\xff")),
        (Kind.PNG, head.startswith(b"\x89PNG\r\n\x1a\n")),
        (Kind.HEIC, _is_heic(head)),
        (Kind.PDF, _PDF.match(head) is not None),
        (Kind.SCP_ECG, head[16:22] == b"SCPECG"),
    ):
        if matches:
            return kind
    if head[128:132] == b"DICM":
        return Refusal.POLYGLOT if find_danger(head) else Kind.DICOM
    return find_danger(head) or Refusal.TYPE


def find_danger(head: bytes) -> Refusal | None:
    """Is it a program, or holds it other files?"""
    if head.startswith(_EXECUTABLES) or _SCRIPT.match(head):
        return Refusal.EXECUTABLE
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return Refusal.ARCHIVE
    return None


def check_end(kind: Kind, tail: bytes) -> Refusal | None:
    """Does another file begin after the end of this one? `tail`: its last bytes, 66,000 at most.

    A zip is read from its end: behind a picture or a PDF it makes one file that is two.
    """
    end = tail.rfind(_ZIP_END)
    if end >= 0 and _ends_zip(tail[end:]):
        return Refusal.POLYGLOT
    if kind is Kind.PDF and b"%%EOF" not in tail and b"startxref" not in tail:
        return Refusal.UNREADABLE
    return None


def _ends_zip(record: bytes) -> bool:
    """Is it a record that ends a zip: one disk, some entries, a directory that is not empty?"""
    disks, entries = record[4:8], (record[8:10], record[10:12])
    return (
        len(record) >= 22 and disks == bytes(4) and entries[0] == entries[1] != bytes(2) and record[12:16] != bytes(4)
    )


def _is_heic(head: bytes) -> bool:
    if head[4:8] != b"ftyp":
        return False
    size = min(int.from_bytes(head[:4], "big"), 256, len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, size - 3, 4)}
    return not _HEIC_BRANDS.isdisjoint(brands) and head[8:12] != b"avif"
