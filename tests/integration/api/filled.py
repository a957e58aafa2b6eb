"""A practice in which every list of ours is long: filled once on each database, and only read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import orjson

from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.acts.teleexpertise.model import CaseContent, EndReason, Medical
from telemed.acts.teleexpertise.model.templates import TemplateContent
from telemed.acts.telemonitoring.model.board import AlertFilter
from telemed.acts.telemonitoring.model.care import EducationTopic, FollowUp, Month, PaperKind
from telemed.acts.telemonitoring.model.entry import Given
from telemed.acts.telemonitoring.model.evidence import Finding, FindingKind, to_milliseconds
from telemed.acts.telemonitoring.rules.silence import Gap, SilenceCause
from telemed.acts.telemonitoring.service.alert_lists import AlertLine
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.acts.telemonitoring.service.practices import PaperDraft
from telemed.acts.telemonitoring.service.rulebook import Scope
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.rule_states import Found, RuleStateStore
from telemed.acts.telemonitoring.store.silences import KeptGap, SilenceStore
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.kernel.period import DayRange, Interval
from telemed.patients.model import Patient
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import fill

MANY = 30
OF_DEVICES = ("/quarantine", "/histories", "/telemonitoring/devices")
QUESTION = CaseContent("Faut-il l'opérer ?", medical=Medical(history="HTA"))


async def fill_lists(services: Services, people: People) -> dict[str, str]:
    """Thirty of everything that is listed; gives the ids that addresses name."""
    await _book(services, people)
    patients = await services.patients.page(people.secretary, limit=200)
    told, muted, written, *others = patients
    await _write_down(services, people)
    for one in others:
        await services.telemonitoring.care.follow_ups.create(people.doctor, one.id, PlanDraft("diabete"))
    ids = {
        "doctor_id": people.doctor.id,
        "patient_id": patients[-1].id,
        "case_id": await _ask(services, people, told),
        "alert_id": (await _alert(services, people, told))[0].alert.id,
        "muted_id": await _mute(services, people, muted),
        "follow_up_id": await _follow(services, people, written),
        "rule_id": await _rewrite_a_rule(services, people),
    }
    await _find_late(services, people, UUID(str(ids["follow_up_id"])))
    return {name: str(one) for name, one in ids.items()}


async def _book(services: Services, people: People) -> None:
    """Thirty patients, each with an appointment, a link and a consent; the last decided thirty times more."""
    assert people.doctor.id is not None
    decisions = [ConsentDecision.GIVEN]
    for number in range(MANY):
        patient, _ = await services.patients.create(people.secretary, make_draft())
        start = services.clock.now() + timedelta(minutes=20 * number + 5)
        slot = Interval(start, start + timedelta(minutes=15))
        request = BookingRequest(people.doctor.id, patient.id, slot, channel=Channel.SMS)
        booked = await services.booking.book(people.secretary, request)
        if number == MANY - 1:
            decisions += [ConsentDecision.WITHDRAWN, ConsentDecision.GIVEN] * 15
        for decision in decisions:
            await services.consents.record_oral(
                people.doctor,
                patient_id=patient.id,
                act_kind=ActKind.TELECONSULTATION,
                act_id=booked.act.id,
                decision=decision,
            )


async def _ask(services: Services, people: People, patient: Patient) -> UUID:
    """Thirty cases that the nurse sent and thirty that are over; much was said in the one whose id is given."""
    assert people.doctor.id is not None
    requests = services.expertise.requests
    for number in range(2 * MANY):
        case = await requests.create(people.nurse, patient.id, QUESTION)
        await services.consents.record_oral(
            people.nurse,
            patient_id=patient.id,
            act_kind=ActKind.TELEEXPERTISE,
            act_id=case.id,
            decision=ConsentDecision.GIVEN,
        )
        await requests.send(people.nurse, case.id, [people.doctor.id])
        if number < MANY:
            await requests.withdraw(people.nurse, case.id, EndReason.MISTAKE)
    for _ in range(MANY):
        await services.expertise.answers.ask(people.doctor, case.id, "Depuis quand ?")
        await requests.inform(people.nurse, case.id, "Trois mois.")
    return case.id


async def _write_down(services: Services, people: People) -> None:
    """Templates, papers and questionnaires of the practice."""
    today = services.clock.now().date()
    for number in range(MANY):
        content = TemplateContent(f"Modèle {number:02d}", "Conclusion.")
        await services.expertise.templates.add(people.nurse, content)
        paper = PaperDraft(PaperKind.ARS_DECLARATION, None, f"ARS-{number}", DayRange(today))
        await services.telemonitoring.care.practices.add_paper(people.secretary, paper)
        await services.telemonitoring.keying.questionnaires.add(people.doctor, make_questionnaire(number))


async def _alert(services: Services, people: People, patient: Patient) -> tuple[AlertLine, ...]:
    """Thirty alerts of one patient, the first given being the last one told, which repeated thirty times."""
    follow_up, now = await make_follow_up(services, people.doctor, patient), services.clock.now()
    told = [make_told(follow_up, now, cause=f"cause_{number}") for number in range(MANY)]
    async with services.database.begin() as uow:
        await services.telemonitoring.triage.book.record(uow, [*told, *[told[-1]] * MANY])
    page = await services.telemonitoring.triage.lists.page(people.nurse, AlertFilter(follow_up_id=follow_up.id))
    assert len(page.lines) == MANY
    return tuple(sorted(page.lines, key=lambda line: -line.alert.repeats))


async def _mute(services: Services, people: People, patient: Patient) -> UUID:
    """A follow-up whose thirty alerts are muted."""
    lines, until = await _alert(services, people, patient), services.clock.now() + timedelta(days=1)
    for line in lines:
        mutes = services.telemonitoring.triage.mutes
        await mutes.mute(people.nurse, line.alert.id, until=until, tolerance=0, reason="Connu.")
    return lines[0].alert.follow_up_id


async def _follow(services: Services, people: People, patient: Patient) -> UUID:
    """A follow-up about which much is written, silent at times, whose devices sent much."""
    care, today = services.telemonitoring.care, services.clock.now().date()
    follow_up = await make_follow_up(services, people.doctor, patient)
    for _ in range(MANY):
        topics = [EducationTopic.DEVICE]
        await care.education.log(people.nurse, follow_up.id, held_on=today, minutes=30, topics=topics, note="")
        await care.follow_ups.suspend(people.nurse, follow_up.id, first_day=today, reason="")
        await care.follow_ups.resume(people.nurse, follow_up.id, day=today)
        weight = {"weight": Given("72,4")}
        await services.telemonitoring.keying.entries.key(people.nurse, follow_up.id, "weight", weight)
    for path in OF_DEVICES:
        await fill(path, services, people.doctor, follow_up, many=MANY)
    await _keep_months_and_silences(services, follow_up)
    return follow_up.id


async def _keep_months_and_silences(services: Services, follow_up: FollowUp) -> None:
    """Thirty of each, all over."""
    now, day = services.clock.now(), services.clock.now().date()
    async with services.database.begin() as uow:
        care, silences = CareStore(uow.session), SilenceStore(uow.session)
        for number in range(1, MANY + 1):
            past = day + timedelta(days=31 * number)
            await care.add_month(Month(follow_up.id, number, DayRange(past, past), 1, 1, None, now))
            kept = KeptGap(new_id(), follow_up.id, now, Gap(day, now, SilenceCause.UNKNOWN))
            await silences.add(kept)
            await silences.save(replace(kept, gap=replace(kept.gap, last_day=day)))


async def _rewrite_a_rule(services: Services, people: People) -> UUID:
    """A rule of thirty versions."""
    rules = services.telemonitoring.watching.rules
    (kept, *_) = await rules.page(people.doctor, Scope("diabete"), limit=1)
    for number in range(1, MANY):
        await rules.rewrite(people.doctor, kept.id, kept.version.rule, number=number)
    return kept.id


async def _find_late(services: Services, people: People, follow_up_id: UUID) -> None:
    """Thirty episodes of one patient that were known too late, half of them at one instant."""
    rules = services.telemonitoring.watching.rules
    (kept, *_) = await rules.page(people.doctor, Scope("insuffisance_cardiaque"), limit=1)
    now, hour = to_milliseconds(services.clock.now()), 3_600_000
    async with services.database.begin() as uow:
        await RuleStateStore(uow.session).add_findings(
            Found(
                (follow_up_id, kept.version.id),
                Finding(FindingKind.LATE, now - (number + 30) * hour, now - 29 * hour, now - number // 2),
            )
            for number in range(MANY)
        )


def make_questionnaire(number: int) -> bytes:
    """One question, as a practice imports it."""
    item = {"linkId": "a", "text": "Avez-vous mal ?", "type": "boolean"}
    named = {"url": f"urn:cabinet:{number}", "name": "douleur", "title": "Votre douleur"}
    return orjson.dumps({"resourceType": "Questionnaire", "status": "active", **named, "item": [item]})
