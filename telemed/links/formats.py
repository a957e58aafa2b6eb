"""A message with a link, addressed to its patient."""

from __future__ import annotations

from telemed.kernel.messages import Channel, OutgoingMessage
from telemed.links.model import LinkMessage
from telemed.patients.model import Patient


def address_of(patient: Patient, channel: Channel) -> str:
    return (patient.contact.phone if channel is Channel.SMS else patient.contact.email) or ""


def address_message(
    patient: Patient, channel: Channel, message: LinkMessage, *, idempotency_key: str
) -> OutgoingMessage:
    return OutgoingMessage(
        to=address_of(patient, channel),
        text=message.text,
        subject=message.subject if channel is Channel.EMAIL else None,
        idempotency_key=idempotency_key,
    )
