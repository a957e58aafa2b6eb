"""Sets the stage of one visit and one télé-expertise, has both played, and writes their papers down."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from telemed.app import build_services
from telemed.demo.bills import ORGANISM
from telemed.demo.caisse import open_caisse_for
from telemed.demo.experts import EXPERTS, NURSE, open_hours
from telemed.demo.letterbox import DemoAccount, Letterbox
from telemed.demo.opinion.script import OpinionPapers, OpinionStory, Players
from telemed.demo.people import PATIENTS, mobile_of
from telemed.demo.practice import DemoPractice, create
from telemed.demo.serve import find_port, running, settings_for
from telemed.demo.steps import Steps
from telemed.demo.visit.peer import offer_loopback_where_alone
from telemed.demo.visit.script import Papers, Stage, Visit
from telemed.kernel.clock import FrozenClock, SystemClock
from telemed.settings import Settings
from telemed.storage.migrate import upgrade


async def play_once(folder: Path) -> None:
    """Play both on a service and a database of their own; their papers go into `folder`. Raises StepFailed."""
    steps = Steps(SystemClock())
    offer_loopback_where_alone()
    async with AsyncExitStack() as stack:
        async with steps.step("Ouverture du cabinet et du service") as step:
            _make(folder)
            stage, players = await _set(stack)
            step.result = stage.base_url
        visit = Visit(stage, steps, stack)
        await visit.play()
        story = OpinionStory(players, steps, stack)
        await story.play()
        async with steps.step("Papiers écrits") as step:
            step.result = f"{_write(visit.papers, story.papers, folder)} dans {folder}"
    print(f"Visite et avis complets en {steps.elapsed_seconds:.1f} s.")


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


async def _set(stack: AsyncExitStack) -> tuple[Stage, Players]:
    """Two practices and a few patients, served on loopback from a folder that goes with the visit."""
    clock = SystemClock()
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="telemed-visit-")))
    letterbox = Letterbox(clock, secrets.token_urlsafe(24))
    addresses = await stack.enter_async_context(letterbox.open())
    settings = settings_for(folder, find_port(0), letterbox, addresses)
    settings, letterbox.caisse = await stack.enter_async_context(open_caisse_for(settings, clock))
    practice = await _open(settings, clock)
    await stack.enter_async_context(running(build_services(settings), settings))
    accounts = {account.login: account for account in practice.accounts}
    return _stage(settings, letterbox, practice, accounts), _players(settings, practice, accounts)


async def _open(settings: Settings, clock: SystemClock) -> DemoPractice:
    """The practice was founded an hour ago, so that nobody's first code is a code of the sign-in to come."""
    services = build_services(settings, clock=FrozenClock(clock.now() - timedelta(hours=1)), senders={})
    try:
        await upgrade(services.database)
        practice = await create(services, settings.data_dir, patients=3)
        await open_hours(services, practice)
        return practice
    finally:
        await services.database.close()


def _stage(settings: Settings, letterbox: Letterbox, practice: DemoPractice, accounts: dict[str, DemoAccount]) -> Stage:
    return Stage(
        base_url=settings.public_url,
        letterbox=letterbox,
        clock=SystemClock(),
        doctor=accounts["claire.moreau"],
        secretary=accounts["sophie.garnier"],
        auditor=accounts["marc.perrin"],
        doctor_id=str(practice.doctor.id),
        patient_id=str(practice.patients[0]),
        patient_born_on=PATIENTS[0].born_on,
        patient_phone=mobile_of(0),
        patient_rights={
            "nss": PATIENTS[0].matricule(),
            "organism": ORGANISM,
            "source": "adri",
            "seen_on": SystemClock().now().date().isoformat(),
            "complementary": {"insurer": "75432198", "contract": "TILLEULS 37", "takes_dre": True},
        },
    )


def _players(settings: Settings, practice: DemoPractice, accounts: dict[str, DemoAccount]) -> Players:
    experts = {str(practice.callers[login].id): accounts[login] for login in EXPERTS}
    return Players(settings.public_url, SystemClock(), accounts[NURSE], experts, str(practice.patients[0]))


def _write(papers: Papers, opinion: OpinionPapers, folder: Path) -> str:
    """Every paper as a file; gives their names."""
    files = {
        "report.pdf": papers.pdf,
        "report.cda.xml": papers.cda,
        "claim.json": orjson.dumps(papers.claim, option=orjson.OPT_INDENT_2),
        "claims.json": orjson.dumps(papers.claims, option=orjson.OPT_INDENT_2),
        "fse-lot.txt": papers.lot,
        "continuity.json": orjson.dumps(papers.continuity, option=orjson.OPT_INDENT_2),
        "expertise-request.cda.xml": opinion.request_cda,
        "expertise-report.cda.xml": opinion.report_cda,
        "expertise-report.pdf": opinion.report_pdf,
        "expertise-claims.json": orjson.dumps(opinion.claims, option=orjson.OPT_INDENT_2),
        "matching.json": orjson.dumps(opinion.matching, option=orjson.OPT_INDENT_2),
        "trace.jsonl": b"".join(orjson.dumps(entry) + b"\n" for entry in reversed(papers.trace)),
    }
    for name, content in files.items():
        if not content:
            raise ValueError(f"{name} est vide")
        (folder / name).write_bytes(content)
    return ", ".join(files)
