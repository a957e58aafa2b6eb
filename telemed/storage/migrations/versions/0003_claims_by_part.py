"""A claim is of one part of an act, for one biller; a doctor's year counts every kind of act.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unprotect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('teleconsultation', 'teleexpertise', 'accompaniment', 'telemonitoring')"
_ENTRIES_OF_ONE_REVISION = "uq_billing_claims_act_id_revision"


def upgrade() -> None:
    unprotect("billing_claims")
    with op.batch_alter_table("billing_claims") as claims:
        claims.add_column(sa.Column("part", sa.String(), nullable=False, server_default="act"))
        claims.add_column(sa.Column("supplied_cents", sa.Integer(), nullable=True))
        claims.add_column(sa.Column("supplied_source", sa.String(), nullable=True))
        claims.drop_constraint(op.f(_ENTRIES_OF_ONE_REVISION), type_="unique")
        claims.drop_index("uq_billing_claims_first_of_act")
        claims.create_check_constraint(op.f("ck_billing_claims_part"), "part IN ('act', 'opinion', 'request')")
        claims.create_check_constraint(op.f("ck_billing_claims_kind"), _KINDS)
        claims.create_check_constraint(
            op.f("ck_billing_claims_supplied"), "(supplied_cents IS NULL) = (supplied_source IS NULL)"
        )
    with op.batch_alter_table("billing_claims") as claims:
        claims.alter_column("part", server_default=None)
    op.create_index("ix_billing_claims_of_patient", "billing_claims", ["patient_id", "rpps", "civil_day"])
    first = sa.text("supersedes_id IS NULL")
    op.create_index(
        "uq_billing_claims_first_of_part",
        "billing_claims",
        ["act_id", "part"],
        unique=True,
        sqlite_where=first,
        postgresql_where=first,
    )
    protect("billing_claims")
    _widen_year_counts()


def _widen_year_counts() -> None:
    with op.batch_alter_table("billing_year_counts") as counts:
        for name in ("teleexpertises", "other_acts", "own_acts"):
            counts.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE billing_year_counts SET own_acts = own_teleconsultations")
    with op.batch_alter_table("billing_year_counts") as counts:
        for name in ("teleexpertises", "other_acts", "own_acts"):
            counts.alter_column(name, server_default=None)
        counts.create_check_constraint(
            op.f("ck_billing_year_counts_not_negative"), "teleexpertises >= 0 AND other_acts >= 0"
        )
        counts.create_check_constraint(
            op.f("ck_billing_year_counts_own_acts"),
            "own_acts >= own_teleconsultations AND own_acts <= teleconsultations + teleexpertises + other_acts",
        )


def downgrade() -> None:
    with op.batch_alter_table("billing_year_counts") as counts:
        counts.drop_constraint(op.f("ck_billing_year_counts_own_acts"), type_="check")
        counts.drop_constraint(op.f("ck_billing_year_counts_not_negative"), type_="check")
        for name in ("teleexpertises", "other_acts", "own_acts"):
            counts.drop_column(name)
    unprotect("billing_claims")
    op.drop_index("uq_billing_claims_first_of_part", "billing_claims")
    op.drop_index("ix_billing_claims_of_patient", "billing_claims")
    with op.batch_alter_table("billing_claims") as claims:
        for name in ("part", "kind", "supplied"):
            claims.drop_constraint(op.f(f"ck_billing_claims_{name}"), type_="check")
        for name in ("part", "supplied_cents", "supplied_source"):
            claims.drop_column(name)
        claims.create_unique_constraint(op.f(_ENTRIES_OF_ONE_REVISION), ["act_id", "revision"])
    first = sa.text("supersedes_id IS NULL")
    op.create_index(
        "uq_billing_claims_first_of_act",
        "billing_claims",
        ["act_id"],
        unique=True,
        sqlite_where=first,
        postgresql_where=first,
    )
    protect("billing_claims")
