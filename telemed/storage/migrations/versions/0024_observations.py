"""Observations of télésurveillance.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE = "telemonitoring_observations"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("arrival_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("absent", sa.String(), nullable=True),
        sa.Column("comparator", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_day", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("raw", sa.String(), nullable=True),
        sa.Column("quarantine", sa.String(), nullable=True),
        sa.CheckConstraint("version >= 0", name=op.f("ck_telemonitoring_observations_version")),
        sa.PrimaryKeyConstraint(
            "device_id", "signal", "component", "measured_at", "version", name=op.f("pk_telemonitoring_observations")
        ),
        postgresql_partition_by="RANGE (measured_at)",
    )
    op.create_index("ix_telemonitoring_observations_curve", TABLE, ["follow_up_id", "signal", "measured_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TABLE {TABLE}_other PARTITION OF {TABLE} DEFAULT")
    protect(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
