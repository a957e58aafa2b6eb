"""The photo that the nurse joins: drawn here, of nobody, with the place in it as a telephone writes it."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFilter
from PIL.TiffImagePlugin import IFDRational

_PLACE_TAG, _LATITUDE, _LONGITUDE = 0x8825, (47, 23, 38), (0, 41, 5)
_SKIN, _EDGE, _BED = (226, 188, 166), (150, 74, 70), (196, 96, 86)


def take_photo() -> bytes:
    """A wound on a leg, as JPEG, with GPS coordinates that must not reach the expert's screen."""
    picture = Image.new("RGB", (1200, 900), _SKIN)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((380, 260, 820, 640), fill=_EDGE)
    pen.ellipse((420, 300, 780, 600), fill=_BED)
    pen.rectangle((80, 780, 480, 800), fill=(40, 40, 40))
    exif = Image.Exif()
    exif[_PLACE_TAG] = {1: "N", 2: _degrees(_LATITUDE), 3: "E", 4: _degrees(_LONGITUDE)}
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(6)).save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def _degrees(parts: tuple[int, int, int]) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(part) for part in parts)
