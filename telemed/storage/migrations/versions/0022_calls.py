"""The synchronous mode: calls, their rings, the ledger of their rooms.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unprotect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teleexpertise_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("requerant_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ring_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fallback", sa.JSON(), nullable=True),
        sa.Column("room", sa.String(), nullable=True),
        sa.Column("requis_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_teleexpertise_calls_ended")),
        sa.CheckConstraint(
            "(state = 'ended') = (ending IS NOT NULL)", name=op.f("ck_teleexpertise_calls_end_explained")
        ),
        sa.CheckConstraint("state <> 'open' OR room IS NOT NULL", name=op.f("ck_teleexpertise_calls_open")),
        sa.CheckConstraint("state IN ('ringing', 'open', 'ended')", name=op.f("ck_teleexpertise_calls_state")),
        sa.CheckConstraint(
            "(room IS NULL) = (opened_at IS NULL) AND (room IS NULL) = (requis_id IS NULL)",
            name=op.f("ck_teleexpertise_calls_opening"),
        ),
        sa.CheckConstraint("requerant_id <> requis_id", name=op.f("ck_teleexpertise_calls_two_persons")),
        sa.CheckConstraint("ring_until > started_at", name=op.f("ck_teleexpertise_calls_rings")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_calls_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_calls")),
        sa.UniqueConstraint("room", name=op.f("uq_teleexpertise_calls_room")),
    )
    op.create_index("ix_teleexpertise_calls_case", "teleexpertise_calls", ["case_id", "id"])
    op.create_index(
        "ix_teleexpertise_calls_timed",
        "teleexpertise_calls",
        ["state", "ring_until"],
        unique=False,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "uq_teleexpertise_calls_living",
        "teleexpertise_calls",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "uq_teleexpertise_calls_open",
        "teleexpertise_calls",
        ["requis_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "teleexpertise_continuity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["teleexpertise_calls.id"], name=op.f("fk_teleexpertise_continuity_call_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_continuity")),
        sa.UniqueConstraint(
            "call_id", "stream", "sequence", name=op.f("uq_teleexpertise_continuity_call_id_stream_sequence")
        ),
    )
    op.create_table(
        "teleexpertise_rings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'ringing') = (settled_at IS NULL)", name=op.f("ck_teleexpertise_rings_settled")),
        sa.CheckConstraint(
            "outcome IN ('ringing', 'answered', 'declined', 'missed', 'stopped')",
            name=op.f("ck_teleexpertise_rings_outcome"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["teleexpertise_calls.id"], name=op.f("fk_teleexpertise_rings_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_rings")),
        sa.UniqueConstraint("call_id", "professional_id", name=op.f("uq_teleexpertise_rings_call_id_professional_id")),
    )
    op.create_index(
        "uq_teleexpertise_rings_answered",
        "teleexpertise_rings",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("outcome = 'answered'"),
        postgresql_where=sa.text("outcome = 'answered'"),
    )
    op.create_index(
        "uq_teleexpertise_rings_ringing",
        "teleexpertise_rings",
        ["professional_id"],
        unique=True,
        sqlite_where=sa.text("outcome = 'ringing'"),
        postgresql_where=sa.text("outcome = 'ringing'"),
    )
    protect("teleexpertise_continuity")


def downgrade() -> None:
    unprotect("teleexpertise_continuity")
    for table in ("teleexpertise_rings", "teleexpertise_continuity", "teleexpertise_calls"):
        op.drop_table(table)
