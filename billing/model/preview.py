"""“May I bill this, and what?”: questions about an act, done or not, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from billing.facts import (
    AccompanimentFacts,
    ActFacts,
    ActKind,
    Biller,
    Facts,
    LinkedTeleconsultation,
    MedecinTraitant,
    Part,
    Reimbursement,
    Sector,
    Setting,
    TeleexpertiseFacts,
    TelemonitoringFacts,
)
from billing.facts.telemonitoring import DataReturn, Increase, find_month_id
from billing.rules.quota import QuotaStanding
from billing.rules.tariff import Quote
from telemed.kernel.decision import Decision
from telemed.kernel.ids import new_id
from telemed.kernel.period import DayRange

NOBODY = UUID(int=0)
"""Stands for a patient or a colleague whom the question does not name: no counter is read for it."""


class Question(Protocol):
    """What is asked: by which professional of the practice, for which patient, and the facts that he supposes."""

    @property
    def professional_id(self) -> UUID: ...

    @property
    def patient_id(self) -> UUID | None:
        """None: a question about the tariff alone; the quota is not looked at."""
        ...

    @property
    def act_id(self) -> UUID | None:
        """The act, where it exists already: its own place in a quota is not held against it."""
        ...

    @property
    def part(self) -> Part: ...

    @property
    def at(self) -> datetime:
        """The instant that gives the civil day."""
        ...

    def to_facts(self, biller: Biller) -> Facts:
        """The facts as they would be. Raises FactsError on facts that cannot be."""
        ...


@dataclass(frozen=True)
class Asked:
    """Common to every question."""

    professional_id: UUID
    patient_id: UUID | None = None
    act_id: UUID | None = None

    @property
    def act(self) -> UUID:
        return self.act_id or new_id()

    @property
    def patient(self) -> UUID:
        return self.patient_id or NOBODY


@dataclass(frozen=True, kw_only=True)
class TeleconsultationQuestion(Asked):
    """`medecin_traitant` None: as the patient's record says."""

    started_at: datetime
    is_video_established: bool = True
    has_overrun: bool = False
    fee_cents: int | None = None
    is_tiers_payant: bool = False
    is_urgent: bool = False
    reimbursement: Reimbursement = field(default_factory=Reimbursement)
    medecin_traitant: MedecinTraitant | None = None

    @property
    def part(self) -> Part:
        return Part.ACT

    @property
    def at(self) -> datetime:
        return self.started_at

    def to_facts(self, biller: Biller) -> ActFacts:
        return ActFacts(
            act_id=self.act,
            revision=1,
            kind=ActKind.TELECONSULTATION,
            professional_id=biller.professional_id,
            rpps=biller.rpps,
            profession=biller.profession,
            specialty=biller.specialty,
            sector=biller.sector,
            has_overrun=self.has_overrun,
            practice_id=biller.practice_id,
            territory=biller.territory,
            patient_id=self.patient,
            medecin_traitant=self.medecin_traitant or biller.medecin_traitant,
            started_at=self.started_at,
            ended_at=self.started_at,
            is_video_established=self.is_video_established,
            is_tiers_payant=self.is_tiers_payant,
            fee_cents=self.fee_cents,
            reimbursement=self.reimbursement,
        )


@dataclass(frozen=True)
class Colleague:
    """The other side of a télé-expertise, of any practice."""

    rpps: str
    profession: str
    sector: Sector = Sector.SECTOR_1


@dataclass(frozen=True, kw_only=True)
class TeleexpertiseQuestion(Asked):
    """`side` is the asker's: the opinion (requis) or the request (requérant)."""

    side: Part
    colleague: Colleague
    requested_at: datetime
    completed_at: datetime
    accepted_at: datetime | None = None
    level: int | None = None
    grounds: tuple[str, ...] = ()
    other_codes: tuple[str, ...] = ()
    has_overrun: bool = False

    @property
    def part(self) -> Part:
        return self.side

    @property
    def at(self) -> datetime:
        return self.completed_at

    def to_facts(self, biller: Biller) -> TeleexpertiseFacts:
        other = replace(
            biller,
            professional_id=NOBODY,
            rpps=self.colleague.rpps,
            profession=self.colleague.profession,
            specialty="",
            sector=self.colleague.sector,
            medecin_traitant=MedecinTraitant.UNKNOWN,
        )
        requerant, requis = (biller, other) if self.side is Part.REQUEST else (other, biller)
        return TeleexpertiseFacts(
            act_id=self.act,
            revision=1,
            kind=ActKind.TELEEXPERTISE,
            patient_id=self.patient,
            requerant=requerant,
            requis=requis,
            requested_at=self.requested_at,
            accepted_at=self.accepted_at,
            completed_at=self.completed_at,
            level=self.level,
            grounds=self.grounds,
            other_codes=self.other_codes,
            has_overrun=self.has_overrun,
        )


