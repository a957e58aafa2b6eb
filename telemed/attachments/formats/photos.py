"""Photos: JPEG, PNG and HEIC."""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from telemed.attachments.formats.drawing import LONGEST_SIDE, Drawing, plain, shown, thumbnail
from telemed.attachments.formats.reading import Found, RefusedFile
from telemed.attachments.model import Kind, Refusal

_MOST_PIXELS = {Kind.JPEG: 120_000_000, Kind.PNG: 64_000_000, Kind.HEIC: 64_000_000}
_FORMATS = {Kind.JPEG: ("JPEG", "MPO"), Kind.PNG: ("PNG",), Kind.HEIC: ("HEIF",)}


class PhotoReader:
    """A photo, decoded once. Raises RefusedFile: damaged, or with more pixels than a camera takes."""

    def __init__(self, file: BinaryIO, kind: Kind) -> None:
        self.found = Found(kind, 1)
        self._is_lossless = kind is Kind.PNG
        self._picture = plain(_decode(file, kind))

    def draw(self, frame: int, window: tuple[float, float] | None = None) -> Drawing:
        if frame != 0 or window is not None:
            raise LookupError("a photo is one picture")
        return shown(self._picture, is_lossless=self._is_lossless)

    def thumbnail(self) -> Drawing:
        return thumbnail(self._picture)


def _decode(file: BinaryIO, kind: Kind) -> Image.Image:
    if kind is Kind.HEIC:
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # bounded here, by kind
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file, formats=_FORMATS[kind])
            if picture.width * picture.height > _MOST_PIXELS[kind]:
                raise RefusedFile(Refusal.BOMB)
            if kind is Kind.JPEG:  # decoded at half its size or less where that is enough
                picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
    except MemoryError:
        raise RefusedFile(Refusal.BOMB) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError):
        raise RefusedFile(Refusal.UNREADABLE) from None
    return picture
