"""What is written to a patient: that something waits for him, and where; nothing of his health (R-51)."""

from __future__ import annotations

from telemed.links.model import LinkMessage


def link_message(link: str) -> LinkMessage:
    """His page, and what will be asked of him."""
    text = (
        f"Votre page de suivi : {link}\n"
        "Ce lien est personnel : ne le transférez pas. Votre date de naissance vous sera demandée."
    )
    return LinkMessage("Votre page de suivi", text)


def reminder_message(link: str) -> LinkMessage:
    """Something waits for him; never what."""
    text = f"Quelques questions vous attendent sur votre page de suivi : {link}\nEn cas d'urgence, appelez le 15."
    return LinkMessage("Quelques questions vous attendent", text)
