"""Each route of patients: anonymous, wrong person, right person, refused by rule."""

from __future__ import annotations

from typing import Any

import pytest

from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio

NEW: dict[str, Any] = {
    "birth_name": "Noël-Lefèvre",
    "birth_given_names": ["Zoé", "Marie"],
    "birth_date": "1980-03",
    "sex": "F",
    "birth_place": "2b020",
    "used_given_name": "Zoé",
    "phone": "06 39 98 11 22",
    "email": "zoe@exemple.fr",
    "address": {"lines": ["3 rue du Port"], "postal_code": "29200", "city": "Brest"},
    "matricule": {"value": "1 80 03 2B 020 401 23", "oid": "1.2.250.1.213.1.4.10"},
}
ROUTES = [
    ("POST", "/patients", NEW),
    ("GET", "/patients", None),
    ("GET", "/patients/{id}", None),
    ("PATCH", "/patients/{id}", {"version": 1, "phone": "0639985678"}),
    ("POST", "/patients/{id}/identity-checks", {"proof": "PA", "method": "in_person"}),
    ("POST", "/patients/{id}/identity-doubts", {"reason": "homonym"}),
    ("GET", "/patients/{id}/identity-history", None),
    ("GET", "/patients/{id}/possible-duplicates", None),
    ("GET", "/patients/{id}/attending-doctor", None),
    ("PUT", "/patients/{id}/attending-doctor", {"rpps": "10100000016", "name": "Dr Claire Moreau"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_who_may_call(
    api: Api, people: People, patient: Patient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    path = path.format(id=patient.id)
    assert (await api.call(method, path, body)).status == 401
    for caller in (people.auditor, people.administrator):
        assert (await api.call(method, path, body, by=caller)).status == 403
    stranger = await api.call(method, path, body, by=people.stranger)
    assert stranger.status == (404 if str(patient.id) in path else 201 if method == "POST" else 200)
    assert (await api.call(method, path, body, by=people.secretary)).status in (200, 201)
    assert (await api.call("GET", "/patients", by=people.nurse)).status == 200


@pytest.mark.parametrize(("method", "path", "body"), [route for route in ROUTES if "{id}" in route[1]])
async def test_an_unknown_patient_is_absent(
    api: Api, people: People, method: str, path: str, body: dict[str, Any] | None
) -> None:
    assert (await api.call(method, path.format(id=new_id()), body, by=people.doctor)).status == 404
    assert (await api.call(method, path.format(id="1"), body, by=people.doctor)).status == 404


async def test_a_created_patient_is_normalised_and_provisional(api: Api, people: People) -> None:
    reply = await api.call("POST", "/patients", NEW, by=people.doctor)
    patient = reply.body["patient"]
    assert reply.status == 201
    assert patient["full_name"] == "NOEL-LEFEVRE Zoé"
    assert patient["phone"] == "+33639981122"
    assert patient["address"]["country"] == "FR"
    assert patient["identity"] == {
        "status": "PROV",
        "birth_name": "NOEL-LEFEVRE",
        "birth_given_names": ["ZOE", "MARIE"],
        "birth_date": "1980-03",
        "sex": "F",
        "birth_place": "2B020",
        "missing_traits": [],
        "matricule": {"value": "180032B02040123", "oid": "1.2.250.1.213.1.4.10"},
        "may_leave": False,
        "insi": None,
        "check": None,
        "doubt": None,
    }
    assert (await api.call("GET", f"/patients/{patient['id']}", by=people.secretary)).body == patient


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_name", "L3roy"),
        ("birth_given_names", []),
        ("birth_date", "1980-02-30"),
        ("birth_date", "12/03/1955"),
        ("sex", "X"),
        ("birth_place", "Brest"),
        ("phone", "12"),
        ("email", "zoe"),
        ("matricule", {"value": "180032B02040124"}),
        ("matricule", {"value": "253072C07300443"}),
        ("matricule", {"value": "180032B02040123", "oid": "1.2.3"}),
        ("status", "QUAL"),
        ("insi", {"source": "verification"}),
    ],
)
async def test_what_is_wrong_is_named_and_never_repeated(api: Api, people: People, field: str, value: Any) -> None:
    reply = await api.call("POST", "/patients", {**NEW, field: value}, by=people.doctor)
    assert reply.status == 422
    assert reply.body["errors"][0]["field"].startswith(field)
    if isinstance(value, str) and len(value) > 3:
        assert value not in str(reply.body)


async def test_a_check_then_a_corrected_trait(api: Api, people: People, patient: Patient) -> None:
    path = f"/patients/{patient.id}"
    checked = await api.call(
        "POST", f"{path}/identity-checks", {"proof": "CN", "method": "in_person"}, by=people.doctor
    )
    assert checked.body["patient"]["identity"]["status"] == "VALI"
    version = checked.body["patient"]["version"]
    stale = await api.call("PATCH", path, {"version": version - 1, "sex": "M"}, by=people.doctor)
    assert (stale.status, stale.code) == (409, "patient.changed")
    amended = await api.call("PATCH", path, {"version": version, "sex": "M"}, by=people.doctor)
    assert amended.body["identity"]["status"] == "PROV"
    history = await api.call("GET", f"{path}/identity-history?limit=2", by=people.doctor)
    assert [item["change"] for item in history.body["items"]] == ["traits_changed", "checked"]
    rest = await api.call("GET", f"{path}/identity-history?cursor={history.body['next_cursor']}", by=people.doctor)
    assert [item["change"] for item in rest.body["items"]] == ["created"]
    assert rest.body["next_cursor"] is None


async def test_a_patch_changes_what_is_given_and_erases_what_is_null(
    api: Api, people: People, patient: Patient
) -> None:
    body = {"version": 1, "email": None, "used_family_name": "Le Gall"}
    amended = (await api.call("PATCH", f"/patients/{patient.id}", body, by=people.secretary)).body
    assert (amended["email"], amended["phone"], amended["full_name"]) == (None, patient.contact.phone, "LE GALL Jeanne")
    erased = await api.call("PATCH", f"/patients/{patient.id}", {"version": 2, "birth_name": None}, by=people.secretary)
    assert erased.status == 422


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"proof": "PC", "method": "in_person"}, "identity.proof_not_accepted"),
        ({"proof": "LE", "method": "in_person", "companion": "CN"}, "identity.proof_for_minors"),
    ],
)
async def test_a_document_that_proves_nothing_is_refused(
    api: Api, people: People, patient: Patient, body: dict[str, str], expected: str
) -> None:
    reply = await api.call("POST", f"/patients/{patient.id}/identity-checks", body, by=people.doctor)
    assert (reply.status, reply.reasons) == (409, [expected])


