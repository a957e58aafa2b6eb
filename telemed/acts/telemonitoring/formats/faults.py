"""Where a decoder stopped: msgspec names the place at the end of its message, and the value nowhere."""

from __future__ import annotations


def find_place(error: Exception) -> str:
    """`.value[2].code`, or nothing where the whole is at fault."""
    text, mark, place = str(error).rpartition(" - at `$")
    return place.rstrip("`") if text and mark else ""
