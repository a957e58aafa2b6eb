"""A decoded picture as it is shown: upright, without anything but its pixels, in a format that browsers know."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

LONGEST_SIDE = 4096
THUMBNAIL_SIDE = 480
_JPEG_QUALITY = 88
_ORIENTATION = 0x0112


@dataclass(frozen=True, repr=False)
class Drawing:
    """Bytes to show, and their size in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int


def shown(picture: Image.Image, *, is_lossless: bool) -> Drawing:
    """The copy to look at: every pixel up to 4096 on a side. `picture` is plain."""
    return _encode(_reduced(picture, LONGEST_SIDE), is_lossless=is_lossless)


def thumbnail(picture: Image.Image) -> Drawing:
    """The small one. `picture` is plain."""
    return _encode(_reduced(picture, THUMBNAIL_SIDE), is_lossless=False)


def plain(picture: Image.Image) -> Image.Image:
    """Pixels alone, upright, in sRGB or grey, on white where they were transparent."""
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture) if picture.getexif().get(_ORIENTATION, 1) != 1 else picture
    if picture.mode in ("I;16", "I;16B", "I", "F"):
        picture = _to_grey(picture)
    picture = _to_srgb(picture, profile)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    wanted = "L" if picture.mode in ("L", "1") else "RGB"
    bare = picture if picture.mode == wanted else picture.convert(wanted)
    bare.info = {}  # nothing that the file said goes on with its pixels
    return bare


def _reduced(picture: Image.Image, longest: int) -> Image.Image:
    if max(picture.size) <= longest:
        return picture
    scale = longest / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _to_grey(picture: Image.Image) -> Image.Image:
    """Sixteen bits brought to eight."""
    return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the camera meant them; a profile that cannot be read is left out."""
    if not profile or picture.mode not in ("RGB", "RGBA"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture


def _encode(picture: Image.Image, *, is_lossless: bool) -> Drawing:
    content = io.BytesIO()
    if is_lossless:
        picture.save(content, "PNG", compress_level=4)
        media_type = "image/png"
    else:
        picture.save(content, "JPEG", quality=_JPEG_QUALITY)  # as it comes: progressive would hold it whole
        media_type = "image/jpeg"
    return Drawing(media_type, content.getvalue(), picture.width, picture.height)
