"""Duplicates through the pages: pointed out, compared, merged, parted again."""

from __future__ import annotations

from dataclasses import replace

import pytest
import pytest_asyncio

from telemed.patients.model import Patient, Sex
from tests.fixtures.people import TRAITS, make_draft
from tests.integration.web.conftest import Site, Window, plain

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def secretary(site: Site) -> Window:
    return await site.signed_in("secretary")


@pytest_asyncio.fixture
async def twin(site: Site, patient: Patient) -> Patient:
    created, _ = await site.services.patients.create(site.people.secretary, make_draft())
    return created


async def test_a_duplicate_is_compared_merged_and_parted(secretary: Window, patient: Patient, twin: Patient) -> None:
    sheet = await secretary.get(f"/patientele/{patient.id}")
    assert f"/patientele/{patient.id}/reunir/{twin.id}" in sheet.text
    compared = await secretary.get(f"/patientele/{patient.id}/reunir/{twin.id}")
    assert (compared.status, compared.title) == (200, "Réunir deux dossiers")
    merged = await secretary.post(f"/patientele/{patient.id}/reunir/{twin.id}", {})
    assert "Dossiers réunis." in plain(merged.text)
    assert f"/patientele/{twin.id}/separer" in merged.text
    gone = await secretary.get(f"/patientele/{twin.id}")
    assert gone.path == f"/patientele/{patient.id}"
    assert "Le dossier demandé a été réuni à celui-ci." in plain(gone.text)
    assert str(twin.id) not in (await secretary.get("/patientele")).text
    parted = await secretary.post(f"/patientele/{twin.id}/separer", {})
    assert "Dossiers séparés." in plain(parted.text)
    assert (await secretary.get(f"/patientele/{twin.id}")).path == f"/patientele/{twin.id}"


async def test_twins_want_a_tick(site: Site, secretary: Window, patient: Patient) -> None:
    draft = make_draft(replace(TRAITS, birth_given_names=("JEAN",), sex=Sex.MALE), given="Jean")
    other, _ = await site.services.patients.create(site.people.secretary, draft)
    path = f"/patientele/{patient.id}/reunir/{other.id}"
    assert 'name="compares"' in (await secretary.get(path)).text
    refused = await secretary.post(path, {})
    assert refused.status == 409
    assert "des jumeaux partagent quatre traits" in plain(refused.text)
    assert "Dossiers réunis." in plain((await secretary.post(path, {"compares": "oui"})).text)


async def test_a_record_elsewhere_is_not_found_and_one_alone_is_not_parted(
    site: Site, secretary: Window, patient: Patient
) -> None:
    elsewhere, _ = await site.services.patients.create(site.people.stranger, make_draft())
    assert (await secretary.get(f"/patientele/{patient.id}/reunir/{elsewhere.id}")).status == 404
    assert (await secretary.get(f"/patientele/{patient.id}/reunir/rien")).status == 404
    assert (await secretary.post(f"/patientele/{patient.id}/separer", {})).status == 409
