"""One table of domain events and who reacts to them."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.storage.outbox import Subscriber

# Event name -> names of the subscribers; each subscriber is built in telemed.app and must bear being called twice.
SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {
    "accompaniment.done": ("claims.receive",),
    "teleconsultation.closed": ("claims.receive",),
    "telemonitoring.month_ended": ("claims.receive",),
    "telemonitoring.ended": ("telemonitoring.tell_ended",),
    "telemonitoring.link_wanted": ("telemonitoring.deliver_link",),
    "telemonitoring.entry_kept": ("telemonitoring.keep_entry",),
    "telemonitoring.alerts_overdue": ("telemonitoring.tell_overdue",),
    "document.delivery_wanted": ("documents.deliver",),
    "teleexpertise.notice": ("teleexpertise.notify",),
    "teleexpertise.digest": ("teleexpertise.send_digest",),
    "teleconsultation.link_wanted": ("links.deliver",),
    "teleexpertise.closed": ("claims.receive",),
    "teleconsultation.cancellation_told": ("links.deliver_cancellation",),
}


def check_complete(subscribers: Mapping[str, Subscriber]) -> None:
    """Raises LookupError if the table names a subscriber that nobody built, or one is built for nothing."""
    named = {name for names in SUBSCRIPTIONS.values() for name in names}
    if named != set(subscribers):
        raise LookupError(f"subscribers do not match the table: {sorted(named ^ set(subscribers))}")
