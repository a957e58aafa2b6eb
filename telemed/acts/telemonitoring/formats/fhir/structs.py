"""The parts of FHIR R4 that are read: msgspec checks their shape while it decodes, and skips the rest unread."""

from __future__ import annotations

import msgspec

NOTHING = msgspec.Raw(b"")
"""An element that is not there."""


class _Element(msgspec.Struct, rename="camel", gc=False):
    """An element of FHIR; what it holds beyond these fields is skipped."""


class CodingPart(_Element):
    """A code in a system."""

    system: str | None = None
    code: str | None = None


class Concept(_Element):
    """A meaning, by codes or by words."""

    coding: tuple[CodingPart, ...] = ()
    text: str | None = None


class QuantityPart(_Element):
    """A measure; `code` is UCUM when `system` says so, `unit` is for people."""

    value: int | float | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Identifier(_Element):
    """A name given by somebody."""

    system: str | None = None
    value: str | None = None


class Link(_Element):
    """A Reference: to an address, or to a name."""

    reference: str | None = None
    identifier: Identifier | None = None


class PeriodPart(_Element):
    """From an instant to another."""

    start: str | None = None
    end: str | None = None


class Valued(_Element):
    """What an Observation and its components share. The last types are read only to say that they are not taken."""

    value_quantity: QuantityPart | None = None
    value_codeable_concept: Concept | None = None
    value_integer: int | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    data_absent_reason: Concept | None = None
    value_range: msgspec.Raw = NOTHING
    value_ratio: msgspec.Raw = NOTHING
    value_sampled_data: msgspec.Raw = NOTHING
    value_time: msgspec.Raw = NOTHING
    value_date_time: msgspec.Raw = NOTHING
    value_period: msgspec.Raw = NOTHING


class ComponentPart(Valued, kw_only=True):
    """One part of an observation."""

    code: Concept
    modifier_extension: tuple[msgspec.Raw, ...] = ()


class ObservationResource(Valued, kw_only=True, tag_field="resourceType", tag="Observation"):
    """An Observation; FHIR wants `status` and `code`, the télésurveillance profile `subject` and a time as well."""

    status: str
    code: Concept
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()
    subject: Link | None = None
    device: Link | None = None
    effective_date_time: str | None = None
    effective_period: PeriodPart | None = None
    effective_instant: str | None = None
    effective_timing: msgspec.Raw = NOTHING
    component: tuple[ComponentPart, ...] = ()
    contained: tuple[msgspec.Raw, ...] = ()
    modifier_extension: tuple[msgspec.Raw, ...] = ()
    implicit_rules: str | None = None


class NamingResource(_Element, kw_only=True):
    """A Device or a Patient that comes along, to be named by observations."""

    resource_type: str = ""
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()


class EntryRequest(_Element):
    """What a bundle asks for one of its entries."""

    method: str = ""
    url: str = ""
    if_none_exist: str | None = None


class RawEntry(_Element):
    """An entry whose resource is decoded on its own, so that a bad one spoils nothing."""

    full_url: str | None = None
    resource: msgspec.Raw = NOTHING
    request: EntryRequest | None = None


class RawBundle(_Element):
    """A Bundle before its entries are looked at."""

    resource_type: str = ""
    type: str = ""
    entry: tuple[RawEntry, ...] = ()


class LooseBundle(_Element):
    """A Bundle of which some entry has not even the shape of one: each is decoded on its own."""

    resource_type: str = ""
    type: str = ""
    entry: tuple[msgspec.Raw, ...] = ()


class Kinded(_Element):
    """Any resource, to know what it is."""

    resource_type: str = ""
