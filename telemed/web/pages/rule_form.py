"""A rule as a form: conditions on one level, each field checked by the very schema of rules."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.formats.rules import read_rule, write_rule
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.observation import Catalogue, SignalKind
from telemed.acts.telemonitoring.model.rule import (
    Answer,
    AtLeast,
    Condition,
    Rule,
    Side,
    Threshold,
    Trend,
    TrendMeasure,
)
from telemed.acts.telemonitoring.rules.program import check_rule
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Invalid
from telemed.web import forms, surveillance_words
from telemed.web.views.frame import Choice, Form

MOST_CONDITIONS = 6
THRESHOLD, ANSWER = "threshold", "answer"
KINDS = (
    Choice(THRESHOLD, "Valeur au-delà d’une limite"),
    Choice(TrendMeasure.DELTA, "Hausse ou baisse en quelques jours"),
    Choice(TrendMeasure.SLOPE, "Pente par jour"),
    Choice(TrendMeasure.AVERAGE, "Moyenne de quelques jours"),
    Choice(ANSWER, "Réponse à une question"),
)
SIDES = (Choice(Side.ABOVE, "Vers le haut"), Choice(Side.BELOW, "Vers le bas"))
DIRECTIONS = (Choice("", "Sans sens"), *SIDES)
SEVERITIES = tuple(Choice(one, badge.label) for one, badge in surveillance_words.SEVERITIES.items())
COUNTS = (
    Choice("toutes", "Toutes à la fois"),
    Choice("1", "Une seule suffit"),
    *(Choice(str(number), f"Au moins {number}") for number in range(2, MOST_CONDITIONS)),
)
_NAMES = {
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
_WHOLE = {
    "name": "libelle",
    "label": "libelle",
    "severity": "gravite",
    "direction": "sens",
    "quiet_hours": "calme_de",
    "repeat_hours": "repeter",
    "late_hours": "tard",
    "when": "",
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
DEFAULTS = {"genre": THRESHOLD, "cote": Side.ABOVE.value, "jours": "3", "fois": "1", "sur": "1", "duree": "0"} | {
    "points": "2",
    "fraicheur": "48",
}
_BLANK = {"gravite": Severity.SOON.value, "sens": "", "repeter": "24", "tard": "24", "combien": "toutes", "nombre": "1"}


def signal_choices(catalogue: Catalogue) -> tuple[Choice, ...]:
    """What may be watched, with its unit."""
    named = ((one.label, format_unit(one.unit), one.name) for one in catalogue)
    return tuple(Choice(name, f"{label} ({unit})" if unit else label) for label, unit, name in sorted(named))


def blank(catalogue: Catalogue) -> Form:
    """A form with one condition and nothing said."""
    first = next(iter(catalogue)).name
    return Form(_BLANK | {f"{name}_1": text for name, text in DEFAULTS.items()} | {"signal_1": first})


def condition_numbers(form: Form) -> range:
    """The numbers of the conditions that the form holds."""
    number = form.value("nombre")
    return range(1, min(max(int(number) if number.isdecimal() and len(number) < 3 else 1, 1), MOST_CONDITIONS) + 1)


def add_condition(form: Form) -> Form:
    """The same form with one condition more, as blank as the first was."""
    number = min(len(condition_numbers(form)) + 1, MOST_CONDITIONS)
    more = {f"{name}_{number}": text for name, text in DEFAULTS.items()} | {
        f"signal_{number}": form.value(f"signal_{number - 1}")
    }
    return Form(form.values | more | {"nombre": str(number)})


def remove_condition(form: Form, gone: int) -> Form:
    """The same form without one of its conditions; the later ones move up. A rule keeps one at least."""
    numbers = condition_numbers(form)
    if gone not in numbers or len(numbers) == 1:
        return Form(form.values)
    kept = [number for number in numbers if number != gone]
    shared = {name: text for name, text in form.values.items() if not re.fullmatch(r"[a-z]+_\d+", name)}
    names = {re.sub(r"_\d+$", "", name) for name in form.values if re.fullmatch(r"[a-z]+_\d+", name)}
    moved = {
        f"{name}_{place}": form.value(f"{name}_{number}") for place, number in enumerate(kept, 1) for name in names
    }
    return Form(shared | moved | {"nombre": str(len(kept))})


def read_form(form: Form, catalogue: Catalogue) -> Rule:
    """The rule that was typed. Raises FormError with every fault at its field."""
    if form.value("mode") == "json":
        return _checked(form, _read_raw(form), catalogue)
    try:
        rule = read_rule(json.dumps(_rule(form, catalogue)))
    except Invalid as err:
        raise forms.FormError(Form(form.values, {_field(err.field, form): _said(err.field)})) from None
    return _checked(form, rule, catalogue)


def faults(form: Form, reasons: tuple[Reason, ...]) -> Form:
    """The form with each reason at the field of its condition."""
    errors: dict[str, str] = {}
    for reason in reasons:
        place = str(reason.compared.get("place", ""))
        kind = reason.code.rpartition("_")[2]
        name = {"signal": "signal", "unit": "signal", "limit": "limit", "count": "count"}.get(kind, "")
        errors[_field(f"{place}.{name}" if name else place, form)] = forms.sentence(reason.text)
    return Form(form.values, errors)


def write_form(rule: Rule) -> Form:
    """The form of a rule; only its JSON where conditions lie within conditions."""
    values = {
        "nom": rule.name,
        "libelle": rule.label,
        "gravite": rule.severity.value,
        "sens": rule.direction.value if rule.direction else "",
        "calme_de": rule.quiet_hours.start if rule.quiet_hours else "",
        "calme_a": rule.quiet_hours.end if rule.quiet_hours else "",
        "repeter": str(rule.repeat_hours),
        "tard": str(rule.late_hours),
    }
    when = rule.when
    leaves = when.of if isinstance(when, AtLeast) else (when,)
    flat = [one for one in leaves if not isinstance(one, AtLeast)]
    if len(flat) < len(leaves) or len(flat) > MOST_CONDITIONS:
        return Form({"mode": "json", "regle": pretty(rule)})
    count = when.count if isinstance(when, AtLeast) else 1
    values |= {"nombre": str(len(flat)), "combien": "toutes" if count == len(flat) else str(count)}
    for number, leaf in enumerate(flat, 1):
        values |= {f"{name}_{number}": text for name, text in _leaf_values(leaf)}
    return Form(values)


def pretty(rule: Rule) -> str:
    """The rule as JSON that a person can read."""
    return json.dumps(json.loads(write_rule(rule)), ensure_ascii=False, indent=2)


def threshold_of(form: Form, number: int) -> str:
    """The patient's threshold that a condition means: what was typed, or the usual name for this signal."""
    kind, side = form.value(f"genre_{number}"), form.value(f"cote_{number}")
    return form.value(f"seuil_{number}").strip() or _usual(form.value(f"signal_{number}"), kind, side)


