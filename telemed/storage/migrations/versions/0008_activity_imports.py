"""Files of activity done elsewhere, and what the statements of a year come to.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unprotect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COUNTED = ("teleconsultations", "own_teleconsultations", "teleexpertises", "other_acts", "own_acts")
_COLUMNS = ("rpps", "year", "annual_acts", "annual_own_acts", "annual_source", "outside_source")
_DAYS = (sa.column("annual_declared_on", sa.Date), sa.column("outside_as_of", sa.Date))
_NUMBERS: tuple[sa.ColumnClause[int], ...] = tuple(sa.column(name) for name in _COUNTED)


def upgrade() -> None:
    op.create_table(
        "billing_activity_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("withdraws_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("accepted >= 0 AND rejected >= 0", name=op.f("ck_billing_activity_imports_lines")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_billing_activity_imports_days")),
        sa.ForeignKeyConstraint(
            ["withdraws_id"], ["billing_activity_imports.id"], name=op.f("fk_billing_activity_imports_withdraws_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_activity_imports")),
        sa.UniqueConstraint("withdraws_id", name=op.f("uq_billing_activity_imports_withdraws_id")),
    )
    with op.batch_alter_table("billing_activity_imports", schema=None) as batch_op:
        batch_op.create_index(
            "ix_billing_activity_imports_of_year", ["rpps", "year", "recorded_at", "id"], unique=False
        )

    op.create_table(
        "billing_year_statements",
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("annual_acts", sa.Integer(), nullable=True),
        sa.Column("annual_own_acts", sa.Integer(), nullable=True),
        sa.Column("annual_source", sa.String(), nullable=True),
        sa.Column("annual_declared_on", sa.Date(), nullable=True),
        sa.Column("outside_as_of", sa.Date(), nullable=True),
        sa.Column("outside_source", sa.String(), nullable=False),
        sa.Column("teleconsultations", sa.Integer(), nullable=False),
        sa.Column("own_teleconsultations", sa.Integer(), nullable=False),
        sa.Column("teleexpertises", sa.Integer(), nullable=False),
        sa.Column("other_acts", sa.Integer(), nullable=False),
        sa.Column("own_acts", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(annual_acts IS NULL) = (annual_source IS NULL)", name=op.f("ck_billing_year_statements_volume")
        ),
        sa.CheckConstraint(
            "own_teleconsultations >= 0 AND own_teleconsultations <= teleconsultations",
            name=op.f("ck_billing_year_statements_part_of_whole"),
        ),
        sa.CheckConstraint(
            "teleexpertises >= 0 AND other_acts >= 0", name=op.f("ck_billing_year_statements_not_negative")
        ),
        sa.PrimaryKeyConstraint("rpps", "year", name=op.f("pk_billing_year_statements")),
    )
    op.create_table(
        "billing_activity_lines",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('teleconsultation', 'teleexpertise', 'other')", name=op.f("ck_billing_activity_lines_kind")
        ),
        sa.CheckConstraint(
            "number >= 0 AND (own IS NULL OR (own >= 0 AND own <= number))",
            name=op.f("ck_billing_activity_lines_numbers"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["billing_activity_imports.id"], name=op.f("fk_billing_activity_lines_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_billing_activity_lines")),
    )
    protect("billing_activity_imports")
    protect("billing_activity_lines")
    _keep_statements()


def _keep_statements() -> None:
    """The latest declaration of each year, which until now was read each time."""
    connection = op.get_bind()
    declared = sa.table(
        "billing_declarations",
        *(sa.column(name) for name in ("id", "rpps", "year", "source", "annual_acts", "annual_own_acts")),
        sa.column("declared_on", sa.Date),
        sa.column("outside_as_of", sa.Date),
        sa.column("outside_counts", sa.JSON),
        sa.column("recorded_at"),
    )
    latest = {}
    for row in connection.execute(sa.select(declared).order_by(declared.c.recorded_at, declared.c.id)).mappings():
        latest[row["rpps"], row["year"]] = row
    kept = sa.table("billing_year_statements", *(sa.column(name) for name in _COLUMNS), *_DAYS, *_NUMBERS)
    for (rpps, year), row in latest.items():
        counts = row["outside_counts"] or dict.fromkeys(_COUNTED, 0)
        is_volume, is_known = row["annual_acts"] is not None, row["outside_as_of"] is not None
        connection.execute(
            kept.insert().values(
                rpps=rpps,
                year=year,
                annual_acts=row["annual_acts"],
                annual_own_acts=row["annual_own_acts"],
                annual_source=row["source"] if is_volume else None,
                annual_declared_on=row["declared_on"] if is_volume else None,
                outside_as_of=row["outside_as_of"],
                outside_source=row["source"] if is_known else "",
                **{name: counts[name] for name in _COUNTED},
            )
        )


def downgrade() -> None:
    unprotect("billing_activity_lines")
    unprotect("billing_activity_imports")
    op.drop_table("billing_activity_lines")
    op.drop_table("billing_year_statements")
    with op.batch_alter_table("billing_activity_imports", schema=None) as batch_op:
        batch_op.drop_index("ix_billing_activity_imports_of_year")

    op.drop_table("billing_activity_imports")
