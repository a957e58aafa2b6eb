"""Records of one person in several practices: links by merge or by verified matricule, and who they lead to.

Revision ID: 0021
Revises: 0020
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_LINKS = sa.table(
    "billing_quota_links", sa.column("patient_id", sa.Uuid()), sa.column("other_id", sa.Uuid()), sa.column("cause")
)


def upgrade() -> None:
    op.create_table(
        "billing_quota_links",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.CheckConstraint("other_id <> patient_id", name=op.f("ck_billing_quota_links_another")),
        sa.CheckConstraint("cause IN ('merge', 'ins')", name=op.f("ck_billing_quota_links_cause")),
        sa.PrimaryKeyConstraint("patient_id", "other_id", name=op.f("pk_billing_quota_links")),
    )
    op.create_index("ix_billing_quota_links_other", "billing_quota_links", ["other_id", "patient_id"])
    connection = op.get_bind()
    merged = sa.table("billing_quota_persons", sa.column("patient_id", sa.Uuid()), sa.column("merged_into", sa.Uuid()))
    links = [(*row, "merge") for row in connection.execute(sa.select(merged.c.patient_id, merged.c.merged_into))]
    links += [(record, UUID(bytes=bytes(index)[:16]), "ins") for record, index in connection.execute(_qualified())]
    if links:
        op.bulk_insert(_LINKS, [dict(zip(("patient_id", "other_id", "cause"), link, strict=True)) for link in links])
    op.drop_table("billing_quota_persons")
    _create_persons()
    persons = [{"patient_id": one, "person_id": group[0]} for group in _groups(links) for one in group[1:]]
    if persons:
        table = sa.table("billing_quota_persons", sa.column("patient_id", sa.Uuid()), sa.column("person_id", sa.Uuid()))
        op.bulk_insert(table, persons)


def _qualified() -> sa.Select[Any]:
    """The identities that INSi gave and a document confirmed, also of records that another one took in."""
    patients = sa.table(
        "patients",
        *(sa.column(name) for name in ("insi_source", "check_proof", "doubt_reason")),
        sa.column("id", sa.Uuid()),
        sa.column("matricule_index", sa.LargeBinary()),
    )
    return sa.select(patients.c.id, patients.c.matricule_index).where(
        patients.c.matricule_index.is_not(None),
        patients.c.insi_source.is_not(None),
        patients.c.check_proof.is_not(None),
        patients.c.doubt_reason.is_(None),
    )


def _create_persons(*more: sa.Column[UUID]) -> None:
    op.create_table(
        "billing_quota_persons",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *more,
        sa.CheckConstraint("person_id <> patient_id", name=op.f("ck_billing_quota_persons_another")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_billing_quota_persons")),
    )
    op.create_index("ix_billing_quota_persons_person_id", "billing_quota_persons", ["person_id"])


def _groups(links: list[tuple[UUID, UUID, str]]) -> list[list[UUID]]:
    """The records that links hold together, in order; what stands for a matricule is none of them."""
    together: dict[UUID, set[UUID]] = {}
    for one, other, _ in links:
        joined = together.get(one, {one}) | together.get(other, {other})
        together |= dict.fromkeys(joined, joined)
    records = {one for one, _, _ in links} | {other for _, other, cause in links if cause == "merge"}
    return [sorted(group & records) for group in {frozenset(group) for group in together.values()}]


def downgrade() -> None:
    """Merges are kept as they were made; records of two practices are two persons again."""
    rows = op.get_bind().execute(sa.select(_LINKS).where(_LINKS.c.cause == "merge")).all()
    into = {row.patient_id: row.other_id for row in rows}
    op.drop_table("billing_quota_persons")
    _create_persons(sa.Column("merged_into", sa.Uuid(), nullable=False))
    op.create_index("ix_billing_quota_persons_merged_into", "billing_quota_persons", ["merged_into"])
    columns = ("patient_id", "person_id", "merged_into")
    table = sa.table("billing_quota_persons", *(sa.column(name, sa.Uuid()) for name in columns))
    persons = [dict(zip(columns, (one, _end_of(into, one), kept), strict=True)) for one, kept in into.items()]
    if persons:
        op.bulk_insert(table, persons)
    op.drop_table("billing_quota_links")


def _end_of(into: dict[UUID, UUID], record: UUID) -> UUID:
    while record in into:
        record = into[record]
    return record
