"""The pixels of one frame of a DICOM image, brought to eight bits through its window by one table."""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Callable
from typing import Any, BinaryIO

import pydicom
from PIL import Image
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import as_pixel_options
from pydicom.uid import UID

from telemed.attachments.formats.reading import RefusedFile
from telemed.attachments.model import Refusal

_MOST_PIXELS = 40_000_000
_PIXEL_DATA = (0x7FE0, 0x0010)
_DEPTHS = (8, 16)
Window = tuple[float, float]


def is_at_pixels(file: BinaryIO, header: pydicom.Dataset) -> bool:
    """Does the value of the pixels begin where the header ended? The file is then placed there."""
    at, syntax = file.tell(), _syntax(header)
    head = file.read(12)
    if len(head) < 12 or struct.unpack(f"{_order(header)}HH", head[:4]) != _PIXEL_DATA:
        return False
    file.seek(at + (8 if syntax.is_implicit_VR else 12))
    return True


def require_sane(header: pydicom.Dataset) -> None:
    """Raises RefusedFile on a frame that is larger than any device makes."""
    if int(header.Rows) * int(header.Columns) * int(header.SamplesPerPixel) > _MOST_PIXELS:
        raise RefusedFile(Refusal.BOMB)


def read_frame(file: BinaryIO, header: pydicom.Dataset, frame: int, window: Window | None) -> Image.Image:
    """One frame, grey or in colours; the file is left where it was.

    Raises LookupError on what is not read, and what pydicom raises.
    """
    at = file.tell()
    try:
        options: dict[str, Any] = as_pixel_options(header)
        options["pixel_keyword"] = "PixelData"
        options.setdefault("pixel_vr", "OW" if int(header.BitsAllocated) > 8 else "OB")
        buffer, told = get_decoder(_syntax(header)).as_buffer(file, index=frame, **options)
    finally:
        file.seek(at)
    raw, size, colours = (
        bytes(buffer),
        (int(told["columns"]), int(told["rows"])),
        str(told["photometric_interpretation"]),
    )
    depth = int(told["bits_allocated"])
    is_swapped = depth == 8 and _order(header) == ">"  # eight bits in words of the other end: long retired
    if depth not in _DEPTHS or is_swapped or "422" in colours or "420" in colours:
        raise LookupError("a way of writing pixels that is not read")
    if int(told["samples_per_pixel"]) == 3:
        return _coloured(raw, size, colours, told)
    if colours == "PALETTE COLOR":
        return _palette(raw, size, depth, header)
    return _grey(raw, size, depth, header, window, is_inverted=colours == "MONOCHROME1")


def _coloured(raw: bytes, size: tuple[int, int], colours: str, told: dict[str, Any]) -> Image.Image:
    if int(told["bits_allocated"]) != 8:
        raise LookupError("colours of more than eight bits")
    mode, plane = "YCbCr" if colours.startswith("YBR") else "RGB", size[0] * size[1]
    if int(told.get("planar_configuration", 0)) == 1:
        bands = [Image.frombytes("L", size, raw[at * plane : (at + 1) * plane]) for at in range(3)]
        return Image.merge(mode, bands).convert("RGB")
    return Image.frombytes(mode, size, raw[: plane * 3]).convert("RGB")


def _grey(
    raw: bytes, size: tuple[int, int], depth: int, header: pydicom.Dataset, window: Window | None, *, is_inverted: bool
) -> Image.Image:
    """Every stored value has its grey in a table: bits that do not count, sign, rescaling and window at once."""
    values = _real_values(header, depth)
    shade = _shade(header, window) or _whole_range(raw, depth, header, values)
    table = [round(255 * min(max(shade(value), 0.0), 1.0)) for value in values]
    if is_inverted:
        table = [255 - grey for grey in table]
    return _through(raw, size, depth, header, table)


