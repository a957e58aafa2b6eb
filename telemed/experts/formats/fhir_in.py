"""FHIR R4 in: a Bundle of Slot and Schedule in the SAS profiles, read for what openings need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from telemed.experts.model.slots import LONGEST_SLOT_DAYS, MOST_ENTRIES, Issue, SentSlot
from telemed.kernel.errors import DomainError
from telemed.kernel.period import Interval

PS_SYSTEM = "urn:oid:1.2.250.1.71.4.2.1"
_NATIONAL = re.compile(r"8([0-9]{11})", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_STATUSES = {"free": True, "busy": False, "busy-unavailable": False, "busy-tentative": False, "entered-in-error": False}
_TYPES = ("searchset", "batch", "transaction", "collection")
_LONGEST_IDENTIFIER = 500
Resource = Mapping[str, Any]


class Rejected(DomainError):
    """A bundle is refused whole, with every issue found in it."""

    code = "fhir.invalid"
    title = "Ressource FHIR refusée"

    def __init__(self, *issues: Issue, is_unreadable: bool = False) -> None:
        super().__init__(issues[0].text)
        self.issues = issues
        self.is_unreadable = is_unreadable


def read_bundle(raw: bytes) -> tuple[int, list[SentSlot]]:
    """How many entries a bundle has, and its slots.

    A slot leads to its practitioner through its schedule: in the same bundle by fullUrl or relative reference, or by
    the identifier of the reference. Raises Rejected on what is no Bundle and on any Slot that breaks R4 or the profile
    FrSlotAgregateur; whose practitioner is not told has an empty `rpps`.
    """
    entries = _entries(raw)
    found = {key: entry["resource"] for entry in entries for key in _names(entry)}
    slots: list[SentSlot] = []
    issues: list[Issue] = []
    for place, entry in enumerate(entries):
        resource = entry["resource"]
        if resource.get("resourceType") == "Slot":
            where = f"Bundle.entry[{place}].resource"
            wrong = list(_issues(resource, where))
            issues += wrong
            if not wrong:
                slots.append(_slot(place, entry, found))
    issues += _twice(slots)
    if issues:
        raise Rejected(*issues)
    return len(entries), slots


def _entries(raw: bytes) -> list[Mapping[str, Any]]:
    try:
        bundle = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Rejected(Issue("invalid", "", "Le corps n'est pas du JSON lisible."), is_unreadable=True) from None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Rejected(Issue("structure", "resourceType", "Une ressource Bundle est attendue."))
    if bundle.get("type") not in _TYPES:
        raise Rejected(Issue("value", "Bundle.type", f"Le type du Bundle est l'un de : {', '.join(_TYPES)}."))
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        raise Rejected(Issue("structure", "Bundle.entry", "Chaque entrée porte une ressource."))
    if len(entries) > MOST_ENTRIES:
        raise Rejected(Issue("too-long", "Bundle.entry", f"Un Bundle compte au plus {MOST_ENTRIES} entrées."))
    return entries


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("fullUrl", ""), str):
        return False
    resource = entry.get("resource")
    return isinstance(resource, dict) and isinstance(resource.get("resourceType"), str)


def _names(entry: Mapping[str, Any]) -> Iterator[str]:
    """What others of the bundle may call its resource."""
    resource = entry["resource"]
    if entry.get("fullUrl"):
        yield entry["fullUrl"]
    if isinstance(resource.get("id"), str):
        yield f"{resource['resourceType']}/{resource['id']}"


def _issues(slot: Resource, where: str) -> Iterator[Issue]:
    """What breaks R4 or the profile in a slot."""
    for name in ("schedule", "status", "start", "end"):
        if name not in slot:
            yield Issue("required", f"{where}.{name}", f"Slot.{name} est obligatoire.")
    if slot.get("status", "free") not in _STATUSES:
        yield Issue("value", f"{where}.status", "Ce statut de créneau n'existe pas.")
    if "schedule" in slot and not isinstance(slot["schedule"], dict):
        yield Issue("structure", f"{where}.schedule", "Slot.schedule est une référence.")
    yield from _issues_of_time(slot, where)
    named = slot.get("identifier", [])
    if not isinstance(named, list) or not all(isinstance(one, dict) for one in named):
        yield Issue("structure", f"{where}.identifier", "Slot.identifier est une liste d'identifiants.")


def _issues_of_time(slot: Resource, where: str) -> Iterator[Issue]:
    read: dict[str, datetime] = {}
    for name in ("start", "end"):
        if name in slot:
            instant = _instant(slot[name])
            if instant is None:
                yield Issue("value", f"{where}.{name}", f"Slot.{name} est un instant avec son décalage horaire.")
            else:
                read[name] = instant
    if len(read) < 2:
        return
    lasts = read["end"] - read["start"]
    if not timedelta(0) < lasts <= timedelta(days=LONGEST_SLOT_DAYS):
        yield Issue(
            "business-rule", f"{where}.end", f"Un créneau dure au plus {LONGEST_SLOT_DAYS} jours, et finit après."
        )


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _slot(place: int, entry: Mapping[str, Any], found: Mapping[str, Resource]) -> SentSlot:
    slot = entry["resource"]
    start, end = datetime.fromisoformat(slot["start"]), datetime.fromisoformat(slot["end"])
    return SentSlot(
        place=place,
        identifier=_identifier(entry, place),
        rpps=_rpps_of_schedule(slot["schedule"], found),
        interval=Interval(start, end),
        is_free=_STATUSES[slot["status"]],
    )


def _identifier(entry: Mapping[str, Any], place: int) -> str:
    """The sender's name for a slot: its identifier, its address, or its id. Raises Rejected when it has none."""
    slot = entry["resource"]
    for one in slot.get("identifier", []):
        if isinstance(one.get("value"), str) and one["value"]:
            name = f"{one.get('system', '')}|{one['value']}"
            break
    else:
        name = entry.get("fullUrl") or (f"Slot/{slot['id']}" if isinstance(slot.get("id"), str) else "")
    where = f"Bundle.entry[{place}].resource.identifier"
    if not name:
        raise Rejected(Issue("required", where, "Un créneau porte un identifiant, une adresse (fullUrl) ou un id."))
    if len(name) > _LONGEST_IDENTIFIER or not name.isprintable():
        raise Rejected(Issue("too-long", where, "Cet identifiant est trop long ou n'est pas lisible."))
    return str(name)


