"""Pictures of a PDF for a screen: what is shown is drawn from the very bytes of the document."""

from __future__ import annotations

import asyncio
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typst

from telemed.documents.ports import RenderingFailed

_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_MOST_PAGES = 20
_DOTS_PER_INCH = 100
_TIMEOUT_SECONDS = 20.0
_SHEET = """\
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let drawn(number) = block(fill: white, image("document.pdf", page: number))
#stack(dir: ttb, spacing: 12pt, ..range(1, int(sys.inputs.count) + 1).map(drawn))
"""


class PagePictures:
    """Draws all pages of one of our PDFs as one PNG, one under another, off the event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._no_fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)

    async def draw(self, pdf: bytes) -> bytes:
        """Raises RenderingFailed on a PDF that cannot be drawn, or after 20 s."""
        work = asyncio.get_running_loop().run_in_executor(self._pool, self._draw, pdf)
        try:
            return await asyncio.wait_for(work, _TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise RenderingFailed("the pictures took too long") from error

    def _draw(self, pdf: bytes) -> bytes:
        count = min(len(_PAGE.findall(pdf)), _MOST_PAGES)
        with tempfile.TemporaryDirectory(prefix="pages-") as name:
            folder = Path(name)
            (folder / "document.pdf").write_bytes(pdf)
            (folder / "sheet.typ").write_text(_SHEET, "utf-8")
            try:
                picture = typst.compile(
                    folder / "sheet.typ",
                    root=folder,
                    format="png",
                    ppi=_DOTS_PER_INCH,
                    sys_inputs={"count": str(max(count, 1))},
                    font_paths=self._no_fonts,
                )
            except typst.TypstError as error:
                raise RenderingFailed("the pages could not be drawn") from error
        if not isinstance(picture, bytes):
            raise RenderingFailed("the sheet is not one picture")
        return picture

    def close(self) -> None:
        self._pool.shutdown()
