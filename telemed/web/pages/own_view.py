"""The patient's page of his follow-up drawn: words for what the services say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time

from telemed.acts.telemonitoring.formats.figures import format_measure
from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.care import TeamRole
from telemed.acts.telemonitoring.model.entry import Entry, EntryStatus
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.hands import Hand, find_hand
from telemed.acts.telemonitoring.model.questionnaire import Advice, KeyedGroup, Questionnaire
from telemed.acts.telemonitoring.rules.worked_hours import WorkedHours
from telemed.acts.telemonitoring.service.own_page import Companion, OwnPage
from telemed.acts.telemonitoring.service.own_reports import OwnReports
from telemed.web import french
from telemed.web.pages.page import Visitor
from telemed.web.pages.report_names import label_of_month, name_of_month
from telemed.web.views.frame import DoctorCard, PatientFrame
from telemed.web.views.own import (
    AnswerLine,
    CompanionLine,
    DueLine,
    EntryLine,
    LatestLine,
    LinkLine,
    OwnHomeView,
    OwnReportLine,
    Reading,
)

_DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")
_PARTS = {
    TeamRole.RESPONSIBLE: "médecin responsable de mon suivi",
    TeamRole.DOCTOR: "médecin",
    TeamRole.CARER: "soignant",
}
_HANDS = {Hand.PATIENT: "noté par moi", Hand.TEAM: "noté par mon équipe", None: "par mon appareil"}
_ADVICE = {
    Advice.CALL_15: "appelez le 15 maintenant. N’attendez pas que votre équipe lise cette réponse.",
    Advice.CALL_TEAM: "appelez votre équipe aujourd’hui, ou le 15 si vous vous sentez mal.",
}


def stranger_frame(visitor: Visitor) -> PatientFrame:
    """The frame of a page that must not tell whose link it is."""
    return PatientFrame(now=visitor.services.clock.now(), is_follow_up=True)


def task_frame(visitor: Visitor, page: OwnPage) -> PatientFrame:
    """The frame of a page on which there is one thing to do."""
    return PatientFrame(
        now=visitor.services.clock.now(),
        territory=page.follow_up.plan.territory,
        practice_phone=page.practice.phone or "",
        is_follow_up=True,
    )


def own_frame(visitor: Visitor, page: OwnPage) -> PatientFrame:
    """The same, with the card of the doctor who answers for the follow-up."""
    return replace(task_frame(visitor, page), doctor=_doctor(page))


def ended_frame(visitor: Visitor, papers: OwnReports) -> PatientFrame:
    """The frame of what is left to read once the care is over."""
    return PatientFrame(
        now=visitor.services.clock.now(),
        territory=papers.follow_up.plan.territory,
        practice_phone=papers.practice.phone or "",
        is_follow_up=True,
    )


def report_lines(papers: OwnReports) -> tuple[OwnReportLine, ...]:
    return tuple(
        OwnReportLine(label_of_month(one.month), one.signed_at, f"/suivi/rapports/{name_of_month(one.month)}")
        for one in papers.reports
    )


def _doctor(page: OwnPage) -> DoctorCard | None:
    responsible = next((one for one in page.team if one.role is TeamRole.RESPONSIBLE), None)
    if responsible is None:
        return None
    person, city = responsible.person, page.practice.address.city
    return DoctorCard(
        name=person.full_name,
        specialty=person.specialty.label if person.specialty else "Médecine",
        rpps=person.rpps or "",
        practice=f"{page.practice.name}, {city}" if city else page.practice.name,
    )


def home_view(visitor: Visitor, page: OwnPage) -> OwnHomeView:
    due = [one for one in page.asked if one.is_due]
    answered = {
        (one.questionnaire, one.period_on): one
        for one in page.entries
        if one.status is not EntryStatus.ENTERED_IN_ERROR
    }
    done = [
        answered.get((one.known.questionnaire.canonical, one.period.first_day))
        for one in page.asked
        if one.period is not None and one.answered_at is not None
    ]
    return OwnHomeView(
        name=page.patient.given_name,
        pathway=page.pathway.label,
        due=tuple(
            DueLine(
                title=french.typographic(one.known.questionnaire.title),
                address=f"/suivi/questions/{one.known.id}",
                questions=len(one.known.questionnaire.questions),
                until=one.period.last_day if one.period and one.period.last_day != one.period.first_day else None,
            )
            for one in due
        ),
        done=tuple(entry_line(one) for one in done if one is not None),
        measures=tuple(map(_measure_line, page.groups[: page.wanted])),
        other_measures=tuple(map(_measure_line, page.groups[page.wanted :])),
        latest=tuple(latest_line(visitor, page, one) for one in page.latest),
        entries=tuple(map(entry_line, page.entries)),
        team=tuple(map(_companion, page.team)),
        reading=reading_of(page),
        is_away=page.follow_up.state is FollowUpState.SUSPENDED,
    )


def _measure_line(group: KeyedGroup) -> LinkLine:
    return LinkLine(group.label, f"/suivi/mesures/{group.code}")


def entry_line(entry: Entry, address: str = "/suivi/saisies/{}") -> EntryLine:
    return EntryLine(
        title=french.typographic(entry.title),
        words=summary(entry),
        at=entry.measured_at,
        address=address.format(entry.first_id),
        is_taken_back=entry.status is EntryStatus.ENTERED_IN_ERROR,
    )


def summary(entry: Entry) -> str:
    """Numbers as they are; of a questionnaire, how many answers."""
    if all(answer.value is not None for answer in entry.answers):
        return " · ".join(spaced(answer.words) for answer in entry.answers)
    return french.format_count(len(entry.answers), "réponse")


def spaced(words: str) -> str:
    """A number and its unit are not parted."""
    return words.replace(" ", french.FIXED)


def latest_line(visitor: Visitor, page: OwnPage, kept: Kept) -> LatestLine:
    observation = kept.observation
    signal = visitor.services.keying.own.signal(observation.signal or "")
    value = format_measure(signal, observation.value or 0, observation.comparator)
    hand = find_hand(page.follow_up.id, kept.device_id)
    return LatestLine(signal.label, value, observation.measured_at, _HANDS[hand])


def _companion(one: Companion) -> CompanionLine:
    specialty = one.person.specialty.label if one.person.specialty else ""
    return CompanionLine(one.person.full_name, " · ".join(filter(None, (_PARTS[one.role], specialty))))


def reading_of(page: OwnPage) -> Reading:
    return Reading(page.is_open, page.opens_at, week_of(page.hours))


def week_of(hours: WorkedHours) -> tuple[tuple[str, str], ...]:
    """`Lundi`, `9 h – 12 h, 14 h – 18 h`; days without hours say so."""
    return tuple(
        (name, ", ".join(f"{_clock(start)} – {_clock(end)}" for start, end in hours.week.get(day, ())) or "fermé")
        for day, name in enumerate(_DAYS)
    )


def _clock(mark: time) -> str:
    minutes = f"{french.FIXED}{mark.minute:02d}" if mark.minute else ""
    return f"{mark.hour}{french.FIXED}h{minutes}"


def answer_lines(form: Questionnaire, entry: Entry) -> tuple[AnswerLine, ...]:
    """Each question with its answer; a question that is no more is named by its link."""
    found = []
    for answer in entry.answers:
        question = form.find(answer.link_id)
        asked = french.typographic(question.text) if question else answer.link_id
        found.append(AnswerLine(asked, spaced(answer.words) if answer.value is not None else answer.words))
    return tuple(found)


def advice_of(form: Questionnaire, chosen: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What to do at once after such answers (link and code): the gravest advice of each, none twice."""
    found: list[tuple[Advice, str]] = []
    for link_id, code in chosen:
        question = form.find(link_id)
        option = question.find_option(code) if question else None
        if option is not None and option.advice is not None:
            found.append((option.advice, option.label))
    if not found:
        return ()
    gravest = min((advice for advice, _ in found), key=list(Advice).index)
    labels = [label for advice, label in found if advice is gravest]
    said = " et ".join(f"« {label} »" for label in labels)
    return (french.typographic(f"Vous avez répondu {said} : {_ADVICE[gravest]}"),)


def local_parts(at: datetime, page: OwnPage) -> Sequence[str]:
    """The civil day and the wall time of an instant, as a form holds them."""
    wall = at.astimezone(page.follow_up.plan.territory.zone)
    return wall.date().isoformat(), wall.strftime("%H:%M")