def _usual(signal: str, kind: str, side: str) -> str:
    """The name that a patient's threshold usually has: `weight_gain`."""
    end = next((end for (of, on), end in _ENDS.items() if of == kind and on == side), "high")
    return f"{signal}_{end}"


def _checked(form: Form, rule: Rule, catalogue: Catalogue) -> Rule:
    decision = check_rule(rule, catalogue)
    if not decision.is_allowed:
        raise forms.FormError(faults(form, decision.refusals))
    return rule


def _read_raw(form: Form) -> Rule:
    try:
        return read_rule(form.value("regle"))
    except Invalid as err:
        place = f" ({err.field})" if err.field else ""
        raise forms.FormError(
            Form(form.values, {"regle": forms.sentence(err.detail).rstrip(".") + place + "."})
        ) from None


def _rule(form: Form, catalogue: Catalogue) -> dict[str, Any]:
    """The rule as its JSON has it; numbers that are none stay texts, for the schema to refuse."""
    leaves = [_leaf(form, number, catalogue) for number in condition_numbers(form)]
    chosen = form.value("combien")
    when: Any = leaves[0]
    if len(leaves) > 1:
        when = {"kind": "at_least", "count": len(leaves) if chosen == "toutes" else _number(chosen), "of": leaves}
    rule = {
        "name": form.value("nom") or slug(form.value("libelle")),
        "label": form.value("libelle").strip(),
        "severity": form.value("gravite"),
        "direction": form.value("sens") or None,
        "when": when,
        "repeat_hours": _number(form.value("repeter") or "24"),
        "late_hours": _number(form.value("tard") or "24"),
    }
    if form.value("calme_de") or form.value("calme_a"):
        rule["quiet_hours"] = {"start": form.value("calme_de"), "end": form.value("calme_a")}
    return rule


