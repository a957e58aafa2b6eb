"""Questionnaires as FHIR says them: ours, those that are refused, and the answers that rules read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from telemed.acts.telemonitoring.formats.answers import arrivals_of, as_questionnaire, read_answers, write_number
from telemed.acts.telemonitoring.formats.fhir.questionnaire import Read, read_questionnaire
from telemed.acts.telemonitoring.formats.fhir.response import read_authored, read_response, write_response
from telemed.acts.telemonitoring.formats.keyed import parse_keyed
from telemed.acts.telemonitoring.formats.packaged import QUESTIONNAIRES, load_keyed, load_pathways, load_questionnaires
from telemed.acts.telemonitoring.formats.rules import read_rule
from telemed.acts.telemonitoring.model.entry import Answer, Entry, EntryChannel, EntryStatus, Given
from telemed.acts.telemonitoring.model.hands import Hand, find_hand, hand_of
from telemed.acts.telemonitoring.model.observation import ObservationStatus, Quarantine
from telemed.acts.telemonitoring.model.questionnaire import Advice, Questionnaire
from telemed.acts.telemonitoring.model.receipt import Unreadable
from telemed.acts.telemonitoring.rules.program import check_rule
from telemed.acts.telemonitoring.rules.questions import find_asked, find_next
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from tests.shared import ROOT
from tests.the_law import LAW
from tests.unit.acts.telemonitoring.making import make_reading

CATALOGUE = make_reading().catalogue
FOLLOW_UP = UUID(int=7)
AT = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)


@cache
def cardiac() -> Questionnaire:
    content = (QUESTIONNAIRES / "insuffisance-cardiaque.json").read_bytes()
    read = read_questionnaire(content, CATALOGUE).questionnaire
    assert read
    return read


def make_item(**fields: Any) -> dict[str, Any]:
    item = {"linkId": "pain", "text": "Avez-vous mal ?", "type": "boolean", "required": True}
    return {name: value for name, value in (item | fields).items() if value is not None}


def read_items(*items: dict[str, Any], **fields: Any) -> Read:
    resource = {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": "https://cabinet.example/douleur",
        "version": "2",
        "name": "douleur",
        "title": "Votre douleur",
        "item": list(items),
    }
    whole = {name: value for name, value in (resource | fields).items() if value is not None}
    return read_questionnaire(json.dumps(whole).encode(), CATALOGUE)


def given(**answers: str) -> dict[str, Given]:
    return {name.replace("_", "-"): Given(value) for name, value in answers.items()}


def test_every_pathway_has_a_questionnaire_whose_answers_rules_may_read() -> None:
    pathways = load_pathways(LAW, CATALOGUE)
    ours = [one.questionnaire for one in load_questionnaires(CATALOGUE, pathways)]
    assert {code for one in ours for code in one.pathways} == set(pathways)
    for questionnaire in ours:
        assert "à relire par le médecin" in questionnaire.purpose
        for question in questionnaire.questions:
            signal = CATALOGUE.find(question.signal)
            assert signal
            assert signal.label != "Question du cabinet"


def test_a_question_opens_on_an_answer_and_closes_with_it() -> None:
    first = given(breathlessness="no", leg_swelling="no", night_position="usual")
    missed = find_next(cardiac(), first | given(treatment_taken="some"))
    assert missed
    assert missed.link_id == "treatment-missed-reason"
    assert find_next(cardiac(), first | given(treatment_taken="all")) is None
    stale = first | given(treatment_taken="all", treatment_missed_reason="forgotten")
    assert "treatment-missed-reason" not in {question.link_id for question in find_asked(cardiac(), stale)}


def test_answers_of_a_questionnaire_are_observations_like_any_other() -> None:
    typed = given(breathlessness="rest", leg_swelling="more", night_position="usual", treatment_taken="all")
    read = read_answers(find_asked(cardiac(), typed), typed, CATALOGUE)
    arrivals = arrivals_of(make_entry(read.answers), (), CATALOGUE)
    seen = {one.observation.signal: (one.observation.answer, one.observation.counts) for one in arrivals}
    assert seen == {
        "breathlessness": ("rest", True),
        "leg_swelling": ("more", True),
        "night_position": ("usual", True),
        "treatment_taken": ("all", True),
    }
    assert {one.device_id for one in arrivals} == {hand_of(FOLLOW_UP, Hand.PATIENT)}
    breathless = cardiac().find("breathlessness")
    assert breathless
    assert (option := breathless.find_option("rest"))
    assert option.advice is Advice.CALL_15


def make_entry(
    answers: tuple[Answer, ...], *, number: int = 0, status: EntryStatus = EntryStatus.COMPLETED, author: int = 0
) -> Entry:
    return Entry(
        id=new_id(),
        first_id=UUID(int=1),
        number=number,
        follow_up_id=FOLLOW_UP,
        practice_id=UUID(int=2),
        patient_id=UUID(int=3),
        questionnaire=cardiac().canonical,
        title=cardiac().title,
        hand=Hand.TEAM if author else Hand.PATIENT,
        channel=EntryChannel.PHONE if author else EntryChannel.PATIENT_PAGE,
        author_id=UUID(int=author) if author else None,
        measured_at=AT,
        received_at=AT,
        status=status,
        answers=answers,
    )


def test_a_correction_is_amended_and_takes_back_what_it_leaves_out() -> None:
    before = (Answer("a", "leg_swelling", "Oui", answer="more"), Answer("b", "breathlessness", "Non", answer="no"))
    after = make_entry((Answer("a", "leg_swelling", "Non", answer="no"),), number=1, status=EntryStatus.AMENDED)
    seen = {one.observation.signal: one.observation.status for one in arrivals_of(after, before, CATALOGUE)}
    assert seen == {
        "leg_swelling": ObservationStatus.AMENDED,
        "breathlessness": ObservationStatus.ENTERED_IN_ERROR,
    }
    gone = make_entry(before, number=2, status=EntryStatus.ENTERED_IN_ERROR)
    statuses = {one.observation.status for one in arrivals_of(gone, before, CATALOGUE)}
    assert statuses == {ObservationStatus.ENTERED_IN_ERROR}


@pytest.mark.parametrize(
    ("typed", "millionths", "words"),
    [
        (Given("72,4", "kg"), 72_400_000, "72,4 kg"),
        (Given(" 72.40 "), 72_400_000, "72,4 kg"),
        (Given("1 200", "kg"), 1_200_000_000, "1200 kg"),
    ],
)
def test_a_measure_is_read_as_it_is_typed(typed: Given, millionths: int, words: str) -> None:
    form = as_questionnaire(load_keyed(CATALOGUE)["weight"])
    (answer,) = read_answers(form.questions, {"weight": typed}, CATALOGUE).answers
    assert (answer.value, answer.words) == (millionths, words)
    assert (answer.quarantine is Quarantine.IMPLAUSIBLE) == (millionths > 500_000_000)


@pytest.mark.parametrize(
    ("group", "typed", "wrong"),
    [
        ("weight", {"weight": Given("")}, {"weight": "answer.missing"}),
        ("weight", {"weight": Given("nan")}, {"weight": "value.not_a_quantity"}),
        ("weight", {"weight": Given("1e999")}, {"weight": "value.not_a_quantity"}),
        ("weight", {"weight": Given("70", "mmHg")}, {"weight": "unit.unknown"}),
        ("insulin", {}, {"basal_insulin": "answer.none"}),
        ("pressure", {"systolic_pressure": Given("132")}, {"diastolic_pressure": "answer.missing"}),
    ],
)
def test_what_cannot_be_read_is_told_where_it_was_typed(
    group: str, typed: dict[str, Given], wrong: dict[str, str]
) -> None:
    form = as_questionnaire(load_keyed(CATALOGUE)[group])
    read = read_answers(form.questions, typed, CATALOGUE)
    assert {name: issue.code for name, issue in read.faults.items()} == wrong


def test_a_practices_question_is_a_signal_that_rules_may_name() -> None:
    read = read_items(make_item())
    assert read.questionnaire
    (question,) = read.questionnaire.questions
    assert question.signal == "question_douleur_pain"
    assert [option.code for option in question.options] == ["true", "false"]
    signal = CATALOGUE.find(question.signal)
    assert signal
    assert CATALOGUE.find_coded(signal.codings[0].system, signal.codings[0].code) == signal
    assert CATALOGUE.find("question_" + "x" * 52) is None


CHOICES = [{"valueCoding": {"code": "a", "display": "A"}}, {"valueCoding": {"code": "b", "display": "B"}}]
WHEN = {"question": "pain", "operator": "=", "answerBoolean": True}


def test_groups_texts_and_units_are_understood() -> None:
    weigh = make_item(linkId="w", type="quantity", code=[{"system": "http://loinc.org", "code": "29463-7"}])
    inner = [
        {"linkId": "t", "type": "display", "text": "Le matin."},
        weigh,
        make_item(linkId="where", type="choice", answerOption=CHOICES),
    ]
    group = {"linkId": "g", "type": "group", "enableWhen": [WHEN], "item": inner}
    read = read_items(make_item(), group)
    assert read.questionnaire, read.issues
    _, weight, where = read.questionnaire.questions
    assert (weight.signal, weight.unit, weight.help) == ("weight", "kg", "Le matin.")
    assert [one.answer for one in where.only_if] == ["true"]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: read_items(make_item(type="attachment")), "questionnaire.type"),
        (lambda: read_items(make_item(repeats=True)), "questionnaire.type"),
        (lambda: read_items(make_item(type="choice", answerValueSet="http://x")), "questionnaire.type"),
        (lambda: read_items(make_item(type="choice", answerOption=CHOICES[:1])), "questionnaire.options"),
        (lambda: read_items(make_item(type="choice", answerOption=CHOICES * 2)), "questionnaire.options"),
        (lambda: read_items(make_item(type="decimal")), "questionnaire.code"),
        (lambda: read_items(make_item(linkId="x" * 90)), "questionnaire.code"),
        (lambda: read_items(make_item(text="")), "questionnaire.text"),
        (lambda: read_items(make_item(), make_item()), "questionnaire.twice"),
        (lambda: read_items(make_item(linkId="b", enableWhen=[WHEN]), make_item()), "questionnaire.condition"),
        (lambda: read_items(make_item(enableWhen=[WHEN | {"operator": "exists"}])), "questionnaire.condition"),
        (lambda: read_items(make_item(item=[make_item()])), "questionnaire.nested"),
        (lambda: read_items(make_item(), url="pas une adresse"), "questionnaire.url"),
        (lambda: read_items(make_item(), version="é"), "questionnaire.version"),
        (lambda: read_items(make_item(), url="urn:\x00"), "questionnaire.url"),
        (lambda: read_items(make_item(), title="Votre\x00douleur"), "questionnaire.title"),
        (lambda: read_items(make_item(), title=None), "questionnaire.title"),
        (lambda: read_items(make_item(), modifierExtension=[{"url": "x"}]), "questionnaire.modifier"),
        (lambda: read_items(), "questionnaire.length"),
        (lambda: read_questionnaire(b'{"resourceType": "Questionnaire"', CATALOGUE), "message.structure"),
        (
            lambda: read_questionnaire(b'{"resourceType": "Observation", "status": "final"}', CATALOGUE),
            "message.structure",
        ),
    ],
)
def test_what_is_not_understood_is_refused_and_named(make: Callable[[], Read], code: str) -> None:
    read = make()
    assert read.questionnaire is None
    assert code in {issue.code for issue in read.issues}


def test_every_fault_of_a_questionnaire_is_told_at_once() -> None:
    read = read_items(make_item(type="attachment"), make_item(text=""), title="")
    assert [issue.place for issue in read.issues] == [
        "Questionnaire.title",
        "Questionnaire.item[0]",
        "Questionnaire.item[1]",
    ]


def make_response(**fields: Any) -> bytes:
    response = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "basedOn": [{"reference": f"CarePlan/{FOLLOW_UP}"}],
        "questionnaire": cardiac().canonical,
        "authored": "2026-11-25T08:30:00+01:00",
        "item": [
            {"linkId": "breathlessness", "answer": [{"valueCoding": {"system": "urn:x-telemed:answer", "code": "no"}}]},
            {"linkId": "g", "item": [{"linkId": "w", "answer": [{"valueQuantity": {"value": 72.4, "code": "kg"}}]}]},
        ],
    }
    return json.dumps({name: value for name, value in (response | fields).items() if value is not None}).encode()


def test_a_response_is_read_and_written_in_the_words_of_fhir() -> None:
    sent = read_response(make_response())
    assert (sent.follow_up_id, sent.questionnaire) == (FOLLOW_UP, cardiac().canonical)
    assert read_authored(sent, Territory.METROPOLE) == AT
    assert sent.given == {"breathlessness": Given("no"), "w": Given("72.4", "kg")}
    answer = Answer("breathlessness", "breathlessness", "Non, comme d'habitude", answer="no")
    written = write_response(make_entry((answer,), author=5), CATALOGUE)
    assert written["author"] == {"reference": f"Practitioner/{UUID(int=5)}"}
    again = read_response(json.dumps(written).encode())
    assert again.given == {"breathlessness": Given("no")}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "in-progress"}, "response.status"),
        ({"basedOn": None}, "response.follow_up"),
        ({"basedOn": [{"reference": "Patient/1"}]}, "response.follow_up"),
        ({"authored": "2026-11"}, "time.unreadable"),
        ({"modifierExtension": [{"url": "x"}]}, "response.modifier"),
        ({"item": [{"linkId": "a"}, {"linkId": "a"}]}, "response.twice"),
        ({"item": [{"linkId": "a", "answer": [{"valueDate": "2026-11-25"}]}]}, "value.type"),
        ({"item": 5}, "message.structure"),
    ],
)
def test_a_response_that_is_not_understood_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_authored(read_response(make_response(**fields)), Territory.METROPOLE)
    assert refused.value.issue.code == code


def test_a_hand_is_known_again_and_is_nobody_elses() -> None:
    assert find_hand(FOLLOW_UP, hand_of(FOLLOW_UP, Hand.TEAM)) is Hand.TEAM
    assert find_hand(UUID(int=8), hand_of(FOLLOW_UP, Hand.TEAM)) is None


@pytest.mark.parametrize(
    "text", ["weight: {label: x}", "weight: 5", "nothing: {label: a, question: b, hint: c, fields: {}}"]
)
def test_doubtful_measures_to_key_do_not_load(text: str) -> None:
    with pytest.raises(ValueError, match=r"weight|nothing"):
        parse_keyed(text, CATALOGUE)


def test_a_number_is_shown_as_it_was_typed() -> None:
    assert [write_number(number) for number in (72.4, 70, 0.1, -3.25)] == ["72,4", "70", "0,1", "-3,25"]


def test_the_reference_names_ours_and_shows_a_rule_that_reads_them() -> None:
    page = (ROOT / "docs" / "reference" / "telemonitoring-questionnaires.md").read_text("utf-8")
    for one in load_questionnaires(CATALOGUE, load_pathways(LAW, CATALOGUE)):
        assert one.questionnaire.title in page
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert check_rule(read_rule(example), CATALOGUE).refusals == ()
