"""One condition of a rule as fields, and back: `limite_4` is the limit of condition 4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from telemed.acts.telemonitoring.model.observation import Catalogue, SignalKind
from telemed.acts.telemonitoring.model.rule import Answer, Leaf, Side, Threshold, TrendMeasure
from telemed.web.views.frame import Choice, Form

THRESHOLD, ANSWER = "threshold", "answer"
KINDS = (
    Choice(THRESHOLD, "Valeur au-delà d’une limite"),
    Choice(TrendMeasure.DELTA, "Hausse ou baisse en quelques jours"),
    Choice(TrendMeasure.SLOPE, "Pente par jour"),
    Choice(TrendMeasure.AVERAGE, "Moyenne de quelques jours"),
    Choice(ANSWER, "Réponse à une question"),
)
SIDES = (Choice(Side.ABOVE, "Vers le haut"), Choice(Side.BELOW, "Vers le bas"))
FIELDS = {
    "kind": "genre",
    "measure": "genre",
    "signal": "signal",
    "unit": "signal",
    "side": "cote",
    "limit": "limite",
    "patient_limit": "seuil",
    "margin": "marge",
    "count": "fois",
    "of": "sur",
    "lasting_minutes": "duree",
    "days": "jours",
    "points": "points",
    "fresh_hours": "fraicheur",
    "among": "parmi",
}
"""Our field for each of the schema's."""
DEFAULTS = {"genre": THRESHOLD, "cote": Side.ABOVE.value, "jours": "3", "fois": "1", "sur": "1", "duree": "0"} | {
    "points": "2",
    "fraicheur": "48",
}
_ENDS = {
    (THRESHOLD, Side.ABOVE): "high",
    (THRESHOLD, Side.BELOW): "low",
    (TrendMeasure.DELTA, Side.ABOVE): "gain",
    (TrendMeasure.DELTA, Side.BELOW): "loss",
    (TrendMeasure.SLOPE, Side.ABOVE): "rise",
    (TrendMeasure.SLOPE, Side.BELOW): "fall",
    (TrendMeasure.AVERAGE, Side.ABOVE): "average_high",
    (TrendMeasure.AVERAGE, Side.BELOW): "average_low",
}


def blank_leaf(number: int, signal: str) -> dict[str, str]:
    """The fields of a condition of which nothing is said yet."""
    return {f"{name}_{number}": text for name, text in DEFAULTS.items()} | {f"signal_{number}": signal}


def usual_limit(signal: str, kind: str, side: str) -> str:
    """The name that a patient's threshold usually has: `weight_gain`."""
    end = next((end for (of, on), end in _ENDS.items() if of == kind and on == side), "high")
    return f"{signal}_{end}"


def ticked_answers(form: Form, number: int) -> list[str]:
    """The answers that are ticked, in the order of their boxes; none of those of another signal than the one chosen."""
    if form.value(f"pose_{number}") != form.value(f"signal_{number}"):
        return []
    found = {name: re.fullmatch(rf"reponse_{number}_(\d{{1,3}})", name) for name in form.values}
    boxes = sorted((int(match[1]), name) for name, match in found.items() if match)
    return [form.value(name) for _, name in boxes]


def read_leaf(form: Form, number: int, catalogue: Catalogue) -> dict[str, Any]:
    """The condition as its JSON has it; numbers that are none stay texts, for the schema to refuse."""

    def said(name: str) -> str:
        return form.value(f"{name}_{number}").strip()

    kind, name = said("genre"), said("signal")
    signal = catalogue.find(name)
    fresh = read_number(said("fraicheur") or DEFAULTS["fraicheur"])
    if kind == ANSWER or (signal is not None and signal.kind is SignalKind.ANSWER):
        typed = [line.strip() for line in said("parmi").splitlines() if line.strip()]
        return {"kind": ANSWER, "signal": name, "among": [*ticked_answers(form, number), *typed], "fresh_hours": fresh}
    leaf: dict[str, Any] = {
        "signal": name,
        "unit": signal.unit if signal else "",
        "side": said("cote"),
        "margin": _decimal(said("marge") or "0"),
        "fresh_hours": fresh,
    }
    usual = said("seuil") or usual_limit(name, kind, said("cote"))
    leaf |= {"limit": _decimal(said("limite"))} if said("limite") else {"patient_limit": usual}
    if kind == THRESHOLD:
        return leaf | {
            "kind": THRESHOLD,
            "count": read_number(said("fois") or "1"),
            "of": read_number(said("sur") or "1"),
            "lasting_minutes": read_number(said("duree") or "0"),
        }
    trend = {"measure": kind, "days": read_number(said("jours") or "3"), "points": read_number(said("points") or "2")}
    return leaf | {"kind": "trend"} | trend


def write_leaf(leaf: Leaf, number: int) -> dict[str, str]:
    """Its fields: `read_leaf` makes the same condition of them."""
    values = DEFAULTS | dict(_answer_values(leaf) if isinstance(leaf, Answer) else _number_values(leaf))
    fields = {f"{name}_{number}": text for name, text in values.items()}
    if not isinstance(leaf, Answer):
        return fields
    boxes = {f"reponse_{number}_{place}": code for place, code in enumerate(leaf.among)}
    return fields | boxes | {f"pose_{number}": leaf.signal}


def _answer_values(leaf: Answer) -> Iterator[tuple[str, str]]:
    yield from (("signal", leaf.signal), ("genre", ANSWER), ("fraicheur", str(leaf.fresh_hours)))


def _number_values(leaf: Leaf) -> Iterator[tuple[str, str]]:
    if isinstance(leaf, Answer):
        return
    kind = THRESHOLD if isinstance(leaf, Threshold) else leaf.measure.value
    yield from (("signal", leaf.signal), ("genre", kind), ("cote", leaf.side.value))
    yield "limite", "" if leaf.limit is None else _typed(f"{leaf.limit.normalize():f}")
    yield "seuil", "" if leaf.patient_limit == usual_limit(leaf.signal, kind, leaf.side) else leaf.patient_limit or ""
    yield "marge", _typed(f"{leaf.margin.normalize():f}") if leaf.margin else ""
    yield "fraicheur", str(leaf.fresh_hours)
    if isinstance(leaf, Threshold):
        yield from (("fois", str(leaf.count)), ("sur", str(leaf.of)), ("duree", str(leaf.lasting_minutes)))
    else:
        yield from (("jours", str(leaf.days)), ("points", str(leaf.points)))


def read_number(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else plain


def _decimal(text: str) -> str:
    return text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("−", "-").replace(",", ".")


def _typed(number: str) -> str:
    return number.replace(".", ",")
