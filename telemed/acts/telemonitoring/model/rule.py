"""The rule language: what must be seen in the data of a patient for somebody to be told (decision 0072).

The structs are the schema: what they do not hold is refused when a rule is read. Numbers are in the unit that the rule
states, which must be that of its signal.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from telemed.acts.telemonitoring.model.alert import Severity

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,59}$")]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
MAX_DAYS = 90
"""The longest window of a trend, in civil days."""


class Side(StrEnum):
    """On which side of its limit a value is worrying; the limit itself is not."""

    ABOVE = "above"
    BELOW = "below"


class TrendMeasure(StrEnum):
    """What is compared with the limit: the way travelled from the lowest (or highest) of the window, the slope of the
    line of least squares in units a day, or the mean."""

    DELTA = "delta"
    SLOPE = "slope"
    AVERAGE = "average"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a rule: a field that it does not know is refused."""


class Threshold(_Part, frozen=True, tag="threshold", tag_field="kind"):
    """`count` of the last `of` values beyond the limit, without a break during `lasting_minutes`.

    The limit is a number, or the name of a threshold that a doctor set for the patient. Once beyond, a value counts as
    beyond until it has come back by `margin`. Evidence older than `fresh_hours` is none, in a combination.
    """

    signal: Name
    unit: str
    side: Side
    limit: Decimal | None = None
    patient_limit: Name | None = None
    margin: Decimal = Decimal(0)
    count: Annotated[int, Meta(ge=1, le=60)] = 1
    of: Annotated[int, Meta(ge=1, le=60)] = 1
    lasting_minutes: Annotated[int, Meta(ge=0, le=MAX_DAYS * 1440)] = 0
    fresh_hours: Annotated[int, Meta(ge=1, le=MAX_DAYS * 24)] = 48


class Trend(_Part, frozen=True, tag="trend", tag_field="kind"):
    """How the values of the civil day and of the `days` before it move, with at least `points` of them."""

    signal: Name
    unit: str
    measure: TrendMeasure
    side: Side
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS)]
    limit: Decimal | None = None
    patient_limit: Name | None = None
    margin: Decimal = Decimal(0)
    points: Annotated[int, Meta(ge=2, le=1000)] = 2
    fresh_hours: Annotated[int, Meta(ge=1, le=MAX_DAYS * 24)] = 48


class Answer(_Part, frozen=True, tag="answer", tag_field="kind"):
    """The last answer to a question is one of these."""

    signal: Name
    among: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)]
    fresh_hours: Annotated[int, Meta(ge=1, le=MAX_DAYS * 24)] = 48


class AtLeast(_Part, frozen=True, tag="at_least", tag_field="kind"):
    """At least `count` of the conditions hold at once: all of them, any of them, or some."""

    count: Annotated[int, Meta(ge=1, le=12)]
    of: Annotated[tuple[Threshold | Trend | Answer | AtLeast, ...], Meta(min_length=1, max_length=12)]


Condition = Threshold | Trend | Answer | AtLeast
Leaf = Threshold | Trend | Answer


class QuietHours(_Part, frozen=True):
    """From a wall time to another where the patient lives, maybe over midnight: nobody is told meanwhile."""

    start: Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Rule(_Part, frozen=True):
    """One cause of alert. `direction` is that of the worry, for mutes: a mute of the low side silences no high one.

    Still true after `repeat_hours`, it is told again. Data that arrive more than `late_hours` after their measure are
    noted, and wake nobody (trap 35). There are no quiet hours for what must be seen `now`.
    """

    name: Name
    label: Label
    severity: Severity
    when: Threshold | Trend | Answer | AtLeast
    direction: Side | None = None
    quiet_hours: QuietHours | None = None
    repeat_hours: Annotated[int, Meta(ge=1, le=720)] = 24
    late_hours: Annotated[int, Meta(ge=1, le=720)] = 24
