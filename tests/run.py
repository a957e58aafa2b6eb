"""Runs the suite: what needs no outside first, in seconds; then the rest, on both databases and in real browsers.

usage: python -m tests.run [pytest's own words, such as -k word, or paths]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("tests/unit", "tests/law")
REST = ("tests/architecture", "tests/contract", "tests/integration", "tests/acceptance")
NOTHING_COLLECTED = 5


def main(words: list[str]) -> int:
    """The exit status of the first part that fails; pytest's closing line comes last."""
    if any((ROOT / word.split("::")[0]).exists() for word in words if not word.startswith("-")):
        return _pytest(*words)
    started = time.monotonic()
    print("test: the part without outside", flush=True)
    quick = _pytest(*_present(QUICK), *words)
    print(f"test: that took {time.monotonic() - started:.1f} s; now SQLite, PostgreSQL and the browsers", flush=True)
    if quick not in (0, NOTHING_COLLECTED):
        return quick
    rest = _pytest(*_present(REST), "-n", "2", "--dist", "loadgroup", *words)
    return quick if rest == NOTHING_COLLECTED else rest


def _present(folders: tuple[str, ...]) -> list[str]:
    return [folder for folder in folders if (ROOT / folder).is_dir()]


def _pytest(*words: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False, env=_environment()
    ).returncode


def _environment() -> dict[str, str]:
    """What is compiled once is found again by every process of every run; nothing is written beside the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "bytecode")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
