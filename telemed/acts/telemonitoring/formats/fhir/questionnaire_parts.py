"""The parts of a FHIR R4 Questionnaire that are read, or are known well enough to be refused."""

from __future__ import annotations

import msgspec

from telemed.acts.telemonitoring.formats.fhir.structs import NOTHING, CodingPart, Concept


class _Part(msgspec.Struct, rename="camel", gc=False):
    """An element of FHIR; what it holds beyond these fields is skipped."""


class Labelled(CodingPart, kw_only=True):
    """A code with its words."""

    display: str | None = None


class Extension(_Part, kw_only=True):
    """What FHIR does not say, by address."""

    url: str
    value_code: str | None = None
    value_integer: int | None = None
    value_coding: CodingPart | None = None


class AnswerOption(_Part, kw_only=True):
    """One of the answers."""

    value_coding: Labelled | None = None
    value_string: str | None = None
    value_integer: int | None = None
    extension: tuple[Extension, ...] = ()


class EnableWhen(_Part, kw_only=True):
    """An earlier answer on which a question depends."""

    question: str
    operator: str
    answer_coding: CodingPart | None = None
    answer_boolean: bool | None = None
    answer_string: str | None = None


class Item(_Part, kw_only=True):
    """A question, a text, or a group of them."""

    link_id: str
    type: str
    text: str = ""
    code: tuple[CodingPart, ...] = ()
    required: bool = False
    repeats: bool = False
    answer_option: tuple[AnswerOption, ...] = ()
    answer_value_set: str | None = None
    enable_when: tuple[EnableWhen, ...] = ()
    enable_behavior: str = "any"
    extension: tuple[Extension, ...] = ()
    modifier_extension: tuple[msgspec.Raw, ...] = ()
    item: tuple[Item, ...] = ()


class UsageContext(_Part, kw_only=True):
    """For whom it is."""

    value_codeable_concept: Concept | None = None


class QuestionnaireResource(_Part, kw_only=True, tag_field="resourceType", tag="Questionnaire"):
    """A Questionnaire."""

    status: str
    url: str = ""
    version: str = "1"
    name: str = ""
    title: str = ""
    purpose: str = ""
    use_context: tuple[UsageContext, ...] = ()
    extension: tuple[Extension, ...] = ()
    modifier_extension: tuple[msgspec.Raw, ...] = ()
    implicit_rules: msgspec.Raw = NOTHING
    item: tuple[Item, ...] = ()
