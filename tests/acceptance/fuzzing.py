"""Bodies that schemathesis does not know how to write: given to its process as hooks."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/partial-upload", "application/hl7-v2", "application/fhir+json", "text/csv")
def write_bytes(_context: Any, value: Any) -> bytes:
    """Bytes of a file are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
