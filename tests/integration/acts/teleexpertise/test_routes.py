"""Each route of télé-expertise: anonymous, wrong role, wrong person, right person, refused by rule."""

from __future__ import annotations

from typing import Any

import pytest

from telemed.acts.teleexpertise.model import Urgency
from telemed.acts.teleexpertise.routes import OPERATIONS
from telemed.kernel.ids import new_id
from tests.fixtures.http import Api
from tests.integration.acts.teleexpertise.conftest import Scene

pytestmark = pytest.mark.asyncio

CONTENT: dict[str, Any] = {
    "question": "Cette lésion justifie-t-elle une exérèse ?",
    "urgency": "7_days",
    "specialty_code": "G15_10/SM15",
    "administrative": {"setting": "home", "has_long_term_illness": None, "remarks": ""},
    "medical": {"history": "HTA", "findings": "lésion de 7 mm"},
}
OPINION: dict[str, Any] = {
    "conclusion": "Bénin.",
    "conduct": "Surveiller.",
    "urgency": "none",
    "avoided_consultation": True,
    "prescribed": [{"kind": "care", "text": "Photoprotection"}],
    "incidents": "",
    "visibility": [],
}
TEXT = {"text": "Depuis quand ?"}
# What a caller of each operation sends; a case stands for the rest.
BODIES: dict[str, Any] = {
    "create_teleexpertise": CONTENT | {"patient_id": str(new_id())},
    "edit_teleexpertise": CONTENT | {"version": 1},
    "send_teleexpertise": {"colleague_ids": [str(new_id())]},
    "offer_teleexpertise": {"colleague_ids": [str(new_id())]},
    "give_information": TEXT,
    "withdraw_teleexpertise": {"reason": "mistake"},
    "ask_for_information": TEXT,
    "refuse_teleexpertise": {"reason": "unavailable"},
    "propose_experts": {},
    "search_experts": {"specialty_code": "G15_10/SM15"},
    "hand_teleexpertise_over": {"colleague_id": str(new_id())},
    "save_opinion": OPINION | {"revision": 0},
    "sign_opinion": {"revision": 1},
    "correct_opinion": OPINION | {"revision": 2, "reason": "latéralité corrigée"},
    "write_message": TEXT,
    "keep_answer_template": {"title": "Kératose", "conclusion": "Kératose."},
    "change_answer_template": {"title": "Kératose"},
    "ring_colleagues": {},
    "set_teleexpertise_contact": {"phone": "0639981234", "email": "lea@exemple.fr"},
}
# The levels of a line are for who looks after it, an administrator too: `test_levels.py` says who.
ROUTES = [
    operation
    for operations in OPERATIONS
    for operation in operations.items
    if not operation.path.startswith("/expert-lines/")
]


async def test_who_may_call_each_route(scene: Scene, api: Api) -> None:
    case, absent = await scene.sent(), str(new_id())
    staff = (scene.people.secretary, scene.people.auditor, scene.people.administrator)
    assert {operation.name for operation in ROUTES} >= BODIES.keys()
    for operation in ROUTES:
        path, body = (
            operation.path.replace("{case_id}", str(case.id))
            .replace("{template_id}", absent)
            .replace("{call_id}", absent),
            BODIES.get(operation.name),
        )
        assert (await api.call(operation.method, path, body)).status == 401, path
        for caller in staff:
            assert (await api.call(operation.method, path, body, by=caller)).status == 403, path
        if "{case_id}" in operation.path:
            for caller in (scene.people.doctor, scene.second):
                assert (await api.call(operation.method, path, body, by=caller)).status == 404, path
            path = operation.path.replace("{case_id}", absent)
            assert (await api.call(operation.method, path, body, by=scene.asker)).status == 404, path


async def create(scene: Scene, api: Api, **changes: Any) -> dict[str, Any]:
    body = CONTENT | {"patient_id": str(scene.patient.id)} | changes
    reply = await api.call("POST", "/teleexpertises", body, by=scene.asker)
    assert reply.status == 201, reply.body
    created: dict[str, Any] = reply.body
    return created


async def consent(scene: Scene, api: Api, case_id: str, decision: str = "given") -> None:
    body = {"patient_id": str(scene.patient.id), "act_kind": "teleexpertise", "act_id": case_id, "decision": decision}
    assert (await api.call("POST", "/consents", body, by=scene.asker)).status == 201


