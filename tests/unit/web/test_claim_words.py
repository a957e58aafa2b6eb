"""Claims in words: nothing that a rule, a stage or a code may say reaches a screen as it is in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date

import pytest

from billing.facts import ActKind, Part
from billing.formats.words import PLACES, STAGES, act_words, organism_words
from billing.model.life import Happening, Stage
from billing.rules.reconciliation import Place
from telemed.kernel.decision import Reason
from telemed.web import claim_words
from telemed.web.claim_words import MEANINGS, happening_words, limit_badge, masked_nss, reason_cards, short_reasons
from telemed.web.views.frame import Tone
from tests.shared import ROOT

TODAY = date(2026, 11, 25)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def compared_names() -> Iterator[str]:
    """The names of every figure that a rule of billing weighs: keys of `{...}` given to a Reason, or kept for one."""
    for path in (ROOT / "billing" / "rules").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            given: list[ast.expr] = []
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                given = [*node.args, *(word.value for word in node.keywords)]
            if isinstance(node, ast.AnnAssign | ast.Assign) and node.value:
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                given = [node.value] if getattr(target, "id", "") == "compared" else []
            if isinstance(node, ast.FunctionDef) and "compared" in node.name:
                given = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
            for one in given:
                if isinstance(one, ast.Dict):
                    yield from (str(key.value) for key in one.keys if isinstance(key, ast.Constant))


def test_every_compared_figure_has_a_french_name() -> None:
    names = set(compared_names())
    assert {"limit", "asked_cents", "numerator"} <= names
    assert names - claim_words.COMPARED.keys() == set()


def test_every_stage_place_and_happening_has_its_words() -> None:
    assert set(STAGES) == set(MEANINGS) == set(Stage)
    assert set(PLACES) == set(Place)
    assert all(happening_words(one)[0] for one in Happening)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("asked_cents", 3000, "30,00 €"),
        ("rate_percent", 20, "20 %"),
        ("territory", "la_reunion", "La Réunion"),
        ("specialty", "G15_10/SM54", "Médecine générale"),
        ("specialty", "", "non renseignée"),
        ("day", "2026-11-25", "25 novembre 2026"),
        ("limit", 4, "4"),
        ("is_renewed", True, "oui"),
        ("scope", "biller", "par professionnel"),
        ("profession", "60", "infirmier"),
    ],
)
def test_a_figure_reads_as_people_write_it(name: str, value: str | int | bool, told: str) -> None:
    (card,) = reason_cards([Reason("x", "un texte", "", {name: value})], Tone.NOW)
    assert plain(card.compared[0].value) == told
    assert card.text == "Un texte."


@pytest.mark.parametrize(
    ("due", "told"),
    [
        (None, "Sans délai"),
        (date(2026, 11, 24), "En retard de 1 jour"),
        (date(2026, 11, 25), "Aujourd’hui"),
        (date(2026, 11, 26), "Demain"),
        (date(2026, 11, 30), "Lundi 30 novembre"),
        (date(2026, 12, 3), "Avant jeudi 3 décembre"),
    ],
)
def test_how_near_a_day_is(due: date | None, told: str) -> None:
    assert plain(limit_badge(due, TODAY).label) == told


def test_a_number_is_recognised_and_not_known() -> None:
    assert plain(masked_nss("279035121518989")) == "•••••••••• 189 89"


def test_a_list_has_room_for_few_words() -> None:
    long = Reason("caisse.rejected", "Droits fermés à la date des soins. Voyez la caisse : rien ne presse.", "")
    assert short_reasons([long]) == "Droits fermés à la date des soins."
    assert short_reasons([Reason("billing.insurance_missing", "x", "")]) == "L’assurance du patient manque."


def test_numbers_of_organisms_and_acts_read_aloud() -> None:
    assert organism_words("013710000") == "01 371 0000"
    assert organism_words(None) == ""
    assert act_words(ActKind.TELEEXPERTISE, Part.REQUEST) == "Télé-expertise, demande"
