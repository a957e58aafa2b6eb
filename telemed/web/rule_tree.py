"""The shape of a rule in its form: conditions and groups of them, in one hidden field, changed by buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from telemed.acts.telemonitoring.rules.program import MAX_DEPTH, MAX_LEAVES

MOST_IN_GROUP = 12
_LONGEST = 1_000
Path = tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """A condition; with `of`, a group of them. `number` is in the names of its fields, and never changes."""

    number: int
    of: tuple[Node, ...] = ()


def write_tree(node: Node) -> str:
    """`1(2,3(4,5))`: what `read_tree` reads."""
    return f"{node.number}({','.join(map(write_tree, node.of))})" if node.of else str(node.number)


def read_tree(text: str) -> Node:
    """One condition alone where the text is no shape of ours: nobody types it."""
    tokens = re.findall(r"\d{1,4}|[(),]", text)
    if len(text) > _LONGEST or "".join(tokens) != text:
        return Node(1)
    try:
        node = _read(tokens)
    except (IndexError, ValueError, RecursionError):
        return Node(1)
    numbers = [one.number for one, _ in walk(node)]
    is_ours = not tokens and len(set(numbers)) == len(numbers)
    return node if is_ours and all(len(one.of) <= MOST_IN_GROUP for one, _ in walk(node)) else Node(1)


def _read(tokens: list[str]) -> Node:
    """Takes the tokens of one node. Raises IndexError or ValueError."""
    number = int(tokens.pop(0))
    if not tokens or tokens[0] != "(":
        return Node(number)
    tokens.pop(0)
    parts = [_read(tokens)]
    while (mark := tokens.pop(0)) == ",":
        parts.append(_read(tokens))
    if mark != ")":
        raise ValueError("a group ends with a bracket")
    return Node(number, tuple(parts))


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Node, Path]]:
    """Every node with where it lies, the root first."""
    yield node, path
    for position, one in enumerate(node.of):
        yield from walk(one, (*path, position))


def find(root: Node, number: int) -> tuple[Node, Path] | None:
    """The node of this number and where it lies."""
    return next(((node, path) for node, path in walk(root) if node.number == number), None)


def find_at(root: Node, path: Path) -> Node:
    """What lies there; as deep as the path goes on."""
    node = root
    for position in path:
        if position >= len(node.of):
            break
        node = node.of[position]
    return node


def name_place(path: Path) -> str:
    """`2.1`: what the fields, the sentence and the faults call it; empty for the root."""
    return ".".join(str(position + 1) for position in path)


def next_number(root: Node) -> int:
    return max(node.number for node, _ in walk(root)) + 1


def may_grow(root: Node, number: int) -> bool:
    """May one condition more come into this group, or beside this root?"""
    return _has_room(root, number, more=1, deeper=1)


def may_branch(root: Node, number: int) -> bool:
    """May a group of two conditions come into it?"""
    return _has_room(root, number, more=2, deeper=2)


def _has_room(root: Node, number: int, *, more: int, deeper: int) -> bool:
    found = find(root, number)
    if found is None or (not found[0].of and found[1]):
        return False
    leaves = sum(not node.of for node, _ in walk(root))
    return leaves + more <= MAX_LEAVES and len(found[0].of) < MOST_IN_GROUP and len(found[1]) + 1 + deeper <= MAX_DEPTH


def add(root: Node, number: int) -> tuple[Node, Node]:
    """With one condition more at the end of a group, or beside a root that was alone; and that condition."""
    new = Node(next_number(root) + (0 if root.of else 1))
    return _put(root, number, new), new


def branch(root: Node, number: int) -> tuple[Node, Node]:
    """With a group of two conditions more; and that group."""
    first = next_number(root) + (0 if root.of else 1)
    new = Node(first, (Node(first + 1), Node(first + 2)))
    return _put(root, number, new), new


def _put(root: Node, number: int, new: Node) -> Node:
    if not root.of:
        return Node(next_number(root), (root, new))
    if root.number == number:
        return replace(root, of=(*root.of, new))
    return replace(root, of=tuple(_put(one, number, new) if one.of else one for one in root.of))


def remove(root: Node, number: int) -> Node:
    """Without a condition or a whole group; a group that keeps one alone is that one. A rule keeps one at least."""
    if root.number == number or find(root, number) is None:
        return root
    return _without(root, number) or root


def _without(node: Node, number: int) -> Node | None:
    if node.number == number:
        return None
    if all(one.number != number for one, _ in walk(node)):
        return node
    kept = tuple(found for one in node.of if (found := _without(one, number)) is not None)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else replace(node, of=kept)
