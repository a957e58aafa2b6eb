"""A FHIR Bundle of observations and of the devices and patients that they name: each entry is read on its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from telemed.acts.telemonitoring.formats.fhir.observation import (
    Reading,
    decode_observation,
    describe_fault,
)
from telemed.acts.telemonitoring.formats.fhir.references import NAMING, read_naming
from telemed.acts.telemonitoring.formats.fhir.structs import Kinded, LooseBundle, RawBundle, RawEntry
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity, Receipt, Unreadable

MAX_ENTRIES = 5000
_MAX_PARTS = 200 * MAX_ENTRIES
"""So many commas are no measures: what holds them is turned away before it fills the memory with empty entries."""

_BUNDLE = msgspec.json.Decoder(RawBundle)
_KIND = msgspec.json.Decoder(Kinded)
_LOOSE = msgspec.json.Decoder(LooseBundle)
_ENTRY = msgspec.json.Decoder(RawEntry)
_NO_ENTRY = RawEntry()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry: what it is, what it asks, and what it gave: nothing where it only says who is meant."""

    kind: str
    receipt: Receipt
    if_none_exist: str | None = None


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
    if len(content) > _MAX_PARTS and content.count(b",") > _MAX_PARTS:
        raise _too_long()
    try:
        bundle = _BUNDLE.decode(content)
    except msgspec.ValidationError as error:
        bundle = _open_loosely(content, error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from error
    if bundle.resource_type != "Bundle" or bundle.type not in ("transaction", "batch"):
        text = "Un Bundle de type transaction ou batch est attendu."
        raise Unreadable(IssueKind.NOT_SUPPORTED, "bundle.type", text, "Bundle.type")
    if len(bundle.entry) > MAX_ENTRIES:
        raise _too_long()
    kinds = tuple(_kind(entry) for entry in bundle.entry)
    known = _named(bundle.entry, kinds)
    within = replace(reading, named={**reading.named, **known}) if known else reading
    return OpenedBundle(bundle.type == "transaction", bundle.entry, kinds, within)


def _open_loosely(content: bytes, error: msgspec.ValidationError) -> RawBundle:
    """Where one entry has not the shape of any, it is empty, and its neighbours are as they are. Raises Unreadable."""
    try:
        loose = _LOOSE.decode(content)
    except (msgspec.DecodeError, RecursionError):
        raise _unreadable(error) from error
    if loose.type != "batch":
        raise _unreadable(error) from error
    if len(loose.entry) > MAX_ENTRIES:
        raise _too_long()
    return RawBundle(loose.resource_type, loose.type, tuple(_entry_of(one) for one in loose.entry))


def _entry_of(content: msgspec.Raw) -> RawEntry:
    try:
        return _ENTRY.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return _NO_ENTRY


def _too_long() -> Unreadable:
    return Unreadable(IssueKind.TOO_LONG, "bundle.too_long", f"Au plus {MAX_ENTRIES} entrées.", "Bundle.entry")


def _unreadable(error: Exception) -> Unreadable:
    issue = describe_fault(error, "Bundle")
    return Unreadable(issue.kind, issue.code, issue.text, issue.place)


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
    if kind in NAMING:
        return Entry(kind, Receipt())
    return Entry(kind, _refusal("bundle.resource", "Cette ressource n'est pas prise ici.", place))


def _refusal(code: str, text: str, place: str) -> Receipt:
    return Receipt(issues=(Issue(IssueSeverity.ERROR, IssueKind.NOT_SUPPORTED, code, text, place),))


def _named(entries: tuple[RawEntry, ...], kinds: tuple[str, ...]) -> dict[str, str]:
    """Each way in which an entry may name a device or a patient of the bundle → its own identifier."""
    names: dict[str, str] = {}
    for entry, kind in zip(entries, kinds, strict=True):
        if kind in NAMING and (named := read_naming(entry.resource)) is not None:
            where, name = named
            names.update({way: name for way in (entry.full_url, where) if way})
    return names
