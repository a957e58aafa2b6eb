"""Records of one person merged: where a record went, and the history of it.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unprotect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patients", sa.Column("merged_into", sa.Uuid(), nullable=True))
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_patients_merged_into", "patients", ["merged_into"], sqlite_where=merged, postgresql_where=merged
    )
    op.create_table(
        "patient_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("absorbed_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kept_id <> absorbed_id", name=op.f("ck_patient_merges_two_records")),
        sa.CheckConstraint("change IN ('merged', 'undone')", name=op.f("ck_patient_merges_change")),
        sa.ForeignKeyConstraint(["kept_id"], ["patients.id"], name=op.f("fk_patient_merges_kept_id")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["patients.id"], name=op.f("fk_patient_merges_absorbed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_merges")),
    )
    op.create_index("ix_patient_merges_kept", "patient_merges", ["kept_id", "id"])
    protect("patient_merges")


def downgrade() -> None:
    unprotect("patient_merges")
    op.drop_table("patient_merges")
    op.drop_index("ix_patients_merged_into", "patients")
    op.drop_column("patients", "merged_into")
