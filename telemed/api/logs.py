"""Structured logs: events with a closed list of fields, so that nothing of a patient can slip in."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "act_id", "address", "attachment_id", "attempts", "code", "count", "database", "duration_ms", "environment",
        "error", "event", "exception", "job", "kind", "level", "method", "name", "number", "outcome", "port",
        "professional_id", "provider", "reason", "request_id", "role", "room", "route", "seat", "state", "status",
        "subscriber", "timestamp", "url", "version",
    }
)  # fmt: skip


_told_from = logging.INFO


def is_told(level: int) -> bool:
    """Is a line of this level written? For lines whose making costs something at every request."""
    return level >= _told_from


def configure(level: str = "info") -> None:
    """Write JSON lines to standard error. `url` is for our own public address only."""
    global _told_from
    _told_from = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_known_fields,
            _name_exception,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_told_from),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def keep_known_fields(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and say how many were."""
    unknown = [key for key in entry if key not in FIELDS and key != "exc_info"]
    for key in unknown:
        del entry[key]
    return entry


def _name_exception(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep where an error happened, never its message: a message may quote what a person typed."""
    if entry.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        entry["error"] = kind.__name__ if kind else ""
        entry["exception"] = places[-8:]
    return entry
