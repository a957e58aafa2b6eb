"""Alerts of télésurveillance, their lives and their mutes: nothing is deleted.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unchanged

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


ALERTS = "telemonitoring_alerts"
OPEN, UNOWNED = sa.text("due_at IS NOT NULL"), sa.text("due_at IS NOT NULL AND holder_id IS NULL")
NAMED = (
    "id",
    "practice_id",
    "patient_id",
    "follow_up_id",
    "pathway",
    "cause",
    "ordinal",
    "since",
    "opened_at",
    "former_id",
)
MUTED = (
    "id",
    "practice_id",
    "follow_up_id",
    "alert_id",
    "cause",
    "direction",
    "until",
    "level",
    "author_id",
    "made_at",
)


def upgrade() -> None:
    op.create_table(
        "telemonitoring_alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("handled_minutes", sa.Integer(), nullable=True),
        sa.Column("former_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL AND outcome IS NOT NULL)",
            name=op.f("ck_telemonitoring_alerts_closed"),
        ),
        sa.CheckConstraint("(state = 'closed') = (due_at IS NULL)", name=op.f("ck_telemonitoring_alerts_due")),
        sa.CheckConstraint("(state = 'closed') = (owner IS NULL)", name=op.f("ck_telemonitoring_alerts_owned")),
        sa.CheckConstraint(
            "(state IN ('taken', 'interpreted', 'decided')) = (holder_id IS NOT NULL)",
            name=op.f("ck_telemonitoring_alerts_held"),
        ),
        sa.CheckConstraint(
            "state <> 'queued' OR queued_until IS NOT NULL", name=op.f("ck_telemonitoring_alerts_queued")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'new', 'taken', 'interpreted', 'decided', 'closed')",
            name=op.f("ck_telemonitoring_alerts_state"),
        ),
        sa.CheckConstraint("rank BETWEEN 0 AND 2", name=op.f("ck_telemonitoring_alerts_rank")),
        sa.CheckConstraint(
            "version > 0 AND ordinal > 0 AND repeats >= 0", name=op.f("ck_telemonitoring_alerts_counts")
        ),
        sa.ForeignKeyConstraint(
            ["former_id"], ["telemonitoring_alerts.id"], name=op.f("fk_telemonitoring_alerts_former_id")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["professionals.id"], name=op.f("fk_telemonitoring_alerts_holder_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_alerts_practice_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_telemonitoring_alerts_patient_id")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_alerts_follow_up_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_alerts")),
        sa.UniqueConstraint("follow_up_id", "cause", "ordinal", name="uq_telemonitoring_alerts_ordinal"),
    )
    with op.batch_alter_table("telemonitoring_alerts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_telemonitoring_alerts_closed",
            ["practice_id", "closed_at", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_telemonitoring_alerts_due",
            ["practice_id", "due_at", "id"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index("ix_telemonitoring_alerts_follow_up", ["follow_up_id", "id"], unique=False)
        batch_op.create_index(
            "ix_telemonitoring_alerts_held",
            ["holder_id", "rank", "due_at", "id"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index("ix_telemonitoring_alerts_opened", ["practice_id", "opened_at"], unique=False)
        batch_op.create_index(
            "ix_telemonitoring_alerts_pathway",
            ["practice_id", "pathway", "rank", "due_at", "id"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index(
            "ix_telemonitoring_alerts_ranked",
            ["practice_id", "rank", "due_at", "id"],
            unique=False,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
        batch_op.create_index(
            "ix_telemonitoring_alerts_timer",
            ["timer_at"],
            unique=False,
            sqlite_where=sa.text("timer_at IS NOT NULL"),
            postgresql_where=sa.text("timer_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_telemonitoring_alerts_unowned",
            ["practice_id", "rank", "due_at", "id"],
            unique=False,
            sqlite_where=UNOWNED,
            postgresql_where=UNOWNED,
        )
        batch_op.create_index(
            "uq_telemonitoring_alerts_open",
            ["follow_up_id", "cause"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )

    op.create_table(
        "telemonitoring_alert_events",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start_state", sa.String(), nullable=False),
        sa.Column("end_state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_telemonitoring_alert_events_position")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["telemonitoring_alerts.id"], name=op.f("fk_telemonitoring_alert_events_alert_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["professionals.id"], name=op.f("fk_telemonitoring_alert_events_by")),
        sa.PrimaryKeyConstraint("alert_id", "position", name=op.f("pk_telemonitoring_alert_events")),
    )
    op.create_table(
        "telemonitoring_mutes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=True),
        sa.Column("tolerance", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("tolerance >= 0", name=op.f("ck_telemonitoring_mutes_tolerance")),
        sa.CheckConstraint("until > made_at", name=op.f("ck_telemonitoring_mutes_end")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["telemonitoring_alerts.id"], name=op.f("fk_telemonitoring_mutes_alert_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["professionals.id"], name=op.f("fk_telemonitoring_mutes_author_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["professionals.id"], name=op.f("fk_telemonitoring_mutes_lifted_by")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_mutes_practice_id")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_mutes_follow_up_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_mutes")),
    )
    with op.batch_alter_table("telemonitoring_mutes", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_mutes_follow_up", ["follow_up_id", "id"], unique=False)
        batch_op.create_index(
            "ix_telemonitoring_mutes_living",
            ["follow_up_id", "cause"],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "telemonitoring_muted_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mute_id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mute_id"], ["telemonitoring_mutes.id"], name=op.f("fk_telemonitoring_muted_findings_mute_id")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_muted_findings_practice_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_muted_findings_follow_up_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_muted_findings")),
    )
    with op.batch_alter_table("telemonitoring_muted_findings", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_muted_findings_follow_up", ["follow_up_id", "id"], unique=False)
        batch_op.create_index("ix_telemonitoring_muted_findings_noted", ["practice_id", "noted_at"], unique=False)
    protect(ALERTS, updates_if=f"{unchanged(*NAMED)} AND (OLD.state <> 'closed' OR NEW.state = 'closed')")
    protect("telemonitoring_alert_events")
    protect("telemonitoring_mutes", updates_if=f"{unchanged(*MUTED)} AND OLD.lifted_at IS NULL")
    protect("telemonitoring_muted_findings")


def downgrade() -> None:
    for table in ("muted_findings", "mutes", "alert_events", "alerts"):
        op.drop_table(f"telemonitoring_{table}")
