"""When people want to be told, and what waits for their digests.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_CHECKS = {
    "quiet": "(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until",
    "quiet_from": "quiet_from >= 0 AND quiet_from < 1440",
    "quiet_until": "quiet_until >= 0 AND quiet_until < 1440",
    "digest_at": "digest_at >= 0 AND digest_at < 1440",
}
_COLUMNS = ("quiet_from", "quiet_until", "digest_at")


def upgrade() -> None:
    with op.batch_alter_table("teleexpertise_contacts") as batch:
        for name in _COLUMNS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch.add_column(sa.Column("holds_urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
        for name, check in _CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_teleexpertise_contacts_{name}"), check)
    op.create_table(
        "teleexpertise_held_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_held_notices_case_id")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_teleexpertise_held_notices_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_held_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_teleexpertise_held_notices_key")),
    )
    waits = sa.text("left_at IS NULL")
    for name, columns in (("leaves", ["leaves_at"]), ("person", ["professional_id", "id"])):
        op.create_index(
            f"ix_teleexpertise_held_notices_{name}",
            "teleexpertise_held_notices",
            columns,
            sqlite_where=waits,
            postgresql_where=waits,
        )


def downgrade() -> None:
    op.drop_table("teleexpertise_held_notices")
    with op.batch_alter_table("teleexpertise_contacts") as batch:
        for name in _CHECKS:
            batch.drop_constraint(op.f(f"ck_teleexpertise_contacts_{name}"))
        for column in ("holds_urgent", *_COLUMNS):
            batch.drop_column(column)
