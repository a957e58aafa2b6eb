"""The life of a patient's link, as a secretary follows it."""

from __future__ import annotations

from telemed.acts.teleconsultation.model import State
from telemed.acts.teleconsultation.service.overview import ActView
from telemed.kernel.messages import Channel
from telemed.links.model import Delivery, SendingState
from telemed.patients.model import Contact
from telemed.web import french, words
from telemed.web.views.booking import LinkCard, Sending
from telemed.web.views.frame import Badge


def link_card(one: ActView) -> LinkCard:
    opened_at = max((d.opened_at for d in one.deliveries if d.opened_at), default=None)
    is_live = one.act.state in (State.BOOKED, State.WAITING, State.IN_CALL, State.NO_SHOW)
    return LinkCard(
        state=words.link(one.deliveries) if is_live else Badge("Lien fermé"),
        explanation=_link_sentence(one, is_live=is_live, is_opened=opened_at is not None),
        expires_at=None,
        sendings=tuple(sending_line(one.patient.contact, delivery) for delivery in one.deliveries),
        opened_at=opened_at,
        may_send=is_live,
        may_revoke=is_live and bool(one.deliveries),
    )


def _link_sentence(one: ActView, *, is_live: bool, is_opened: bool) -> str:
    if not is_live:
        return "Le rendez-vous est passé ou annulé : le lien n’ouvre plus rien."
    if is_opened:
        return "Le patient a ouvert son lien."
    if not one.deliveries:
        return "Aucun lien n’est encore parti."
    if one.deliveries[0].state is SendingState.FAILED:
        return "Le dernier envoi n’est pas arrivé."
    return "Le lien est parti ; le patient ne l’a pas encore ouvert."


def sending_line(contact: Contact, delivery: Delivery) -> Sending:
    """One sending of a link, its address masked."""
    return Sending(
        channel=words.channel(delivery.channel),
        recipient=_masked(contact.phone if delivery.channel is Channel.SMS else contact.email),
        at=delivery.asked_at,
        state=words.sending(delivery),
        explanation=words.failure(delivery),
    )


def _masked(address: str | None) -> str:
    """Enough to recognise, not enough to copy."""
    if not address:
        return "un contact retiré depuis"
    if "@" in address:
        name, domain = address.split("@", 1)
        return f"{name[:1]}•••@{domain}"
    shown = french.format_phone(address)
    return shown[:5] + " •• •• " + shown[-2:]
