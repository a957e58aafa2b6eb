"""One believable example of every page: the gallery draws them, the unit tests render them."""

from __future__ import annotations

from tests.unit.web.examples import (
    accounting,
    acts,
    attachments,
    billing,
    expertise,
    follow_up,
    follow_up_parts,
    journey,
    keying,
    lots,
    office,
    own,
    practice,
    reports,
    roster,
    rules,
    surveillance,
    texts,
)
from tests.unit.web.examples.frames import DOCTOR, Example

EXAMPLES: dict[str, Example] = (
    practice.EXAMPLES
    | acts.EXAMPLES
    | billing.EXAMPLES
    | accounting.EXAMPLES
    | lots.EXAMPLES
    | office.EXAMPLES
    | texts.EXAMPLES
    | journey.EXAMPLES
    | own.EXAMPLES
    | keying.EXAMPLES
    | expertise.EXAMPLES
    | attachments.EXAMPLES
    | roster.EXAMPLES
    | surveillance.EXAMPLES
    | rules.EXAMPLES
    | follow_up.EXAMPLES
    | follow_up_parts.EXAMPLES
    | reports.EXAMPLES
)

__all__ = ["DOCTOR", "EXAMPLES", "Example"]