def _rpps_of_schedule(reference: Resource, found: Mapping[str, Resource]) -> str:
    """The RPPS behind a reference to a schedule; empty when the bundle does not tell."""
    schedule = found.get(str(reference.get("reference", "")), {})
    actors = schedule.get("actor", []) if schedule.get("resourceType") == "Schedule" else []
    for actor in actors if isinstance(actors, list) else []:
        if isinstance(actor, dict) and (rpps := _rpps_of_actor(actor, found)):
            return rpps
    return ""


def _rpps_of_actor(actor: Resource, found: Mapping[str, Resource], *, deep: bool = True) -> str:
    if rpps := _rpps(actor.get("identifier")):
        return rpps
    resource = found.get(str(actor.get("reference", "")), {})
    kind = resource.get("resourceType")
    if kind == "Practitioner":
        named = resource.get("identifier", [])
        return next((rpps for one in named if (rpps := _rpps(one))), "") if isinstance(named, list) else ""
    practitioner = resource.get("practitioner")
    if kind == "PractitionerRole" and deep and isinstance(practitioner, dict):
        return _rpps_of_actor(practitioner, found, deep=False)
    return ""


def _rpps(identifier: Any) -> str:
    """The RPPS of a national identifier of persons: `8` then the eleven digits."""
    if not isinstance(identifier, dict) or identifier.get("system") != PS_SYSTEM:
        return ""
    return read_rpps(str(identifier.get("value", "")))


def read_rpps(value: str) -> str:
    """The RPPS of a national identifier; empty when it is another one."""
    match = _NATIONAL.fullmatch(value)
    return match[1] if match else ""


def _twice(slots: list[SentSlot]) -> Iterator[Issue]:
    seen: set[str] = set()
    for slot in slots:
        if slot.identifier in seen:
            where = f"Bundle.entry[{slot.place}].resource.identifier"
            yield Issue("duplicate", where, "Deux créneaux du Bundle portent le même identifiant.")
        seen.add(slot.identifier)
