"""The request of a télé-expertise and its report as pages that people read: blocks of text, facts and tables in order.

A block is one of three: `text` (paragraphs, or that nothing is known), `facts` (names and values), `table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from telemed.documents.formats import french
from telemed.documents.formats import page_parts as parts
from telemed.documents.formats.page_parts import Signing
from telemed.documents.model import (
    AttachedFile,
    ConsentChannel,
    ConsentFacts,
    DocumentIdentity,
    ExpertiseReport,
    ExpertiseRequest,
    OpinionFacts,
    OpinionWords,
    ProfessionalFacts,
    RequestContent,
    RequestFacts,
)
from telemed.kernel.clock import Territory

_CHANNELS = {
    ConsentChannel.LINK_PAGE: "par écrit sur sa page",
    ConsentChannel.ORAL: "oralement, enregistré par le professionnel",
}
_TO_COMPLETE = "À compléter."
_DIGEST_SHOWN = 16
Block = Mapping[str, Any]


def request_page(
    identity: DocumentIdentity, request: ExpertiseRequest, *, signing: Signing | None
) -> Mapping[str, Any]:
    """The page of a request; without `signing` it is a draft."""
    facts, content = request.facts, request.content
    when = _moment(signing.signed_at, facts.territory) if signing else "Date et heure de l'envoi"
    frame = parts.frame(
        identity,
        request,
        title="Demande de téléexpertise",
        when=when,
        place=facts.custodian,
        software=facts.software,
        signing=signing,
    )
    blocks = [
        text_block("Question posée", content.question, is_key=True),
        facts_block("Demande", _asked(facts, content)),
        text_block("Antécédents", content.history),
        text_block("Traitements en cours", content.treatments),
        text_block("Allergies", content.allergies),
        text_block("Examen et constatations", content.findings),
        *_files("Pièces jointes", facts.attachments),
    ]
    return {**frame, "blocks": blocks}


def opinion_page(identity: DocumentIdentity, report: ExpertiseReport, *, signing: Signing | None) -> Mapping[str, Any]:
    """The page of an opinion; without `signing` it is a draft."""
    facts, words = report.facts, report.content
    frame = parts.frame(
        identity,
        report,
        title="Compte rendu de téléexpertise",
        when=_moment(facts.answered_at, facts.territory),
        place=facts.custodian,
        software=facts.software,
        signing=signing,
    )
    prescribed = parts.prescribed(words.prescribed)
    actors = [parts.actor(facts.author, "Requis, auteur de l'avis"), parts.actor(facts.requerant, "Requérant")]
    blocks = [
        text_block("Question posée", facts.question),
        text_block("Conclusion", words.conclusion, is_key=True),
        text_block("Conduite à tenir", words.conduct),
        facts_block(
            "Suites", [("Prise en charge", words.urgency or _TO_COMPLETE), ("Consultation évitée", _avoided(words))]
        ),
        table_block("Actes et prescriptions", ("Nature", "Libellé"), prescribed["rows"], prescribed["summary"]),
        table_block("Professionnels participants", ("Nom", "Qualité", "Rôle", "RPPS"), actors),
        facts_block("Déroulement", _conduct(facts, words)),
        text_block("Incidents techniques", _incidents(words.incidents)),
        *_losses(facts),
        *_files("Pièces examinées", facts.attachments),
    ]
    return {**frame, "blocks": blocks}


def _moment(at: datetime, territory: Territory) -> str:
    """`Dimanche 22 novembre 2026, à 14 h 30 (heure de Paris, UTC+01:00)`."""
    day = french.day_text(at.astimezone(territory.zone).date(), with_weekday=True)
    return f"{day[:1].upper()}{day[1:]}, à {french.time_text(at, territory)} ({french.offset_text(at, territory)})"


def text_block(title: str, words: str, *, is_key: bool = False) -> Block:
    return {"kind": "text", **parts.section(title, words, is_key=is_key)}


def facts_block(title: str, rows: Sequence[tuple[str, str]]) -> Block:
    return {"kind": "facts", "title": title, "rows": [row for row in rows if row[1].strip()]}


def table_block(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], summary: str = "") -> Block:
    return {"kind": "table", "title": title, "head": head, "rows": rows, "summary": summary}


def _files(title: str, files: Sequence[AttachedFile]) -> list[Block]:
    head = ("Nom", "Nature", "Taille", "Empreinte SHA-256")
    rows = [(file.name, file.kind, french.size_text(file.size), f"{file.sha256[:_DIGEST_SHOWN]}…") for file in files]
    return [table_block(title, head, rows)] if rows else []


def _asked(facts: RequestFacts, content: RequestContent) -> list[tuple[str, str]]:
    has_long = content.has_long_term_illness
    return [
        ("Acte", "TE2, téléexpertise"),
        ("Avis demandé à", f"{french.NBSP}; ".join(_person(one) for one in facts.asked)),
        ("Équipe ou spécialité", facts.wanted),
        ("Réponse attendue", content.delay),
        ("Lieu de prise en charge", content.setting),
        ("Affection de longue durée", "" if has_long is None else "oui" if has_long else "non"),
        ("Médecin traitant", _doctor(facts.medecin_traitant, facts.author)),
        ("Consentement", consent_words(facts.consent, facts.territory)),
        ("Remarques", content.remarks),
    ]


def _conduct(facts: OpinionFacts, words: OpinionWords) -> list[tuple[str, str]]:
    territory = facts.territory
    recipients = [_person(facts.requerant), _doctor(facts.medecin_traitant, facts.requerant)]
    return [
        ("Acte", "TE2, téléexpertise"),
        ("Demande envoyée", f"le {french.instant_text(facts.requested_at, territory)}"),
        ("Demande acceptée", f"le {french.instant_text(facts.accepted_at, territory)}"),
        ("Échange en direct", _exchange(facts)),
        ("Avis rendu", f"le {french.instant_text(facts.answered_at, territory)}"),
        ("Consentement", consent_words(facts.consent, territory)),
        ("Destinataires", f"{french.NBSP}; ".join(one for one in recipients if one)),
        ("Visibilité", ", ".join(parts.VISIBILITIES[code] for code in sorted(words.visibility))),
    ]


def consent_words(consent: ConsentFacts | None, territory: Territory) -> str:
    if consent is None:
        return "non enregistré"
    moment, text = french.instant_text(consent.given_at, territory), french.version_text(consent.wording_version)
    return f"donné par {consent.given_by} le {moment}, {_CHANNELS[consent.channel]} (texte du {text})"


def _person(who: ProfessionalFacts) -> str:
    return f"{french.professional_name(who)}, {parts.qualification(who)} (RPPS {who.rpps})"


def _doctor(doctor: ProfessionalFacts | None, other: ProfessionalFacts) -> str:
    """The médecin traitant, where known; that he is the other person is said once."""
    if doctor is None:
        return "médecin traitant non renseigné"
    name = f"{french.professional_name(doctor)}, médecin traitant (RPPS {doctor.rpps})"
    return "le requérant est le médecin traitant" if doctor.rpps == other.rpps else name


def _avoided(words: OpinionWords) -> str:
    return {True: "oui", False: "non", None: _TO_COMPLETE}[words.avoided_consultation]


def _incidents(said: str | None) -> str:
    return _TO_COMPLETE if said is None else said.strip() or "Aucun incident technique."


def _exchange(facts: OpinionFacts) -> str:
    """Empty when everything was in writing."""
    live = facts.exchange
    if live is None:
        return ""
    begun = f"le {french.instant_text(live.started_at, facts.territory)}"
    if live.ended_at is None:
        return f"{begun}, en cours à la signature"
    return f"{begun}, pendant {french.duration_text(int((live.ended_at - live.started_at).total_seconds()))}"


def _losses(facts: OpinionFacts) -> list[Block]:
    """What the room noted by itself, whatever its author says."""
    rows = [
        (
            french.time_text(loss.at, facts.territory, with_seconds=True),
            loss.description,
            "jusqu'à la fin" if loss.duration_seconds is None else french.duration_text(loss.duration_seconds),
        )
        for loss in (facts.exchange.losses if facts.exchange else ())
    ]
    return (
        [table_block("Interruptions relevées pendant l'échange", ("Heure", "Interruption", "Durée"), rows)]
        if rows
        else []
    )
