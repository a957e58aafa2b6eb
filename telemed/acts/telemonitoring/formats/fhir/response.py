"""FHIR R4 QuestionnaireResponse: read from a member of the team, written for whoever reads the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from telemed.acts.telemonitoring.formats.faults import find_place
from telemed.acts.telemonitoring.formats.fhir.structs import NOTHING, CodingPart, Link, QuantityPart
from telemed.acts.telemonitoring.formats.fhir.values import OWN_ANSWERS, UCUM, name_answer
from telemed.acts.telemonitoring.formats.times import read_fhir_time
from telemed.acts.telemonitoring.model.entry import Answer, Entry, EntryStatus, Given
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.receipt import IssueKind, Unreadable
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.kernel.clock import Territory

_MOST_ITEMS = 200


class _Part(msgspec.Struct, rename="camel", gc=False):
    """An element of FHIR; what it holds beyond these fields is skipped."""


class _Value(_Part, kw_only=True):
    value_coding: CodingPart | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_decimal: int | float | None = None
    value_quantity: QuantityPart | None = None
    value_string: str | None = None


class _Item(_Part, kw_only=True):
    link_id: str
    answer: tuple[_Value, ...] = ()
    item: tuple[_Item, ...] = ()


class _Resource(_Part, kw_only=True, tag_field="resourceType", tag="QuestionnaireResponse"):
    status: str
    questionnaire: str = ""
    based_on: tuple[Link, ...] = ()
    authored: str | None = None
    modifier_extension: tuple[msgspec.Raw, ...] = ()
    implicit_rules: msgspec.Raw = NOTHING
    item: tuple[_Item, ...] = ()


class SentResponse(NamedTuple):
    """What was sent: for which follow-up, to which questionnaire (`url|version`, or the address alone), when, and what.

    `authored` is as it was written, None where it is not said: its reading wants to know where the patient lives.
    """

    follow_up_id: UUID
    questionnaire: str
    status: EntryStatus
    authored: str | None
    given: dict[str, Given]


_DECODER = msgspec.json.Decoder(_Resource)


def read_response(content: bytes) -> SentResponse:
    """What a QuestionnaireResponse says, before it is held against its questionnaire. Raises Unreadable."""
    try:
        resource = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = f"QuestionnaireResponse{find_place(error)}"
        text = "Ce n'est pas un QuestionnaireResponse FHIR R4 lisible."
        raise Unreadable(IssueKind.STRUCTURE, "message.structure", text, place) from error
    if resource.modifier_extension or resource.implicit_rules:
        text = "Une extension qui change le sens n'est pas comprise."
        raise _refuse("response.modifier", text, "modifierExtension", IssueKind.NOT_SUPPORTED)
    return SentResponse(
        _follow_up(resource), resource.questionnaire, _status(resource), resource.authored, dict(_given(resource.item))
    )


def read_authored(sent: SentResponse, territory: Territory) -> datetime | None:
    """When it was answered. Raises Unreadable."""
    if sent.authored is None:
        return None
    return read_fhir_time(sent.authored, territory, "QuestionnaireResponse.authored")[0]


def _follow_up(resource: _Resource) -> UUID:
    kind, _, name = ((resource.based_on[0].reference if resource.based_on else None) or "").rpartition("/")
    try:
        if kind.rpartition("/")[2] == "CarePlan":
            return UUID(name)
    except ValueError:
        pass
    text = "basedOn nomme le suivi : CarePlan/ et son identifiant."
    raise _refuse("response.follow_up", text, "basedOn", IssueKind.REQUIRED)


def _status(resource: _Resource) -> EntryStatus:
    if resource.status != EntryStatus.COMPLETED:
        raise _refuse("response.status", "Une réponse qui arrive est complète (completed).", "status")
    return EntryStatus.COMPLETED


def _given(items: Iterable[_Item]) -> Iterator[tuple[str, Given]]:
    seen: set[str] = set()
    for item in _flat(items):
        if item.link_id in seen or len(item.answer) > 1 or len(seen) > _MOST_ITEMS:
            text = "Une question a une réponse au plus, et n'est répondue qu'une fois."
            raise _refuse("response.twice", text, "item")
        seen.add(item.link_id)
        if item.answer:
            yield item.link_id, _typed(item.answer[0])


def _flat(items: Iterable[_Item]) -> Iterator[_Item]:
    for item in items:
        yield item
        yield from _flat(item.item)


def _typed(value: _Value) -> Given:
    if value.value_coding is not None and value.value_coding.code:
        return Given(name_answer(value.value_coding.system, value.value_coding.code))
    if value.value_boolean is not None:
        return Given("true" if value.value_boolean else "false")
    if value.value_quantity is not None and value.value_quantity.value is not None:
        quantity = value.value_quantity
        return Given(str(quantity.value), quantity.code or quantity.unit or "")
    number = value.value_integer if value.value_integer is not None else value.value_decimal
    if number is not None:
        return Given(str(number))
    if value.value_string:
        return Given(value.value_string)
    raise _refuse("value.type", "Types pris : coding, boolean, integer, decimal, quantity et string.", "item.answer")


def refuse_questionnaire() -> Unreadable:
    """The questionnaire that is named may not be asked here."""
    text = "Ce questionnaire n'est ni des nôtres ni de votre cabinet."
    return _refuse("response.questionnaire", text, "questionnaire", IssueKind.CODE_INVALID)


def refuse_link() -> Unreadable:
    """A question is answered that the questionnaire has not."""
    text = "Une réponse est donnée à une question que ce questionnaire n'a pas."
    return _refuse("response.link", text, "item", IssueKind.CODE_INVALID)


def _refuse(code: str, text: str, place: str, kind: IssueKind = IssueKind.VALUE) -> Unreadable:
    return Unreadable(kind, code, text, f"QuestionnaireResponse.{place}")


def write_response(entry: Entry, catalogue: Catalogue) -> dict[str, Any]:
    """The resource of one version of an entry; its `id` is that of the first version, its `versionId` counts them."""
    author = "Patient" if entry.author_id is None else "Practitioner"
    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(entry.first_id),
        "meta": {"versionId": str(entry.number), "lastUpdated": entry.received_at.isoformat()},
        "basedOn": [{"reference": f"CarePlan/{entry.follow_up_id}"}],
        "questionnaire": entry.questionnaire,
        "status": entry.status.value,
        "subject": {"reference": f"Patient/{entry.patient_id}"},
        "authored": entry.measured_at.isoformat(),
        "author": {"reference": f"{author}/{entry.author_id or entry.patient_id}"},
        "source": {"reference": f"Patient/{entry.patient_id}"},
        "item": [_item(answer, catalogue) for answer in entry.answers],
    }


def _item(answer: Answer, catalogue: Catalogue) -> dict[str, Any]:
    return {"linkId": answer.link_id, "answer": [_value(answer, catalogue)]}


def _value(answer: Answer, catalogue: Catalogue) -> dict[str, Any]:
    signal = catalogue.find(answer.signal)
    if answer.value is not None and signal is not None and not signal.unit:
        return {"valueInteger": answer.value // MILLION}
    if answer.value is not None and signal is not None:
        number = answer.value / MILLION
        return {"valueQuantity": {"value": number, "unit": signal.unit, "system": UCUM, "code": signal.unit}}
    if answer.answer in ("true", "false"):
        return {"valueBoolean": answer.answer == "true"}
    if answer.answer == answer.words:
        return {"valueString": answer.words}
    system, mark, code = (answer.answer or "").rpartition("|")
    return {
        "valueCoding": {
            "system": system if mark else OWN_ANSWERS,
            "code": code if mark else answer.answer,
            "display": answer.words,
        }
    }
