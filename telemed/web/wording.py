"""The consent text as blocks that a template can draw: our own Markdown, read with no rule that could run."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Some words, strong or not."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True)
class Block:
    """A title (`title`), a paragraph (`text`) or a list (`list`, one item a line)."""

    kind: str
    lines: tuple[tuple[Span, ...], ...]


def read_blocks(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text; its first title, which the page already says, is left out."""
    blocks = []
    for part in re.split(r"\n\s*\n", markdown.strip()):
        if part.startswith("# "):
            continue
        if part.startswith("## "):
            blocks.append(Block("title", (_spans(part[3:]),)))
        elif part.startswith("- "):
            items = re.split(r"\n- ", part[2:])
            blocks.append(Block("list", tuple(_spans(" ".join(item.split())) for item in items)))
        else:
            blocks.append(Block("text", (_spans(" ".join(part.split())),)))
    return tuple(blocks)


def _spans(text: str) -> tuple[Span, ...]:
    pieces = re.split(r"\*\*(.+?)\*\*", text)
    return tuple(Span(piece, is_strong=bool(index % 2)) for index, piece in enumerate(pieces) if piece)
