"""What a device of MQTT 5 finds: acknowledged after it is kept, in order, told what is wrong, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from telemed.adapters.mqtt.limits import Limits
from telemed.adapters.mqtt.link import LinkLost, NotLetIn, linked
from telemed.adapters.mqtt.reasons import Reason
from telemed.adapters.mqtt.topics import outcomes_of
from tests.integration.adapters.mqtt import raw
from tests.integration.adapters.mqtt.door import id_of, serving, terms, topic_of

pytestmark = pytest.mark.asyncio
SCALE = topic_of("scale")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_message_is_acknowledged_once_it_is_kept_and_not_before() -> None:
    async with serving() as served, linked(served.broker(), terms()) as link:
        served.door.is_open.clear()
        waiting = asyncio.create_task(link.publish(SCALE, b"70 kg"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        served.door.is_open.set()
        assert (await waiting).is_taken
        assert served.door.kept == [b"70 kg"]


async def test_what_could_not_be_kept_is_never_acknowledged_and_comes_again() -> None:
    async with serving() as served:
        served.door.broken_times = 1
        async with linked(served.broker(), terms()) as link:
            with pytest.raises(LinkLost):
                await link.publish(SCALE, b"70 kg")
            assert link.reason == Reason.SERVER_BUSY
        async with linked(served.broker(), terms()) as link:
            assert (await link.publish(SCALE, b"70 kg")).is_taken
        assert served.door.kept == [b"70 kg"]


async def test_a_full_line_holds_a_device_back_and_loses_nothing() -> None:
    async with serving() as served, linked(served.broker(), terms()) as link:
        served.door.full_times = 3
        assert (await link.publish(SCALE, b"70 kg")).is_taken
        assert served.door.kept == [b"70 kg"]


async def test_acknowledgements_keep_the_order_of_the_messages() -> None:
    async with serving() as served, raw.entered(served.port) as socket:
        socket.send(*(raw.publish(SCALE, b"slow" if number == 1 else b"x", number) for number in range(1, 5)))
        numbers = [(await socket.read())[1] for _ in range(4)]
        assert numbers == [bytes([0, number]) for number in range(1, 5)]
        assert served.door.kept == [b"x", b"x", b"x", b"slow"]


async def test_a_message_that_is_refused_fails_none_of_its_neighbours_and_is_told_why() -> None:
    told: list[tuple[str, bytes]] = []
    async with serving() as served:
        async with linked(
            served.broker(), terms(), lambda message: told.append((message.topic, bytes(message.payload)))
        ) as link:
            await link.subscribe(outcomes_of(id_of("scale")), qos=1)
            answers = await asyncio.gather(*(link.publish(SCALE, payload) for payload in (b"one", b"nonsense", b"two")))
            await until(lambda: len(told) == 3)
        assert [answer.reason for answer in answers] == [0, Reason.PAYLOAD_FORMAT_INVALID, 0]
        assert answers[1].text == "message.structure"
        assert told == [(outcomes_of(id_of("scale")), body) for body in (b"kept one", b"refused", b"kept two")]


async def test_a_device_writes_for_itself_alone_and_hears_of_itself_alone() -> None:
    async with serving() as served, raw.entered(served.port) as socket:
        socket.send(raw.publish(topic_of("other"), b"70 kg", 1), raw.publish("any/where", b"70 kg", 2))
        assert (await socket.read())[1][2] == Reason.NOT_AUTHORIZED
        assert (await socket.read())[1][2] == Reason.TOPIC_NAME_INVALID
        wanted = [outcomes_of(id_of("other")), "telemed/devices/+/outcomes", "#", "$share/a/b"]
        answers = []
        for filters in wanted:
            socket.send(raw.subscribe(filters))
            answers.append((await socket.read())[1][3])
        assert answers == [
            Reason.NOT_AUTHORIZED,
            Reason.WILDCARDS_NOT_SUPPORTED,
            Reason.WILDCARDS_NOT_SUPPORTED,
            Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
        ]
        assert served.door.kept == []


async def test_an_unknown_token_does_not_come_in() -> None:
    async with serving() as served:
        with pytest.raises(NotLetIn) as refused:
            async with linked(served.broker(token="anything"), terms()):
                pass
        assert refused.value.reason == Reason.BAD_CREDENTIALS


async def test_a_device_whose_right_is_taken_back_is_cut_off_at_once() -> None:
    async with serving() as served:
        async with linked(served.broker(), terms()) as link, linked(served.broker("other"), terms()) as other:
            served.door.revoke("scale")
            await asyncio.wait_for(link.lost.wait(), 60)
            assert link.reason == Reason.NOT_AUTHORIZED
            assert (await other.publish(topic_of("other"), b"70 kg")).is_taken
        with pytest.raises(NotLetIn):
            async with linked(served.broker(), terms()):
                pass


async def test_a_device_has_one_connection_and_takes_its_session_up_again() -> None:
    kept = replace(terms(), session_seconds=60)
    async with serving() as served:
        async with linked(served.broker(), kept) as first, linked(served.broker("other"), kept) as other:
            assert not first.is_resumed
            await first.subscribe(outcomes_of(id_of("scale")), qos=1)
            told = asyncio.Event()
            async with linked(served.broker(), kept, lambda _message: told.set()) as second:
                await asyncio.wait_for(first.lost.wait(), 60)
                assert (first.reason, second.is_resumed) == (Reason.SESSION_TAKEN_OVER, True)
                await second.publish(SCALE, b"70 kg")
                await asyncio.wait_for(told.wait(), 60)
                assert not other.lost.is_set(), "the same name, another device"
        async with linked(served.broker(), replace(kept, is_clean=True)) as third:
            assert not third.is_resumed


async def test_who_says_nothing_for_too_long_is_cut_off() -> None:
    async with serving() as served, raw.opened(served.port) as mute, raw.entered(served.port) as silent:
        now = asyncio.get_running_loop().time()
        served.endpoint.cut_silent(now + 31)
        assert await mute.read() == (0, b"")
        silent.send(b"\xc0\x00")
        assert (await silent.read())[0] == raw.PINGRESP
        served.endpoint.cut_silent(now + 91)
        assert await silent.read() == (raw.DISCONNECT, bytes([Reason.KEEP_ALIVE_TIMEOUT, 0]))


async def test_more_than_may_be_under_way_ends_the_connection() -> None:
    async with serving(Limits(receive_maximum=3)) as served, raw.entered(served.port) as socket:
        served.door.is_open.clear()
        socket.send(*(raw.publish(SCALE, b"x", number) for number in range(1, 5)))
        assert await socket.read() == (raw.DISCONNECT, bytes([Reason.RECEIVE_MAXIMUM_EXCEEDED, 0]))


async def test_a_flood_waits_outside_and_every_message_of_it_is_kept() -> None:
    """Forty devices send two megabytes each while nothing can be kept; we hold four in all."""
    budget = 4 * 1024 * 1024
    async with serving(Limits(waiting_bytes=budget)) as served:
        served.door.is_open.clear()
        payload = b"m" * 100_000

        async def flood(name: str) -> int:
            async with linked(served.broker(name), terms(name)) as link:
                answers = await asyncio.gather(*(link.publish(topic_of(name), payload) for _ in range(20)))
                return sum(answer.is_taken for answer in answers)

        floods = [asyncio.create_task(flood(f"device-{number}")) for number in range(40)]
        await until(lambda: served.endpoint.budget.is_spent and served.door.most_waiting_bytes > budget / 2)
        held = served.door.most_waiting_bytes
        served.door.is_open.set()
        assert sum(await asyncio.gather(*floods)) == 800
        assert len(served.door.kept) == 800
        assert budget / 2 < held <= 2 * budget
        assert served.endpoint.budget.left == budget


async def test_what_is_being_kept_when_we_stop_is_still_acknowledged() -> None:
    async with serving() as served, raw.entered(served.port) as socket:
        served.door.is_open.clear()
        socket.send(raw.publish(SCALE, b"70 kg", 7))
        await until(lambda: served.door.waiting_bytes > 0)
        closing = asyncio.create_task(served.endpoint.close())
        await asyncio.sleep(0.05)
        served.door.is_open.set()
        assert await socket.read() == (raw.PUBACK, bytes([0, 7]))
        assert await socket.read() == (raw.DISCONNECT, bytes([Reason.SERVER_SHUTTING_DOWN, 0]))
        await closing
