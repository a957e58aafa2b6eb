"""Attachments: the box of an act with its wrapped key, the files in it, and the pictures made of them.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_boxes()
    _create_attachments()
    op.create_table(
        "attachment_pictures",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('shown', 'thumbnail')", name=op.f("ck_attachment_pictures_role")),
        sa.CheckConstraint("length >= 1", name=op.f("ck_attachment_pictures_length")),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachments.id"],
            name="fk_attachment_pictures_attachment_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attachment_id", "role", "frame", name=op.f("pk_attachment_pictures")),
    )


def _create_boxes() -> None:
    op.create_table(
        "attachment_boxes",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("bytes_taken", sa.Integer(), nullable=False),
        sa.Column("file_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("owner_kind IN ('teleexpertise')", name=op.f("ck_attachment_boxes_owner_kind")),
        sa.CheckConstraint("bytes_taken BETWEEN 0 AND 209715200", name=op.f("ck_attachment_boxes_bytes_taken")),
        sa.CheckConstraint("file_count BETWEEN 0 AND 100", name=op.f("ck_attachment_boxes_file_count")),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_attachment_boxes")),
    )


def _create_attachments() -> None:
    whole = "state IN ('kept', 'removed', 'withdrawn')"
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("tail", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("withdrawal", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('arriving', 'checking', 'kept', 'refused', 'removed', 'withdrawn')",
            name=op.f("ck_attachments_state"),
        ),
        sa.CheckConstraint("length BETWEEN 1 AND 52428800", name=op.f("ck_attachments_length")),
        sa.CheckConstraint("received BETWEEN 0 AND length", name=op.f("ck_attachments_received")),
        sa.CheckConstraint(
            "state = 'arriving' OR state = 'refused' OR received = length", name=op.f("ck_attachments_whole")
        ),
        sa.CheckConstraint(
            f"NOT ({whole}) OR (kind IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_attachments_known")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_attachments_refusal_explained")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawal IS NOT NULL)", name=op.f("ck_attachments_withdrawal_explained")
        ),
        sa.CheckConstraint("tail IS NULL OR state = 'arriving'", name=op.f("ck_attachments_tail")),
        sa.ForeignKeyConstraint(["author_id"], ["professionals.id"], name=op.f("fk_attachments_author_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["attachment_boxes.owner_id"], name=op.f("fk_attachments_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_owner", "attachments", ["owner_id", "id"])
    op.create_index("ix_attachments_state", "attachments", ["state", "touched_at"])


def downgrade() -> None:
    op.drop_table("attachment_pictures")
    op.drop_table("attachments")
    op.drop_table("attachment_boxes")
