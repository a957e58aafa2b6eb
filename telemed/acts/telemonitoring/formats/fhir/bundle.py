"""A FHIR Bundle of observations and of the devices that they name: each entry is read on its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from telemed.acts.telemonitoring.formats.fhir.observation import (
    Reading,
    decode_observation,
    describe_fault,
    name_of,
)
from telemed.acts.telemonitoring.formats.fhir.structs import DeviceResource, Kinded, RawBundle, RawEntry
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity, Receipt, Unreadable

MAX_ENTRIES = 5000
_BUNDLE = msgspec.json.Decoder(RawBundle)
_KIND = msgspec.json.Decoder(Kinded)
_DEVICE = msgspec.json.Decoder(DeviceResource)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry: what it is, what it asks, and what it gave. `is_device`: nothing to keep, it only names a device."""

    kind: str
    receipt: Receipt
    if_none_exist: str | None = None

    @property
    def is_device(self) -> bool:
        return self.kind == "Device"


@dataclass(frozen=True)
class BundleReceipt:
    """What a bundle gave, entry by entry. `is_atomic`: a transaction is taken whole or not at all."""

    is_atomic: bool
    entries: tuple[Entry, ...]

    @property
    def is_refused(self) -> bool:
        return self.is_atomic and any(entry.receipt.is_refused for entry in self.entries)


@dataclass(frozen=True)
class OpenedBundle:
    """A bundle whose entries are still to be read, each when it is asked for: a long one need not be read in one go."""

    is_atomic: bool
    raw: tuple[RawEntry, ...]
    kinds: tuple[str, ...]
    reading: Reading

    def __len__(self) -> int:
        return len(self.raw)

    def read(self, position: int) -> Entry:
        """One entry, with its measures or its faults."""
        return _entry(self.raw[position], self.kinds[position], self.reading, position)


def open_bundle(content: bytes, reading: Reading) -> OpenedBundle:
    """Raises Unreadable where the bundle itself cannot be read."""
    try:
        bundle = _BUNDLE.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        issue = describe_fault(error, "Bundle")
        raise Unreadable(issue.kind, issue.code, issue.text, issue.place) from error
    if bundle.resource_type != "Bundle" or bundle.type not in ("transaction", "batch"):
        text = "Un Bundle de type transaction ou batch est attendu."
        raise Unreadable(IssueKind.NOT_SUPPORTED, "bundle.type", text, "Bundle.type")
    if len(bundle.entry) > MAX_ENTRIES:
        raise Unreadable(IssueKind.TOO_LONG, "bundle.too_long", f"Au plus {MAX_ENTRIES} entrées.", "Bundle.entry")
    kinds = tuple(_kind(entry) for entry in bundle.entry)
    known = _devices(bundle.entry, kinds)
    within = replace(reading, devices={**reading.devices, **known})
    return OpenedBundle(bundle.type == "transaction", bundle.entry, kinds, within)


def decode_bundle(content: bytes, reading: Reading) -> BundleReceipt:
    """Every entry with its measures or its faults. Raises Unreadable where the bundle itself cannot be read."""
    opened = open_bundle(content, reading)
    return BundleReceipt(opened.is_atomic, tuple(opened.read(position) for position in range(len(opened))))


def find_kind(content: bytes | msgspec.Raw) -> str:
    """The resourceType of a resource, without reading it; empty where there is none to read."""
    try:
        return _KIND.decode(content).resource_type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _kind(entry: RawEntry) -> str:
    return find_kind(entry.resource) if entry.resource else ""


def _entry(entry: RawEntry, kind: str, reading: Reading, position: int) -> Entry:
    place = f"Bundle.entry[{position}].resource"
    asked = entry.request
    if asked is not None and (asked.method != "POST" or asked.url.split("?")[0] != kind):
        return Entry(kind, _refusal("bundle.request", "Seule une création (POST) est prise.", place))
    if kind == "Observation" and entry.resource:
        receipt = decode_observation(entry.resource, reading, place)
        return Entry(kind, receipt, asked.if_none_exist if asked else None)
    if kind == "Device":
        return Entry(kind, Receipt())
    return Entry(kind, _refusal("bundle.resource", "Cette ressource n'est pas prise ici.", place))


def _refusal(code: str, text: str, place: str) -> Receipt:
    return Receipt(issues=(Issue(IssueSeverity.ERROR, IssueKind.NOT_SUPPORTED, code, text, place),))


def _devices(entries: tuple[RawEntry, ...], kinds: tuple[str, ...]) -> dict[str, str]:
    """Each way in which an entry may name a device of the bundle → the device's own identifier."""
    names: dict[str, str] = {}
    for entry, kind in zip(entries, kinds, strict=True):
        if kind == "Device" and entry.resource:
            try:
                device = _DEVICE.decode(entry.resource)
            except msgspec.DecodeError:
                continue
            name = next((known for known in map(name_of, device.identifier) if known), "")
            ways = (entry.full_url, f"Device/{device.id}" if device.id else None)
            names.update({way: name for way in ways if way and name})
    return names
