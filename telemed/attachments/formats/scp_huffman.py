"""The Huffman tables of SCP-ECG (EN 1064, 5.5 and annex C)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 32


@dataclass(frozen=True)
class Code:
    """What follows a prefix.

    `extra` bits hold the value itself; without them it is `value`. `changes_to`: the table that reads on, none kept.
    """

    extra: int
    value: int
    changes_to: int | None = None


Table = Mapping[tuple[int, int], Code]
"""From (length of the prefix, prefix read from its first bit) to what follows it."""


def _default() -> dict[tuple[int, int], Code]:
    """0 is one bit; ±1 to ±8 are runs of ones; larger values follow two prefixes of ten bits, on 8 or 16 bits."""
    table = {(1, 0): Code(0, 0)}
    for size in range(1, 9):
        prefix = (1 << size + 2) - 4
        table[(size + 2, prefix)] = Code(0, size)
        table[(size + 2, prefix + 1)] = Code(0, -size)
    return table | {(10, 0b1111111110): Code(8, 0), (10, 0b1111111111): Code(16, 0)}


DEFAULT_TABLE: Table = _default()


def read_tables(raw: bytes, count: int) -> tuple[Table, ...]:
    """The tables that a file brings. Raises ValueError, struct.error."""
    at, tables = 0, []
    for _ in range(count):
        size = struct.unpack_from("<H", raw, at)[0]
        at += 2
        table = {}
        for _ in range(size):
            prefix_bits, all_bits, mode, value, code = struct.unpack_from("<BBBhI", raw, at)
            at += 9
            if not 0 < prefix_bits <= all_bits <= _LONGEST:
                raise ValueError("a code that cannot be")
            changes_to = None if mode else value - 1
            table[(prefix_bits, _reversed(code, prefix_bits))] = Code(all_bits - prefix_bits, value, changes_to)
        tables.append(table)
    if not tables:
        raise ValueError("no table")
    return tuple(tables)


def decode(raw: bytes, count: int, tables: tuple[Table, ...]) -> list[int]:
    """The first `count` values of a stream, fewer if it ends before. Raises ValueError on bits that mean nothing."""
    bits, total, table = int.from_bytes(raw, "big"), len(raw) * 8, tables[0]
    found: list[int] = []
    at = 0
    while len(found) < count and at < total:
        code, length = _next(bits, total, at, table)
        if code is None:
            break
        at += length
        if code.changes_to is not None:
            table = tables[code.changes_to]
            continue
        if at + code.extra > total:
            break
        found.append(_signed(_bits(bits, total, at, code.extra), code.extra) if code.extra else code.value)
        at += code.extra
    return found


def _next(bits: int, total: int, at: int, table: Table) -> tuple[Code | None, int]:
    """The code that begins at a bit, and its length; None when the end comes before it is whole."""
    for length in range(1, _LONGEST + 1):
        if at + length > total:
            return None, 0
        code = table.get((length, _bits(bits, total, at, length)))
        if code is not None:
            return code, length
    raise ValueError("bits that are no code")


def _bits(bits: int, total: int, at: int, length: int) -> int:
    return bits >> (total - at - length) & ((1 << length) - 1)


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def _reversed(code: int, bits: int) -> int:
    """Codes are stored with their first bit last."""
    return int(f"{code & ((1 << bits) - 1):0{bits}b}"[::-1], 2)
