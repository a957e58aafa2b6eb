"""Who answers opinions in the demonstration: two dermatologists, each with hours of his own, and their line."""

from __future__ import annotations

from datetime import timedelta

from telemed.app import Services
from telemed.demo.practice import DemoPractice, id_of
from telemed.experts.model import AnswerChannel, LineDraft, ProfileDraft, ShiftDraft
from telemed.kernel.caller import Caller

DERMATOLOGY = "G15_10/SM15"
NURSE = "ines.marchand"
LE_GOFF, CHERIF = EXPERTS = "yves.legoff", "nadia.cherif"
MANAGER = "julie.morel"
_SKILLS = {LE_GOFF: ("wounds", "psoriasis_and_eczema"), CHERIF: ("skin_lesions", "dermoscopy")}
_DAY_MINUTES = 24 * 60


async def open_hours(services: Services, practice: DemoPractice) -> None:
    """Both answer at any hour, so that the demonstration finds somebody whenever it is looked at."""
    for login in EXPERTS:
        await _publish(services, practice.callers[login], _SKILLS[login])
    manager = practice.callers[MANAGER]
    view = await services.experts.lines.create(
        manager, LineDraft("Dermatologie, avis de Tours", DERMATOLOGY, department="37")
    )
    for login in EXPERTS:
        expert = id_of(practice.callers[login])
        await services.experts.teams.invite(manager, view.line.id, expert)
        await services.experts.teams.add_shift(manager, view.line.id, expert, _all_day(services))


async def _publish(services: Services, expert: Caller, skills: tuple[str, ...]) -> None:
    channels = frozenset({AnswerChannel.WRITTEN, AnswerChannel.LIVE})
    draft = ProfileDraft(department="37", skills=skills, is_open=True, capacity_per_day=20, channels=channels)
    await services.experts.profiles.save(expert, draft)
    await services.experts.hours.add_shift(expert, _all_day(services))


def _all_day(services: Services) -> ShiftDraft:
    since = (services.clock.now() - timedelta(days=1)).date()
    return ShiftDraft(since, start_minute=0, minutes=_DAY_MINUTES, rule="FREQ=DAILY")
