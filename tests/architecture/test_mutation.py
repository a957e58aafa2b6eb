"""What docs/explanation/mutation.md explains is about the code as it is written today."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from tests.mutation.explained import Change, change_of, explained


def test_each_explained_change_is_of_a_line_that_is_there() -> None:
    gone = [str(change) for change in explained() if change.written not in " ".join(_source(change).split())]
    assert gone == []


def test_each_explanation_gives_a_reason() -> None:
    assert all(len(why) > 20 for why in explained().values())
    assert all(change.written != change.changed for change in explained())


def test_the_change_of_a_mutant_is_read_from_its_difference() -> None:
    diff = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-    return today > self.due_on\n+    return today >= self.due_on\n"
    assert change_of("billing.rules.deadlines.xǁDeadlineǁis_late__mutmut_1", diff) == Change(
        "billing.rules.deadlines", "Deadline.is_late", "return today > self.due_on", "return today >= self.due_on"
    )
    assert change_of("billing.rules.cap.x__read__mutmut_12", diff).function == "_read"
    with pytest.raises(ValueError, match="not the name"):
        change_of("billing.rules.cap", diff)


def _source(change: Change) -> str:
    found: object = import_module(change.module)
    for name in change.function.split("."):
        found = getattr(found, name)
    function = found.fget if isinstance(found, property) else found
    assert inspect.isroutine(function)
    return inspect.getsource(function)
