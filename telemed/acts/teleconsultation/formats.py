"""The words of the messages sent to patients: a time and a link, and nothing about health (R-51)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.acts.teleconsultation.model import Teleconsultation

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@dataclass(frozen=True, repr=False)
class LinkMessage:
    """`text` for both channels; `subject` for e-mail."""

    subject: str
    text: str


def link_message(act: Teleconsultation, link: str) -> LinkMessage:
    """Says when and where, in local time of the place of practice; names neither doctor, nor specialty, nor reason."""
    when = f"le {local_time(act)}" if act.slot else "dès maintenant"
    text = (
        f"Votre rendez-vous vidéo vous attend {when} : {link}\n"
        "Ce lien est personnel : ne le transférez pas. Votre date de naissance vous sera demandée."
    )
    return LinkMessage(subject="Votre rendez-vous vidéo", text=text)


def local_time(act: Teleconsultation) -> str:
    """`mardi 25 novembre à 14 h 30`; the offset is added in the hour that the clock shows twice."""
    if act.slot is None:
        return ""
    local = act.slot.start.astimezone(act.territory.zone)
    day = "1er" if local.day == 1 else str(local.day)
    text = f"{_DAYS[local.weekday()]} {day} {_MONTHS[local.month - 1]} à {local.hour} h {local.minute:02d}"
    return f"{text} ({_season(local)})" if _is_doubtful(local) else text


def _is_doubtful(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _season(local: datetime) -> str:
    return "heure d'hiver" if local.fold else "heure d'été"
