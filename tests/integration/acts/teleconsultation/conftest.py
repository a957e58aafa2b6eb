"""A teleconsultation with people around it; messages are kept instead of sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.acts.teleconsultation.model import PlaceKind, Readiness, Teleconsultation, TraitsAnswer
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.app import Services, build_services
from telemed.consent.model import ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Unavailable
from telemed.kernel.messages import Channel, DeliveryReceipt, DeliveryState, OutgoingMessage
from telemed.kernel.period import Interval
from telemed.patients.model import Patient
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.storage.outbox import OutboxWorker
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.people import People


@dataclass
class KeptMessages:
    """An operator that keeps what it is given; `is_away` makes it unreachable."""

    messages: list[OutgoingMessage] = field(default_factory=list)
    is_away: bool = False

    async def send(self, message: OutgoingMessage) -> DeliveryReceipt:
        if self.is_away:
            raise Unavailable("l'opérateur ne répond pas")
        self.messages.append(message)
        return DeliveryReceipt(f"sms-{len(self.messages)}", DeliveryState.ACCEPTED)

    async def receipt(self, provider_id: str) -> DeliveryReceipt:
        return DeliveryReceipt(provider_id, DeliveryState.DELIVERED)


@pytest.fixture
def sms() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def services(settings: Settings, database: Database, clock: FrozenClock, sms: KeptMessages) -> Services:
    built = build_services(settings, clock=clock, database=database, senders={Channel.SMS: sms})
    database.subscriptions = {name: to for name, to in SUBSCRIPTIONS.items() if all("links." in one for one in to)}
    return built


@dataclass
class Scene:
    """One booked act, its people, and shortcuts through the steps that a test is not about."""

    services: Services
    people: People
    patient: Patient
    act: Teleconsultation
    sms: KeptMessages
    clock: FrozenClock
    visitor: Caller | None = None

    async def deliver(self) -> int:
        """Run the outbox once."""
        worker = OutboxWorker(self.services.database, self.clock, self.services.subscribers)
        return await worker.deliver_due()

    def last_token(self) -> str:
        """The token of the last link sent."""
        return self.sms.messages[-1].text.split("/v/")[1].split()[0]

    async def open_link(self) -> Caller:
        """The patient opens the link and gives the right birth date."""
        await self.deliver()
        opened = await self.services.links.open(self.last_token(), "1955-03-12")
        visitor = await self.services.links.authenticate(opened.token)
        assert visitor is not None
        self.visitor = visitor
        return visitor

    async def consent(self, decision: ConsentDecision = ConsentDecision.GIVEN) -> None:
        assert self.visitor is not None
        sha256 = self.services.visits.wording().sha256
        await self.services.visits.decide_consent(self.visitor, decision, wording_sha256=sha256)

    async def prepare(self) -> Caller:
        """Everything before the waiting room."""
        visitor = await self.open_link()
        await self.consent()
        visits = self.services.visits
        await visits.confirm_traits(visitor, TraitsAnswer.CONFIRMED)
        await visits.give_place(visitor, PlaceKind.HOME, "12 rue des Lilas, 35000 Rennes, 2e étage", "06 39 98 12 34")
        await visits.report_devices(visitor, Readiness.GOOD, Readiness.GOOD, Readiness.FAIR)
        return visitor

    async def arrive(self) -> Teleconsultation:
        visitor = await self.prepare()
        return await self.services.visits.arrive(visitor)

    async def admit(self) -> Teleconsultation:
        await self.arrive()
        return await self.services.calls.admit(self.people.doctor, self.act.id)


def at_half_past_two(clock: FrozenClock) -> Interval:
    start = clock.now() + timedelta(hours=2, minutes=30)
    return Interval(start, start + timedelta(minutes=15))


@pytest_asyncio.fixture
async def scene(services: Services, people: People, patient: Patient, clock: FrozenClock, sms: KeptMessages) -> Scene:
    """Jeanne Leroy has an appointment with her doctor at 14 h 30, and a link on the way by SMS."""
    assert people.doctor.id is not None
    request = BookingRequest(
        people.doctor.id, patient.id, at_half_past_two(clock), motive="tension", channel=Channel.SMS
    )
    booked = await services.booking.book(people.secretary, request)
    return Scene(services, people, patient, booked.act, sms, clock)