def _through(raw: bytes, size: tuple[int, int], depth: int, header: pydicom.Dataset, table: list[int]) -> Image.Image:
    """Stored values through a table of 256 or 65,536 greys."""
    if depth == 8:
        return Image.frombytes("L", size, raw[: size[0] * size[1]]).point(table)
    mode = "I;16B" if _order(header) == ">" else "I;16"
    return Image.frombytes("I", size, raw, "raw", mode).point(table, "L")


def _real_values(header: pydicom.Dataset, depth: int) -> list[float]:
    """What each stored value means, in the units of the image."""
    stored = min(int(header.get("BitsStored", depth) or depth), depth)
    sign = 1 << (stored - 1) if int(header.get("PixelRepresentation", 0) or 0) == 1 else 0
    mask = (1 << stored) - 1
    slope = float(header.get("RescaleSlope", 1) or 1)
    intercept = float(header.get("RescaleIntercept", 0) or 0)
    return [(((word & mask) ^ sign) - sign) * slope + intercept for word in range(1 << depth)]


def _shade(header: pydicom.Dataset, window: Window | None) -> Callable[[float], float] | None:
    """From black (0) to white (1), by the window asked for, or by what the file proposes; None when it does not."""
    center, width = window or (_first(header.get("WindowCenter")), _first(header.get("WindowWidth")))
    if center is not None and width is not None and width > 0:
        if str(header.get("VOILUTFunction", "")).upper() == "SIGMOID":
            return lambda value: 1 / (1 + math.exp(min(-4 * (value - center) / width, 700)))
        return lambda value: (value - (center - 0.5)) / max(width - 1, 1) + 0.5  # PS3.3 C.11.2.1.2
    sequence = header.get("VOILUTSequence")
    if not sequence:
        return None
    entries, first, bits = (int(part) for part in sequence[0].LUTDescriptor)
    words, most = list(sequence[0].LUTData), (1 << bits) - 1
    last = min(entries or 65_536, len(words)) - 1
    return lambda value: words[int(min(max(value - first, 0), last))] / most


def _whole_range(raw: bytes, depth: int, header: pydicom.Dataset, values: list[float]) -> Callable[[float], float]:
    """From the least to the greatest value of the frame."""
    words = array("B" if depth == 8 else "H", raw[: len(raw) - len(raw) % (depth // 8)])
    if depth == 16 and (_order(header) == ">") is (sys.byteorder == "little"):
        words.byteswap()
    present = [values[word] for word in set(words)]
    least, width = min(present), max(max(present) - min(present), 1e-6)
    return lambda value: (value - least) / width


def _first(value: Any) -> float | None:
    """One window of those that a file proposes."""
    if value is None or value == "":
        return None
    is_many = not isinstance(value, str | int | float) and hasattr(value, "__getitem__")
    return float(value[0] if is_many else value)


def _palette(raw: bytes, size: tuple[int, int], depth: int, header: pydicom.Dataset) -> Image.Image:
    bands = [_through(raw, size, depth, header, _table(header, colour, depth)) for colour in ("Red", "Green", "Blue")]
    return Image.merge("RGB", bands)


def _table(header: pydicom.Dataset, colour: str, depth: int) -> list[int]:
    """One colour of a palette, for every stored value."""
    entries, first, _ = (int(part) for part in header[f"{colour}PaletteColorLookupTableDescriptor"].value)
    raw, entries = bytes(header[f"{colour}PaletteColorLookupTableData"].value), entries or 65_536
    is_wide = len(raw) >= entries * 2
    words = list(struct.unpack(f"{_order(header)}{entries}H", raw[: entries * 2])) if is_wide else list(raw[:entries])
    eight = [min(word >> 8 if is_wide else word, 255) for word in words]
    return [eight[min(max(value - first, 0), len(eight) - 1)] for value in range(1 << depth)]


def _order(header: pydicom.Dataset) -> str:
    return "<" if _syntax(header).is_little_endian else ">"


def _syntax(header: pydicom.Dataset) -> UID:
    return UID(header.file_meta.TransferSyntaxUID)
