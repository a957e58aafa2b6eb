"""Télésurveillance: questionnaires of a practice, how often which is asked, and what was keyed in.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unchanged

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

IMPORTED = ("id", "practice_id", "canonical", "title", "content", "imported_by", "imported_at")
"""All but the retirement of a questionnaire."""


def upgrade() -> None:
    op.create_table(
        "telemonitoring_questionnaires",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_questionnaires_practice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_questionnaires")),
        sa.UniqueConstraint(
            "practice_id", "canonical", name=op.f("uq_telemonitoring_questionnaires_practice_id_canonical")
        ),
    )
    with op.batch_alter_table("telemonitoring_questionnaires", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_questionnaires_page", ["practice_id", "id"], unique=False)

    op.create_table(
        "telemonitoring_askings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("remind_at", sa.Time(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("next_reminder_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(remind_at IS NULL) = (channel IS NULL)", name=op.f("ck_telemonitoring_askings_reminder")),
        sa.CheckConstraint("every_days BETWEEN 1 AND 31", name=op.f("ck_telemonitoring_askings_every_days")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_telemonitoring_askings_days")),
        sa.CheckConstraint(
            "next_reminder_at IS NULL OR (remind_at IS NOT NULL AND ended_at IS NULL)",
            name=op.f("ck_telemonitoring_askings_reminded"),
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_askings_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_askings")),
    )
    with op.batch_alter_table("telemonitoring_askings", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_askings_next_reminder_at", ["next_reminder_at", "id"], unique=False)
        batch_op.create_index(
            "uq_telemonitoring_askings_living",
            ["follow_up_id", "questionnaire_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "telemonitoring_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("hand", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("period_on", sa.Date(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'phone') = (author_id IS NOT NULL)", name=op.f("ck_telemonitoring_entries_author")
        ),
        sa.CheckConstraint(
            "(number = 0) = (id = first_id) AND (number = 0) = (status = 'completed')",
            name=op.f("ck_telemonitoring_entries_first"),
        ),
        sa.CheckConstraint("channel IN ('patient_page', 'phone')", name=op.f("ck_telemonitoring_entries_channel")),
        sa.CheckConstraint("hand IN ('patient', 'team')", name=op.f("ck_telemonitoring_entries_hand")),
        sa.CheckConstraint(
            "status IN ('completed', 'amended', 'entered-in-error')", name=op.f("ck_telemonitoring_entries_status")
        ),
        sa.CheckConstraint("number >= 0", name=op.f("ck_telemonitoring_entries_number")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_entries_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_entries")),
        sa.UniqueConstraint("first_id", "number", name=op.f("uq_telemonitoring_entries_first_id_number")),
    )
    with op.batch_alter_table("telemonitoring_entries", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_entries_page", ["follow_up_id", "first_id", "number"], unique=False)
        batch_op.create_index(
            "ix_telemonitoring_entries_period", ["follow_up_id", "questionnaire", "period_on"], unique=False
        )
    protect("telemonitoring_entries")
    protect("telemonitoring_questionnaires", updates_if=unchanged(*IMPORTED))


def downgrade() -> None:
    for table in ("telemonitoring_entries", "telemonitoring_askings", "telemonitoring_questionnaires"):
        op.drop_table(table)