async def test_a_whole_case_over_http(scene: Scene, api: Api) -> None:
    draft = await create(scene, api)
    path, to = f"/teleexpertises/{draft['id']}", {"colleague_ids": [str(scene.expert.id)]}
    assert (draft["state"], draft["owner"], draft["due"]) == ("draft", "requerant", "sending")
    edited = await api.call("PUT", path, CONTENT | {"version": 1, "skill": "dermoscopie"}, by=scene.asker)
    assert (edited.status, edited.body["skill"], edited.body["version"]) == (200, "dermoscopie", 2)
    assert (await api.call("PUT", path, CONTENT | {"version": 1}, by=scene.asker)).code == "stale"
    refused = await api.call("POST", f"{path}/sending", to, by=scene.asker)
    assert (refused.status, refused.reasons) == (409, ["consent.missing"])
    wording = await api.call("GET", "/consent-wordings/teleexpertise")
    assert "il ne reste rien à votre charge" in wording.body["text"]
    await consent(scene, api, draft["id"])
    sent = await api.call("POST", f"{path}/sending", to, by=scene.asker)
    assert (sent.status, sent.body["teleexpertise"]["state"], sent.body["warnings"]) == (200, "offered", [])
    [listed] = (await api.call("GET", "/teleexpertises/inbox", by=scene.expert)).body["items"]
    assert (listed["id"], listed["patient"]["full_name"]) == (draft["id"], "LEROY Jeanne")
    assert (await api.call("POST", f"{path}/sight", by=scene.expert)).body["state"] == "seen"
    asked = await api.call("POST", f"{path}/question", TEXT, by=scene.expert)
    assert (asked.body["state"], asked.body["owner"]) == ("more_information", "requerant")
    informed = await api.call("POST", f"{path}/information", {"text": "Trois mois."}, by=scene.asker)
    assert informed.body["owner"] == "requis"
    accepted = await api.call("POST", f"{path}/acceptance", by=scene.expert)
    assert accepted.body["teleexpertise"]["requis"]["rpps"] == scene.expert.rpps
    assert (await api.call("GET", f"{path}/opinion", by=scene.expert)).status == 404
    saved = await api.call("PUT", f"{path}/opinion", OPINION | {"revision": 0}, by=scene.expert)
    assert (saved.body["revision"], saved.body["is_signed"]) == (1, False)
    signed = await api.call("POST", f"{path}/opinion/signature", {"revision": 1}, by=scene.expert)
    assert (signed.status, signed.body["is_signed"], signed.body["revision"]) == (201, True, 2)
    read = await api.call("GET", f"{path}/opinion", by=scene.asker)
    assert read.body == signed.body
    assert (await api.call("POST", f"{path}/closure", by=scene.asker)).body["state"] == "closed"
    history = (await api.call("GET", f"{path}/history?limit=3", by=scene.asker)).body
    rest = (await api.call("GET", f"{path}/history?cursor={history['next_cursor']}", by=scene.expert)).body
    steps = [item["step"] for item in [*history["items"], *rest["items"]]]
    assert steps == ["send", "offer", "see", "ask", "inform", "accept", "answer", "close"]
    messages = (await api.call("GET", f"{path}/messages?limit=1", by=scene.asker)).body
    more = (await api.call("GET", f"{path}/messages?cursor={messages['next_cursor']}", by=scene.asker)).body
    assert [item["kind"] for item in [*messages["items"], *more["items"]]] == ["question", "information"]


async def test_a_refused_case_is_offered_again_then_withdrawn(scene: Scene, api: Api) -> None:
    case = await scene.sent()
    path = f"/teleexpertises/{case.id}"
    gone = await api.call("POST", f"{path}/refusal", {"reason": "incomplete", "words": "photo floue"}, by=scene.expert)
    assert gone.status == 204
    assert (await api.call("GET", path, by=scene.expert)).status == 404
    seen = (await api.call("GET", path, by=scene.asker)).body
    assert (seen["state"], seen["offers"][0]["reason"], seen["offers"][0]["words"]) == (
        "refused",
        "incomplete",
        "photo floue",
    )
    to = {"colleague_ids": [str(scene.second.id)]}
    offered = await api.call("POST", f"{path}/offers", to, by=scene.asker)
    assert offered.body["teleexpertise"]["state"] == "offered"
    own = (await api.call("GET", path, by=scene.second)).body
    assert [offer["to"]["id"] for offer in own["offers"]] == [str(scene.second.id)]
    withdrawn = await api.call("POST", f"{path}/withdrawal", {"reason": "seen_elsewhere"}, by=scene.asker)
    assert (withdrawn.body["state"], withdrawn.body["owner"], withdrawn.body["due_at"]) == ("withdrawn", None, None)
    lost = await api.call("GET", path, by=scene.second)
    assert (lost.status, lost.code) == (409, "teleexpertise.over")


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("POST /teleexpertises", {"question": None}),
    ("POST /teleexpertises", {"urgency": "tomorrow"}),
    ("POST /teleexpertises", {"specialty_code": "G15_10/SM00"}),
    ("POST /teleexpertises", {"medical": {"diagnosis": "x"}}),
    ("POST /teleexpertises", {"question": "x" * 8_001}),
    ("POST {case}/sending", {"colleague_ids": []}),
    ("POST {case}/sending", {"territory": "metropole", "line_id": str(new_id())}),
    ("POST {case}/withdrawal", {"reason": "consent_withdrawn"}),
    ("POST {case}/refusal", {"reason": "tired"}),
    ("POST {case}/question", {"text": "   "}),
    ("POST {case}/messages", {"text": "x" * 8_001}),
    ("PUT {case}/opinion", {"revision": -1}),
    ("POST {case}/opinion/signature", {"revision": 0}),
    ("PUT /teleexpertise-contact", {"phone": "12"}),
    ("PUT /teleexpertise-contact", {"email": "nobody"}),
)


