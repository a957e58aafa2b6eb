"""What leaves a case holds no health data, and one thing is spelt in one way."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from telemed.acts.teleexpertise.formats import (
    closing_event,
    notice_event,
    notice_text,
    read_notice,
)
from telemed.acts.teleexpertise.model import CareUrgency, Notice, NoticeKind, Opinion, OpinionContent, State
from telemed.kernel.clock import Territory
from tests.fixtures.people import make_carer, make_doctor
from tests.unit.acts.teleexpertise.making import ASKER, EXPERT, NOON, make_case

OPINION = Opinion(
    UUID(int=3), 2, EXPERT.professional_id, OpinionContent("Bénin.", "Surveiller.", CareUrgency.DAYS, True), NOON
)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_notice_names_nobody_and_says_where_to_go(kind: NoticeKind) -> None:
    notice = Notice(UUID(int=3), UUID(int=1), kind, NOON)
    text = notice_text(notice, Territory.LA_REUNION, "https://exemple.fr")
    assert "mercredi 25 novembre à 15 h 00" in text.text
    assert text.text.endswith("https://exemple.fr")
    assert len(text.subject) < 60
    assert read_notice(notice_event(notice, "now", NOON).payload) == notice


def test_who_owes_nothing_reads_no_date() -> None:
    notice = Notice(UUID(int=3), UUID(int=1), NoticeKind.EXPIRED, None)
    assert "avant" not in notice_text(notice, Territory.METROPOLE, "https://exemple.fr").text
    assert read_notice(notice_event(notice, "now", NOON).payload) == notice


def test_the_first_of_a_month_is_written_so() -> None:
    notice = Notice(UUID(int=3), UUID(int=1), NoticeKind.OFFERED, datetime(2026, 12, 1, 8, 5, tzinfo=UTC))
    assert "mardi 1er décembre à 9 h 05" in notice_text(notice, Territory.METROPOLE, "x").text


def test_what_was_not_answered_is_not_told_to_billing() -> None:
    nurse, doctor = make_carer(ASKER.practice_id), make_doctor(EXPERT.practice_id)
    with pytest.raises(ValueError, match="answered"):
        closing_event(make_case(State.ACCEPTED, requis=EXPERT, accepted_at=NOON), nurse, doctor, ())
