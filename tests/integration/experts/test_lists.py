"""Every list of experts costs the same number of statements whatever its length."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from telemed.app import Services
from telemed.experts.model import Kind, LineDraft, ShiftDraft
from telemed.experts.model.imports import Meaning
from telemed.kernel.caller import Caller
from telemed.kernel.period import Interval
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.api.test_lists import counted
from tests.integration.experts.conftest import PROFILE
from tests.rosters import fill_experts
from tests.unit.experts.test_calendars import TIMED, file_of

pytestmark = pytest.mark.asyncio
MANY = 8
LISTS = (
    "/expert-skills",
    "/expert-lines",
    "/expert-lines?specialty_code=G15_10/SM15",
    "/expert-lines/{line_id}/members",
    "/expert-lines/{line_id}/shifts",
    "/experts/me/shifts",
    "/experts/me/leave",
    "/experts/me/extras",
    "/experts/me/calendar-imports",
)


async def line_with_many(services: Services, people: People, expert: Caller) -> str:
    """A line of many members with hours, beside many lines; its manager has many hours of each kind."""
    assert expert.id is not None
    draft, experts = LineDraft("Dermatologie", "G15_10/SM15"), services.experts
    ids = [(await experts.lines.create(expert, draft)).line.id for _ in range(MANY)]
    line_id, now = ids[0], services.clock.now()
    crowd = await fill_experts(services.database, MANY, now=now)
    for professional_id in (*crowd.professional_ids, expert.id):
        await experts.teams.invite(expert, line_id, professional_id)
    for number in range(MANY):
        shift = ShiftDraft(date(2026, 11, 26) + timedelta(days=number), 540, 180)
        await experts.teams.add_shift(expert, line_id, expert.id, shift)
        moment = Interval(now + timedelta(days=number), now + timedelta(days=number, hours=1))
        for kind in Kind:
            await experts.hours.add_exception(expert, kind, moment)
    for _ in range(MANY):
        sent = await experts.calendars.preview(expert, file_of(TIMED), Meaning.HOURS)
        await experts.calendars.undo(expert, sent.id)
    return str(line_id)


async def test_a_list_of_experts_costs_the_same_whatever_its_length(
    services: Services, api: Api, people: People, expert: Caller
) -> None:
    assert (await api.call("PUT", "/experts/me", PROFILE, by=people.doctor)).status == 200
    line_id = await line_with_many(services, people, expert)
    for path in LISTS:
        path = path.replace("{line_id}", line_id)
        joint, counts = "&" if "?" in path else "?", []
        for limit in (2, 6):
            with counted(services.database) as statements:
                reply = await api.call("GET", f"{path}{joint}limit={limit}", by=expert)
            assert (reply.status, len(reply.body["items"])) == (200, limit), path
            counts.append(len(statements))
        assert 0 < counts[0] == counts[1] <= 16, path
        rest = await api.call("GET", f"{path}{joint}limit=200&cursor={reply.body['next_cursor']}", by=expert)
        first = {str(one) for one in reply.body["items"]}
        assert rest.body["items"], path
        assert first.isdisjoint(str(one) for one in rest.body["items"])
