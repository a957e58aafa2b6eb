"""Reports of a follow-up: of a month that is over, of the end of care; signed, sealed, readable by machines."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from lxml import etree
from msgspec.structs import replace

from telemed.acts.telemonitoring.model.care import EndReason, FollowUp
from telemed.app import Services
from telemed.documents.model import MonitoringWords
from telemed.documents.service.archive import Artifact
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden, NotFound, Refused
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.unit.acts.telemonitoring.making import make_arrival

pytestmark = pytest.mark.asyncio
WORDS = MonitoringWords("Poids stable, bonne observance.", "Poursuivre le suivi.")
NS = {"h": "urn:hl7-org:v3"}


async def live_a_month(services: Services, follow_up: FollowUp, clock: FrozenClock) -> None:
    """Thirty-one days of weights, of which five without, and the close of the month."""
    for day in range(31):
        clock.advance(timedelta(days=1))
        if day % 6 == 5:
            continue
        now, made = clock.now(), make_arrival(78 + day % 4)
        observation = replace(made.observation, measured_at=now)
        arrival = replace(made, follow_up_id=follow_up.id, device_id=UUID(int=9), observation=observation)
        await services.telemonitoring.ingestion.take([replace(arrival, received_at=now)])
    await services.telemonitoring.care.timers.run()


async def test_a_month_is_reported_once_signed_and_corrected_with_a_reason(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    reports = services.monitoring_reports.written
    assert await reports.list(people.nurse, follow_up.id) == []
    with pytest.raises(NotFound):
        await reports.preview(people.doctor, follow_up.id, 1, WORDS)
    await live_a_month(services, follow_up, clock)
    (line,) = await reports.list(people.nurse, follow_up.id)
    assert (line.month, line.signed) == (1, None)
    pdf, decision = await reports.preview(people.doctor, follow_up.id, 1, WORDS)
    assert pdf.startswith(b"%PDF")
    assert decision.is_allowed
    with pytest.raises(Refused) as empty:
        await reports.sign(people.doctor, follow_up.id, 1, MonitoringWords(" "))
    assert [reason.code for reason in empty.value.decision.refusals] == ["report.conclusion_missing"]
    with pytest.raises(Forbidden):
        await reports.sign(people.nurse, follow_up.id, 1, WORDS)
    signed = await reports.sign(people.doctor, follow_up.id, 1, WORDS)
    archive = services.documents.archive
    assert (await archive.verify(people.doctor, signed.identity.document_id)).is_intact
    cda = (await archive.download(people.doctor, signed.identity.document_id, Artifact.CDA)).files.cda
    root = etree.fromstring(cda)
    assert root.xpath("string(h:code/@code)", namespaces=NS) == "29274-8"
    found = root.findall(".//h:observation/h:value[@unit='kg']", namespaces=NS)
    weights = [value.get("value") for value in found]
    assert len(weights) == 25
    assert set(weights) == {"78", "79", "80", "81"}
    with pytest.raises(Conflict) as twice:
        await reports.sign(people.doctor, follow_up.id, 1, WORDS)
    assert twice.value.code == "telemonitoring.report_signed"
    corrected = await reports.sign(people.doctor, follow_up.id, 1, WORDS, reason="Dose du diurétique")
    assert (corrected.identity.version, corrected.identity.replaces) == (2, signed.identity.document_id)
    (line,) = await reports.list(people.nurse, follow_up.id)
    assert line.signed is not None
    assert line.signed.identity.document_id == corrected.identity.document_id


async def test_the_end_of_care_is_reported_once_it_came(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    reports = services.monitoring_reports.written
    with pytest.raises(NotFound):
        await reports.sign(people.doctor, follow_up.id, None, WORDS)
    clock.advance(timedelta(days=9))
    await services.telemonitoring.follow_ups.stop(
        people.doctor, follow_up.id, end_reason=EndReason.GOAL_REACHED, reason="Stable"
    )
    signed = await reports.sign(people.doctor, follow_up.id, None, WORDS)
    assert [one.month for one in await reports.list(people.nurse, follow_up.id)] == [None]
    files = (await services.documents.archive.download(people.doctor, signed.identity.document_id, Artifact.PDF)).files
    assert files.pdf.startswith(b"%PDF")
    with pytest.raises(NotFound):
        await reports.list(people.stranger, follow_up.id)


async def test_a_report_is_signed_over_http_by_a_doctor_once(
    api: Api, services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient)
    base = f"/follow-ups/{follow_up.id}/reports"
    clock.advance(timedelta(days=31))
    await services.telemonitoring.care.timers.run()
    listed = await api.call("GET", base, by=people.nurse)
    assert [(one["month"], one["signed"]) for one in listed.body["items"]] == [(1, None)]
    words = {"month": 1, "conclusion": "Rien à signaler."}
    assert (await api.call("POST", f"{base}/preview", words, by=people.nurse)).status == 403
    assert (await api.call("POST", base, by=people.nurse, body=words)).status == 403
    assert (await api.call("POST", base, by=people.stranger, body=words)).status == 404
    assert (await api.call("POST", base, by=people.doctor, body=words | {"month": 2})).status == 404
    empty = await api.call("POST", base, by=people.doctor, body=words | {"conclusion": ""})
    assert (empty.status, empty.body["reasons"][0]["code"]) == (409, "report.conclusion_missing")
    signed = await api.call("POST", base, by=people.doctor, body=words)
    assert (signed.status, signed.body["kind"]) == (201, "telemonitoring_report")
    assert (await api.call("POST", base, by=people.doctor, body=words)).status == 409
