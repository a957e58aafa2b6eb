"""Télésurveillance: follow-ups, prescriptions, limits, team, papers, hours, sessions, months, history.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "telemonitoring_moves",
    "telemonitoring_prescriptions",
    "telemonitoring_thresholds",
    "telemonitoring_hours",
    "telemonitoring_education",
    "telemonitoring_months",
)


def upgrade() -> None:
    op.create_table(
        "telemonitoring_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_hours_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_hours")),
    )
    op.create_index("ix_telemonitoring_hours_practice", "telemonitoring_hours", ["practice_id", "id"])

    op.create_table(
        "telemonitoring_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ars_declaration', 'convention', 'dmn_listing')", name=op.f("ck_telemonitoring_papers_kind")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_telemonitoring_papers_days")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_papers_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_papers")),
    )
    op.create_index("ix_telemonitoring_papers_page", "telemonitoring_papers", ["practice_id", "id"])

    op.create_table(
        "telemonitoring_follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("silence_days", sa.Integer(), nullable=False),
        sa.Column("dmn", sa.String(), nullable=False),
        sa.Column("exploitant", sa.String(), nullable=False),
        sa.Column("hand_signals", sa.JSON(), nullable=False),
        sa.Column("exclusions", sa.JSON(), nullable=False),
        sa.Column("is_tiers_payant", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("prescribed_until", sa.Date(), nullable=True),
        sa.Column("months_done", sa.Integer(), nullable=False),
        sa.Column("stays", sa.JSON(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('draft', 'dropped')) OR (started_on IS NOT NULL AND prescribed_until IS NOT NULL)",
            name=op.f("ck_telemonitoring_follow_ups_started"),
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'dropped')) = (due_at IS NULL)", name=op.f("ck_telemonitoring_follow_ups_due")
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'dropped')) = (end_reason IS NOT NULL)",
            name=op.f("ck_telemonitoring_follow_ups_end_explained"),
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'dropped')) = (ended_at IS NOT NULL)", name=op.f("ck_telemonitoring_follow_ups_over")
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'dropped')) = (owner IS NULL)", name=op.f("ck_telemonitoring_follow_ups_owned")
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'dropped')) = (wakes_at IS NULL)", name=op.f("ck_telemonitoring_follow_ups_wakes")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'active', 'suspended', 'flagged', 'lapsed', 'ended', 'dropped')",
            name=op.f("ck_telemonitoring_follow_ups_state"),
        ),
        sa.CheckConstraint("silence_days >= 1", name=op.f("ck_telemonitoring_follow_ups_silence")),
        sa.CheckConstraint("version >= 1 AND months_done >= 0", name=op.f("ck_telemonitoring_follow_ups_counts")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_telemonitoring_follow_ups_patient_id")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_follow_ups_practice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_follow_ups")),
    )
    op.create_index("ix_telemonitoring_follow_ups_page", "telemonitoring_follow_ups", ["practice_id", "id"])
    op.create_index("ix_telemonitoring_follow_ups_patient", "telemonitoring_follow_ups", ["patient_id", "id"])
    op.create_index("ix_telemonitoring_follow_ups_state", "telemonitoring_follow_ups", ["practice_id", "state", "id"])
    op.create_index("ix_telemonitoring_follow_ups_wakes_at", "telemonitoring_follow_ups", ["wakes_at", "id"])
    op.create_index(
        "uq_telemonitoring_follow_ups_living",
        "telemonitoring_follow_ups",
        ["patient_id", "pathway"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('ended', 'dropped')"),
        postgresql_where=sa.text("state NOT IN ('ended', 'dropped')"),
    )

    op.create_table(
        "telemonitoring_education",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_telemonitoring_education_minutes")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_education_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_education")),
    )
    op.create_index("ix_telemonitoring_education_follow_up", "telemonitoring_education", ["follow_up_id", "id"])

    op.create_table(
        "telemonitoring_months",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("is_adherent", sa.Boolean(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number >= 1 AND expected >= 0 AND received BETWEEN 0 AND expected",
            name=op.f("ck_telemonitoring_months_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_months_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("follow_up_id", "number", name=op.f("pk_telemonitoring_months")),
    )
    op.create_table(
        "telemonitoring_moves",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("start_state", sa.String(), nullable=False),
        sa.Column("end_state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_telemonitoring_moves_position")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_moves_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("follow_up_id", "position", name=op.f("pk_telemonitoring_moves")),
    )
    op.create_table(
        "telemonitoring_prescriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("renews", sa.Uuid(), nullable=True),
        sa.Column("prescriber_name", sa.LargeBinary(), nullable=False),
        sa.Column("prescriber_rpps", sa.String(), nullable=True),
        sa.Column("specialty_code", sa.String(), nullable=True),
        sa.Column("is_qualified", sa.Boolean(), nullable=False),
        sa.Column("prescribed_on", sa.Date(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_telemonitoring_prescriptions_days")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_prescriptions_follow_up_id"),
        ),
        sa.ForeignKeyConstraint(
            ["renews"], ["telemonitoring_prescriptions.id"], name=op.f("fk_telemonitoring_prescriptions_renews")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_prescriptions")),
    )
    op.create_index("ix_telemonitoring_prescriptions_follow_up", "telemonitoring_prescriptions", ["follow_up_id", "id"])

    op.create_table(
        "telemonitoring_team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('responsible', 'doctor', 'carer')", name=op.f("ck_telemonitoring_team_role")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_team_follow_up_id")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_telemonitoring_team_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_team")),
    )
    op.create_index("ix_telemonitoring_team_professional", "telemonitoring_team", ["professional_id", "follow_up_id"])
    op.create_index(
        "uq_telemonitoring_team_present",
        "telemonitoring_team",
        ["follow_up_id", "professional_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_telemonitoring_team_responsible",
        "telemonitoring_team",
        ["follow_up_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL AND role = 'responsible'"),
        postgresql_where=sa.text("until IS NULL AND role = 'responsible'"),
    )

    op.create_table(
        "telemonitoring_thresholds",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('above', 'below')", name=op.f("ck_telemonitoring_thresholds_side")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_telemonitoring_thresholds_position")),
        sa.CheckConstraint("until > since", name=op.f("ck_telemonitoring_thresholds_period")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_thresholds_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("follow_up_id", "position", name=op.f("pk_telemonitoring_thresholds")),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    for table in (
        "telemonitoring_thresholds",
        "telemonitoring_team",
        "telemonitoring_prescriptions",
        "telemonitoring_moves",
        "telemonitoring_months",
        "telemonitoring_education",
        "telemonitoring_follow_ups",
        "telemonitoring_papers",
        "telemonitoring_hours",
    ):
        op.drop_table(table)
