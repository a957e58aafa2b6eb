"""A document service on a real database, with the real renderer and a real key, and the people who call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from telemed.adapters.case_documents import CaseSides
from telemed.adapters.typst_renderer import TypstRenderer
from telemed.documents.model import DocumentKind, ReportContent, ReportFacts, SignedDocument
from telemed.documents.service import DocumentArchive, DocumentService, Preparer, Registry
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import FrozenClock
from telemed.security.signing import SealVerifier, ServerSigner, make_signing_key
from telemed.storage.engine import Database
from telemed.trace.model import Entry
from telemed.trace.service import Journal
from telemed.trace.store import TraceStore
from tests.unit.documents.making import make_act, make_content, make_facts

SIGNER = ServerSigner(make_signing_key())
VERIFIER = SealVerifier([SIGNER.public_key])


@pytest_asyncio.fixture(scope="session")
async def renderer() -> AsyncIterator[TypstRenderer]:
    made = TypstRenderer()
    yield made
    made.close()


@pytest.fixture
def preparer(renderer: TypstRenderer) -> Preparer:
    renderers = dict.fromkeys(DocumentKind, renderer)
    return Preparer(renderers=renderers, signer=SIGNER, is_production=False)


@pytest.fixture
def documents(database: Database, clock: FrozenClock, preparer: Preparer) -> DocumentService:
    journal = Journal(clock=clock)
    registry = Registry(database=database, clock=clock, journal=journal, preparer=preparer)
    return DocumentService(database=database, clock=clock, journal=journal, registry=registry)


@pytest.fixture
def archive(database: Database, clock: FrozenClock) -> DocumentArchive:
    return DocumentArchive(
        database=database, clock=clock, journal=Journal(clock=clock), verifier=VERIFIER, readers=CaseSides()
    )


@pytest.fixture
def doctor() -> Caller:
    """The author of the reports that `make_facts` gives."""
    return Caller(CallerKind.PROFESSIONAL, uuid4(), uuid4(), frozenset({Role.DOCTOR}), rpps="10100000017")


@pytest.fixture
def colleague(doctor: Caller) -> Caller:
    """Another doctor of the same practice."""
    return replace(doctor, id=uuid4(), rpps="10100000033")


@dataclass(frozen=True)
class Visit:
    """One act of one patient, with the facts of its report."""

    act_id: UUID
    patient_id: UUID
    facts: ReportFacts

    @property
    def link(self) -> Caller:
        """The patient's link to this act."""
        return Caller(CallerKind.PATIENT, self.patient_id, act_id=self.act_id)


def make_visit(patient_id: UUID | None = None, **changes: Any) -> Visit:
    act_id = uuid4()
    return Visit(act_id, patient_id or uuid4(), make_facts(act=make_act(act_id=act_id), **changes))


@pytest.fixture
def visit() -> Visit:
    return make_visit()


Sign = Callable[..., Any]


@pytest.fixture
def sign(documents: DocumentService, doctor: Caller) -> Sign:
    """Write and sign the report of a visit, in one go."""

    async def write_and_sign(visit: Visit, content: ReportContent | None = None) -> SignedDocument:
        draft = await documents.save_draft(
            doctor, act_id=visit.act_id, patient_id=visit.patient_id, content=content or make_content(), revision=0
        )
        return await documents.sign(doctor, visit.act_id, revision=draft.revision, facts=visit.facts)

    return write_and_sign


async def trace_of(database: Database) -> list[Entry]:
    """The whole trace, the oldest first."""
    async with database.read() as session:
        return (await TraceStore(session).page(before=None, limit=200))[::-1]
