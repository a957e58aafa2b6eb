"""A page for what went wrong: what happened, what was kept, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.web.views.frame import ReasonLine


@dataclass(frozen=True)
class ProblemView:
    """`request_id` lets a person quote the case without telling anything; `is_follow_up`: a followed patient reads."""

    status: int
    title: str
    what: str
    kept: str
    to_do: str
    back_address: str
    back_label: str
    reasons: tuple[ReasonLine, ...] = ()
    request_id: str = ""
    is_follow_up: bool = False
