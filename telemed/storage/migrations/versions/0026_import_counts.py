"""Imported calendars are listed without reading their events.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.checks import change_checks

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CHECK = "ck_expert_imports_counts"
IMPORTS = sa.table(
    "expert_imports",
    sa.column("id", sa.Uuid()),
    sa.column("lines", sa.JSON()),
    sa.column("accepted_count", sa.Integer()),
    sa.column("rejected_count", sa.Integer()),
)


def upgrade() -> None:
    for name in ("accepted_count", "rejected_count"):
        op.add_column("expert_imports", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    bind = op.get_bind()
    for row in bind.execute(sa.select(IMPORTS.c.id, IMPORTS.c.lines)).all():
        rejected = sum("code" in line for line in row.lines)
        counts = {"accepted_count": len(row.lines) - rejected, "rejected_count": rejected}
        bind.execute(IMPORTS.update().where(IMPORTS.c.id == row.id).values(**counts))
    change_checks("expert_imports", {CHECK: "accepted_count >= 0 AND rejected_count >= 0"})


def downgrade() -> None:
    change_checks("expert_imports", {CHECK: ""})
    op.drop_column("expert_imports", "rejected_count")
    op.drop_column("expert_imports", "accepted_count")
