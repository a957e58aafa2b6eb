"""Devices of télésurveillance, who wears them, and by what they are known.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telemonitoring_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("gateway_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("gateway_id IS NULL OR kind = 'device'", name=op.f("ck_telemonitoring_devices_behind")),
        sa.CheckConstraint("kind IN ('device', 'gateway')", name=op.f("ck_telemonitoring_devices_kind")),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["telemonitoring_devices.id"], name=op.f("fk_telemonitoring_devices_gateway_id")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_devices_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_devices")),
        sa.UniqueConstraint("practice_id", "identifier", name=op.f("uq_telemonitoring_devices_practice_id_identifier")),
    )
    with op.batch_alter_table("telemonitoring_devices", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_devices_behind", ["gateway_id"], unique=False)
        batch_op.create_index("ix_telemonitoring_devices_page", ["practice_id", "id"], unique=False)

    op.create_table(
        "telemonitoring_assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= assigned_at", name=op.f("ck_telemonitoring_assignments_order")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["telemonitoring_devices.id"], name=op.f("fk_telemonitoring_assignments_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_assignments_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_assignments")),
    )
    with op.batch_alter_table("telemonitoring_assignments", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_assignments_follow_up", ["follow_up_id", "id"], unique=False)
        batch_op.create_index(
            "uq_telemonitoring_assignments_device",
            ["device_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "telemonitoring_credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thumbprint", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'certificate') = (thumbprint IS NOT NULL)", name=op.f("ck_telemonitoring_credentials_thumbprint")
        ),
        sa.CheckConstraint("kind IN ('token', 'certificate')", name=op.f("ck_telemonitoring_credentials_kind")),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_telemonitoring_credentials_order")),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["telemonitoring_assignments.id"],
            name=op.f("fk_telemonitoring_credentials_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["telemonitoring_devices.id"], name=op.f("fk_telemonitoring_credentials_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_credentials")),
    )
    with op.batch_alter_table("telemonitoring_credentials", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_credentials_device", ["device_id", "id"], unique=False)
        batch_op.create_index(
            "uq_telemonitoring_credentials_thumbprint",
            ["thumbprint"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("telemonitoring_credentials", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_telemonitoring_credentials_thumbprint",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index("ix_telemonitoring_credentials_device")

    op.drop_table("telemonitoring_credentials")
    with op.batch_alter_table("telemonitoring_assignments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_telemonitoring_assignments_device",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_telemonitoring_assignments_follow_up")

    op.drop_table("telemonitoring_assignments")
    with op.batch_alter_table("telemonitoring_devices", schema=None) as batch_op:
        batch_op.drop_index("ix_telemonitoring_devices_page")
        batch_op.drop_index("ix_telemonitoring_devices_behind")

    op.drop_table("telemonitoring_devices")