async def test_a_check_waits_for_the_missing_traits(api: Api, people: People) -> None:
    bare = {key: NEW[key] for key in ("birth_name", "birth_given_names", "birth_date")}
    created = (await api.call("POST", "/patients", bare, by=people.doctor)).body["patient"]
    assert created["identity"]["missing_traits"] == ["sex", "birth_place"]
    path = f"/patients/{created['id']}/identity-checks"
    reply = await api.call("POST", path, {"proof": "PA", "method": "in_person"}, by=people.doctor)
    assert reply.reasons == ["identity.sex_missing", "identity.birth_place_missing"]


async def test_the_list_is_searched_and_paged(api: Api, people: People, patient: Patient) -> None:
    for number in range(3):
        await api.call("POST", "/patients", {**NEW, "matricule": None, "birth_date": f"198{number}"}, by=people.doctor)
    first = (await api.call("GET", "/patients?limit=2", by=people.doctor)).body
    second = (await api.call("GET", f"/patients?limit=2&cursor={first['next_cursor']}", by=people.doctor)).body
    assert [len(first["items"]), len(second["items"]), second["next_cursor"]] == [2, 2, None]
    found = (await api.call("GET", "/patients?name=leroy&birth_date=1955-03-12", by=people.doctor)).body["items"]
    assert [item["id"] for item in found] == [str(patient.id)]
    assert (await api.call("GET", "/patients?name=lef%C3%A8vre&birth_date=1981", by=people.doctor)).body["items"][0][
        "identity"
    ]["birth_date"] == "1981"


@pytest.mark.parametrize("query", ["cursor=abc", "cursor=WyJ4Il0", "limit=0", "birth_date=hier", "sex=F"])
async def test_a_wrong_query_is_refused(api: Api, people: People, query: str) -> None:
    assert (await api.call("GET", f"/patients?{query}", by=people.doctor)).status == 422


@pytest.mark.parametrize(
    "cursor", ["Wzk5OTk5OTk5OTk5XQ", "Wy0xXQ", "W3RydWVd", "WyIxIl0"], ids=["huge", "-1", "true", "text"]
)
async def test_a_made_up_place_in_the_history_is_refused(
    api: Api, people: People, patient: Patient, cursor: str
) -> None:
    path = f"/patients/{patient.id}/identity-history?cursor={cursor}"
    assert (await api.call("GET", path, by=people.doctor)).status == 422


async def test_a_duplicate_is_pointed_out_and_created_all_the_same(api: Api, people: People, patient: Patient) -> None:
    same = {"birth_name": "LEROY", "birth_given_names": ["Jeanne"], "birth_date": "1955-03-12"}
    reply = await api.call("POST", "/patients", same, by=people.secretary)
    assert reply.status == 201
    assert reply.body["possible_duplicates"] == [{"patient_id": str(patient.id), "resemblance": "same_traits"}]


async def test_the_attending_doctor_is_appended_by_day(api: Api, people: People, patient: Patient) -> None:
    path = f"/patients/{patient.id}/attending-doctor"
    await api.call("PUT", path, {"rpps": "10100000016", "name": "Dr M", "from_on": "2025-01-01"}, by=people.doctor)
    await api.call("PUT", path, {"rpps": None}, by=people.doctor)
    entries = (await api.call("GET", path, by=people.doctor)).body["entries"]
    assert [(entry["from_on"], entry["rpps"]) for entry in entries] == [
        ("2025-01-01", "10100000016"),
        ("2026-11-25", None),
    ]
