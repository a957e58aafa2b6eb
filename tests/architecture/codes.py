"""Finds the stable codes of errors and refusals in the product's sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from telemed.kernel import errors

_CODE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
_AFTER_STATUS = {"make_problem", "InputError"}


def codes_of(path: Path) -> set[str]:
    """Every code that this file may raise: `Reason("code", …)`, `Conflict(…, code="…")`, `code = "…"` of an error."""
    return {code for node in ast.walk(ast.parse(path.read_text("utf-8"))) for code in _codes_at(node) if _is_code(code)}


def _codes_at(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        yield from _of_error_class(node)
    elif isinstance(node, ast.Call) and _name(node.func) == "Reason" and node.args:
        yield from _text(node.args[0])
    elif isinstance(node, ast.Call) and _name(node.func) in _AFTER_STATUS and len(node.args) > 1:
        yield from _text(node.args[1])
    elif isinstance(node, ast.Dict):
        yield from _of_status_table(node)
    elif isinstance(node, ast.Call) and _name(node.func) in _ERRORS | {"Reason"}:
        yield from (code for keyword in node.keywords if keyword.arg == "code" for code in _text(keyword.value))
    elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and " " in next(_text(node.elts[2]), ""):
        yield from (code for code in _text(node.elts[1]) if "." in code)


def _of_error_class(node: ast.ClassDef) -> Iterator[str]:
    if {_name(base) for base in node.bases} & (_ERRORS | {"Exception"}):
        for line in node.body:
            if isinstance(line, ast.Assign) and _name(line.targets[0]) == "code":
                yield from _text(line.value)


def _of_status_table(node: ast.Dict) -> Iterator[str]:
    """`{404: "not_found", …}`: what plain HTTP errors are called."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, int) and 400 <= key.value < 600:
            yield from _text(value)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _text(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _is_code(text: str) -> bool:
    return bool(_CODE.fullmatch(text))
