"""The documents of a case over HTTP, from both practices."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from telemed.acts.teleexpertise.model import Case
from telemed.api.auth import SESSION_COOKIE
from telemed.documents.formats.cda_read import read_report_cda
from telemed.kernel.caller import Caller
from tests.fixtures.http import Api, Reply, open_session
from tests.fixtures.people import make_draft
from tests.integration.acts.teleexpertise.conftest import Scene
from tests.integration.acts.teleexpertise.test_routes import OPINION

pytestmark = pytest.mark.asyncio


async def listed(scene: Scene, api: Api, case: Case, query: str = "") -> list[dict[str, Any]]:
    reply = await api.call("GET", f"/teleexpertises/{case.id}/documents{query}", by=scene.expert)
    assert reply.status == 200, reply.body
    items: list[dict[str, Any]] = reply.body["items"]
    return items


async def download(scene: Scene, api: Api, path: str, by: Caller) -> Reply:
    """A file, as the bytes that it is."""
    token = await open_session(scene.services, by)
    async with ClientSession() as client, client.get(api.url(path), cookies={SESSION_COOKIE: token}) as response:
        return Reply(response.status, await response.read(), response)


async def test_each_side_downloads_the_files_of_its_case(scene: Scene, api: Api) -> None:
    case = await scene.answered()
    request, report = await listed(scene, api, case)
    assert (request["kind"], report["kind"]) == ("teleexpertise_request", "teleexpertise_report")
    for side in (scene.asker, scene.expert, scene.people.doctor):
        for document, name, code in ((request, "demande", "75496-0"), (report, "avis", "85208-7")):
            cda = await api.call("GET", f"/documents/{document['id']}/cda", by=side)
            assert (cda.status, cda.response.content_type) == (200, "application/xml")
            assert f'filename="{name}-' in cda.response.headers["Content-Disposition"]
            assert read_report_cda(cda.body.encode()).type_code == code
            pdf = await download(scene, api, f"/documents/{document['id']}/pdf", side)
            assert (pdf.status, pdf.body[:5], pdf.response.content_type) == (200, b"%PDF-", "application/pdf")
            assert pdf.response.headers["Cache-Control"] == "private, no-store"
            verified = await api.call("GET", f"/documents/{document['id']}/verification", by=side)
            assert verified.body == {"is_intact": True, "faults": []}


async def test_nobody_else_opens_anything_of_it(scene: Scene, api: Api) -> None:
    case = await scene.answered()
    _, report = await listed(scene, api, case)
    paths = [
        f"/documents/{report['id']}{part}" for part in ("", "/pdf", "/cda", "/seal", "/verification", "/deliveries")
    ]
    for path in paths:
        for stranger in (scene.second, scene.midwife, scene.people.stranger):
            assert (await api.call("GET", path, by=stranger)).status == 404, path
        for staff in (scene.people.secretary, scene.people.auditor):
            assert (await api.call("GET", path, by=staff)).status == 403, path
        assert (await api.call("GET", path)).status == 401, path
    handed = await api.call("POST", f"/documents/{report['id']}/handing-over", by=scene.second)
    assert handed.status == 404


async def test_what_lacks_is_asked_before_signing(scene: Scene, api: Api) -> None:
    case = await scene.draft()
    path = f"/teleexpertises/{case.id}"
    check = await api.call("GET", f"{path}/signing-check", by=scene.asker)
    assert [reason["code"] for reason in check.body["refusals"]] == ["report.consent_missing"]
    assert [reason["code"] for reason in check.body["warnings"]] == ["report.address_unknown", "ins.not_qualified"]
    preview = await download(scene, api, f"{path}/preview", scene.asker)
    assert (preview.status, preview.body[:5]) == (200, b"%PDF-")
    assert (await api.call("GET", f"{path}/preview", by=scene.expert)).status == 404


async def test_a_correction_over_http(scene: Scene, api: Api) -> None:
    case = await scene.answered()
    path, body = f"/teleexpertises/{case.id}/opinion/correction", OPINION | {"revision": 2}
    for reason in ("", "  ", "x" * 501):
        assert (await api.call("POST", path, body | {"reason": reason}, by=scene.expert)).status == 422
    assert (await api.call("POST", path, body | {"reason": "côté"}, by=scene.asker)).code == "teleexpertise.other_side"
    done = await api.call("POST", path, body | {"reason": " côté corrigé "}, by=scene.expert)
    assert (done.status, done.body["reason"], done.body["revision"]) == (201, "côté corrigé", 3)
    again = await api.call("POST", path, body | {"reason": "encore"}, by=scene.expert)
    assert (again.status, again.code) == (409, "draft.stale")
    states = [(one["kind"], one["version"], one["state"]) for one in await listed(scene, api, case)]
    assert states == [
        ("teleexpertise_request", 1, "signed"),
        ("teleexpertise_report", 1, "superseded"),
        ("teleexpertise_report", 2, "signed"),
    ]
    first = await api.call("GET", f"/teleexpertises/{case.id}/documents?limit=2", by=scene.expert)
    rest = await listed(scene, api, case, f"?limit=2&cursor={first.body['next_cursor']}")
    assert [one["id"] for one in rest] == [done.body["document_id"]]
    detail = await api.call("GET", f"/documents/{done.body['document_id']}", by=scene.asker)
    assert [one["version"] for one in detail.body["versions"]] == [1, 2]


async def test_deliveries_are_read_and_one_is_made_by_hand(scene: Scene, api: Api) -> None:
    case = await scene.answered()
    _, report = await listed(scene, api, case)
    await scene.deliver()
    path = f"/documents/{report['id']}"
    handed = await api.call("POST", f"{path}/handing-over", by=scene.asker)
    assert (handed.status, handed.body["step"], handed.body["recipient"]) == (201, "handed_over", "patient")
    lines = (await api.call("GET", f"{path}/deliveries?limit=200", by=scene.asker)).body["items"]
    patient = [(line["step"], line["channel"]) for line in lines if line["recipient"] == "patient"]
    assert patient == [("queued", None), ("told", "email"), ("handed_over", None)]
    first = await api.call("GET", f"{path}/deliveries?limit=2", by=scene.asker)
    cursor = first.body["next_cursor"]
    rest = await api.call("GET", f"{path}/deliveries?limit=200&cursor={cursor}", by=scene.asker)
    assert first.body["items"] + rest.body["items"] == lines
    told = next(line for line in lines if line["step"] == "told")
    assert told["receipt"]
    assert "exemple.fr" not in str(lines)


async def test_a_patient_merged_in_the_middle_has_his_report_in_the_kept_record(scene: Scene, api: Api) -> None:
    case = await scene.accepted()
    kept, _ = await scene.services.patients.create(scene.people.secretary, make_draft())
    await scene.services.merges.merge(scene.people.secretary, kept.id, scene.patient.id, is_confirmed=True)
    draft = await scene.written(case)
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    reply = await api.call("GET", f"/patients/{kept.id}/documents", by=scene.people.doctor)
    assert [one["kind"] for one in reply.body["items"]] == ["teleexpertise_report"]
