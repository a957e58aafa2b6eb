"""Third-party material that stands beside the project and is never copied into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared_path(relative: str) -> Path:
    """A file or folder of ../shared (or of TELEMED_SHARED); the test that asks is skipped, saying so, without it."""
    base = Path(os.environ.get("TELEMED_SHARED") or ROOT.parent / "shared")
    path = base / relative
    if not path.exists():
        pytest.skip(f"third-party material absent: shared/{relative}")
    return path
