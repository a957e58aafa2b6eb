"""Who is followed at home in the demonstration: a month of measures, sent by their devices as the days went by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from telemed.acts.telemonitoring.model.alert import AlertOutcome
from telemed.acts.telemonitoring.model.board import AlertFilter
from telemed.acts.telemonitoring.model.care import FollowUp, PaperKind, TeamRole
from telemed.acts.telemonitoring.model.devices import DeviceContent
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft, PrescriptionDraft
from telemed.acts.telemonitoring.service.practices import PaperDraft
from telemed.acts.telemonitoring.service.thresholds import LimitDraft
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.demo.practice import DemoError, DemoPractice, id_of
from telemed.kernel.clock import FrozenClock, civil_date
from telemed.kernel.period import DayRange, add_months

DAYS = 30
_COAT_DAYS_AGO = 12
NURSE, DOCTOR = "ines.marchand", "claire.moreau"
_MILLION = 1_000_000
_DMN, _EXPLOITANT = "Suivi Cœur et Diabète", "Exploitant de démonstration"
_LOINC, _OWN, _UCUM = "http://loinc.org", "urn:x-telemed:signal", "http://unitsofmeasure.org"
_CARDIAC, _DIABETES = "insuffisance_cardiaque", "diabete"


@dataclass(frozen=True)
class Sent:
    """One measure: its code and system, its value and unit; `hour` is that of the day, in UTC."""

    system: str
    code: str
    value: float
    unit: str
    hour: float


@dataclass(frozen=True)
class Story:
    """One patient, by place among PATIENTS. `send` gives what his devices send on a day, counted back from today."""

    patient: int
    pathway: str
    device: str
    signals: frozenset[str]
    limits: tuple[LimitDraft, ...]
    why: str
    send: Callable[[int], Sequence[Sent]]


def _weight(kilograms: float) -> Sent:
    return Sent(_LOINC, "29463-7", round(kilograms, 1), "kg", 6.5)


def _before_decompensation(ago: int) -> Sequence[Sent]:
    """Steady, then three days of water."""
    gained = {3: 0.3, 2: 0.9, 1: 1.7, 0: 2.6}.get(ago, 0.0)
    return [_weight(74 + 0.3 * math.sin(ago * 1.7) + gained)]


def _then_silent(ago: int) -> Sequence[Sent]:
    """Steady; once weighed with her coat on; nothing since the day before yesterday."""
    return [] if ago < 3 else [_weight(62 + 0.2 * math.sin(ago) + (3.1 if ago == _COAT_DAYS_AGO else 0))]


def _sugar(ago: int) -> Sequence[Sent]:
    """Four glucose readings a day and two insulins; a severe hypoglycaemia this morning."""
    readings = [118 + 22 * math.sin(ago * 1.3 + turn * 2.1) + 14 * (turn % 2) for turn in range(4)]
    if ago == 0:
        readings[0] = 49
    hours = (6.0, 10.75, 17.5, 20.5)
    glucose = [Sent(_LOINC, "41653-7", round(value), "mg/dL", hour)
               for value, hour in zip(readings, hours, strict=True)]  # fmt: skip
    return [
        *glucose,
        Sent(_OWN, "bolus-insulin", 6 + ago % 3, "[iU]", 10.8),
        Sent(_OWN, "basal-insulin", 18, "[iU]", 20.6),
    ]


STORIES = (
    Story(
        7, _CARDIAC, "Balance connectée", frozenset({"weight"}),
        (
            LimitDraft("weight_gain", "weight", "kg", 2 * _MILLION),
            LimitDraft("weight_high", "weight", "kg", 78 * _MILLION),
        ),
        "Seuils de la sortie d'hospitalisation", _before_decompensation,
    ),
    Story(
        0, _CARDIAC, "Balance connectée", frozenset({"weight"}),
        (LimitDraft("weight_gain", "weight", "kg", 2 * _MILLION),),
        "Surveillance après ajustement du traitement", _then_silent,
    ),
    Story(
        2, _DIABETES, "Lecteur de glycémie", frozenset({"capillary_glucose", "basal_insulin", "bolus_insulin"}),
        (
            LimitDraft("capillary_glucose_high", "capillary_glucose", "mg/dL", 250 * _MILLION),
            LimitDraft("capillary_glucose_low", "capillary_glucose", "mg/dL", 70 * _MILLION),
            LimitDraft("capillary_glucose_severe", "capillary_glucose", "mg/dL", 54 * _MILLION),
        ),
        "Objectifs fixés en consultation", _sugar,
    ),
)  # fmt: skip
_TO_ENROL = 17
_PAPERS = (
    (PaperKind.ARS_DECLARATION, "ARS-DEMO-2026"),
    (PaperKind.CONVENTION, _EXPLOITANT),
    (PaperKind.DMN_LISTING, _DMN),
)


@dataclass
class _Followed:
    """A story once it has begun: whose it is, and the token of the device."""

    story: Story
    follow_up: FollowUp
    token: str


@dataclass
class Followed:
    """The month, played day by day on the clock of the demonstration's past."""

    services: Services
    practice: DemoPractice
    clock: FrozenClock
    today: datetime
    _people: list[_Followed] = field(default_factory=list)
    _done: datetime | None = None

    async def begin(self) -> None:
        """Enrol them, each with a device."""
        await self._hold_papers()
        for story in STORIES:
            self._people.append(await self._enrol(story))
        self._done = self.clock.now()

    async def catch_up(self, until: datetime) -> None:
        """What was measured up to then arrives in its time; the clock ends no later than `until`."""
        for at, someone, sent in self._due(until):
            self.clock.move_to(max(self.clock.now(), at))
            await self._send(someone, sent, at)
            if (self.today - at).days == _COAT_DAYS_AGO:
                await self._set_aside(someone)
        self._done = max(until, self._done or until)

    async def end(self) -> None:
        """Today: what did not come is noticed, and one enrolment is left to finish."""
        await self.catch_up(self.today)
        self.clock.move_to(max(self.clock.now(), self.today))
        await self.services.telemonitoring.watching.silence.sweep()
        await self._draft(_TO_ENROL, _CARDIAC)

    def _due(self, until: datetime) -> list[tuple[datetime, _Followed, Sent]]:
        """In order of time."""
        midnight = self.today.replace(hour=0, minute=0, second=0, microsecond=0)
        found = [
            (midnight - timedelta(days=ago) + timedelta(hours=sent.hour), someone, sent)
            for someone in self._people
            for ago in range(DAYS + 1)
            for sent in someone.story.send(ago)
        ]
        since = self._done or until
        return sorted((each for each in found if since < each[0] <= until), key=lambda each: each[0])

    async def _send(self, someone: _Followed, sent: Sent, at: datetime) -> None:
        doors = self.services.telemonitoring.doors
        identity = await doors.authenticate(token=someone.token)
        received = await doors.receive_fhir(identity, _observation(sent, at, someone.follow_up))
        if received.is_refused:
            raise DemoError("une mesure de la démonstration a été refusée")

    async def _set_aside(self, someone: _Followed) -> None:
        """The nurse calls, and hears of the coat."""
        triage, nurse = self.services.telemonitoring.triage, self.practice.callers[NURSE]
        page = await triage.lists.page(nurse, AlertFilter(follow_up_id=someone.follow_up.id), limit=5)
        for line in page.lines:
            self.clock.advance(timedelta(minutes=35))
            await triage.work.take(nurse, line.alert.id)
            self.clock.advance(timedelta(minutes=6))
            await triage.work.filter(
                nurse, line.alert.id, AlertOutcome.FALSE, "Pesée avec son manteau, refaite : 62 kg."
            )

    async def _hold_papers(self) -> None:
        """What the practice needs for its months to be billed (R-30)."""
        year = self.today.date().replace(month=1, day=1)
        for kind, name in _PAPERS:
            draft = PaperDraft(kind, None, name, DayRange(year, add_months(year, 24)))
            await self.services.telemonitoring.care.practices.add_paper(self.practice.callers[DOCTOR], draft)

    async def _draft(self, patient: int, pathway: str) -> FollowUp:
        plan = PlanDraft(pathway, dmn=_DMN, exploitant=_EXPLOITANT)
        care = self.services.telemonitoring.care
        return await care.follow_ups.create(self.practice.callers[NURSE], self.practice.patients[patient], plan)

    async def _enrol(self, story: Story) -> _Followed:
        """Prescribed, agreed, equipped, limited, started."""
        care, doctor = self.services.telemonitoring.care, self.practice.callers[DOCTOR]
        draft = await self._draft(story.patient, story.pathway)
        today = civil_date(self.clock.now(), draft.plan.territory)
        until = add_months(today, 6) - timedelta(days=1)
        prescription = PrescriptionDraft("Dr Claire Moreau", "10100000016", None, True, today, today, until)
        await care.follow_ups.prescribe(doctor, draft.id, prescription)
        for kind in (ActKind.TELEMONITORING, ActKind.TELEMONITORING_USAGE):
            await self.services.consents.record_oral(
                doctor, patient_id=draft.patient_id, act_kind=kind, act_id=draft.id, decision=ConsentDecision.GIVEN
            )
        token = await self._equip(story, draft)
        await care.teams.put(doctor, draft.id, id_of(doctor), TeamRole.RESPONSIBLE)
        await care.teams.put(doctor, draft.id, id_of(self.practice.callers[NURSE]), TeamRole.CARER)
        await care.follow_ups.start(doctor, draft.id)
        await care.thresholds.set(doctor, draft.id, story.limits, reason=story.why)
        return _Followed(story, draft, token)

    async def _equip(self, story: Story, draft: FollowUp) -> str:
        """The token of a new device that he wears."""
        devices, nurse = self.services.telemonitoring.devices, self.practice.callers[NURSE]
        content = DeviceContent(f"urn:serial|DEMO-{story.patient}", "DEMO", story.device, story.signals)
        device = await devices.add(nurse, content)
        await devices.assign(nurse, device.id, draft.id)
        issued = await devices.issue_token(nurse, device.id, days=180)
        if issued.token is None:
            raise DemoError("un dispositif de la démonstration n'a pas reçu son jeton")
        return issued.token


def _observation(sent: Sent, at: datetime, follow_up: FollowUp) -> bytes:
    """As the device writes it."""
    return orjson.dumps({
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": sent.system, "code": sent.code}]},
        "subject": {"reference": f"Patient/{follow_up.patient_id}"},
        "effectiveDateTime": at.isoformat(),
        "valueQuantity": {"value": sent.value, "unit": sent.unit, "system": _UCUM, "code": sent.unit},
    })  # fmt: skip
