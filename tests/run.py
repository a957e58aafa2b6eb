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
REST = ("tests/acceptance", "tests/deep", "tests/integration", "tests/contract", "tests/architecture")
"""Longest first, and kept in this order: what is left to wait for at the end is short."""
NOTHING_COLLECTED = 5
_WORKERS = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""Three on two cores: much of the rest is spent waiting for browsers, for databases and for what was killed."""
_SLOWEST = ("--durations=20", "--durations-min=5")
"""What to look at when the whole takes too long. A file is one worker's: what its tests share is made once."""


def main(words: list[str]) -> int:
    """The exit status of the first part that fails; pytest's closing line comes last."""
    if any((ROOT / word.split("::")[0]).exists() for word in words if not word.startswith("-")):
        return _pytest(*words)
    started = time.monotonic()
    print("test: the part without outside", flush=True)
    quick = _pytest_twice(words)
    print(f"test: that took {time.monotonic() - started:.1f} s; now SQLite, PostgreSQL and the browsers", flush=True)
    if quick not in (0, NOTHING_COLLECTED):
        return quick
    rest = _pytest(*_present(REST), *_WORKERS, *_SLOWEST, *words)
    return quick if rest == NOTHING_COLLECTED else rest


def _pytest_twice(words: list[str]) -> int:
    """Half of the quick files on each core: thousands of tests of a millisecond are told slower than they are run."""
    files = [path for folder in _present(QUICK) for path in (ROOT / folder).rglob("test_*.py")]
    files.sort(key=lambda path: (-path.stat().st_size, path))
    sides = [[*files[first::4], *files[last::4]] for first, last in ((0, 3), (1, 2))]  # as teams are picked
    halves = [sorted(str(path.relative_to(ROOT)) for path in side) for side in sides]
    other = subprocess.Popen(
        _command(*halves[1], *words), cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    statuses = {_pytest(*halves[0], *words)}
    print(other.communicate()[0].decode(), end="", flush=True)
    statuses.add(other.returncode)
    return max(statuses - {NOTHING_COLLECTED}, default=NOTHING_COLLECTED)


def _present(folders: tuple[str, ...]) -> list[str]:
    return [folder for folder in folders if (ROOT / folder).is_dir()]


def _pytest(*words: str) -> int:
    return subprocess.run(_command(*words), cwd=ROOT, check=False, env=_environment()).returncode


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *words]


def _environment() -> dict[str, str]:
    """What is compiled once is found again by every process of every run; nothing is written beside the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(ROOT / ".pytest_cache" / "bytecode")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
