"""Who is meant by a Reference: by an address of ours, by a name, or by a resource that comes along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

import msgspec

from telemed.acts.telemonitoring.formats.fhir.structs import Identifier, Link, NamingResource

NAMING = frozenset(("Device", "Patient"))
"""The resources that only say who is meant: nothing of them is kept."""

_NAMING = msgspec.json.Decoder(NamingResource)
_SEARCH = "?identifier="
_HISTORY = "/_history/"


def name_of(identifier: Identifier | None) -> str:
    """`system|value`, as FHIR's searches write it."""
    return f"{identifier.system or ''}|{identifier.value}" if identifier and identifier.value else ""


def read_naming(content: msgspec.Raw) -> tuple[str, str] | None:
    """The `Type/id` of a resource (without a type where it has no id) and the first name that its identifiers give."""
    try:
        resource = _NAMING.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    name = next((known for known in map(name_of, resource.identifier) if known), "")
    if resource.resource_type not in NAMING or not name:
        return None
    return f"{resource.resource_type}/{resource.id}" if resource.id else "", name


def find_name(link: Link | None, known: Mapping[str, str], contained: Iterable[msgspec.Raw], base: str) -> str:
    """The name that a reference leads to. `known` are those of the bundle; `base` is our own address of FHIR.

    What leads to nothing here is given back as it is written: whoever it means, it is nobody that we know.
    """
    if link is None:
        return ""
    reference = link.reference
    if not reference:
        return name_of(link.identifier)
    if reference in known:
        return known[reference]
    if reference[0] == "#":
        return _contained(contained).get(reference[1:], reference)
    if base and reference.startswith(base):
        reference = reference[len(base) :].removeprefix("/")
    kind, is_search, name = reference.partition(_SEARCH)
    return unquote(name) if is_search and kind in NAMING else reference.partition(_HISTORY)[0]


def _contained(resources: Iterable[msgspec.Raw]) -> dict[str, str]:
    """By id within the resource."""
    named = (read_naming(content) for content in resources)
    return {where.partition("/")[2]: name for where, name in filter(None, named) if where}
