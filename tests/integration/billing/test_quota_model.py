"""Any order of acceptances, completions, releases, reversals and merges equals a count made on paper."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.rules.quota import QuotaScope
from billing.service import QuotaService
from billing.store.quotas import QuotaStore
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from tests.integration.billing.naive_quotas import NaiveQuotas

pytestmark = pytest.mark.asyncio
ACTS, PATIENTS, DOCTORS = 7, 3, ("10100000016", "10100000024")
MATRICULES = (b"\x01" * 32, b"\x02" * 32)
DAYS = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1))
_decision = st.tuples(
    st.sampled_from(["reserve", "settle"]),
    st.integers(0, ACTS - 1),
    st.sampled_from(["TE2", "TE2", "TE2", "RQD"]),
    st.sampled_from(DOCTORS),
    st.integers(0, PATIENTS - 1),
    st.sampled_from(DAYS),
)
_return = st.tuples(st.sampled_from(["release", "void"]), st.integers(0, ACTS - 1), st.sampled_from(["TE2", "RQD"]))
_merge = st.tuples(st.sampled_from(["merge", "split"]), st.integers(0, PATIENTS - 1), st.integers(0, PATIENTS - 1))
_known = st.tuples(st.just("know"), st.integers(0, PATIENTS - 1), st.none() | st.sampled_from(MATRICULES))
_steps = st.lists(st.one_of(_decision, _decision, _decision, _return, _merge, _known), min_size=5, max_size=25)


class Undone(Exception):
    """Ends an example without leaving anything behind."""


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=_steps, scope=st.sampled_from(QuotaScope))
async def test_any_order_of_decisions_equals_a_count_on_paper(
    database: Database, clock: FrozenClock, law: Law, steps: list[Any], scope: QuotaScope
) -> None:
    quotas, paper = QuotaService(clock=clock, law=law, scope=scope), NaiveQuotas(scope)
    acts, patients = [new_id() for _ in range(ACTS)], [new_id() for _ in range(PATIENTS)]
    with pytest.raises(Undone):
        async with database.begin() as uow:
            for step in steps:
                await play(uow, quotas, paper, step, acts, patients)
                store = QuotaStore(uow.session)
                assert await store.counters() == await store.recount()
            await compare(uow, quotas, paper, patients)
            raise Undone


async def play(
    uow: UnitOfWork, quotas: QuotaService, paper: NaiveQuotas, step: Any, acts: list[UUID], patients: list[UUID]
) -> None:
    kind, *rest = step
    if kind in ("reserve", "settle"):
        act, code, rpps, patient, day = acts[rest[0]], rest[1], rest[2], patients[rest[3]], rest[4]
        decide = quotas.reserve_within if kind == "reserve" else quotas.settle_within
        made = await decide(uow, act_id=act, code=code, rpps=rpps, patient_id=patient, day=day)
        expected = getattr(paper, kind)(act, code, rpps, patient, day)
        assert made.state.value == expected, step
    elif kind in ("release", "void"):
        act, code = acts[rest[0]], rest[1]
        give_back = quotas.release_within if kind == "release" else quotas.void_within
        given_back = paper.give_back(act, code, "reserved" if kind == "release" else "consumed")
        assert await give_back(uow, act_id=act, code=code, why="test") == ((code,) if given_back else ())
    elif kind == "know":
        await quotas.follow_identity(uow, patient_id=patients[rest[0]], matricule_index=rest[1])
        paper.known.pop(patients[rest[0]], None)
        if rest[1] is not None:
            paper.known[patients[rest[0]]] = UUID(bytes=rest[1][:16])
    else:
        await play_merge(uow, quotas, paper, kind, patients[rest[0]], patients[rest[1]])


async def play_merge(
    uow: UnitOfWork, quotas: QuotaService, paper: NaiveQuotas, kind: str, kept: UUID, absorbed: UUID
) -> None:
    """Only records that stand alone are merged, and only what was merged is undone: the patients' own rule."""
    if kind == "merge" and kept != absorbed and kept not in paper.merged and absorbed not in paper.merged:
        await quotas.follow_merge(uow, kept=kept, absorbed=absorbed)
        paper.merged[absorbed] = kept
    elif kind == "split" and paper.merged.get(absorbed) == kept:
        await quotas.follow_undo(uow, kept=kept, absorbed=absorbed)
        del paper.merged[absorbed]


async def compare(uow: UnitOfWork, quotas: QuotaService, paper: NaiveQuotas, patients: list[UUID]) -> None:
    """Every quota, from every record, reads as on paper."""
    for patient in patients:
        for code, rpps, day in [(code, rpps, day) for code in ("TE2", "RQD") for rpps in DOCTORS for day in DAYS]:
            now = await quotas.standing(uow.session, code=code, rpps=rpps, patient_id=patient, day=day)
            lines = paper.counted(code, rpps, patient, day.year)
            assert now.reserved == sum(line.state == "reserved" for line in lines)
            assert now.consumed == sum(line.state == "consumed" for line in lines)
