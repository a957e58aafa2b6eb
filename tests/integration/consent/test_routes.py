"""Each route of consents: anonymous, wrong person, right person, refused by rule."""

from __future__ import annotations

import pytest

from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.kernel.ids import new_id
from tests.fixtures.http import Api
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio


def spoken(act: Teleconsultation, decision: str = "given", **others: object) -> dict[str, object]:
    return {"patient_id": str(act.patient_id), "act_id": str(act.id), "decision": decision, **others}


async def test_recording_what_was_said(api: Api, people: People, act: Teleconsultation) -> None:
    assert (await api.call("POST", "/consents", spoken(act))).status == 401
    assert (await api.call("POST", "/consents", spoken(act), by=people.auditor)).status == 403
    assert (await api.call("POST", "/consents", spoken(act), by=people.stranger)).status == 404
    early = await api.call("POST", "/consents", spoken(act, "withdrawn"), by=people.doctor)
    assert (early.status, early.code) == (409, "consent.nothing_to_withdraw")
    assert (await api.call("POST", "/consents", spoken(act), by=people.nurse)).status == 201
    reply = await api.call("POST", "/consents", spoken(act), by=people.secretary)
    assert (reply.status, reply.body["channel"], reply.body["recorded_by"]) == (
        201,
        "oral_to_professional",
        str(people.secretary.id),
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"decision": "maybe"}, 422),
        ({"by": "legal_representative"}, 422),
        ({"act_id": str(new_id())}, 404),
        ({"act_id": "1"}, 422),
        ({"at": "2026-01-01T00:00:00Z"}, 422),
    ],
)
async def test_what_is_wrong_is_refused(
    api: Api, people: People, act: Teleconsultation, change: dict[str, object], status: int
) -> None:
    assert (await api.call("POST", "/consents", spoken(act) | change, by=people.doctor)).status == status


async def test_the_list_is_paged_and_bounded_to_the_practice(api: Api, people: People, act: Teleconsultation) -> None:
    path = f"/consents?patient_id={act.patient_id}"
    for decision in ("given", "withdrawn", "given"):
        await api.call("POST", "/consents", spoken(act, decision), by=people.doctor)
    first = (await api.call("GET", f"{path}&limit=2", by=people.doctor)).body
    second = (await api.call("GET", f"{path}&cursor={first['next_cursor']}", by=people.doctor)).body
    assert [item["decision"] for item in [*first["items"], *second["items"]]] == ["given", "withdrawn", "given"]
    assert [(await api.call("GET", path, by=caller)).status for caller in (None, people.auditor, people.stranger)] == [
        401,
        403,
        404,
    ]


async def test_published_words_are_open_to_all(api: Api, people: People, act: Teleconsultation) -> None:
    today = await api.call("GET", "/consent-wordings/teleconsultation")
    recorded = await api.call("POST", "/consents", spoken(act), by=people.doctor)
    sha256 = recorded.body["wording_sha256"]
    assert today.body["sha256"] == sha256
    assert (await api.call("GET", f"/consent-wordings/teleconsultation?sha256={sha256}")).body == today.body
    assert (await api.call("GET", f"/consent-wordings/teleconsultation?sha256={'0' * 64}")).status == 404
    assert (await api.call("GET", "/consent-wordings/autre")).status == 404
