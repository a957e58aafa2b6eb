"""The usual way: FastAPI reads the bundle with Pydantic, SQLModel adds an object a measure, commits, and refreshes it.

Add, commit, refresh is how SQLModel's own tutorial makes what it answers with, here the address of each measure. It
knows no device, no unit and no rule, and keeps a measure twice that comes twice.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import Column, DateTime
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import Field as Of
from sqlmodel import SQLModel

engine = create_async_engine(os.environ["PEER_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"))


class Measured(SQLModel, table=True):
    """A measure, as a table."""

    __tablename__ = "peer_measures"
    id: int | None = Of(default=None, primary_key=True)
    device: str = Of(index=True)
    subject: str
    code: str
    measured_at: datetime = Of(sa_column=Column(DateTime(timezone=True), nullable=False))
    value: float
    unit: str
    status: str


class CodingIn(BaseModel):
    system: str
    code: str


class ConceptIn(BaseModel):
    coding: Annotated[list[CodingIn], Field(min_length=1)]


class QuantityIn(BaseModel):
    value: float
    code: str


class IdentifierIn(BaseModel):
    system: str
    value: str


class LinkIn(BaseModel):
    reference: str | None = None
    identifier: IdentifierIn | None = None


class ObservationIn(BaseModel):
    status: str
    code: ConceptIn
    subject: LinkIn
    device: LinkIn
    effective: Annotated[datetime, Field(alias="effectiveDateTime")]
    quantity: Annotated[QuantityIn, Field(alias="valueQuantity")]


class EntryIn(BaseModel):
    resource: ObservationIn


class BundleIn(BaseModel):
    entry: list[EntryIn]


@asynccontextmanager
async def _tables(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.tables["peer_measures"].create, checkfirst=True)
    yield
    await engine.dispose()


app = FastAPI(lifespan=_tables)


@app.post("/fhir")
async def take_bundle(bundle: BundleIn) -> dict[str, object]:
    rows = [_row(entry.resource) for entry in bundle.entry]
    async with AsyncSession(engine) as session:
        for row in rows:
            session.add(row)
        await session.commit()
        for row in rows:
            await session.refresh(row)
        entries = [{"response": {"status": "201", "location": f"Observation/{row.id}"}} for row in rows]
    return {"resourceType": "Bundle", "entry": entries}


@app.post("/fhir/Observation", status_code=201)
async def take_one(observation: ObservationIn) -> dict[str, str]:
    row = _row(observation)
    async with AsyncSession(engine) as session:
        session.add(row)
        await session.commit()
        await session.refresh(row)
        return {"resourceType": "Observation", "id": str(row.id)}


def _row(one: ObservationIn) -> Measured:
    device = one.device.identifier
    return Measured(
        device=f"{device.system}|{device.value}" if device else one.device.reference or "",
        subject=one.subject.reference or "",
        code=one.code.coding[0].code,
        measured_at=one.effective,
        value=one.quantity.value,
        unit=one.quantity.code,
        status=one.status,
    )