def _leaf(form: Form, number: int, catalogue: Catalogue) -> dict[str, Any]:
    def said(name: str) -> str:
        return form.value(f"{name}_{number}").strip()

    kind, name = said("genre"), said("signal")
    signal = catalogue.find(name)
    fresh = _number(said("fraicheur") or "48")
    if kind == ANSWER or (signal is not None and signal.kind is SignalKind.ANSWER):
        among = [part.strip() for part in said("parmi").split(",") if part.strip()]
        return {"kind": ANSWER, "signal": name, "among": among, "fresh_hours": fresh}
    leaf: dict[str, Any] = {
        "signal": name,
        "unit": signal.unit if signal else "",
        "side": said("cote"),
        "margin": _decimal(said("marge") or "0"),
        "fresh_hours": fresh,
    }
    limit = said("limite")
    leaf |= {"limit": _decimal(limit)} if limit else {"patient_limit": threshold_of(form, number)}
    if kind == THRESHOLD:
        return leaf | {
            "kind": THRESHOLD,
            "count": _number(said("fois") or "1"),
            "of": _number(said("sur") or "1"),
            "lasting_minutes": _number(said("duree") or "0"),
        }
    trend = {"measure": kind, "days": _number(said("jours") or "3"), "points": _number(said("points") or "2")}
    return leaf | {"kind": "trend"} | trend


def _leaf_values(leaf: Condition) -> Iterator[tuple[str, str]]:
    if isinstance(leaf, AtLeast):
        return
    yield "signal", leaf.signal
    yield "fraicheur", str(leaf.fresh_hours)
    if isinstance(leaf, Answer):
        yield "genre", ANSWER
        yield "parmi", ", ".join(leaf.among)
        return
    yield "genre", THRESHOLD if isinstance(leaf, Threshold) else leaf.measure.value
    yield "cote", leaf.side.value
    yield "limite", "" if leaf.limit is None else f"{leaf.limit.normalize():f}".replace(".", ",")
    kind = THRESHOLD if isinstance(leaf, Threshold) else leaf.measure.value
    yield "seuil", "" if leaf.patient_limit == _usual(leaf.signal, kind, leaf.side) else leaf.patient_limit or ""
    yield "marge", f"{leaf.margin.normalize():f}".replace(".", ",") if leaf.margin else ""
    if isinstance(leaf, Threshold):
        yield from (("fois", str(leaf.count)), ("sur", str(leaf.of)), ("duree", str(leaf.lasting_minutes)))
    if isinstance(leaf, Trend):
        yield from (("jours", str(leaf.days)), ("points", str(leaf.points)))


def _field(place: str, form: Form) -> str:
    """Our field for a place of the schema: `when.of[1].limit` is `limite_2`."""
    if form.value("mode") == "json":
        return "regle"
    found = re.fullmatch(r"when(?:\.of\[(\d+)\])?(?:\.(\w+)(?:[.\[].*)?)?", place)
    if found is None:
        return _WHOLE.get(place.partition(".")[0], "libelle")
    number = int(found[1] or 0) + 1
    if found[2] == "count" and found[1] is None and len(condition_numbers(form)) > 1:
        return "combien"
    return f"{_NAMES.get(found[2] or '', 'signal')}_{number}"


def _said(place: str) -> str:
    if place.endswith(("limit", "margin")):
        return "Un nombre est attendu, comme 74,5."
    if place.startswith("quiet_hours"):
        return "Deux heures sont attendues, comme 22:00 et 07:00."
    if place.endswith("among"):
        return "Dites au moins une réponse."
    if place in ("name", "label"):
        return "Un nom est attendu\u00a0: des lettres, deux cents au plus."
    return "Cette réponse n’est pas dans les bornes permises."


def slug(label: str) -> str:
    """A name for a rule out of its label: `prise_de_poids`."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[^a-z]+|_+$", "", re.sub(r"[^a-z0-9]+", "_", plain))[:60].rstrip("_")


def _number(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else plain


def _decimal(text: str) -> str:
    return text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("−", "-").replace(",", ".")
