"""SCP-ECG (EN 1064, ISO 11073-91064): the rhythm of every lead, and whom the file names.

Read: sections 0 (pointers), 1 (patient), 2 (Huffman tables, the default one included), 3 (leads) and 6 (rhythm), with
first or second differences. A rhythm from which a reference beat was taken away, or that was decimated, is not drawn.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from telemed.attachments.formats.drawing import Drawing
from telemed.attachments.formats.ecg import GLIMPSE, WHOLE, Extent, Lead, Tracing, draw_tracing
from telemed.attachments.formats.reading import Found, RefusedFile
from telemed.attachments.formats.scp_huffman import DEFAULT_TABLE, Table, decode, read_tables
from telemed.attachments.model import Holder, Kind, Refusal

_MOST_BYTES = 20 * 2**20
_MOST_LEADS = 64
_MOST_SAMPLES = 50_000_000
_READ_SECONDS = 15
_LONGEST_SAMPLE_BYTES = 4
_HEADER = 16
_DEFAULT = 19_999
_SEXES = {1: "M", 2: "F"}
_LEADS = {
    1: "I", 2: "II", 3: "V1", 4: "V2", 5: "V3", 6: "V4", 7: "V5", 8: "V6", 9: "V7", 10: "V2R", 11: "V3R", 12: "V4R",
    13: "V5R", 14: "V6R", 15: "V7R", 16: "X", 17: "Y", 18: "Z", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF", 66: "V8",
    67: "V9", 68: "V8R", 69: "V9R",
}  # fmt: skip
_LIMB_LEADS = (("III", -1.0, 1.0), ("aVR", -0.5, -0.5), ("aVL", 1.0, -0.5), ("aVF", -0.5, 1.0))
_ORDER = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


class ScpReader:
    """An open SCP-ECG. Raises RefusedFile when its sections do not hold together."""

    def __init__(self, file: BinaryIO) -> None:
        raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise RefusedFile(Refusal.BOMB)
        try:
            sections = _sections(raw)
            self._tracing = _tracing(sections)
            holder = _holder(sections[1][_HEADER:]) if 1 in sections else Holder()
        except (struct.error, IndexError, ValueError, KeyError):
            raise RefusedFile(Refusal.UNREADABLE) from None
        self.found = Found(Kind.SCP_ECG, 1 if self._tracing else 0, holder)

    def draw(self, frame: int, window: tuple[float, float] | None = None) -> Drawing:
        if frame != 0 or window is not None:
            raise LookupError("an ECG is one picture")
        return self._draw(WHOLE)

    def thumbnail(self) -> Drawing:
        return self._draw(GLIMPSE)

    def _draw(self, extent: Extent) -> Drawing:
        if self._tracing is None:
            raise LookupError("a rhythm written in a way that is not read")
        return draw_tracing(self._tracing, extent)


@dataclass(frozen=True)
class _Shape:
    """Of the leads: their names, how many samples each, and whether the rhythm is whole."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    is_whole: bool


def _sections(raw: bytes) -> dict[int, bytes]:
    """Each section with its header. Raises ValueError when the record is shorter than it says."""
    length = struct.unpack_from("<I", raw, 2)[0]
    if length > len(raw) or length < 22:
        raise ValueError("a record that is cut")
    pointers = struct.unpack_from("<I", raw, 6 + 4)[0]
    found = {}
    for at in range(6 + _HEADER, 6 + pointers - 9, 10):
        number, size, index = struct.unpack_from("<HII", raw, at)
        if size > 0:
            start = index - 1
            if start < 0 or start + size > len(raw):
                raise ValueError("a section outside of the record")
            found[number] = raw[start : start + size]
    if 3 not in found or 6 not in found:
        raise ValueError("an ECG without leads or rhythm")
    return found


