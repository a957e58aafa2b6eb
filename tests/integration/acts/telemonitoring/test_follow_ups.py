"""The life of a follow-up on real databases: what starts it, who moves it, what time does to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.acts.telemonitoring.model.evidence import to_milliseconds
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.app import Services
from telemed.kernel.errors import Conflict
from telemed.patients.model import Patient
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit

pytestmark = pytest.mark.asyncio


async def test_whoever_watches_reads_it_in_one_statement_and_learns_of_each_change(
    services: Services, people: People, patient: Patient
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    async with services.database.read() as session:
        watched = (await FollowUpStore(session).find_watched([follow_up.id]))[follow_up.id]
    now = services.clock.now()
    assert (watched.patient_id, watched.state, watched.silence_days) == (patient.id, FollowUpState.ACTIVE, 1)
    assert watched.thresholds.find("weight_high", to_milliseconds(now)) == 80_000_000
    assert watched.thresholds.find("weight_high", to_milliseconds(now - timedelta(seconds=1))) is None
    await services.telemonitoring.care.thresholds.set(
        people.doctor, follow_up.id, [make_limit(81_000_000)], reason="Après l'ajustement du traitement"
    )
    async with services.database.begin() as uow:
        versions = await FollowUpStore(uow.session).lock_versions([follow_up.id])
    assert versions == {follow_up.id: watched.version + 1}


async def test_a_patient_has_one_living_follow_up_for_a_pathway(
    services: Services, people: People, patient: Patient
) -> None:
    await make_follow_up(services, people.doctor, patient)
    with pytest.raises(Conflict) as refused:
        await make_follow_up(services, people.doctor, patient)
    assert refused.value.code == "telemonitoring.already_followed"