async def test_what_is_wrong_is_refused(scene: Scene, api: Api) -> None:
    case = await scene.sent()
    for operation, change in WRONG:
        method, _, path = operation.partition(" ")
        body = CONTENT | {"patient_id": str(scene.patient.id)} | change if path == "/teleexpertises" else change
        address = path.replace("{case}", f"/teleexpertises/{case.id}")
        reply = await api.call(method, address, body, by=scene.asker)
        assert reply.status == 422, (operation, change)


async def test_colleagues_of_every_practice_are_found_but_oneself(scene: Scene, api: Api) -> None:
    path = "/teleexpertises/colleagues"
    everyone = (await api.call("GET", path, by=scene.expert)).body["items"]
    names = {item["full_name"] for item in everyone}
    assert {"Dr Claire MOREAU", "Dr Claire ÉTIENNE", "Mme Léa ROY"} <= names
    assert not names & {"Dr Claire NGUYEN", "Mme Léa MARCHAND", "Mme Sophie GARNIER"}
    skin = (await api.call("GET", f"{path}?specialty_code=G15_10/SM15", by=scene.asker)).body["items"]
    assert [item["full_name"] for item in skin] == ["Dr Claire NGUYEN", "Dr Claire ÉTIENNE"]
    for spelt in ("nguy", "NGUY", "%C3%A9tien", "%C3%89TIEN"):
        assert len((await api.call("GET", f"{path}?name={spelt}", by=scene.asker)).body["items"]) == 1, spelt
    assert (await api.call("GET", f"{path}?name=%25%25", by=scene.asker)).body["items"] == []


async def test_lists_are_by_due_date_and_what_is_over_apart(scene: Scene, api: Api) -> None:
    week = await scene.sent(urgency=Urgency.WEEK)
    hours = await scene.sent(urgency=Urgency.HOURS)
    two_days = await scene.sent(urgency=Urgency.TWO_DAYS)
    over = await scene.answered()
    await scene.expertise.requests.close(scene.asker, over.id)
    expected = [str(hours.id), str(two_days.id), str(week.id)]
    for path, caller in (("/teleexpertises", scene.asker), ("/teleexpertises/inbox", scene.expert)):
        first = (await api.call("GET", f"{path}?limit=2", by=caller)).body
        rest = (await api.call("GET", f"{path}?limit=2&cursor={first['next_cursor']}", by=caller)).body
        assert [item["id"] for item in [*first["items"], *rest["items"]]] == expected
        ended = (await api.call("GET", f"{path}?is_ended=true", by=caller)).body["items"]
        assert [item["id"] for item in ended] == [str(over.id)]
    wrong = await api.call("GET", "/teleexpertises?cursor=WyJ4IiwieSJd", by=scene.asker)
    assert wrong.status == 422


async def test_where_one_is_told_is_one_s_own(scene: Scene, api: Api) -> None:
    body = {"phone": "06 39 98 12 34", "email": " lea@exemple.fr "}
    saved = await api.call("PUT", "/teleexpertise-contact", body, by=scene.asker)
    assert (saved.body["phone"], saved.body["email"]) == ("+33639981234", "lea@exemple.fr")
    assert (await api.call("GET", "/teleexpertise-contact", by=scene.asker)).body == saved.body
    other = await api.call("GET", "/teleexpertise-contact", by=scene.people.doctor)
    assert (other.body["phone"], other.body["email"]) == (None, None)
