"""PDF: each page becomes a picture, so that nothing that a PDF may run, open or hide reaches a screen."""

from __future__ import annotations

from typing import BinaryIO

import pypdfium2 as pdfium
from PIL import Image

from telemed.attachments.formats.drawing import Drawing, shown, thumbnail
from telemed.attachments.formats.reading import Found, RefusedFile
from telemed.attachments.model import MAX_FRAMES, Kind, Refusal

_DPI = 150
_POINTS_PER_INCH = 72
_MOST_SIDE = 3_200
_LARGE_BYTES = 1_500_000
"""A scanned page is a photo: without loss it would weigh megabytes."""
_ERR_PASSWORD = 4


class PdfReader:
    """An open PDF. Raises RefusedFile: damaged, locked, or of thousands of pages."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._document = pdfium.PdfDocument(file)
        except pdfium.PdfiumError as err:
            is_locked = getattr(err, "err_code", None) == _ERR_PASSWORD
            raise RefusedFile(Refusal.LOCKED if is_locked else Refusal.UNREADABLE) from None
        pages = len(self._document)
        if not 0 < pages <= MAX_FRAMES:
            raise RefusedFile(Refusal.BOMB if pages else Refusal.UNREADABLE)
        self.found = Found(Kind.PDF, pages)

    def draw(self, frame: int, window: tuple[float, float] | None = None) -> Drawing:
        if window is not None:
            raise LookupError("a page has no window")
        page = self._page(frame)
        sharp = shown(page, is_lossless=True)
        return sharp if len(sharp.content) < _LARGE_BYTES else shown(page, is_lossless=False)

    def thumbnail(self) -> Drawing:
        return thumbnail(self._page(0))

    def _page(self, number: int) -> Image.Image:
        if not 0 <= number < self.found.frames:
            raise LookupError("no such page")
        try:
            page = self._document[number]
            longest = max(page.get_size())
            if longest <= 0:
                raise RefusedFile(Refusal.UNREADABLE)
            scale = min(_DPI / _POINTS_PER_INCH, _MOST_SIDE / longest)
            picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        except pdfium.PdfiumError:
            raise RefusedFile(Refusal.UNREADABLE) from None
        return picture
