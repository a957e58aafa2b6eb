"""Builds télé-expertise: its use cases around one casework, on billing's quotas and the seal of documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from billing.service import QuotaService
from telemed.acts.teleexpertise.ports import Rooms
from telemed.acts.teleexpertise.service.answers import AnswerService
from telemed.acts.teleexpertise.service.calls import CallService
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.levels import LevelService
from telemed.acts.teleexpertise.service.lists import CaseListService
from telemed.acts.teleexpertise.service.messages import MessageService
from telemed.acts.teleexpertise.service.notices import NoticeService
from telemed.acts.teleexpertise.service.opinions import OpinionService
from telemed.acts.teleexpertise.service.papers import Papers
from telemed.acts.teleexpertise.service.proposals import ProposalService
from telemed.acts.teleexpertise.service.requests import RequestService
from telemed.acts.teleexpertise.service.ringing import RingService
from telemed.acts.teleexpertise.service.switchboard import Switchboard
from telemed.acts.teleexpertise.service.templates import TemplateService
from telemed.acts.teleexpertise.service.timers import TimerService
from telemed.acts.teleexpertise.service.turns import TurnService
from telemed.adapters.quotas import BillingQuotas
from telemed.adapters.rosters import RosterExperts
from telemed.app.documents import Documents
from telemed.app.ground import Ground, common
from telemed.app.packaged import the_skills, the_weights
from telemed.consent.service import ConsentService
from telemed.experts.service.finding import FindingService
from telemed.kernel.messages import Channel, MessageSender
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Expertise:
    """The use cases of télé-expertise."""

    requests: RequestService
    answers: AnswerService
    opinions: OpinionService
    papers: Papers
    messages: MessageService
    cases: CaseListService
    proposals: ProposalService
    levels: LevelService
    timers: TimerService
    notices: NoticeService
    turns: TurnService
    templates: TemplateService
    rings: RingService
    calls: CallService

    def jobs(self) -> list[Job]:
        return [
            Job(
                id="teleexpertise.sweep",
                trigger=every(seconds=30),
                run=self.timers.run,
                lateness=timedelta(minutes=5),
                why="remind, tell what is overdue, let offers lapse and cases expire: no request is left to rot",
            ),
            Job(
                id="teleexpertise.send_digests",
                trigger=every(minutes=1),
                run=self.notices.run_digests,
                lateness=timedelta(minutes=10),
                why="tell in one message what was kept over the quiet hours",
            ),
            Job(
                id="teleexpertise.end_calls",
                trigger=every(seconds=5),
                run=self.rings.run,
                lateness=timedelta(minutes=5),
                why="nobody answered in time: the case goes on in writing; a call left open ends",
            ),
        ]


def build_casework(ground: Ground, quotas: QuotaService) -> Casework:
    """What moves cases; consents need it too, to stop what a patient no longer wants."""
    places = BillingQuotas(quotas=quotas, law=ground.law)
    experts = RosterExperts(finding=FindingService(the_weights(), the_skills()), quotas=places)
    return Casework(clock=ground.clock, journal=ground.journal, quotas=places, experts=experts)


def build_papers(ground: Ground, casework: Casework, consents: ConsentService, documents: Documents) -> Papers:
    """What makes the documents of cases."""
    return Papers(
        database=ground.database,
        casework=casework,
        consents=consents,
        registry=documents.registry,
        deliveries=documents.deliveries,
    )


def build_expertise(
    ground: Ground,
    casework: Casework,
    consents: ConsentService,
    *,
    documents: Documents,
    senders: Mapping[Channel, MessageSender],
    rooms: Rooms,
) -> Expertise:
    database, law, url = ground.database, ground.law, ground.settings.public_url
    board = Switchboard(casework=casework, law=law, rooms=rooms)
    papers = build_papers(ground, casework, consents, documents)
    casework.followers.append(board.case_moved)
    requests = RequestService(database=database, casework=casework, law=law, consents=consents, papers=papers)
    return Expertise(
        requests=requests,
        answers=AnswerService(database=database, casework=casework, law=law),
        opinions=OpinionService(database=database, casework=casework, consents=consents, papers=papers),
        papers=papers,
        messages=MessageService(database=database, casework=casework),
        cases=CaseListService(**common(ground), law=law),
        proposals=ProposalService(database=database, casework=casework, law=law),
        levels=LevelService(database=database, clock=ground.clock),
        timers=TimerService(database=database, casework=casework),
        turns=TurnService(database=database, experts=casework.experts),
        templates=TemplateService(**common(ground)),
        rings=RingService(database=database, board=board, requests=requests),
        calls=CallService(database=database, board=board),
        notices=NoticeService(**common(ground), public_url=url, senders=senders),
    )
