"""Rules of télésurveillance, what they remember and find, and silences.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unchanged

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telemonitoring_rule_states",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("follow_up_id", "rule_version_id", name=op.f("pk_telemonitoring_rule_states")),
    )
    op.create_table(
        "telemonitoring_rule_books",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_telemonitoring_rule_books_version")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_rule_books_practice_id")
        ),
        sa.PrimaryKeyConstraint("practice_id", "pathway", name=op.f("pk_telemonitoring_rule_books")),
    )
    op.create_table(
        "telemonitoring_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mandatory", sa.String(), nullable=True),
        sa.CheckConstraint("name <> 'non_transmission'", name=op.f("ck_telemonitoring_rules_silence_is_no_rule")),
        sa.CheckConstraint(
            "mandatory IS NULL OR follow_up_id IS NULL", name=op.f("ck_telemonitoring_rules_mandatory_is_general")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_rules_follow_up_id")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_telemonitoring_rules_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_rules")),
    )
    with op.batch_alter_table("telemonitoring_rules", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_rules_page", ["practice_id", "id"], unique=False)
        batch_op.create_index(
            "uq_telemonitoring_rules_general",
            ["practice_id", "pathway", "name"],
            unique=True,
            sqlite_where=sa.text("follow_up_id IS NULL"),
            postgresql_where=sa.text("follow_up_id IS NULL"),
        )
        batch_op.create_index(
            "uq_telemonitoring_rules_own",
            ["follow_up_id", "name"],
            unique=True,
            sqlite_where=sa.text("follow_up_id IS NOT NULL"),
            postgresql_where=sa.text("follow_up_id IS NOT NULL"),
        )

    op.create_table(
        "telemonitoring_silence_checks",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_silence_checks_follow_up_id"),
        ),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_telemonitoring_silence_checks")),
    )
    with op.batch_alter_table("telemonitoring_silence_checks", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_silence_checks_due", ["check_at", "follow_up_id"], unique=False)

    op.create_table(
        "telemonitoring_silences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_days", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('device_off', 'not_measured', 'unknown')", name=op.f("ck_telemonitoring_silences_cause")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_telemonitoring_silences_days")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_silences_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_silences")),
    )
    with op.batch_alter_table("telemonitoring_silences", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_silences_follow_up", ["follow_up_id", "first_day"], unique=False)
        batch_op.create_index(
            "uq_telemonitoring_silences_lasting",
            ["follow_up_id"],
            unique=True,
            sqlite_where=sa.text("last_day IS NULL"),
            postgresql_where=sa.text("last_day IS NULL"),
        )

    op.create_table(
        "telemonitoring_rule_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_telemonitoring_rule_versions_number")),
        sa.CheckConstraint("retired_at >= active_from", name=op.f("ck_telemonitoring_rule_versions_period")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["professionals.id"], name=op.f("fk_telemonitoring_rule_versions_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["telemonitoring_rules.id"], name=op.f("fk_telemonitoring_rule_versions_rule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_rule_versions")),
    )
    with op.batch_alter_table("telemonitoring_rule_versions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_telemonitoring_rule_versions_in_force",
            ["rule_id"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.create_index("uq_telemonitoring_rule_versions_number", ["rule_id", "number"], unique=True)

    op.create_table(
        "telemonitoring_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fired', 'repeated', 'late', 'ended', 'withdrawn')", name=op.f("ck_telemonitoring_findings_kind")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_findings_follow_up_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["telemonitoring_rule_versions.id"],
            name=op.f("fk_telemonitoring_findings_rule_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_findings")),
    )
    with op.batch_alter_table("telemonitoring_findings", schema=None) as batch_op:
        batch_op.create_index("ix_telemonitoring_findings_follow_up", ["follow_up_id", "at"], unique=False)

    _protect()


def _protect() -> None:
    protect("telemonitoring_rules")
    protect("telemonitoring_findings")
    once = f"OLD.retired_at IS NULL AND {unchanged('id', 'rule_id', 'number', 'body', 'author_id', 'active_from')}"
    protect("telemonitoring_rule_versions", updates_if=once)
    protect("telemonitoring_silences", updates_if=unchanged("id", "follow_up_id", "first_day", "told_at"))
    if op.get_bind().dialect.name == "postgresql":
        # A state is written over with each measure: in its page, and without being compressed first.
        op.execute("ALTER TABLE telemonitoring_rule_states SET (fillfactor = 60, toast_tuple_target = 8160)")


def downgrade() -> None:
    op.drop_table("telemonitoring_findings")
    op.drop_table("telemonitoring_rule_versions")
    op.drop_table("telemonitoring_silences")
    op.drop_table("telemonitoring_silence_checks")
    op.drop_table("telemonitoring_rules")
    op.drop_table("telemonitoring_rule_books")
    op.drop_table("telemonitoring_rule_states")
