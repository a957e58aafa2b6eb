"""What leaves a case: the words of notices, without health data (R-51), and the facts for billing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from telemed.acts.teleexpertise.model import Case, Notice, NoticeKind, Outcome, Side, Step, Target
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.events import Event
from telemed.patients.model import AttendingDoctor, attending_doctor_on
from telemed.professionals.model import NoticeText, Professional

NOTICE = "teleexpertise.notice"
DIGEST = "teleexpertise.digest"
CLOSED = "teleexpertise.closed"
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)

NOTICE_OF: Mapping[Step, tuple[NoticeKind | None, NoticeKind | None]] = MappingProxyType(
    {
        Step.ASK: (NoticeKind.QUESTION, None),
        Step.INFORM: (None, NoticeKind.INFORMATION),
        Step.RESUME: (None, NoticeKind.INFORMATION),
        Step.ACCEPT: (NoticeKind.ACCEPTED, None),
        Step.REFUSE: (NoticeKind.REFUSED, None),
        Step.LAPSE: (NoticeKind.LAPSED, None),
        Step.RETURN: (NoticeKind.LAPSED, None),
        Step.TAKE_OVER: (NoticeKind.ACCEPTED, None),
        Step.ANSWER: (NoticeKind.ANSWERED, None),
        Step.CORRECT: (NoticeKind.CORRECTED, NoticeKind.CORRECTED),
        Step.WITHDRAW: (None, NoticeKind.WITHDRAWN),
        Step.STOP: (NoticeKind.STOPPED, NoticeKind.STOPPED),
        Step.ESCALATE: (NoticeKind.OVERDUE, NoticeKind.OVERDUE),
        Step.EXPIRE: (NoticeKind.EXPIRED, NoticeKind.EXPIRED),
    }
)
"""What the requérant, and those in whose hands the case was, are told of a step."""

NOTICE_OF_OUTCOME: Mapping[Outcome, NoticeKind] = MappingProxyType(
    {
        Outcome.PENDING: NoticeKind.OFFERED,
        Outcome.LAPSED: NoticeKind.LAPSED,
        Outcome.OVERTAKEN: NoticeKind.OVERTAKEN,
        Outcome.HANDED_OVER: NoticeKind.HANDED_OVER,
    }
)
"""What a colleague is told of what became of his offer."""

_WORDS: Mapping[NoticeKind, tuple[str, str]] = MappingProxyType(
    {
        NoticeKind.OFFERED: ("Une demande d'avis vous attend", "Un confrère vous demande un avis."),
        NoticeKind.REMINDER: ("Rappel : un dossier vous attend", "Un dossier d'avis attend toujours votre réponse."),
        NoticeKind.QUESTION: ("Une précision vous est demandée", "Votre confrère demande une précision."),
        NoticeKind.INFORMATION: ("La précision est arrivée", "La précision demandée est dans le dossier."),
        NoticeKind.MESSAGE: ("Un nouveau message", "Un message vous attend dans un dossier d'avis."),
        NoticeKind.ACCEPTED: ("Votre demande est acceptée", "Votre demande d'avis est acceptée."),
        NoticeKind.OVERTAKEN: ("Demande déjà prise", "Un autre confrère a pris la demande d'avis : plus rien à faire."),
        NoticeKind.HANDED_OVER: ("Dossier repris", "Votre confrère a repris le dossier d'avis : plus rien à faire."),
        NoticeKind.STILL_YOURS: (
            "Dossier toujours à vous",
            "Votre confrère n'a pas repris le dossier d'avis : il reste à vous.",
        ),
        NoticeKind.WIDENED: ("Votre demande est élargie", "Votre demande d'avis est proposée à d'autres confrères."),
        NoticeKind.QUEUED: ("Une demande attend votre équipe", "Une demande d'avis attend, sans personne de garde."),
        NoticeKind.REFUSED: ("Votre demande est refusée", "Votre demande d'avis est refusée : choisissez la suite."),
        NoticeKind.LAPSED: ("Demande restée sans suite", "La demande d'avis n'a pas été prise dans le délai."),
        NoticeKind.ANSWERED: ("Votre réponse est arrivée", "La réponse à votre demande d'avis est arrivée."),
        NoticeKind.CORRECTED: ("Une réponse est corrigée", "Une réponse à une demande d'avis vient d'être corrigée."),
        NoticeKind.OVERDUE: ("Réponse en retard", "Le délai de réponse d'une demande d'avis est dépassé."),
        NoticeKind.EXPIRED: ("Demande expirée", "Une demande d'avis a expiré sans réponse."),
        NoticeKind.WITHDRAWN: ("Demande retirée", "Une demande d'avis est retirée : plus rien à faire."),
        NoticeKind.STOPPED: ("Demande arrêtée", "Une demande d'avis est arrêtée : il ne faut plus y répondre."),
    }
)


def notice_event(notice: Notice, mark: str, at: datetime) -> Event:
    """One notice for the outbox; two of one kind, person and `mark` are one."""
    payload = {
        "case_id": str(notice.case_id),
        "to": str(notice.to),
        "kind": notice.kind.value,
        "due_at": notice.due_at.isoformat() if notice.due_at else None,
    }
    key = f"{NOTICE}:{notice.case_id}:{notice.kind}:{notice.to}:{mark}"
    return Event(NOTICE, key=key, occurred_at=at, payload=payload)


def read_notice(payload: Mapping[str, Any]) -> Notice:
    due_at = payload["due_at"]
    return Notice(
        UUID(payload["case_id"]),
        UUID(payload["to"]),
        NoticeKind(payload["kind"]),
        datetime.fromisoformat(due_at) if due_at else None,
    )


def notice_text(notice: Notice, territory: Territory, address: str) -> NoticeText:
    """Says what to do, until when in local time, and where; names no patient, no colleague, no specialty."""
    subject, sentence = _WORDS[notice.kind]
    until = f" À faire avant le {_local(notice.due_at, territory)}." if notice.due_at else ""
    return NoticeText(subject, f"{sentence}{until}\nConnectez-vous : {address}")


def digest_event(to: UUID, notices: Sequence[Notice], mark: str, at: datetime) -> Event:
    """What was kept for one person, as one message for the outbox: how many of each kind, and what falls due first."""
    counts = Counter(notice.kind.value for notice in notices)
    due_at = min((notice.due_at for notice in notices if notice.due_at), default=None)
    payload = {"to": str(to), "counts": dict(counts), "due_at": due_at.isoformat() if due_at else None}
    return Event(DIGEST, key=f"{DIGEST}:{to}:{mark}", occurred_at=at, payload=payload)


def digest_text(payload: Mapping[str, Any], territory: Territory, address: str) -> NoticeText:
    """The words of a digest: as empty of health data as those of a notice."""
    counts: Mapping[str, int] = payload["counts"]
    number = sum(counts.values())
    subject = "Une nouvelle de vos avis" if number == 1 else f"{number} nouvelles de vos avis"
    lines = [f"- {_WORDS[NoticeKind(kind)][0]}{f' ({count})' if count > 1 else ''}" for kind, count in counts.items()]
    due_at = payload["due_at"]
    until = f"\nPremière échéance : {_local(datetime.fromisoformat(due_at), territory)}." if due_at else ""
    return NoticeText(subject, "\n".join(lines) + f"{until}\nConnectez-vous : {address}")


def _local(at: datetime, territory: Territory) -> str:
    local = at.astimezone(territory.zone)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{_DAYS[local.weekday()]} {day} {_MONTHS[local.month - 1]} à {local.hour} h {local.minute:02d}"


def write_target(target: Target) -> dict[str, Any]:
    """Whom to ask, as JSON."""
    return {
        "colleague_ids": [str(one) for one in target.colleague_ids],
        "line_id": str(target.line_id) if target.line_id else None,
        "territory": target.territory.value if target.territory else None,
        "widens": target.widens,
    }


def read_target(kept: Mapping[str, Any]) -> Target:
    return Target(
        tuple(UUID(one) for one in kept["colleague_ids"]),
        UUID(kept["line_id"]) if kept["line_id"] else None,
        Territory(kept["territory"]) if kept["territory"] else None,
        kept["widens"],
    )


def closing_event(
    case: Case, requerant: Professional, requis: Professional, attending: tuple[AttendingDoctor, ...]
) -> Event:
    """`teleexpertise.closed`, version 1: facts for billing, without identity trait or free text.

    Raises ValueError for a case that was not sent, accepted and answered.
    """
    if case.sent_at is None or case.accepted_at is None or case.answered_at is None or case.requis is None:
        raise ValueError("a case is closed after it was sent, accepted and answered")
    payload = {
        "version": 1,
        "act_id": str(case.id),
        "revision": 1,
        "kind": "teleexpertise",
        "patient_id": str(case.patient_id),
        "requerant": _biller(requerant, case.requerant, case.answered_at, attending),
        "requis": _biller(requis, case.requis, case.answered_at, attending),
        "requested_at": case.sent_at.isoformat(),
        "accepted_at": case.accepted_at.isoformat(),
        "completed_at": case.answered_at.isoformat(),
        "level": None,
        "grounds": [],
        "other_codes": [],
        "has_overrun": False,
    }
    return Event(CLOSED, key=f"{CLOSED}:{case.id}:1", occurred_at=case.answered_at, payload=payload)


def _biller(
    person: Professional, side: Side, at: datetime, attending: tuple[AttendingDoctor, ...]
) -> dict[str, str | None]:
    """A side as billing reads it; a profession without convention sectors bills at the tariff, as sector 1 does."""
    entry = attending_doctor_on(attending, civil_date(at, side.territory))
    return {
        "professional_id": str(side.professional_id),
        "rpps": side.rpps,
        "profession": person.profession.value if person.profession else "",
        "specialty": person.specialty_code,
        "sector": person.sector.value if person.sector else "sector_1",
        "practice_id": str(side.practice_id),
        "territory": side.territory.value,
        "medecin_traitant": _attending(entry, side.rpps),
    }


def _attending(entry: AttendingDoctor | None, rpps: str) -> str:
    if entry is None:
        return "unknown"
    if not entry.rpps:
        return "none"
    return "self" if entry.rpps == rpps else "other"
