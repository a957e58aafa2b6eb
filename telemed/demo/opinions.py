"""Opinions that the demonstration's people asked one another this morning: one at each place of its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    Administrative,
    CareSetting,
    CareUrgency,
    Case,
    CaseContent,
    Contact,
    Medical,
    OpinionContent,
    Urgency,
)
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.demo.experts import CHERIF, DERMATOLOGY, LE_GOFF, NURSE
from telemed.demo.practice import DemoPractice, id_of
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock

_DOCTOR = "claire.moreau"


@dataclass(frozen=True)
class Asked:
    """One request, by its place in PATIENTS; `until` is how far it went."""

    asker: str
    expert: str
    patient: int
    question: str
    findings: str
    urgency: Urgency = Urgency.WEEK
    until: str = "sent"


ASKED = (
    Asked(
        _DOCTOR,
        LE_GOFF,
        2,
        "Cette lésion pigmentée du dos justifie-t-elle une exérèse ?",
        "Lésion de 7 mm, bords irréguliers, apparue depuis un an.",
        until="closed",
    ),
    Asked(
        NURSE,
        LE_GOFF,
        13,
        "Quel pansement pour cet ulcère de jambe qui ne bourgeonne plus ?",
        "Ulcère veineux de 4 cm, fibrineux à 60 %, peu exsudatif, douleur 3 sur 10.",
        Urgency.TWO_DAYS,
        until="accepted",
    ),
    Asked(
        NURSE,
        CHERIF,
        7,
        "Faut-il s'inquiéter de ces bulles des jambes ?",
        "Bulles tendues apparues hier, prurit, pas de fièvre.",
        Urgency.HOURS,
        until="question",
    ),
    Asked(
        _DOCTOR,
        CHERIF,
        8,
        "Eczéma des mains qui résiste aux dermocorticoïdes : que proposer ?",
        "Trois mois d'évolution, métier au contact de détergents, prick-tests jamais faits.",
    ),
    Asked(
        _DOCTOR,
        LE_GOFF,
        14,
        "Psoriasis : passer à un traitement général ?",
        "Surface atteinte 12 %, échec des topiques, pas d'arthralgie.",
    ),
)
_OPINION = OpinionContent(
    conclusion="Aspect de kératose séborrhéique, sans critère de malignité sur les images.",
    conduct="Surveillance clinique simple ; nouvel avis si la lésion change en six mois.",
    urgency=CareUrgency.NONE,
    avoided_consultation=True,
    prescribed=(),
    incidents="",
)


async def ask_opinions(services: Services, practice: DemoPractice, clock: FrozenClock) -> None:
    """Every request of ASKED, each a few minutes after the one before; its people say where they are told."""
    for login in {login for asked in ASKED for login in (asked.asker, asked.expert)}:
        contact = Contact(email=f"{login}@exemple.invalid")
        await services.expertise.notices.set_contact(practice.callers[login], contact)
    for asked in ASKED:
        clock.advance(timedelta(minutes=4))
        asker, expert = practice.callers[asked.asker], practice.callers[asked.expert]
        case = await _send(services, asker, expert, practice.patients[asked.patient], asked)
        await _carry_on(services, asker, expert, case, asked.until)


async def _send(services: Services, asker: Caller, expert: Caller, patient_id: UUID, asked: Asked) -> Case:
    content = CaseContent(
        question=asked.question,
        urgency=asked.urgency,
        specialty_code=DERMATOLOGY,
        administrative=Administrative(CareSetting.PRACTICE),
        medical=Medical(findings=asked.findings),
    )
    requests = services.expertise.requests
    case = await requests.create(asker, patient_id, content)
    await services.consents.record_oral(
        asker,
        patient_id=patient_id,
        act_kind=ActKind.TELEEXPERTISE,
        act_id=case.id,
        decision=ConsentDecision.GIVEN,
    )
    return (await requests.send(asker, case.id, [id_of(expert)])).case


async def _carry_on(services: Services, asker: Caller, expert: Caller, case: Case, until: str) -> None:
    """Further down its way: question, accepted or closed; `sent` stays where it is."""
    expertise = services.expertise
    if until == "question":
        await expertise.answers.ask(expert, case.id, "Un nouveau traitement dans le mois qui précède ?")
    if until in ("accepted", "closed"):
        await expertise.answers.accept(expert, case.id)
    if until == "closed":
        draft = await expertise.opinions.save(expert, case.id, _OPINION, revision=0)
        await expertise.opinions.sign(expert, case.id, revision=draft.revision)
        await expertise.requests.close(asker, case.id)
