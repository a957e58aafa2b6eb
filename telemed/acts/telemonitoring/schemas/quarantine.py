"""Measures set aside, as JSON."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.acts.telemonitoring.model.quarantine import Place, SetAside, Verdict
from telemed.kernel.errors import NotFound

_LONGEST = 1_000
_Word = Annotated[str, Field(max_length=_LONGEST, pattern=r"^[^\x00]*$")]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
Reason = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]


class _Named(NamedTuple):
    """A place, as its name says it."""

    device_id: UUID
    signal: _Word
    component: _Word
    measured_at: AwareDatetime
    version: _Count


_PLACE = TypeAdapter(_Named)


class SetAsideOut(BaseModel):
    """A measure that waits for somebody. Values are in the signal's unit, as text; `raw` is what was sent."""

    id: str
    device_id: UUID
    signal: str
    measured_at: datetime
    received_at: datetime
    doubt: Quarantine
    value: str | None
    raw: str
    standing: str | None

    @classmethod
    def of(cls, one: SetAside) -> SetAsideOut:
        observation = one.kept.observation
        standing = one.standing.observation if one.standing else None
        return cls(
            id=encode_place(one.place),
            device_id=one.place.device_id,
            signal=one.place.signal,
            measured_at=observation.measured_at,
            received_at=one.kept.received_at,
            doubt=observation.quarantine or Quarantine.CONFLICT,
            value=str(observation.number) if observation.number is not None else observation.answer,
            raw=observation.raw,
            standing=(str(standing.number) if standing.number is not None else standing.answer) if standing else None,
        )


class VerdictIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    reason: Reason = ""


def encode_place(place: Place) -> str:
    """A name for one version of a measure, opaque to the caller."""
    said = (str(place.device_id), *place[1:])
    return urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


def decode_place(text: str) -> Place:
    """Raises NotFound on a name that we did not make."""
    try:
        named = _PLACE.validate_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        instant = named.measured_at.astimezone(UTC)
        return Place(named.device_id, named.signal, named.component, instant, named.version)
    except (ValueError, OverflowError, binascii.Error):
        raise NotFound("Cette mesure n'est pas, ou n'est plus, à confirmer.") from None
