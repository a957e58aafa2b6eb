"""What the architecture tests look at: the files that git follows, and the functions in them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.shared import ROOT

PRODUCT = ("telemed", "signaling", "billing")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project: what git follows, and what it would follow. Not what is ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(path for line in sorted(set(listed.stdout.splitlines())) if (path := ROOT / line).is_file())


def python_files(*tops: str) -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in tops]


def text_files() -> list[Path]:
    """Every project file that reads as UTF-8."""
    return [
        path
        for path in project_files()
        if path.suffix not in {".png", ".ico", ".ttf", ".otf", ".pdf", ".icc", ".woff2"}
    ]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1
