"""An alert in a list: what was seen in a few words and a small picture, who has it, by when."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.acts.telemonitoring.model.alert import AlertStep
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
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
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.rules.silence import SilenceCause
from telemed.acts.telemonitoring.service.alert_lists import AlertLine as ListedAlert
from telemed.acts.telemonitoring.service.alert_pictures import AlertPicture
from telemed.web import french, measure_words, sparks, surveillance_words, words
from telemed.web.pages.page import Workplace
from telemed.web.views.surveillance import AlertLine, EvidenceLine, LastValue, Spark

_SILENCE, _SILENT = "silence", "Silence"
"""The signal of the evidence of a silence, and its name on screen."""
Leaf = Threshold | Trend | Answer
_SILENCES = {
    SilenceCause.DEVICE_OFF: "dispositif éteint",
    SilenceCause.NOT_MEASURED: "le dispositif répond, rien n’est mesuré",
    SilenceCause.UNKNOWN: "sans nouvelle du dispositif",
}


def alert_line(
    one: ListedAlert, picture: AlertPicture, place: Workplace, catalogue: Catalogue, pathways: Mapping[str, Pathway]
) -> AlertLine:
    alert, now = one.alert, place.frame.now
    is_mine = alert.holder_id is not None and alert.holder_id == place.person.id
    holder = "Vous" if is_mine else (one.holder.full_name if one.holder else "")
    return AlertLine(
        id=str(alert.id),
        address=f"/surveillance/alertes/{alert.id}",
        severity=surveillance_words.severity(alert.severity),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        pathway=pathway_label(alert.pathway, pathways),
        what=_said_at_once(alert),
        figure="\u00a0; ".join(
            figure for line in evidence_of(alert, picture, catalogue)[:2] if (figure := _figure(line))
        ),
        spark=_spark(alert, picture, place, catalogue),
        since=alert.since,
        times=alert.repeats + 1,
        state=surveillance_words.state(alert.state),
        owner=surveillance_words.outcome(alert.outcome) if alert.outcome else holder,
        is_mine=is_mine,
        due_at=alert.due_at if alert.is_open else None,
        due_tone=surveillance_words.due_tone(alert.due_at, now),
        due_what=surveillance_words.due_what(alert.state),
        may_take=AlertStep.TAKE in one.steps,
        note=_short_note(alert),
        last=_last_of(alert, picture, catalogue),
        outcomes=surveillance_words.find_close_outcomes(alert.state) if _may_close(one) else (),
        closed_at=alert.closed_at,
    )


def pathway_label(code: str, pathways: Mapping[str, Pathway]) -> str:
    return pathways[code].label if code in pathways else code


def what_of(alert: Alert) -> str:
    return "Plus aucune mesure" if alert.is_silence else french.typographic(alert.label)


def _said_at_once(alert: Alert) -> str:
    """`Aucune mesure depuis 2 jours`: of silence, what counts first is for how long."""
    days = next((one.limit for one in alert.evidence if one.signal == _SILENCE and one.limit), None)
    if not alert.is_silence or not days:
        return what_of(alert)
    return f"Aucune mesure depuis {french.format_count(days, 'jour')}"


def _short_note(alert: Alert) -> str:
    """`note_of`, as short as a line of the board wants it."""
    if alert.withdrawn_at is not None:
        return "Mesure corrigée"
    if alert.ended_at is not None and alert.is_open:
        return "Mesures revenues" if alert.is_silence else "Valeurs normales"
    return ""


def note_of(alert: Alert) -> str:
    """What has changed since, that whoever opens it must know first."""
    if alert.withdrawn_at is not None:
        return "Mesure corrigée depuis\u00a0: elle n’était pas anormale."
    if alert.ended_at is not None and alert.is_open:
        return "Des mesures arrivent de nouveau." if alert.is_silence else "Valeurs revenues à la normale."
    return ""


def evidence_of(alert: Alert, picture: AlertPicture, catalogue: Catalogue) -> tuple[EvidenceLine, ...]:
    """Each thing that was seen, with its limit, as the rule compared them."""
    return said_evidence(alert.evidence, picture.rule.rule if picture.rule else None, catalogue)


def said_evidence(evidence: tuple[Evidence, ...], rule: Rule | None, catalogue: Catalogue) -> tuple[EvidenceLine, ...]:
    return tuple(_evidence(one, find_leaf(rule, one.signal), catalogue) for one in evidence)


def find_leaf(rule: Rule | None, signal: str) -> Leaf | None:
    """The first condition of a rule on a signal."""
    return _leaf(rule.when, signal) if rule else None


def drawn_limit(alert: Alert, rule: Rule | None, signal: str) -> tuple[Side | None, int | None]:
    """On which side a day is worst, and the limit to draw: none where what is compared is no value of the signal."""
    leaf = find_leaf(rule, signal)
    side = leaf.side if isinstance(leaf, (Threshold, Trend)) else alert.direction
    is_value = (
        leaf is None
        or isinstance(leaf, Threshold)
        or (isinstance(leaf, Trend) and leaf.measure is TrendMeasure.AVERAGE)
    )
    limit = next((one.limit for one in alert.evidence if one.signal == signal), None)
    return side, limit if is_value else None


def _leaf(condition: Condition, signal: str) -> Leaf | None:
    if not isinstance(condition, AtLeast):
        return condition if condition.signal == signal else None
    return next((found for one in condition.of if (found := _leaf(one, signal)) is not None), None)


def _evidence(one: Evidence, leaf: Leaf | None, catalogue: Catalogue) -> EvidenceLine:
    if one.signal == _SILENCE:
        days = french.format_count(one.limit or 0, "jour")
        cause = surveillance_words.find_member(SilenceCause, one.value)
        return EvidenceLine(_SILENT, f"rien depuis {days}", _SILENCES[cause] if cause else "")
    signal = catalogue.find(one.signal)
    label, unit = (signal.label, signal.unit) if signal else (one.signal, "")
    limit = "" if one.limit is None else f"seuil {measure_words.measure(one.limit, unit)}"
    return EvidenceLine(label, _compared(one, leaf, measure_words.value_of(signal, one.value)), limit)


def _compared(one: Evidence, leaf: Leaf | None, said: str) -> str:
    """The value as the rule looked at it: a way travelled in some days, a slope, a mean, or as it is."""
    if not isinstance(leaf, Trend) or not isinstance(one.value, int):
        return said
    if leaf.measure is TrendMeasure.AVERAGE:
        return f"moyenne {said} sur {french.format_count(leaf.days, 'jour')}"
    way = f"+{said}" if one.value > 0 else said
    if leaf.measure is TrendMeasure.SLOPE:
        return f"{way} par jour"
    return f"{way} en {french.format_count(leaf.days, 'jour')}"


def _figure(line: EvidenceLine) -> str:
    if line.signal == _SILENT:
        return line.limit
    return f"{line.value} ({line.limit})" if line.limit else line.value


def last_values(picture: AlertPicture, catalogue: Catalogue) -> tuple[LastValue, ...]:
    """What each of its signals said last."""
    return tuple(found for name in picture.days if (found := _last_value(picture, name, catalogue)))


def _last_of(alert: Alert, picture: AlertPicture, catalogue: Catalogue) -> LastValue | None:
    return _last_value(picture, _drawn_signal(alert, picture), catalogue)


def _last_value(picture: AlertPicture, name: str, catalogue: Catalogue) -> LastValue | None:
    signal, reading = catalogue.find(name), picture.last.get(name)
    if signal is None or reading is None:
        return None
    return LastValue(french.typographic(signal.label), measure_words.measure(reading.value, signal.unit), reading.at)


def _drawn_signal(alert: Alert, picture: AlertPicture) -> str:
    """Its first; of silence, the one that came last."""
    if alert.is_silence:
        return max(picture.last, key=lambda one: picture.last[one].at, default=next(iter(picture.days), ""))
    return next(iter(picture.days), "")


def _spark(alert: Alert, picture: AlertPicture, place: Workplace, catalogue: Catalogue) -> Spark | None:
    name = _drawn_signal(alert, picture)
    signal = catalogue.find(name)
    if signal is None:
        return None
    side, limit = drawn_limit(alert, picture.rule.rule if picture.rule else None, name)
    return sparks.make_spark(
        picture.days[name], place.frame.today, label=signal.label, unit=signal.unit, side=side, limit=limit
    )


def _may_close(one: ListedAlert) -> bool:
    return not one.steps.isdisjoint((AlertStep.TAKE, AlertStep.FILTER, AlertStep.CLOSE))
