"""What leaves a teleconsultation: the words of messages, without health data (R-51), and the facts for billing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telemed.acts.teleconsultation.model import Coverage, Teleconsultation
from telemed.links.model import LinkMessage
from telemed.professionals.model import Professional

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


def link_message(act: Teleconsultation, link: str) -> LinkMessage:
    """Says when and where, in local time of the place of practice; names neither doctor, nor specialty, nor reason."""
    when = f"le {local_time(act)}" if act.slot else "dès maintenant"
    text = (
        f"Votre rendez-vous vidéo vous attend {when} : {link}\n"
        "Ce lien est personnel : ne le transférez pas. Votre date de naissance vous sera demandée."
    )
    return LinkMessage(subject="Votre rendez-vous vidéo", text=text)


def cancellation_message(act: Teleconsultation) -> LinkMessage:
    """Says which appointment is off and what to do; as little as `link_message` of anything else."""
    when = f" du {local_time(act)}" if act.slot else ""
    text = (
        f"Votre rendez-vous vidéo{when} est annulé : le lien reçu ne fonctionne plus.\n"
        "Pour un autre rendez-vous, appelez le cabinet."
    )
    return LinkMessage(subject="Rendez-vous vidéo annulé", text=text)


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


def closing_payload(
    act: Teleconsultation,
    *,
    professional: Professional,
    revision: int,
    is_video_established: bool,
    attending_rpps: str | None,
    is_met: bool | None,
    exceptions: tuple[str, ...],
) -> dict[str, Any]:
    """The payload of `teleconsultation.closed`, version 1: facts for billing, no identity trait and no free text.

    `attending_rpps`: the médecin traitant's on the day of the act, empty for none, None when it is not known.
    Raises ValueError for an act without its times.
    """
    if act.started_at is None or act.finished_at is None:
        raise ValueError("an act is closed after it started and finished")
    coverage = act.coverage or Coverage(follows_pathway=False, is_within_territory=False)
    return {
        "version": 1,
        "act_id": str(act.id),
        "revision": revision,
        "kind": "teleconsultation",
        "professional_id": str(professional.id),
        "rpps": professional.rpps,
        "profession": professional.profession.value if professional.profession else "",
        "specialty": professional.specialty_code,
        "sector": professional.sector.value if professional.sector else "",
        "has_overrun": coverage.has_overrun,
        "practice_id": str(act.practice_id),
        "territory": act.territory.value,
        "patient_id": str(act.patient_id),
        "medecin_traitant": _attending(attending_rpps, professional),
        "started_at": act.started_at.isoformat(),
        "ended_at": act.finished_at.isoformat(),
        "is_video_established": is_video_established,
        "is_tiers_payant": coverage.is_tiers_payant,
        "fee_cents": coverage.fee_cents,
        "reimbursement": {"is_met": is_met, "exceptions": list(exceptions)},
        "companions": [],
    }


def _attending(rpps: str | None, professional: Professional) -> str:
    if rpps is None:
        return "unknown"
    if not rpps:
        return "none"
    return "self" if rpps == professional.rpps else "other"
