"""What came of each case in each line, for service levels.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teleexpertise_line_cases",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("avoided", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'answered') = (minutes IS NOT NULL)", name=op.f("ck_teleexpertise_line_cases_answered")
        ),
        sa.CheckConstraint("outcome = 'answered' OR avoided IS NULL", name=op.f("ck_teleexpertise_line_cases_avoided")),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'answered', 'missed', 'left')", name=op.f("ck_teleexpertise_line_cases_outcome")
        ),
        sa.CheckConstraint("refusals >= 0 AND lapses >= 0", name=op.f("ck_teleexpertise_line_cases_counts")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_line_cases_case_id")),
        sa.ForeignKeyConstraint(["line_id"], ["expert_lines.id"], name=op.f("fk_teleexpertise_line_cases_line_id")),
        sa.PrimaryKeyConstraint("line_id", "case_id", name=op.f("pk_teleexpertise_line_cases")),
    )
    with op.batch_alter_table("teleexpertise_line_cases", schema=None) as batch_op:
        batch_op.create_index("ix_teleexpertise_line_cases_asked", ["line_id", "asked_at"], unique=False)
        batch_op.create_index("ix_teleexpertise_line_cases_case", ["case_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("teleexpertise_line_cases", schema=None) as batch_op:
        batch_op.drop_index("ix_teleexpertise_line_cases_case")
        batch_op.drop_index("ix_teleexpertise_line_cases_asked")

    op.drop_table("teleexpertise_line_cases")
