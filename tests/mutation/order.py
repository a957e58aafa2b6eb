"""For mutation testing: the quickest tests go first, so that a changed rule is noticed at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """By the durations that mutmut measured, in the folder where it runs the tests."""
    _check_names(items)
    measured = Path("mutmut-stats.json")
    if measured.exists():
        durations = json.loads(measured.read_bytes())["duration_by_test"]
        items.sort(key=lambda item: durations.get(item.nodeid, 0.0))


def _check_names(items: list[pytest.Item]) -> None:
    """mutmut names tests to a second pytest in the same process, which escapes given names once more.

    A test that is not found would end that pytest, and each of its mutants would pass for noticed.
    """
    for item in items:
        mark = item.get_closest_marker("parametrize")
        if mark is not None and mark.kwargs.get("ids") and "\\" in item.nodeid:
            raise pytest.UsageError(f"a name of a test case must be ASCII: {item.nodeid}")
