"""The demonstration's practice: it has a past and a today, keeps both, and starts over when told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from telemed.acts.teleconsultation.model import State
from telemed.acts.telemonitoring.model.board import AlertFilter, View
from telemed.adapters.sms_gateway.client import SmsGatewaySender
from telemed.app import build_services
from telemed.demo.past import PAST
from telemed.demo.people import PATIENTS, PROFESSIONALS
from telemed.demo.practice import DemoError, load
from telemed.demo.serve import open_practice
from telemed.demo.today import fill_today
from telemed.kernel.clock import FrozenClock
from telemed.kernel.messages import Channel
from telemed.settings import Environment, Settings
from tests.fixtures.postgres import free_port
from tests.shared import ROOT

pytestmark = pytest.mark.asyncio


async def test_the_practice_has_a_past_and_a_today_and_finds_them_again(
    database_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    settings = Settings(environment=Environment.DEMO, data_dir=tmp_path, database_url=database_url).with_keys()
    practice = await open_practice(settings, clock)
    services = build_services(settings, clock=clock, senders={Channel.SMS: SmsGatewaySender("http://127.0.0.1:9", "")})
    first = await fill_today(services, practice)
    again = await fill_today(services, await open_practice(settings, clock))
    acts = await services.overview.page(practice.secretary, limit=100)
    people = await services.professionals.page(practice.secretary)
    await services.database.close()
    assert load(tmp_path) == practice
    assert len(practice.patients) == len(PATIENTS)
    assert {person.full_name.split()[-1] for person in people} == {
        one.family_name.upper() for one in PROFESSIONALS if one.place == 0
    }
    assert sum(view.act.state is State.BOOKED for view in acts) == 5
    assert sum(view.act.state is State.CLOSED for view in acts) == len(PAST)
    assert sum(view.act.state is State.FINISHED for view in acts) == 1
    assert (first.patient, first.birth_date) == (again.patient, again.birth_date) == ("LEROY Jeanne", "12/03/1955")
    assert first.link != again.link


async def test_opinions_wait_at_each_place_of_their_way(sqlite_url: str, tmp_path: Path, clock: FrozenClock) -> None:
    settings = Settings(environment=Environment.DEMO, data_dir=tmp_path, database_url=sqlite_url).with_keys()
    practice = await open_practice(settings, clock)
    services = build_services(settings, clock=clock, senders={})
    nurse, expert = practice.callers["ines.marchand"], practice.callers["yves.legoff"]
    asked = await services.expertise.cases.asked(nurse, is_ended=False, after=None, limit=10)
    inbox = await services.expertise.cases.inbox(expert, is_ended=False, after=None, limit=10)
    await services.database.close()
    assert {view.case.state.value for view in asked} == {"accepted", "more_information"}
    assert {view.case.state.value for view in inbox} == {"accepted", "offered"}


async def test_a_month_of_measures_leaves_what_a_nurse_finds_in_the_morning(
    sqlite_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    settings = Settings(environment=Environment.DEMO, data_dir=tmp_path, database_url=sqlite_url).with_keys()
    practice = await open_practice(settings, clock)
    services = build_services(settings, clock=clock, senders={})
    nurse, lists = practice.callers["ines.marchand"], services.telemonitoring.triage.lists
    waiting = (await lists.page(nurse, AlertFilter())).lines
    closed = (await lists.page(nurse, AlertFilter(view=View.CLOSED))).lines
    await services.database.close()
    assert [line.alert.label for line in waiting] == [
        "Hypoglycémie sévère",
        "Glycémie au-dessous de la cible",
        "Prise de poids rapide",
        "Absence de transmission des données",
    ]
    assert [(line.alert.label, line.alert.outcome) for line in closed] == [("Prise de poids rapide", "false")]


async def test_a_folder_of_an_older_version_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text('{"people": {}, "practice_id": "1"}', "utf-8")
    with pytest.raises(DemoError, match="--reset"):
        load(tmp_path)


async def test_an_old_today_is_followed_by_another(sqlite_url: str, tmp_path: Path, clock: FrozenClock) -> None:
    settings = Settings(environment=Environment.DEMO, data_dir=tmp_path, database_url=sqlite_url).with_keys()
    practice = await open_practice(settings, clock)
    services = build_services(settings, clock=clock, senders={Channel.SMS: SmsGatewaySender("http://127.0.0.1:9", "")})
    await fill_today(services, practice)
    clock.advance(timedelta(days=2, hours=3))
    invitation = await fill_today(services, practice)
    assert practice.doctor.id is not None
    day = await services.overview.day(practice.doctor, practice.doctor.id, clock.now().date())
    await services.database.close()
    assert invitation.patient == "LEROY Jeanne"
    assert len(day.to_come) == 5


async def test_the_command_serves_until_told_and_keeps_what_it_has(tmp_path: Path) -> None:
    first = await _demo(tmp_path, "--reset")
    again = await _demo(tmp_path)
    over = await _demo(tmp_path, "--reset")
    assert _secrets(first) == _secrets(again) != _secrets(over)
    assert "Première ouverture" in first
    assert "Première ouverture" not in again


async def test_a_second_demonstration_in_one_folder_says_why_it_does_not_start(tmp_path: Path) -> None:
    process = await _start(tmp_path)
    await _welcomed(process)
    second = await _start(tmp_path)
    output, _ = await second.communicate()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert second.returncode == 1
    assert "tourne déjà" in output.decode()


async def _demo(folder: Path, *words: str) -> str:
    """What one run prints from its start to a clean Ctrl-C, having answered a request in between."""
    process = await _start(folder, *words)
    printed = await _welcomed(process)
    assert "Interface HTTP" in printed, printed
    address = next(line.split()[-1] for line in printed.splitlines() if "Interface HTTP" in line)
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    rest, _ = await process.communicate()
    assert process.returncode == 0, printed + rest.decode()
    return printed


async def _start(folder: Path, *words: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELEMED_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "telemed", "demo", "--data", str(folder), "--port", str(free_port()), *words,
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def _welcomed(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    lines = []
    async with asyncio.timeout(300):
        while line := (await process.stdout.readline()).decode():
            lines.append(line)
            if "Ctrl-C arrête" in line:
                break
    return "".join(lines)


def _secrets(printed: str) -> list[str]:
    return [line.split("secret ")[1] for line in printed.splitlines() if "secret " in line]
