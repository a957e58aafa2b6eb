"""Renders report pages with typst: PDF/A-2a and PDF/UA-1, French, only typst's own fonts, the same bytes each time."""

from telemed.adapters.typst_renderer.pictures import PagePictures
from telemed.adapters.typst_renderer.renderer import TypstRenderer

__all__ = ["PagePictures", "TypstRenderer"]
