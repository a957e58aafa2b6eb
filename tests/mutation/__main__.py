"""Changes each rule and each line of law a little and sees whether a test notices. Takes up to an hour.

usage: python -m tests.mutation [--again] [files such as billing/rules/cap.py, names such as 'billing.rules.cap*']
`--again` keeps what an interrupted run found, and tests the survivors once more.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.mutation.explained import Change, change_of, explained
from tests.shared import ROOT

WORK = ROOT / "mutants"
_MUTMUT = (sys.executable, "-c", "from mutmut.__main__ import cli; cli()")
_NOTICED = {"killed", "timeout"}


def main(words: list[str]) -> int:
    """The exit status: 1 when a survivor has no explanation, or an explanation no survivor."""
    names = [_names_of(word) for word in words if word != "--again"]
    if "--again" in words:
        _forget_copies()
        names += [name for name, status in _results().items() if status not in {*_NOTICED, "not checked"}]
    elif WORK.exists():
        shutil.rmtree(WORK)
    status = subprocess.run([*_MUTMUT, "run", *names], cwd=ROOT, check=False).returncode
    return status or _report(is_whole=not names or "--again" in words)


def _names_of(word: str) -> str:
    """The mutants of a file or of a folder of them; a name, with or without *, is its own."""
    path = Path(word)
    if "/" not in word or not (ROOT / path).exists():
        return word
    return ".".join(path.with_suffix("").parts) + ".*"


def _forget_copies() -> None:
    """mutmut makes copies of what is not Python once, and never again."""
    for path in WORK.rglob("*"):
        if path.is_file() and path.suffix not in {".py", ".meta", ".json"}:
            path.unlink()


def _results() -> dict[str, str]:
    listed = _mutmut("results", "--all", "true")
    return dict(line.strip().split(": ", 1) for line in listed.splitlines() if "__mutmut_" in line)


def _report(*, is_whole: bool) -> int:
    results, known = _results(), explained()
    left = {name: _change(name) for name, status in results.items() if status not in {*_NOTICED, "not checked"}}
    unexplained = {name: change for name, change in left.items() if change not in known}
    unchecked = {_module_of(name) for name, status in results.items() if status == "not checked"}
    stale = sorted((one for one in set(known) - set(left.values()) if one.module not in unchecked), key=str)
    for name, change in unexplained.items():
        print(f"mutate: {results[name]}: {change}")
    for change in stale:
        print(f"mutate: explained, but noticed by a test or gone: {change}")
    counts = Counter(results.values())
    noticed = sum(counts[status] for status in _NOTICED)
    print(
        f"mutate: {len(results)} mutants, {noticed} noticed, {len(left)} left, {len(unexplained)} without explanation"
    )
    if counts["not checked"]:
        print(f"mutate: {counts['not checked']} not checked yet: make mutate ARGS=--again goes on")
    return 1 if unexplained or stale or (counts["not checked"] and is_whole) else 0


def _module_of(name: str) -> str:
    return name.rsplit(".x", 1)[0]


def _change(name: str) -> Change:
    return change_of(name, _mutmut("show", name))


def _mutmut(*words: str) -> str:
    return subprocess.run([*_MUTMUT, *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
