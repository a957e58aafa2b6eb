"""The only SQL of experts."""

from telemed.experts.store.hours import HoursStore
from telemed.experts.store.lines import LineStore
from telemed.experts.store.openings import OpeningStore
from telemed.experts.store.presences import PresenceStore
from telemed.experts.store.profiles import ProfileStore

__all__ = ["HoursStore", "LineStore", "OpeningStore", "PresenceStore", "ProfileStore"]
