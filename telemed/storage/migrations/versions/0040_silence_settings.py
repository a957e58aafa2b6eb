"""Télésurveillance: each change of how many days without data are told.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE = "telemonitoring_silence_settings"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("former_days", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "position >= 1 AND former_days >= 1 AND days >= 1 AND days <> former_days",
            name=op.f("ck_telemonitoring_silence_settings_days"),
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_silence_settings_follow_up_id"),
        ),
        sa.PrimaryKeyConstraint("follow_up_id", "position", name=op.f("pk_telemonitoring_silence_settings")),
    )
    protect(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
