"""HL7 v2 messages (pipes and hats) into segments and fields: bounded, without guessing."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.acts.telemonitoring.model.receipt import IssueKind, Unreadable

MAX_SEGMENTS = 20_000
_MAX_FIELDS = 50 * MAX_SEGMENTS
_HEADS = ("MSH|^~\\&|", "MSH|^~\\&#|")
"""The usual separators; from 2.7 on they may end with that of truncation, which is not used here."""

_ESCAPES = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}


@dataclass(frozen=True)
class Segment:
    """One line: its name and its fields, from 1 as the standard counts them."""

    name: str
    fields: tuple[str, ...]
    position: int

    def field(self, number: int) -> str:
        """The text of a field, empty where it is not there."""
        return self.fields[number - 1] if number <= len(self.fields) else ""

    def component(self, number: int, part: int) -> str:
        """A component of a field's first repetition, from 1, with its escapes undone."""
        parts = self.field(number).split("~")[0].split("^")
        return _unescape(parts[part - 1]) if part <= len(parts) else ""

    def place(self, number: int) -> str:
        return f"{self.name}[{self.position}]-{number}"


def read_segments(content: bytes) -> list[Segment]:
    """The segments of a message. Raises Unreadable: no HL7 v2, other separators than the usual, not UTF-8, too long."""
    if content.count(b"\r") + content.count(b"\n") > 3 * MAX_SEGMENTS or content.count(b"|") > _MAX_FIELDS:
        raise _too_long()
    try:
        text = content.decode("utf-8").strip("\x0b\x1c\r\n ")
    except UnicodeDecodeError as error:
        raise Unreadable(IssueKind.STRUCTURE, "hl7.encoding", "Ce message n'est pas en UTF-8.") from error
    if "\x00" in text:
        raise Unreadable(IssueKind.STRUCTURE, "hl7.encoding", "Un caractère nul n'a pas sa place ici.")
    lines = [line for line in text.replace("\n", "\r").split("\r") if line.strip()]
    if not lines or not lines[0].startswith(_HEADS):
        raise Unreadable(IssueKind.STRUCTURE, "hl7.header", "Un message HL7 v2 commence par MSH|^~\\&|.", "MSH")
    if len(lines) > MAX_SEGMENTS:
        raise _too_long()
    return [_segment(line, position) for position, line in enumerate(lines, 1)]


def _too_long() -> Unreadable:
    return Unreadable(IssueKind.TOO_LONG, "hl7.too_long", f"Au plus {MAX_SEGMENTS} segments.")


def _segment(line: str, position: int) -> Segment:
    name, *fields = line.split("|")
    if name == "MSH":
        fields = ["|", *fields]  # MSH-1 is the separator itself
    return Segment(name, tuple(fields), position)


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    pieces = text.split("\\")
    return "".join(_ESCAPES.get(piece, "") if odd % 2 else piece for odd, piece in enumerate(pieces))