@dataclass(frozen=True, kw_only=True)
class AccompanimentQuestion(Asked):
    """`teleconsultation_at` is when the téléconsultation starts; `doctor_rpps` whose it is."""

    setting: Setting
    done_at: datetime
    teleconsultation_at: datetime
    doctor_rpps: str
    teleconsultation_id: UUID | None = None
    is_video_established: bool = True
    uses_smartphone: bool = False

    @property
    def part(self) -> Part:
        return Part.ACT

    @property
    def at(self) -> datetime:
        return self.done_at

    def to_facts(self, biller: Biller) -> AccompanimentFacts:
        return AccompanimentFacts(
            act_id=self.act,
            revision=1,
            kind=ActKind.ACCOMPANIMENT,
            patient_id=self.patient,
            biller=biller,
            setting=self.setting,
            teleconsultation=LinkedTeleconsultation(
                act_id=self.teleconsultation_id or NOBODY,
                patient_id=self.patient,
                rpps=self.doctor_rpps,
                started_at=self.teleconsultation_at,
                is_video_established=self.is_video_established,
            ),
            done_at=self.done_at,
            uses_smartphone=self.uses_smartphone,
        )


@dataclass(frozen=True, kw_only=True)
class TelemonitoringQuestion(Asked):
    """One month of a follow-up, as `TelemonitoringFacts` has it; `closed_at` is when it would be closed.

    The act is the month of the follow-up: `act_id` says nothing here. `months_done` are other months of it that are
    done and not billed yet.
    """

    pathway: str
    started_on: date
    month: int
    closed_at: datetime
    prescription: DayRange | None
    consent: DayRange | None
    usage_data_consent: DayRange | None
    ars_declaration: DayRange | None
    convention: DayRange | None
    dmn_listing: DayRange | None
    dmn: str = "unnamed"
    is_prescriber_qualified: bool = True
    is_only_follow_up: bool = True
    is_tiers_payant: bool = False
    data_returns: tuple[DataReturn, ...] = ()
    suspensions: tuple[DayRange, ...] = ()
    increase: Increase | None = None
    months_done: tuple[int, ...] = ()
    follow_up_id: UUID = NOBODY

    @property
    def part(self) -> Part:
        return Part.ACT

    @property
    def at(self) -> datetime:
        return self.closed_at

    def to_facts(self, biller: Biller) -> TelemonitoringFacts:
        return TelemonitoringFacts(
            act_id=find_month_id(self.follow_up_id, self.month),
            revision=1,
            kind=ActKind.TELEMONITORING,
            patient_id=self.patient,
            operator=biller,
            follow_up_id=self.follow_up_id,
            pathway=self.pathway,
            started_on=self.started_on,
            month=self.month,
            closed_at=self.closed_at,
            prescription=self.prescription,
            is_prescriber_qualified=self.is_prescriber_qualified,
            consent=self.consent,
            usage_data_consent=self.usage_data_consent,
            ars_declaration=self.ars_declaration,
            convention=self.convention,
            dmn=self.dmn,
            dmn_listing=self.dmn_listing,
            is_only_follow_up=self.is_only_follow_up,
            is_tiers_payant=self.is_tiers_payant,
            data_returns=self.data_returns,
            suspensions=self.suspensions,
            increase=self.increase,
        )


@dataclass(frozen=True)
class Answer:
    """What may be billed, under the law of `day`; `quota` and `cap` where the act takes from them.

    Of a month of télésurveillance, `technical` is what the exploitant bills beside, and `invoices` the months that
    may leave together, the month asked about among them if it is billed.
    """

    day: date
    quote: Quote
    quota: QuotaStanding | None = None
    cap: Decision | None = None
    technical: Quote | None = None
    invoices: tuple[tuple[int, ...], ...] = ()
