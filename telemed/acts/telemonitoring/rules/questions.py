"""Which questions are asked, given what was answered so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from telemed.acts.telemonitoring.model.entry import Given
from telemed.acts.telemonitoring.model.questionnaire import Question, Questionnaire


def find_asked(questionnaire: Questionnaire, given: Mapping[str, Given]) -> Iterator[Question]:
    """The questions to ask, in order. An answer to a question that is not asked opens none."""
    counting: dict[str, str] = {}
    for question in questionnaire.questions:
        if is_asked(question, counting):
            counting[question.link_id] = given.get(question.link_id, Given("")).value
            yield question


def is_asked(question: Question, answers: Mapping[str, str]) -> bool:
    """Do the answers given before open this question?"""
    if not question.only_if:
        return True
    holds = [answers.get(condition.link_id) == condition.answer for condition in question.only_if]
    return all(holds) if question.is_all else any(holds)


def find_next(questionnaire: Questionnaire, given: Mapping[str, Given]) -> Question | None:
    """The first question that was neither answered nor passed over; None once all were."""
    return next((question for question in find_asked(questionnaire, given) if question.link_id not in given), None)
