"""Files and functions stay readable in one go, and say nothing that does not belong."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import PRODUCT, functions, lines_of, project_files, python_files, relative, text_files

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
SLICE_FILES = {
    "__init__", "model", "rules", "formats", "ports", "tables", "store", "service", "schemas", "routes", "jobs",
}  # fmt: skip
SLICES = (
    "telemed/patients",
    "telemed/professionals",
    "telemed/consent",
    "telemed/links",
    "telemed/documents",
    "telemed/trace",
    "telemed/experts",
)
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK", "NotImplemented" + "Error")))
ELSEWHERE = re.compile(
    "|".join(("/work" + "/", "/root" + "/", "pypi" + r"\.org", "pythonhosted" + r"\.org", "registry\\.npm" + "js"))
)


def test_no_file_is_longer_than_a_subject() -> None:
    long = {
        relative(path): lines
        for path in python_files(*PRODUCT, "tests")
        if "versions" not in path.parts and (lines := len(path.read_text("utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{relative(path)}:{function.lineno} {function.name}": lines_of(function)
        for path in python_files(*PRODUCT, "tests")
        for function in functions(path)
        if "versions" not in path.parts and lines_of(function) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_nothing_is_left_unfinished() -> None:
    found = [relative(path) for path in text_files() if UNFINISHED.search(path.read_text("utf-8"))]
    assert found == []


def test_no_package_index_and_no_path_of_a_machine_is_named() -> None:
    found = [relative(path) for path in text_files() if ELSEWHERE.search(path.read_text("utf-8"))]
    assert found == []


def test_a_slice_holds_only_the_files_that_a_slice_may_hold() -> None:
    strays = []
    for path in python_files("telemed", "billing"):
        name = relative(path)
        in_act = name.startswith("telemed/acts/") and name.count("/") > 2
        if in_act or name.startswith(SLICES):
            place = name.split("/")[3 if in_act else 2].removesuffix(".py")
            if place not in SLICE_FILES:
                strays.append(name)
    assert strays == []


@pytest.mark.parametrize("word", ["skip", "xfail", "importorskip", "skipif"])
def test_no_test_passes_by_not_running(word: str) -> None:
    """The one exception says that the third-party material is absent: tests/shared.py."""
    pattern = re.compile(rf"pytest\.(mark\.)?{word}\b")
    found = [relative(path) for path in python_files("tests") if pattern.search(path.read_text("utf-8"))]
    assert found in ([], ["tests/shared.py"])


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        relative(path)
        for path in python_files(*PRODUCT, "tests")
        if "versions" not in path.parts
        and (text := path.read_text("utf-8"))
        and not text.startswith(('"""', 'r"""', "#!"))
    ]
    assert silent == []


def test_every_test_can_fail() -> None:
    """A test asserts, expects a raise, or calls a check that does."""
    signs = re.compile(r"\bassert\b|raises|assert_|check_|expect|until\(|sees_the_other|wait_for")
    bare = []
    for path in python_files("tests"):
        lines = path.read_text("utf-8").splitlines()
        for function in functions(path):
            body = "\n".join(lines[function.lineno - 1 : function.end_lineno])
            if function.name.startswith("test_") and not signs.search(body):
                bare.append(f"{relative(path)}:{function.lineno} {function.name}")
    assert bare == []


def test_big_files_stay_out() -> None:
    big = [relative(path) for path in project_files() if path.stat().st_size > 1_500_000]
    assert big == []
