"""The cases of tests/law/values against the law itself."""

from __future__ import annotations

import pytest

from telemed.kernel.clock import Territory
from telemed.law.parameter import NotEstablished, NotInForce
from tests.law.cases import Case, read_cases, take
from tests.the_law import LAW


def say(case: Case) -> str:
    """The value in French, or why there is none."""
    given = take(case.facts, valeur=None, territoire=None)
    territory = None if given["territoire"] is None else Territory(given["territoire"])
    try:
        value = LAW.on(case.day).value(given["valeur"], territory)
    except NotInForce:
        return "pas en vigueur"
    except NotEstablished:
        return "non établi"
    assert value.references
    return value.text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("case", read_cases("values"), ids=str)
def test_values(case: Case) -> None:
    assert say(case) == take(case.decision, vaut=None)["vaut"]
