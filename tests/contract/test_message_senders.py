"""What every operator of messages promises, SMS and e-mail alike; and what each promises alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.adapters.sms_gateway.client import SmsGatewaySender
from telemed.adapters.sms_gateway.server import SmsGateway, serving
from telemed.adapters.smtp.client import SmtpSender, parse_smtp_url
from telemed.adapters.smtp.sink import MailSink, receiving
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import NotFound, Unavailable
from telemed.kernel.messages import DeliveryState, MessageSender, OutgoingMessage

pytestmark = pytest.mark.asyncio

TEXT = "Téléconsultation le mercredi 25 novembre à 14 h 30 : https://exemple.invalid/v/abc"
SENDER = "ne-pas-repondre@telemed.invalid"


@dataclass
class Operator:
    """A sender with what a test needs to know and to break."""

    sender: MessageSender
    good_address: str
    bad_address: str
    received: Callable[[], list[str]]
    go_away: Callable[[], None]
    refuse: Callable[[], None]


@pytest_asyncio.fixture
async def gateway(clock: FrozenClock) -> AsyncIterator[tuple[SmsGateway, SmsGatewaySender]]:
    gateway = SmsGateway("jeton", clock, delivery_seconds=5)
    async with serving(gateway) as url:
        yield gateway, SmsGatewaySender(url, "jeton", timeout_seconds=60)


@pytest_asyncio.fixture
async def mail(clock: FrozenClock) -> AsyncIterator[tuple[MailSink, SmtpSender]]:
    sink = MailSink()
    async with receiving(sink) as url:
        yield sink, SmtpSender(parse_smtp_url(url), SENDER, clock, timeout_seconds=60)


@pytest.fixture
def sms_operator(gateway: tuple[SmsGateway, SmsGatewaySender]) -> Operator:
    server, client = gateway
    return Operator(
        sender=client,
        good_address="+33639980001",
        bad_address="0639980001",
        received=lambda: [message.text for message in server.messages],
        go_away=lambda: setattr(server, "is_away", True),
        refuse=lambda: server.unreachable.add("+33639980001"),
    )


@pytest.fixture
def mail_operator(mail: tuple[MailSink, SmtpSender]) -> Operator:
    sink, client = mail
    return Operator(
        sender=client,
        good_address="patient@exemple.invalid",
        bad_address="pas une adresse",
        received=lambda: [message.get_content().strip() for message in sink.messages],
        go_away=lambda: setattr(sink, "refusal", "421 Service not available"),
        refuse=lambda: setattr(sink, "refusal", "550 No such user"),
    )


@pytest.fixture(params=["sms", "mail"])
def operator(request: pytest.FixtureRequest) -> Operator:
    chosen: Operator = request.getfixturevalue(f"{request.param}_operator")
    return chosen


async def test_a_message_arrives_as_written_and_is_named(operator: Operator) -> None:
    receipt = await operator.sender.send(OutgoingMessage(operator.good_address, TEXT, "clé-1"))
    assert receipt.state is DeliveryState.ACCEPTED
    assert receipt.provider_id
    assert operator.received() == [TEXT]


async def test_the_same_key_names_the_same_message(operator: Operator) -> None:
    message = OutgoingMessage(operator.good_address, TEXT, "clé-1")
    first, again = await operator.sender.send(message), await operator.sender.send(message)
    other = await operator.sender.send(OutgoingMessage(operator.good_address, TEXT, "clé-2"))
    assert first.provider_id == again.provider_id != other.provider_id


async def test_a_bad_address_fails_for_good(operator: Operator) -> None:
    receipt = await operator.sender.send(OutgoingMessage(operator.bad_address, TEXT, "clé-1"))
    assert receipt.state is DeliveryState.FAILED
    assert receipt.detail
    assert operator.bad_address not in receipt.detail
    assert operator.received() == []


async def test_an_operator_that_is_away_is_said_to_be(operator: Operator) -> None:
    operator.go_away()
    with pytest.raises(Unavailable):
        await operator.sender.send(OutgoingMessage(operator.good_address, TEXT, "clé-1"))
    assert operator.received() == []


async def test_a_known_message_has_a_receipt_and_an_unknown_one_none(operator: Operator) -> None:
    sent = await operator.sender.send(OutgoingMessage(operator.good_address, TEXT, "clé-1"))
    assert (await operator.sender.receipt(sent.provider_id)).provider_id == sent.provider_id
    with pytest.raises(NotFound):
        await operator.sender.receipt("inconnu")


async def test_a_refused_reader_is_a_failure_in_the_end(operator: Operator) -> None:
    operator.refuse()
    receipt = await operator.sender.send(OutgoingMessage(operator.good_address, TEXT, "clé-1"))
    assert receipt.state in (DeliveryState.ACCEPTED, DeliveryState.FAILED)
    assert (receipt.state is DeliveryState.FAILED) == (receipt.detail == "refused_550")


async def test_a_message_never_shows_its_reader_or_its_text(operator: Operator) -> None:
    shown = repr(OutgoingMessage(operator.good_address, TEXT, "clé-1"))
    assert operator.good_address not in shown
    assert TEXT not in shown


async def test_a_key_is_delivered_once_by_sms(gateway: tuple[SmsGateway, SmsGatewaySender]) -> None:
    server, client = gateway
    for _ in range(3):
        await client.send(OutgoingMessage("+33639980001", TEXT, "clé-1"))
    assert len(server.messages) == 1


async def test_the_first_text_of_a_key_stands(gateway: tuple[SmsGateway, SmsGatewaySender]) -> None:
    server, client = gateway
    first = await client.send(OutgoingMessage("+33639980001", TEXT, "clé-1"))
    again = await client.send(OutgoingMessage("+33639980001", "autre texte", "clé-1"))
    assert again.provider_id == first.provider_id
    assert [message.text for message in server.messages] == [TEXT]


async def test_an_accepted_sms_becomes_delivered(
    gateway: tuple[SmsGateway, SmsGatewaySender], clock: FrozenClock
) -> None:
    _, client = gateway
    sent = await client.send(OutgoingMessage("+33639980001", TEXT, "clé-1"))
    assert (await client.receipt(sent.provider_id)).state is DeliveryState.ACCEPTED
    clock.advance(timedelta(seconds=5))
    assert (await client.receipt(sent.provider_id)).state is DeliveryState.DELIVERED


async def test_an_sms_to_a_dead_phone_fails_later(
    gateway: tuple[SmsGateway, SmsGatewaySender], clock: FrozenClock
) -> None:
    server, client = gateway
    server.unreachable.add("+33639980001")
    sent = await client.send(OutgoingMessage("+33639980001", TEXT, "clé-1"))
    clock.advance(timedelta(seconds=5))
    receipt = await client.receipt(sent.provider_id)
    assert (receipt.state, receipt.detail) == (DeliveryState.FAILED, "unreachable")


async def test_an_sms_gateway_limits_its_rate(clock: FrozenClock) -> None:
    gateway = SmsGateway("jeton", clock, per_minute=2)
    async with serving(gateway) as url:
        client = SmsGatewaySender(url, "jeton")
        for number in range(2):
            await client.send(OutgoingMessage("+33639980001", TEXT, f"clé-{number}"))
        with pytest.raises(Unavailable):
            await client.send(OutgoingMessage("+33639980001", TEXT, "clé-de-trop"))
    assert len(gateway.messages) == 2


async def test_an_sms_gateway_takes_nothing_without_its_token(gateway: tuple[SmsGateway, SmsGatewaySender]) -> None:
    server, client = gateway
    stranger = SmsGatewaySender(client._url, "faux")
    with pytest.raises(Unavailable):
        await stranger.send(OutgoingMessage("+33639980001", TEXT, "clé-1"))
    assert not server.messages


async def test_a_gateway_that_nobody_serves_is_away() -> None:
    with pytest.raises(Unavailable):
        await SmsGatewaySender("http://127.0.0.1:9/v1", "jeton").send(OutgoingMessage("+33639980001", TEXT, "clé-1"))
