"""Experts: profiles, lines, hours, and the openings made of them.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("specialty_code", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("widening_minutes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_expert_lines_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_lines")),
    )
    with op.batch_alter_table("expert_lines", schema=None) as batch_op:
        batch_op.create_index("ix_expert_lines_practice", ["practice_id", "id"], unique=False)
        batch_op.create_index("ix_expert_lines_specialty", ["specialty_code", "id"], unique=False)

    op.create_table(
        "expert_line_managers",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_expert_line_managers_line_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_expert_line_managers_professional_id")
        ),
        sa.PrimaryKeyConstraint("line_id", "professional_id", name=op.f("pk_expert_line_managers")),
    )
    with op.batch_alter_table("expert_line_managers", schema=None) as batch_op:
        batch_op.create_index("ix_expert_line_managers_person", ["professional_id", "line_id"], unique=False)

    op.create_table(
        "expert_profiles",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("specialty_code", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("auto_accept", sa.Boolean(), nullable=False),
        sa.Column("capacity_per_day", sa.Integer(), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "capacity_per_day >= 1 AND capacity_per_day <= 200", name=op.f("ck_expert_profiles_capacity")
        ),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_expert_profiles_professional_id")
        ),
        sa.PrimaryKeyConstraint("professional_id", name=op.f("pk_expert_profiles")),
    )
    with op.batch_alter_table("expert_profiles", schema=None) as batch_op:
        batch_op.create_index("ix_expert_profiles_kept", ["kept_until"], unique=False)
        batch_op.create_index("ix_expert_profiles_rpps", ["rpps"], unique=False)

    op.create_table(
        "expert_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.CheckConstraint("(state = 'previewed') = (settled_at IS NULL)", name=op.f("ck_expert_imports_settled")),
        sa.CheckConstraint("state IN ('previewed', 'kept', 'undone')", name=op.f("ck_expert_imports_state")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["expert_profiles.professional_id"], name=op.f("fk_expert_imports_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_imports")),
    )
    with op.batch_alter_table("expert_imports", schema=None) as batch_op:
        batch_op.create_index("ix_expert_imports_person", ["professional_id", "id"], unique=False)

    op.create_table(
        "expert_line_members",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_expert_line_members_line_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"],
            ["expert_profiles.professional_id"],
            name=op.f("fk_expert_line_members_professional_id"),
        ),
        sa.PrimaryKeyConstraint("line_id", "professional_id", name=op.f("pk_expert_line_members")),
    )
    with op.batch_alter_table("expert_line_members", schema=None) as batch_op:
        batch_op.create_index("ix_expert_line_members_person", ["professional_id", "line_id"], unique=False)

    op.create_table(
        "expert_openings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("specialty_code", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_expert_openings_lasts")),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_expert_openings_line_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["expert_profiles.professional_id"], name=op.f("fk_expert_openings_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_openings")),
    )
    with op.batch_alter_table("expert_openings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_expert_openings_free",
            ["specialty_code", "territory", "ends_at", "starts_at", "professional_id"],
            unique=False,
        )
        batch_op.create_index("ix_expert_openings_person", ["professional_id", "ends_at"], unique=False)
        batch_op.create_index(
            "uq_expert_openings_line",
            ["line_id", "starts_at", "professional_id"],
            unique=True,
            sqlite_where=sa.text("line_id IS NOT NULL"),
            postgresql_where=sa.text("line_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_expert_openings_own",
            ["professional_id", "starts_at"],
            unique=True,
            sqlite_where=sa.text("line_id IS NULL"),
            postgresql_where=sa.text("line_id IS NULL"),
        )

    op.create_table(
        "expert_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(source = 'fhir') = (identifier IS NOT NULL)", name=op.f("ck_expert_exceptions_named_by_another")
        ),
        sa.CheckConstraint(
            "kind = 'extra' OR line_id IS NULL", name=op.f("ck_expert_exceptions_leave_is_of_the_person")
        ),
        sa.CheckConstraint("kind IN ('leave', 'extra')", name=op.f("ck_expert_exceptions_kind")),
        sa.CheckConstraint("source IN ('hand', 'calendar', 'fhir')", name=op.f("ck_expert_exceptions_source")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_expert_exceptions_lasts")),
        sa.ForeignKeyConstraint(["import_id"], ["expert_imports.id"], name=op.f("fk_expert_exceptions_import_id")),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_expert_exceptions_line_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["expert_profiles.professional_id"], name=op.f("fk_expert_exceptions_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_exceptions")),
        sa.UniqueConstraint(
            "professional_id", "identifier", name=op.f("uq_expert_exceptions_professional_id_identifier")
        ),
    )
    with op.batch_alter_table("expert_exceptions", schema=None) as batch_op:
        batch_op.create_index("ix_expert_exceptions_person", ["professional_id", "kind", "ends_at", "id"], unique=False)

    op.create_table(
        "expert_shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("except_on", sa.JSON(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("minutes >= 5 AND minutes <= 10080", name=op.f("ck_expert_shifts_minutes")),
        sa.CheckConstraint("start_minute >= 0 AND start_minute < 1440", name=op.f("ck_expert_shifts_start")),
        sa.ForeignKeyConstraint(["import_id"], ["expert_imports.id"], name=op.f("fk_expert_shifts_import_id")),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_expert_shifts_line_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["expert_profiles.professional_id"], name=op.f("fk_expert_shifts_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_shifts")),
    )
    with op.batch_alter_table("expert_shifts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_expert_shifts_line",
            ["line_id", "id"],
            unique=False,
            sqlite_where=sa.text("line_id IS NOT NULL"),
            postgresql_where=sa.text("line_id IS NOT NULL"),
        )
        batch_op.create_index("ix_expert_shifts_person", ["professional_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("expert_shifts", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_shifts_person")
        batch_op.drop_index(
            "ix_expert_shifts_line",
            sqlite_where=sa.text("line_id IS NOT NULL"),
            postgresql_where=sa.text("line_id IS NOT NULL"),
        )

    op.drop_table("expert_shifts")
    with op.batch_alter_table("expert_exceptions", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_exceptions_person")

    op.drop_table("expert_exceptions")
    with op.batch_alter_table("expert_openings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_expert_openings_own",
            sqlite_where=sa.text("line_id IS NULL"),
            postgresql_where=sa.text("line_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_expert_openings_line",
            sqlite_where=sa.text("line_id IS NOT NULL"),
            postgresql_where=sa.text("line_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_expert_openings_person")
        batch_op.drop_index("ix_expert_openings_free")

    op.drop_table("expert_openings")
    with op.batch_alter_table("expert_line_members", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_line_members_person")

    op.drop_table("expert_line_members")
    with op.batch_alter_table("expert_imports", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_imports_person")

    op.drop_table("expert_imports")
    with op.batch_alter_table("expert_profiles", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_profiles_rpps")
        batch_op.drop_index("ix_expert_profiles_kept")

    op.drop_table("expert_profiles")
    with op.batch_alter_table("expert_line_managers", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_line_managers_person")

    op.drop_table("expert_line_managers")
    with op.batch_alter_table("expert_lines", schema=None) as batch_op:
        batch_op.drop_index("ix_expert_lines_specialty")
        batch_op.drop_index("ix_expert_lines_practice")

    op.drop_table("expert_lines")
