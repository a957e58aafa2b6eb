"""A visit tells its steps, and the one that fails."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from telemed.demo.steps import StepFailed, Steps
from telemed.kernel.clock import FrozenClock

pytestmark = pytest.mark.asyncio


async def test_a_step_is_told_with_its_result_and_its_time(clock: FrozenClock) -> None:
    out = io.StringIO()
    steps = Steps(clock, out)
    async with steps.step("Appel") as step:
        clock.advance(timedelta(seconds=2.5))
        step.result = "120 images"
    assert out.getvalue() == "✓  1. Appel — 120 images (2.5 s)\n"
    assert steps.elapsed_seconds == 2.5


async def test_a_failed_step_is_named_with_its_reason(clock: FrozenClock) -> None:
    out = io.StringIO()
    steps = Steps(clock, out)
    async with steps.step("Connexion"):
        pass
    with pytest.raises(StepFailed, match="étape 2, « Signature » : le serveur a répondu 409"):
        async with steps.step("Signature"):
            raise ValueError("le serveur a répondu 409")
    assert out.getvalue().splitlines()[-1] == "✗  2. Signature : le serveur a répondu 409"


async def test_a_group_of_errors_gives_its_first_reason(clock: FrozenClock) -> None:
    steps = Steps(clock, io.StringIO())
    with pytest.raises(StepFailed, match="TimeoutError"):
        async with steps.step("Vidéo"):
            raise ExceptionGroup("deux", [TimeoutError(), ValueError("autre")])
