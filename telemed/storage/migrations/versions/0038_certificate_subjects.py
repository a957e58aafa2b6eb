"""A credential keeps what its certificate says of itself, sealed.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("telemonitoring_credentials", sa.Column("subject", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("telemonitoring_credentials") as credentials:
        credentials.drop_column("subject")
