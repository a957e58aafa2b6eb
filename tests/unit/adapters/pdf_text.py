"""The text of a PDF, page by page, as its fonts map glyphs to Unicode: what a reader copies or hears."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf


def page_texts(pdf: bytes) -> list[str]:
    """One string a page; runs of spaces, and no-break spaces, read as one space."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [" ".join(_page_text(page).split()) for page in document.pages]


def _page_text(page: pikepdf.Page) -> str:
    fonts = {str(name): _unicode_map(font) for name, font in page.resources.get("/Font", {}).items()}
    glyphs: dict[int, str] = {}
    pieces: list[str] = []
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        name = str(instruction.operator)
        if name == "Tf":
            glyphs = fonts[str(operands[0])]
        elif name in ("Tj", "TJ"):
            parts = operands[0] if name == "TJ" else [operands[0]]
            pieces.extend(_decode(bytes(part), glyphs) for part in parts if isinstance(part, pikepdf.String))
        elif name in ("Tm", "Td", "ET"):
            pieces.append(" ")
    return "".join(pieces).replace("\u00a0", " ").replace("\u202f", " ").replace("\u00ad", "")


def _decode(data: bytes, glyphs: dict[int, str]) -> str:
    return "".join(glyphs.get(int.from_bytes(data[place : place + 2]), "?") for place in range(0, len(data), 2))


def _unicode_map(font: Any) -> dict[int, str]:
    """The ToUnicode CMap of a font with two-byte codes."""
    cmap = font.ToUnicode.read_bytes().decode("latin-1")
    mapped: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            mapped[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = int.from_bytes(bytes.fromhex(text))
            for code in range(int(first, 16), int(last, 16) + 1):
                mapped[code] = chr(start + code - int(first, 16))
    return mapped


def text_extents(pdf: bytes) -> list[list[float]]:
    """For each page, where each run of text ends, in points from the left; pages without rotated text only."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [_extents(page) for page in document.pages]


def _extents(page: pikepdf.Page) -> list[float]:
    fonts = {str(name): _widths(font) for name, font in page.resources.get("/Font", {}).items()}
    found: list[float] = []
    stack, x, size, widths = [0.0], 0.0, 0.0, dict[int, float]()
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "q":
                stack.append(x)
            case "Q":
                x = stack.pop()
            case "cm":
                x += float(operands[4])
            case "Tf":
                widths, size = fonts[str(operands[0])], float(operands[1])
            case "TJ":
                found.append(x + size * sum(_advance(part, widths) for part in operands[0]) / 1000)
    return found


def _advance(part: Any, widths: dict[int, float]) -> float:
    """How far a string, or a correction between two, moves: thousandths of the font's size."""
    if not isinstance(part, pikepdf.String):
        return -float(part)
    data = bytes(part)
    return sum(widths[int.from_bytes(data[place : place + 2])] for place in range(0, len(data), 2))


def _widths(font: Any) -> dict[int, float]:
    """The W array of a CID font: `first [w w …]` or `first last w`."""
    widths: dict[int, float] = {}
    entries = list(font.DescendantFonts[0].W)
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, pikepdf.Array):
            widths |= {first + place: float(width) for place, width in enumerate(list(second))}
        else:
            width = float(entries.pop(0))
            widths |= dict.fromkeys(range(first, int(second) + 1), width)
    return widths
