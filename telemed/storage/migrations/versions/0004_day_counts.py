"""Counts by day beside those by year; what is kept already is counted.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBERS = ("teleconsultations", "own_teleconsultations", "teleexpertises", "other_acts", "own_acts")
OWN_ACTS = "own_acts >= own_teleconsultations AND own_acts <= teleconsultations + teleexpertises + other_acts"
PART_OF_WHOLE = "own_teleconsultations >= 0 AND own_teleconsultations <= teleconsultations"


def upgrade() -> None:
    op.create_table(
        "billing_day_counts",
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.CheckConstraint(OWN_ACTS, name=op.f("ck_billing_day_counts_own_acts")),
        sa.CheckConstraint(PART_OF_WHOLE, name=op.f("ck_billing_day_counts_part_of_whole")),
        sa.CheckConstraint("teleexpertises >= 0 AND other_acts >= 0", name=op.f("ck_billing_day_counts_not_negative")),
        sa.PrimaryKeyConstraint("rpps", "day", name=op.f("pk_billing_day_counts")),
    )
    op.create_table(
        "billing_uncounted_claims",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["billing_claims.id"], name=op.f("fk_billing_uncounted_claims_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_billing_uncounted_claims")),
    )
    own = "SUM(CASE WHEN is_own_patient THEN 1 ELSE 0 END)"
    op.execute(
        f"INSERT INTO billing_day_counts (rpps, day, {', '.join(NUMBERS)})"
        f" SELECT rpps, civil_day, COUNT(*), {own}, 0, 0, {own} FROM billing_claims AS claim"
        " WHERE kind = 'teleconsultation' AND state <> 'not_billable' AND NOT EXISTS"
        " (SELECT 1 FROM billing_claims AS later WHERE later.supersedes_id = claim.id) GROUP BY rpps, civil_day"
    )


def downgrade() -> None:
    op.drop_table("billing_uncounted_claims")
    op.drop_table("billing_day_counts")
