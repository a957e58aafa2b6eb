"""Renders reports and statements with typst: PDF/A-2a and PDF/UA-1, in French, the same bytes each time."""

from telemed.adapters.typst_renderer.pictures import PagePictures
from telemed.adapters.typst_renderer.renderer import LETTER, REPORT, STATEMENT, TypstRenderer

__all__ = ["LETTER", "REPORT", "STATEMENT", "PagePictures", "TypstRenderer"]
