"""The renderer itself: warm compilers in threads of their own, off the event loop."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typst

from telemed.adapters.typst_renderer import coverage
from telemed.documents.ports import RenderingFailed

REPORT = Path(__file__).with_name("report.typ")
LETTER = Path(__file__).with_name("letter.typ")
STATEMENT = Path(__file__).with_name("statement.typ")
_TIMEOUT_SECONDS = 20.0
_PICTURE = "svg"
"""Under this name a page holds the source of a picture, not words."""


class TypstRenderer:
    """Implements `documents.ports.Renderer` and, with the template STATEMENT, `billing.ports.StatementRenderer`.

    Each thread keeps one compiler, so that fonts and the parsed template are loaded once; typst releases the
    interpreter lock while it works. Data goes in as one JSON string: the template is never built from it.
    """

    def __init__(self, template: Path = REPORT, *, threads: int = 2) -> None:
        self._template = template
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="typst")
        self._compilers: dict[int, typst.Compiler] = {}

    async def render(self, page: Mapping[str, Any]) -> bytes:
        """Raises RenderingFailed on a defect of template or data, or after 20 s."""
        data = json.dumps(_printable(page), ensure_ascii=False)
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._pool, self._compile, data, int(page["created_at"]))
        try:
            return await asyncio.wait_for(work, _TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise RenderingFailed("the page took too long") from error

    def unprintable(self, text: str) -> frozenset[str]:
        """The characters that a page would show as `�`."""
        return coverage.unprintable(text)

    def close(self) -> None:
        """Wait for the pages under way and stop the threads."""
        self._pool.shutdown()

    def _compile(self, data: str, created_at: int) -> bytes:
        try:
            result = self._compiler().compile(
                format="pdf", sys_inputs={"page": data}, pdf_standards=["a-2a", "ua-1"], timestamp=created_at
            )
        except typst.TypstError as error:
            raise RenderingFailed("the page could not be laid out") from error
        if not isinstance(result, bytes):
            raise RenderingFailed("the page is not one PDF")
        return result

    def _compiler(self) -> typst.Compiler:
        thread = threading.get_ident()
        if thread not in self._compilers:
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
            self._compilers[thread] = typst.Compiler(self._template, root=self._template.parent, font_paths=fonts)
        return self._compilers[thread]


def _printable(value: Any) -> Any:
    """The page with every text made printable."""
    if isinstance(value, str):
        return coverage.printable(value)
    if isinstance(value, Mapping):
        return {key: coverage.drawable(item) if key == _PICTURE else _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list | tuple) else value
