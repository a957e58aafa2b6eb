"""A télé-expertise with people around it: a nurse asks, a colleague of another practice answers; messages are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from telemed.acts.teleexpertise.model import (
    Administrative,
    CareSetting,
    CareUrgency,
    Case,
    CaseContent,
    Contact,
    Medical,
    Move,
    Opinion,
    OpinionContent,
    Urgency,
)
from telemed.acts.teleexpertise.store import CaseStore
from telemed.app import Services, build_services
from telemed.app.expertise import Expertise
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from telemed.professionals.model import Profession
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.storage.outbox import OutboxWorker
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.people import People, caller_for, make_carer, make_doctor, make_practice
from tests.integration.acts.teleconsultation.conftest import KeptMessages

CONTENT = CaseContent(
    question="Cette lésion pigmentée justifie-t-elle une exérèse ?",
    urgency=Urgency.WEEK,
    specialty_code="G15_10/SM15",
    administrative=Administrative(CareSetting.HOME, has_long_term_illness=True, remarks="vit seule"),
    medical=Medical(history="HTA", treatments="amlodipine", findings="lésion de 7 mm, bords irréguliers"),
)
OPINION = OpinionContent(
    conclusion="Aspect de kératose séborrhéique.",
    conduct="Surveillance, pas d'exérèse.",
    urgency=CareUrgency.NONE,
    avoided_consultation=True,
    prescribed=(),
    incidents="",
)


@pytest.fixture
def mail() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def sms() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def services(
    settings: Settings, database: Database, clock: FrozenClock, mail: KeptMessages, sms: KeptMessages
) -> Services:
    senders = {Channel.SMS: sms, Channel.EMAIL: mail}
    built = build_services(settings, clock=clock, database=database, senders=senders)
    database.subscriptions = SUBSCRIPTIONS
    return built


@dataclass
class Scene:
    """A patient, who asks and who answers, and shortcuts through the steps that a test is not about."""

    services: Services
    people: People
    patient: Patient
    asker: Caller
    expert: Caller
    second: Caller
    midwife: Caller
    mail: KeptMessages
    sms: KeptMessages
    clock: FrozenClock

    @property
    def expertise(self) -> Expertise:
        return self.services.expertise

    async def draft(self, **changes: Any) -> Case:
        return await self.expertise.requests.create(self.asker, self.patient.id, replace(CONTENT, **changes))

    async def consent(self, case: Case, decision: ConsentDecision = ConsentDecision.GIVEN) -> None:
        await self.services.consents.record_oral(
            self.asker,
            patient_id=self.patient.id,
            act_kind=ActKind.TELEEXPERTISE,
            act_id=case.id,
            decision=decision,
        )

    async def sent(self, *to: Caller, **changes: Any) -> Case:
        """A request that left to the expert, or to those given."""
        case = await self.draft(**changes)
        await self.consent(case)
        return (await self.expertise.requests.send(self.asker, case.id, ids_of(to or (self.expert,)))).case

    async def accepted(self, **changes: Any) -> Case:
        case = await self.sent(**changes)
        return (await self.expertise.answers.accept(self.expert, case.id)).case

    async def written(self, case: Case, content: OpinionContent = OPINION) -> Opinion:
        return await self.expertise.opinions.save(self.expert, case.id, content, revision=0)

    async def answered(self, **changes: Any) -> Case:
        case = await self.accepted(**changes)
        draft = await self.written(case)
        await self.expertise.opinions.sign(self.expert, case.id, revision=draft.revision)
        return await self.now(case)

    async def now(self, case: Case) -> Case:
        """The case as the database has it."""
        async with self.services.database.read() as session:
            found = await CaseStore(session).find(case.id)
        assert found is not None
        return found

    async def moves(self, case: Case) -> list[Move]:
        async with self.services.database.read() as session:
            return await CaseStore(session).moves(case.id, after=0, limit=100)

    async def steps(self, case: Case) -> list[str]:
        return [move.step.value for move in await self.moves(case)]

    async def pass_time(self, by: timedelta) -> None:
        """Time passes, then the sweep runs once."""
        self.clock.advance(by)
        await self.expertise.timers.sweep()

    async def deliver(self) -> int:
        """Run the outbox until it is empty."""
        worker, count = OutboxWorker(self.services.database, self.clock, self.services.subscribers), 0
        while done := await worker.deliver_due():
            count += done
        return count


def ids_of(callers: tuple[Caller, ...]) -> list[UUID]:
    return [caller.id for caller in callers if caller.id is not None]


@pytest_asyncio.fixture
async def scene(
    services: Services,
    people: People,
    patient: Patient,
    clock: FrozenClock,
    mail: KeptMessages,
    sms: KeptMessages,
) -> Scene:
    """The nurse of the first practice asks; two dermatologists and a midwife of another one may answer."""
    return await make_scene(services, people, patient, clock, mail, sms)


async def make_scene(
    services: Services, people: People, patient: Patient, clock: FrozenClock, mail: KeptMessages, sms: KeptMessages
) -> Scene:
    centre = make_practice("Centre de dermatologie")
    await services.practices.create(SYSTEM, centre)

    async def join(login: str, person: Any) -> Caller:
        created, _ = await services.professionals.create(SYSTEM, person, login)
        caller = caller_for(created)
        contact = Contact(phone=f"+3363998{len(login):04d}", email=f"{login}@exemple.fr")
        await services.expertise.notices.set_contact(caller, contact)
        return caller

    asker = people.nurse
    await services.expertise.notices.set_contact(asker, Contact(email="lea.marchand@exemple.fr"))
    expert = make_doctor(centre.id, rpps="10100000073", family_name="Nguyen")
    second = make_doctor(centre.id, rpps="10100000081", family_name="Étienne")
    return Scene(
        services,
        people,
        patient,
        asker,
        await join("nguyen", replace(expert, specialty_code="G15_10/SM15")),
        await join("etienne", replace(second, specialty_code="G15_10/SM15")),
        await join("sage-femme", make_carer(centre.id, Profession.SAGE_FEMME, rpps="10100000099", family_name="Roy")),
        mail,
        sms,
        clock,
    )
