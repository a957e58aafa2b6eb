"""Canonical JSON of a report and of its manifest: the bytes that are hashed and signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from telemed.documents.model import DocumentIdentity, SealManifest, Statement

SEAL_FORMAT = "telemed-seal/1"


def plain(value: Any) -> Any:
    """A model object as JSON values: dataclasses by field, enums by value, sets sorted, instants in ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def canonical_json(value: Any) -> bytes:
    """One spelling only: keys sorted, no space, UTF-8. Raises TypeError on a float, whose spelling is not one."""
    value = plain(value)
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical spelling")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_floats(item)


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def content_fingerprint(identity: DocumentIdentity, statement: Statement) -> str:
    """The digest of which document this is and of all that it states; it is printed on each page."""
    return sha256_hex(canonical_json({"identity": identity, "report": statement}))


def manifest_bytes(manifest: SealManifest) -> bytes:
    """The payload of the seal: canonical JSON, with the name of its format."""
    return canonical_json({"format": SEAL_FORMAT, **plain(manifest)})
