"""Serves the demonstration's practice until Ctrl-C, and says on the terminal how to walk into it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from telemed.app import Services, build_app, build_services
from telemed.demo.bills import record_rights, rejecting_one
from telemed.demo.caisse import open_caisse_for
from telemed.demo.experts import open_hours
from telemed.demo.followed import DAYS, Followed
from telemed.demo.letterbox import Letterbox, LetterboxAddresses
from telemed.demo.opinions import ask_opinions
from telemed.demo.past import leave_one_to_sign, play_past
from telemed.demo.practice import DemoError, DemoPractice, create, load
from telemed.demo.today import Invitation, fill_today
from telemed.kernel.clock import Clock, FrozenClock, SystemClock
from telemed.settings import Environment, Settings
from telemed.storage.migrate import upgrade

FOLDER = Path(".data/demo")
_PORTS = 20
_MQTT_PORT = 1883


async def serve(folder: Path, port: int, *, starts_over: bool) -> None:
    """Serve from `folder`, at `port` or the next free one. Raises DemoError."""
    clock = SystemClock()
    with _alone_in(folder):
        if starts_over:
            _empty(folder)
        letterbox = Letterbox(clock, secrets.token_urlsafe(24))
        chosen = find_port(port)
        async with AsyncExitStack() as stack:
            addresses = await stack.enter_async_context(letterbox.open())
            settings = settings_for(folder, chosen, letterbox, addresses)
            settings, caisse = await stack.enter_async_context(open_caisse_for(settings, clock))
            with rejecting_one(caisse):
                practice = await open_practice(settings, clock)
            letterbox.caisse = caisse
            letterbox.accounts = practice.accounts
            settings = settings.model_copy(update={"mqtt_port": find_port(_MQTT_PORT)})  # late: another may take it
            services = build_services(settings)
            await stack.enter_async_context(running(services, settings))
            invitation = await fill_today(services, practice)
            stopped = _told_to_stop()
            _welcome(settings, practice, invitation, addresses, clock)
            await stopped.wait()
    print(f"\nArrêté. Tout est gardé dans {folder} ; « make demo » reprend où vous en étiez.")


def settings_for(folder: Path, port: int, letterbox: Letterbox, addresses: LetterboxAddresses) -> Settings:
    """The settings of a service on loopback, with the letterbox as its only outside world."""
    return Settings(
        environment=Environment.DEMO,
        port=port,
        public_url=f"http://localhost:{port}",
        data_dir=folder,
        sms_url=addresses.sms_url,
        sms_token=SecretStr(letterbox.gateway.token),
        smtp_url=SecretStr(addresses.smtp_url),
        log_level="warning",
    ).with_keys()


async def open_practice(settings: Settings, clock: Clock) -> DemoPractice:
    """The practice of an earlier run, or a new one with its past."""
    if practice := load(settings.data_dir):
        return practice
    print("Première ouverture : le cabinet s'installe…", flush=True)
    now = clock.now()
    past = FrozenClock(now - timedelta(days=DAYS + 1))
    services = build_services(settings, clock=past, senders={})
    try:
        await upgrade(services.database)
        practice = await create(services, settings.data_dir)
        await record_rights(services, practice)
        await open_hours(services, practice)
        followed = Followed(services, practice, past, now)
        await followed.begin()
        await play_past(services, practice, past, now, meanwhile=followed.catch_up)
        await leave_one_to_sign(services, practice, past, now)
        await ask_opinions(services, practice, past)
        await followed.end()
    finally:
        await services.database.close()
    return practice


@asynccontextmanager
async def running(services: Services, settings: Settings) -> AsyncIterator[None]:
    """The whole application on loopback, until the block ends."""
    runner = web.AppRunner(build_app(services), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield
    finally:
        await runner.cleanup()


def find_port(first: int) -> int:
    """`first`, or one of the next ports if it is taken; any free one for 0. Raises DemoError when all are taken."""
    for port in range(first, first + _PORTS):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise DemoError(f"les ports {first} à {first + _PORTS - 1} sont pris : choisissez-en un autre avec --port")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One demonstration per folder: two would each hold half of a room. Raises DemoError."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "running.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DemoError(f"une démonstration tourne déjà sur {folder} : arrêtez-la d'abord") from None
    finally:
        os.close(descriptor)


def _empty(folder: Path) -> None:
    """Everything of an earlier run but the lock that we hold."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "running.lock":
            path.unlink()


def _welcome(
    settings: Settings, practice: DemoPractice, invitation: Invitation, addresses: LetterboxAddresses, clock: Clock
) -> None:
    lines = [
        "",
        f"  Professionnels           {settings.public_url}/",
        f"  Patient, autre fenêtre   {invitation.link}",
        f"                           {invitation.patient}, date de naissance {invitation.birth_date}",
        f"  SMS, lots, codes         {addresses.page_url}",
        f"  Interface HTTP           {settings.public_url}/docs",
        f"  Dispositifs (MQTT 5)     mqtt://{settings.mqtt_host}:{settings.mqtt_port}",
        "",
        f"  Mot de passe de tous     {practice.accounts[0].password}",
        "",
    ]
    lines += [
        f"  {account.who:<24} {account.login:<16} code {account.code(clock)}   secret {account.totp_secret}"
        for account in practice.accounts
    ]
    lines += ["", "  Les codes changent toutes les 30 s : la page des SMS montre ceux du moment. Ctrl-C arrête.", ""]
    print("\n".join(lines), flush=True)


def _told_to_stop() -> asyncio.Event:
    """Set by Ctrl-C or a polite kill, from now on."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(told, stopped.set)
    return stopped
