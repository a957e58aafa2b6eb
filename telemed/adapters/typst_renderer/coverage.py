"""Which characters the fonts that typst carries can show: PDF/A refuses a page with a missing glyph.

Latin, Greek, Cyrillic, punctuation, letter-like and mathematical signs, arrows and common symbols, as probed in the
fonts; scripts written from right to left, ideographs, pictographs and the controls that reorder text are not there.
Nor are combining marks: text is composed first (é is one character), and what does not compose has no sure glyph.
A test lays out every character of this table.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

# fmt: off
RANGES: tuple[tuple[int, int], ...] = (
    (0x0020, 0x007E), (0x00A0, 0x02FF), (0x0370, 0x0377), (0x037A, 0x037F), (0x0384, 0x038A), (0x038C, 0x038C),
    (0x038E, 0x03A1), (0x03A3, 0x0482), (0x048A, 0x04FF), (0x0510, 0x0513), (0x051A, 0x051D), (0x1E00, 0x1F15),
    (0x1F18, 0x1F1D), (0x1F20, 0x1F45), (0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F59, 0x1F59), (0x1F5B, 0x1F5B),
    (0x1F5D, 0x1F5D), (0x1F5F, 0x1F7D), (0x1F80, 0x1FB4), (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3), (0x1FD6, 0x1FDB),
    (0x1FDD, 0x1FEF), (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE), (0x2000, 0x200A), (0x2010, 0x2027), (0x202F, 0x2040),
    (0x2042, 0x2042), (0x2044, 0x2052), (0x2054, 0x205F), (0x2070, 0x2071), (0x2074, 0x208E), (0x2090, 0x209C),
    (0x20A0, 0x20C0), (0x2100, 0x211E), (0x2120, 0x2120), (0x2122, 0x2122), (0x2124, 0x2124), (0x2126, 0x2151),
    (0x2153, 0x2184), (0x2189, 0x2189), (0x2190, 0x23FF), (0x2422, 0x2423), (0x2460, 0x2606), (0x2609, 0x262F),
    (0x2638, 0x268B), (0x2690, 0x269C), (0x26A0, 0x26A7), (0x26AA, 0x26AF), (0x26B2, 0x26B2), (0x2701, 0x2704),
    (0x2706, 0x2709), (0x270C, 0x2714), (0x2717, 0x2726), (0x272A, 0x274B), (0x274D, 0x274D), (0x274F, 0x2752),
    (0x2756, 0x2756), (0x2758, 0x275E), (0x2761, 0x277F), (0x2794, 0x2794), (0x2798, 0x27AF), (0x27B1, 0x27BF),
    (0xFB00, 0xFB06), (0xFFFD, 0xFFFD),
)
# fmt: on
_STARTS = [first for first, _ in RANGES]
_SPACES = "\t\n\r"
REPLACEMENT = "\ufffd"
ZERO_WIDTH_SPACE = "\u200b"
# Longer than any French word, and without a place to break: it would leave the page, and be lost on paper.
_LONG_RUN = re.compile(r"[^\s/-]{27,}")
_PIECE = re.compile(r".{1,12}")


def is_printable(character: str) -> bool:
    """Can this character be shown? Line ends and tabs can: they are laid out, not drawn."""
    code = ord(character)
    place = bisect_right(_STARTS, code) - 1
    return character in _SPACES or (place >= 0 and code <= RANGES[place][1])


def unprintable(text: str) -> frozenset[str]:
    """The characters of `text`, composed, that no font can show."""
    return frozenset(character for character in set(_compose(text)) if not is_printable(character))


def printable(text: str) -> str:
    """The text composed, with a mark for each character that cannot be shown, and with places to break long runs."""
    text = drawable(text)
    return _LONG_RUN.sub(lambda run: ZERO_WIDTH_SPACE.join(_PIECE.findall(run[0])), text.replace("\t", " "))


def drawable(text: str) -> str:
    """The same without a place to break: the source of a picture, whose words are drawn where they stand."""
    text = _compose(text)
    missing = unprintable(text)
    return "".join(REPLACEMENT if character in missing else character for character in text) if missing else text


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)
