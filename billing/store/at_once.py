"""The decision on a quota as one statement of PostgreSQL, built once: hold the person, keep the place, count it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    String,
    Uuid,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import Select
from sqlmodel import col

from billing.model.quotas import ReservationState
from billing.tables import QuotaCounterRow, QuotaPersonRow, QuotaReservationRow
from telemed.storage.types import UtcDateTime

_PATIENT: BindParameter[Any] = bindparam("patient_id", type_=Uuid())
_CODE: BindParameter[Any] = bindparam("code", type_=String())
_RPPS: BindParameter[Any] = bindparam("rpps", type_=String())
_YEAR: BindParameter[Any] = bindparam("year", type_=Integer())
_LIMIT: BindParameter[Any] = bindparam("limit", type_=Integer())
HOLD: ColumnElement[Any] = func.pg_advisory_xact_lock(bindparam("hold", type_=BigInteger()))
"""Wait for the decisions on a person, and keep further ones waiting, until the transaction ends."""
_KEY = ("patient_id", "code", "year", "rpps")


def hold_key(person_id: UUID) -> int:
    """The number under which PostgreSQL locks a person: two that share one would only wait for each other."""
    return person_id.int & (2**63 - 1)


def _reserve() -> Select[Any]:
    """One row if the act is new: with the counts if it has a place, with nulls if there was no room."""
    held = select(HOLD.label("held")).cte("held")
    record, person = col(QuotaPersonRow.patient_id), col(QuotaPersonRow.person_id)
    is_merged = exists().where(or_(record == _PATIENT, person == _PATIENT))
    act = (
        bindparam("act_id", type_=Uuid()), _CODE, _RPPS, _PATIENT, _YEAR,
        literal(ReservationState.RESERVED.value), bindparam("at", type_=UtcDateTime()),
    )  # fmt: skip
    columns = ["act_id", "code", "rpps", "patient_id", "year", "state", "changed_at"]
    mine = (
        insert(QuotaReservationRow)
        .from_select(columns, select(*act).select_from(held).where(~is_merged))
        .on_conflict_do_nothing()
        .returning(col(QuotaReservationRow.act_id))
        .cte("mine")
    )
    reserved, consumed = col(QuotaCounterRow.reserved), col(QuotaCounterRow.consumed)
    place = select(_PATIENT, _CODE, _YEAR, _RPPS, literal(1), literal(0)).select_from(mine).where(_LIMIT > 0)
    counted = (
        insert(QuotaCounterRow)
        .from_select([*_KEY, "reserved", "consumed"], place)
        .on_conflict_do_update(
            index_elements=list(_KEY), set_={"reserved": reserved + 1}, where=reserved + consumed < _LIMIT
        )
        .returning(reserved, consumed)
        .cte("counted")
    )
    return select(counted.c.reserved, counted.c.consumed).select_from(mine.outerjoin(counted, true()))


RESERVE_AT_ONCE = _reserve()