def _holder(tags: bytes) -> Holder:
    """Tags 0 (last name), 1 (first name), 5 (birth date) and 8 (sex) of section 1."""
    at, words = 0, {}
    while at + 3 <= len(tags) and tags[at] != 255:
        size = struct.unpack_from("<H", tags, at + 1)[0]
        words[tags[at]] = tags[at + 3 : at + 3 + size]
        at += 3 + size
    born = words.get(5, b"")
    year, month, day = struct.unpack_from("<HBB", born) if len(born) >= 4 else (0, 0, 0)
    return Holder(
        family_name=_text(words.get(0, b"")),
        given_names=_text(words.get(1, b"")),
        birth_date=f"{year:04}-{month:02}-{day:02}" if year and month and day else "",
        sex=_SEXES.get(words[8][0], "") if words.get(8) else "",
    )


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("latin-1").strip()


def _shape(section: bytes) -> _Shape:
    body = section[_HEADER:]
    count, flags = body[0], body[1]
    if not 0 < count <= _MOST_LEADS:
        raise ValueError("too many leads")
    leads = [struct.unpack_from("<IIB", body, 2 + 9 * number) for number in range(count)]
    counts = tuple(end - start + 1 for start, end, _ in leads)
    if any(not 0 < number <= _MOST_SAMPLES for number in counts) or sum(counts) > _MOST_SAMPLES:
        raise ValueError("too many samples")
    return _Shape(tuple(_LEADS.get(code, f"#{code}") for *_, code in leads), counts, is_whole=not flags & 1)


def _tracing(sections: dict[int, bytes]) -> Tracing | None:
    """The rhythm, None when it is written in a way that is not read."""
    shape, body = _shape(sections[3]), sections[6][_HEADER:]
    nanovolts, microseconds, differences, is_bimodal = struct.unpack_from("<HHBB", body)
    if not shape.is_whole or is_bimodal or differences > 2:
        return None
    if not nanovolts or not microseconds:
        raise ValueError("a rhythm without a scale")
    tables = _tables(sections.get(2))
    sizes = struct.unpack_from(f"<{len(shape.names)}H", body, 6)
    at, leads = 6 + 2 * len(sizes), []
    most = _READ_SECONDS * 1_000_000 // microseconds
    for name, count, size in zip(shape.names, shape.counts, sizes, strict=True):
        part = body[at : at + min(size, most * _LONGEST_SAMPLE_BYTES)]
        values = _values(part, min(count, most), tables)
        leads.append(Lead(name, [value * nanovolts / 1000 for value in _integrated(values, differences)]))
        at += size
    return Tracing(_with_limb_leads(leads), 1_000_000 / microseconds)


def _tables(section: bytes | None) -> tuple[Table, ...] | None:
    """The Huffman tables; None where samples are written plainly."""
    if section is None or len(section) < _HEADER + 2:
        return None
    count = struct.unpack_from("<H", section, _HEADER)[0]
    return (DEFAULT_TABLE,) if count == _DEFAULT else read_tables(section[_HEADER + 2 :], count)


def _values(raw: bytes, count: int, tables: tuple[Table, ...] | None) -> list[int]:
    if tables is None:
        whole = min(count, len(raw) // 2)
        return list(struct.unpack_from(f"<{whole}h", raw))
    return decode(raw, count, tables)


def _integrated(values: list[int], differences: int) -> list[int]:
    """Samples out of their first or second differences; the first ones are written as they are."""
    found = list(values)
    for at in range(differences, len(found)):
        if differences == 1:
            found[at] += found[at - 1]
        elif differences == 2:
            found[at] += 2 * found[at - 1] - found[at - 2]
    return found


def _with_limb_leads(leads: list[Lead]) -> tuple[Lead, ...]:
    """In the usual order, with III, aVR, aVL and aVF reckoned from I and II where they are not recorded."""
    by_name = {lead.name: lead for lead in leads}
    if "I" in by_name and "II" in by_name:
        pairs = list(zip(by_name["I"].microvolts, by_name["II"].microvolts, strict=False))
        for name, of_one, of_two in _LIMB_LEADS:
            by_name.setdefault(name, Lead(name, [of_one * one + of_two * two for one, two in pairs]))
    rest = [name for name in by_name if name not in _ORDER]
    return tuple(by_name[name] for name in (*_ORDER, *rest) if name in by_name)
