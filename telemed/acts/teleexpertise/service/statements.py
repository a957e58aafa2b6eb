"""A case as its documents state it: the request that was sent, and the opinion that was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from telemed.acts.teleexpertise.model import CareSetting, CareUrgency, Case, OpinionContent, Urgency
from telemed.acts.teleexpertise.model.live import LedgerLine, LiveCall, Seat
from telemed.acts.teleexpertise.rules.exchange import losses
from telemed.attachments.model import FORMATS, Attachment
from telemed.attachments.model import State as FileState
from telemed.consent.model import ConsentRecord
from telemed.documents import model as documents
from telemed.documents.service.facts import (
    attending_facts,
    consent_facts,
    patient_facts,
    place_facts,
    professional_facts,
)
from telemed.patients.model import AttendingDoctor, Patient
from telemed.professionals.model import Practice, Professional, find_specialty

_DELAYS: Mapping[Urgency, str] = MappingProxyType(
    {Urgency.HOURS: "dans les heures qui viennent", Urgency.TWO_DAYS: "sous 48 heures", Urgency.WEEK: "sous 7 jours"}
)
_SETTINGS: Mapping[CareSetting, str] = MappingProxyType(
    {
        CareSetting.PRACTICE: "au cabinet",
        CareSetting.HOME: "à domicile",
        CareSetting.CARE_HOME: "en établissement d'hébergement",
        CareSetting.HOSPITAL: "à l'hôpital",
        CareSetting.PHARMACY: "en pharmacie",
        CareSetting.PRISON: "en milieu pénitentiaire",
        CareSetting.OTHER: "autre lieu",
    }
)
_URGENCIES: Mapping[CareUrgency, str] = MappingProxyType(
    {
        CareUrgency.NONE: "sans urgence",
        CareUrgency.WEEKS: "dans les semaines qui viennent",
        CareUrgency.DAYS: "dans les jours qui viennent",
        CareUrgency.IMMEDIATE: "immédiate",
    }
)
_LOST: Mapping[str, str] = MappingProxyType(
    {
        "dropped": "connexion perdue",
        "media_interrupted": "image et son interrompus",
        "device_failed": "caméra ou micro en panne",
    }
)
_SEATS: Mapping[str, str] = MappingProxyType({Seat.REQUERANT.value: "côté requérant", Seat.REQUIS.value: "côté requis"})


@dataclass(frozen=True, repr=False)
class Person:
    """Someone of a case, and where he practises."""

    professional: Professional
    practice: Practice

    @property
    def facts(self) -> documents.ProfessionalFacts:
        return professional_facts(self.professional, self.practice)

    @property
    def place(self) -> documents.PlaceFacts:
        return place_facts(self.practice, self.professional)


@dataclass(frozen=True, repr=False)
class Sources:
    """Everything that a document of a case is made of, as it is now."""

    case: Case
    patient: Patient
    requerant: Person
    consent: ConsentRecord | None
    attending: tuple[AttendingDoctor, ...]
    files: tuple[documents.AttachedFile, ...]
    requis: Person | None = None
    call: LiveCall | None = None
    ledger: tuple[LedgerLine, ...] = ()


def request_statement(
    sources: Sources, colleagues: Sequence[Person], *, at: datetime, line: str = ""
) -> documents.ExpertiseRequest:
    """The request as it is sent at `at`: to named colleagues, to a `line`, or to whoever has the specialty."""
    case, content, medical = sources.case, sources.case.content, sources.case.content.medical
    territory = case.requerant.territory
    facts = documents.RequestFacts(
        case_id=case.id,
        patient=patient_facts(sources.patient),
        author=sources.requerant.facts,
        custodian=sources.requerant.place,
        territory=territory,
        consent=consent_facts(sources.consent),
        asked=tuple(one.facts for one in colleagues),
        wanted=_wanted(case, line),
        medecin_traitant=attending_facts(sources.attending, at, territory),
        attachments=sources.files,
    )
    words = documents.RequestContent(
        question=content.question,
        delay=_DELAYS[content.urgency],
        setting=_SETTINGS[content.administrative.setting],
        has_long_term_illness=content.administrative.has_long_term_illness,
        remarks=content.administrative.remarks,
        history=medical.history,
        treatments=medical.treatments,
        allergies=medical.allergies,
        findings=medical.findings,
    )
    return documents.ExpertiseRequest(facts, words)


def opinion_statement(
    sources: Sources, opinion: OpinionContent, *, answered_at: datetime, request_id: UUID | None
) -> documents.ExpertiseReport:
    """The opinion that fulfils a request. Raises LookupError for a case that was not sent and accepted."""
    case, requis = sources.case, sources.requis
    if case.requis is None or requis is None or case.sent_at is None or case.accepted_at is None:
        raise LookupError("an opinion is given on a case that was sent and accepted")
    territory = case.requis.territory
    facts = documents.OpinionFacts(
        case_id=case.id,
        patient=patient_facts(sources.patient),
        author=requis.facts,
        custodian=requis.place,
        requerant=sources.requerant.facts,
        territory=territory,
        requested_at=case.sent_at,
        accepted_at=case.accepted_at,
        answered_at=answered_at,
        question=case.content.question,
        consent=consent_facts(sources.consent),
        request_id=request_id,
        exchange=_exchange(sources),
        medecin_traitant=attending_facts(sources.attending, answered_at, territory),
        attachments=sources.files,
    )
    words = documents.OpinionWords(
        conclusion=opinion.conclusion,
        conduct=opinion.conduct,
        urgency=_URGENCIES[opinion.urgency] if opinion.urgency else "",
        avoided_consultation=opinion.avoided_consultation,
        prescribed=opinion.prescribed,
        incidents=opinion.incidents,
        visibility=opinion.visibility,
    )
    return documents.ExpertiseReport(facts, words)


def files_of(attachments: Sequence[Attachment]) -> tuple[documents.AttachedFile, ...]:
    """The files that both sides see, with what tells each from any other."""
    return tuple(
        documents.AttachedFile(one.file_name, FORMATS[one.kind].label, one.length, one.sha256)
        for one in attachments
        if one.state is FileState.KEPT and one.kind is not None and one.sha256 is not None
    )


def _exchange(sources: Sources) -> documents.LiveExchange | None:
    """The last call that was answered."""
    call = sources.call
    if call is None or call.opened_at is None:
        return None
    incidents = (
        documents.TechnicalIncident(
            at=loss.at,
            description=f"{_LOST[loss.kind]} {_SEATS.get(loss.seat, '')}".strip(),
            duration_seconds=None if loss.duration is None else int(loss.duration.total_seconds()),
        )
        for loss in losses(sources.ledger)
    )
    return documents.LiveExchange(call.opened_at, call.ended_at, tuple(incidents))


def _wanted(case: Case, line: str) -> str:
    """`équipe Peau du littoral, Dermatologie, dermoscopie`: as much of it as is known."""
    specialty = find_specialty(case.content.specialty_code) if case.content.specialty_code else None
    parts = (f"équipe {line}" if line else "", specialty.label if specialty else "", case.content.skill.strip())
    return ", ".join(part for part in parts if part)
