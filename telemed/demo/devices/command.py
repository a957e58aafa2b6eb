"""`telemed simulate-devices`: its words on the command line, and what comes of them."""

from __future__ import annotations

import argparse
import asyncio
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson

from telemed.adapters.mqtt.address import parse_broker
from telemed.api import logs
from telemed.demo.devices.answers import Tally
from telemed.demo.devices.cohorts import COHORTS, chance_of, play
from telemed.demo.devices.faults import FAULTS, by_hour, spoil
from telemed.demo.devices.messages import Message, as_messages
from telemed.demo.devices.senders import Device, NotKnown, send_over_http, send_over_mqtt
from telemed.kernel.clock import SystemClock

_MOST_DAYS, _MOST_DEVICES, _MOST_MESSAGES = 366, 1_000, 1_000_000


class SimulationError(Exception):
    """What was asked cannot be played; the message says why."""


def add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help="the service, http[s]://… or mqtt[s]://…; without it, messages are printed")
    parser.add_argument("--devices", type=Path, required=True, help='a line each: {"id": …, "token": …, "subject": …}')
    parser.add_argument("--cohort", choices=sorted(COHORTS), required=True)
    parser.add_argument("--days", type=int, default=30, help="how long, up to now (30)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same patients (1)")
    parser.add_argument("--faults", default="", help=f"all, or some of {','.join(FAULTS)}")
    parser.add_argument("--until", type=datetime.fromisoformat, help="play up to this instant instead of now")
    parser.add_argument("--authority", type=Path, help="PEM of who signed the certificate of https:// or mqtts://")
    parser.add_argument("--connections", type=int, default=8, help="how many devices send at once (8)")


def run(options: argparse.Namespace) -> int:
    """0 when every message was answered, 1 when one could not be delivered, 2 when nothing could be played."""
    logs.configure("error")
    try:
        devices = read_devices(options.devices)
        played = play_all(options, devices)
        if not options.url:
            return _print(devices, played)
        started = time.monotonic()
        tls = ssl.create_default_context(cafile=options.authority)
        work = list(zip(devices, played, strict=True))
        tally = asyncio.run(send_all(options.url, work, options.connections, tls))
    except (SimulationError, OSError) as failure:
        print(f"telemed simulate-devices: {failure}", file=sys.stderr)
        return 2
    sent = sum(map(len, played))
    print(f"{sent} messages of {len(devices)} devices, answered in {time.monotonic() - started:.1f} s:")
    print("\n".join(tally.lines()))
    return 1 if tally.undelivered else 0


def read_devices(path: Path) -> list[Device]:
    """Raises SimulationError, naming the line."""
    devices = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            told = orjson.loads(line)
            devices.append(Device(UUID(told["id"]), str(told["subject"]), str(told["token"])))
        except (ValueError, KeyError, TypeError):
            raise SimulationError(f"{path}, line {number}: expected id, token and subject") from None
    if not 0 < len(devices) <= _MOST_DEVICES:
        raise SimulationError(f"{path}: from 1 to {_MOST_DEVICES} devices")
    return devices


def play_all(options: argparse.Namespace, devices: Sequence[Device]) -> list[list[Message]]:
    """What each device sends, in order. Raises SimulationError beyond the bounds."""
    if not 0 < options.days <= _MOST_DAYS or not 0 < options.connections <= 100:
        raise SimulationError(f"from 1 to {_MOST_DAYS} days, on 1 to 100 connections")
    faults = list(FAULTS) if options.faults == "all" else [name for name in options.faults.split(",") if name]
    if unknown := set(faults) - set(FAULTS):
        raise SimulationError(f"no such fault: {', '.join(sorted(unknown))}")
    until = (options.until or SystemClock().now()).astimezone(UTC)
    midnight = datetime.combine(until - timedelta(days=options.days - 1), datetime.min.time(), UTC)
    played = []
    for number, device in enumerate(devices):
        course = play(options.cohort, options.seed, number, midnight=midnight, days=options.days)
        sent = as_messages([one for one in course if one.at <= until], device.subject)
        sent = by_hour(sent) if options.cohort == "cgm" else sent
        played.append(spoil(faults, chance_of("faults", options.seed, number), sent))
        if sum(map(len, played)) > _MOST_MESSAGES:
            raise SimulationError(f"more than {_MOST_MESSAGES} messages: fewer days or devices")
    return played


async def send_all(
    url: str, work: Sequence[tuple[Device, list[Message]]], connections: int, tls: ssl.SSLContext
) -> Tally:
    """Every device's messages, some devices at once; `tls` says who is believed where the address is a secured one.

    Raises SimulationError where a device is not known.
    """
    tally, left = Tally(), list(reversed(work))
    is_mqtt = url.startswith("mqtt")

    async def worker() -> None:
        while left:
            device, sent = left.pop()
            try:
                if is_mqtt:
                    broker = replace(parse_broker(url, tls), user=str(device.id), password=device.token)
                    await send_over_mqtt(broker, device, sent, tally)
                else:
                    await send_over_http(url, device, sent, tally, tls)
            except NotKnown:
                raise SimulationError(f"the service does not know the device {device.id}, or no more") from None

    tasks = [asyncio.create_task(worker()) for _ in range(connections)]
    try:
        await asyncio.gather(*tasks)
    except ValueError as error:
        raise SimulationError(str(error)) from None
    finally:
        for task in tasks:
            task.cancel()
    return tally


def _print(devices: Sequence[Device], played: Sequence[Sequence[Message]]) -> int:
    for device, sent in zip(devices, played, strict=True):
        for message in sent:
            line = {"device": str(device.id), "sent_at": message.sent_at.isoformat(), "fault": message.fault}
            print(orjson.dumps(line | {"body": orjson.loads(message.body())}).decode())
    return 0
