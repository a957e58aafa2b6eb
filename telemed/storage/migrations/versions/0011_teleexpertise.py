"""Télé-expertise: cases with an owner and a due date, offers, history, exchanges, opinions, timers.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APPEND_ONLY = ("teleexpertise_moves", "teleexpertise_messages", "teleexpertise_opinions")


def upgrade() -> None:
    op.create_table(
        "teleexpertise_contacts",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_teleexpertise_contacts_professional_id")
        ),
        sa.PrimaryKeyConstraint("professional_id", name=op.f("pk_teleexpertise_contacts")),
    )
    op.create_table(
        "teleexpertises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("requerant_id", sa.Uuid(), nullable=False),
        sa.Column("requerant_practice_id", sa.Uuid(), nullable=False),
        sa.Column("requerant_rpps", sa.String(), nullable=False),
        sa.Column("requerant_territory", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("specialty_code", sa.String(), nullable=True),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("administrative", sa.LargeBinary(), nullable=False),
        sa.Column("medical", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requis_id", sa.Uuid(), nullable=True),
        sa.Column("requis_practice_id", sa.Uuid(), nullable=True),
        sa.Column("requis_rpps", sa.String(), nullable=True),
        sa.Column("requis_territory", sa.String(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('closed', 'withdrawn', 'expired')) = (due_at IS NULL)", name=op.f("ck_teleexpertises_due")
        ),
        sa.CheckConstraint(
            "(state IN ('closed', 'withdrawn', 'expired')) = (ended_at IS NOT NULL)",
            name=op.f("ck_teleexpertises_ended"),
        ),
        sa.CheckConstraint(
            "(state IN ('closed', 'withdrawn', 'expired')) = (owner IS NULL)", name=op.f("ck_teleexpertises_owned")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'offered', 'seen', 'more_information', 'accepted', 'refused',"
            " 'answered', 'closed', 'withdrawn', 'expired')",
            name=op.f("ck_teleexpertises_state"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn', 'expired') OR"
            " (sent_at IS NOT NULL AND deadline IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_teleexpertises_sent"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'answered', 'closed') OR requis_id IS NOT NULL",
            name=op.f("ck_teleexpertises_accepted"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('answered', 'closed') OR answered_at IS NOT NULL", name=op.f("ck_teleexpertises_answered")
        ),
        sa.CheckConstraint(
            "state NOT IN ('withdrawn', 'expired') OR end_reason IS NOT NULL",
            name=op.f("ck_teleexpertises_end_explained"),
        ),
        sa.CheckConstraint(
            "(requis_id IS NULL) = (accepted_at IS NULL) AND (requis_id IS NULL) = (requis_rpps IS NULL)",
            name=op.f("ck_teleexpertises_acceptance"),
        ),
        sa.CheckConstraint("expires_at > deadline AND deadline > sent_at", name=op.f("ck_teleexpertises_delays")),
        sa.CheckConstraint("requerant_rpps <> requis_rpps", name=op.f("ck_teleexpertises_two_persons")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_teleexpertises_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertises")),
    )
    with op.batch_alter_table("teleexpertises", schema=None) as batch_op:
        batch_op.create_index("ix_teleexpertises_answered_ended", ["requis_id", "ended_at", "id"], unique=False)
        batch_op.create_index("ix_teleexpertises_asked", ["requerant_id", "due_at", "id"], unique=False)
        batch_op.create_index("ix_teleexpertises_asked_ended", ["requerant_id", "ended_at", "id"], unique=False)
        batch_op.create_index("ix_teleexpertises_patient", ["patient_id", "state"], unique=False)

    op.create_table(
        "teleexpertise_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('word', 'question', 'information')", name=op.f("ck_teleexpertise_messages_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_messages_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_messages")),
    )
    with op.batch_alter_table("teleexpertise_messages", schema=None) as batch_op:
        batch_op.create_index("ix_teleexpertise_messages_case", ["case_id", "id"], unique=False)

    op.create_table(
        "teleexpertise_moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("start_state", sa.String(), nullable=False),
        sa.Column("end_state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("(owner IS NULL) = (due_at IS NULL)", name=op.f("ck_teleexpertise_moves_owned_and_due")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_teleexpertise_moves_position")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_moves_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_moves")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_teleexpertise_moves_case_id_position")),
    )
    op.create_table(
        "teleexpertise_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'pending') = (settled_at IS NULL)", name=op.f("ck_teleexpertise_offers_settled")
        ),
        sa.CheckConstraint(
            "(outcome = 'refused') = (reason IS NOT NULL)", name=op.f("ck_teleexpertise_offers_refusal_explained")
        ),
        sa.CheckConstraint(
            "due_at IS NULL OR outcome IN ('pending', 'accepted')", name=op.f("ck_teleexpertise_offers_listed")
        ),
        sa.CheckConstraint(
            "outcome IN ('pending', 'accepted', 'refused', 'lapsed', 'overtaken', 'cancelled')",
            name=op.f("ck_teleexpertise_offers_outcome"),
        ),
        sa.CheckConstraint("until > offered_at", name=op.f("ck_teleexpertise_offers_time_box")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_offers_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_offers")),
    )
    with op.batch_alter_table("teleexpertise_offers", schema=None) as batch_op:
        batch_op.create_index("ix_teleexpertise_offers_case", ["case_id", "id"], unique=False)
        batch_op.create_index("ix_teleexpertise_offers_inbox", ["professional_id", "due_at", "case_id"], unique=False)
        batch_op.create_index(
            "uq_teleexpertise_offers_accepted",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("outcome = 'accepted'"),
            postgresql_where=sa.text("outcome = 'accepted'"),
        )
        batch_op.create_index(
            "uq_teleexpertise_offers_pending",
            ["case_id", "rpps"],
            unique=True,
            sqlite_where=sa.text("outcome = 'pending'"),
            postgresql_where=sa.text("outcome = 'pending'"),
        )

    op.create_table(
        "teleexpertise_opinions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_teleexpertise_opinions_revision")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_opinions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_opinions")),
        sa.UniqueConstraint(
            "case_id", "author_id", "revision", name=op.f("uq_teleexpertise_opinions_case_id_author_id_revision")
        ),
    )
    with op.batch_alter_table("teleexpertise_opinions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_teleexpertise_opinions_signed",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("signature IS NOT NULL"),
            postgresql_where=sa.text("signature IS NOT NULL"),
        )

    op.create_table(
        "teleexpertise_timers",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('reminder', 'due')", name=op.f("ck_teleexpertise_timers_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["teleexpertises.id"], name=op.f("fk_teleexpertise_timers_case_id")),
        sa.PrimaryKeyConstraint("case_id", "kind", name=op.f("pk_teleexpertise_timers")),
    )
    with op.batch_alter_table("teleexpertise_timers", schema=None) as batch_op:
        batch_op.create_index("ix_teleexpertise_timers_fires", ["fires_at", "case_id"], unique=False)
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    with op.batch_alter_table("teleexpertise_timers", schema=None) as batch_op:
        batch_op.drop_index("ix_teleexpertise_timers_fires")

    op.drop_table("teleexpertise_timers")
    with op.batch_alter_table("teleexpertise_opinions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_teleexpertise_opinions_signed",
            sqlite_where=sa.text("signature IS NOT NULL"),
            postgresql_where=sa.text("signature IS NOT NULL"),
        )

    op.drop_table("teleexpertise_opinions")
    with op.batch_alter_table("teleexpertise_offers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_teleexpertise_offers_pending",
            sqlite_where=sa.text("outcome = 'pending'"),
            postgresql_where=sa.text("outcome = 'pending'"),
        )
        batch_op.drop_index(
            "uq_teleexpertise_offers_accepted",
            sqlite_where=sa.text("outcome = 'accepted'"),
            postgresql_where=sa.text("outcome = 'accepted'"),
        )
        batch_op.drop_index("ix_teleexpertise_offers_inbox")
        batch_op.drop_index("ix_teleexpertise_offers_case")

    op.drop_table("teleexpertise_offers")
    op.drop_table("teleexpertise_moves")
    with op.batch_alter_table("teleexpertise_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_teleexpertise_messages_case")

    op.drop_table("teleexpertise_messages")
    with op.batch_alter_table("teleexpertises", schema=None) as batch_op:
        batch_op.drop_index("ix_teleexpertises_patient")
        batch_op.drop_index("ix_teleexpertises_asked_ended")
        batch_op.drop_index("ix_teleexpertises_asked")
        batch_op.drop_index("ix_teleexpertises_answered_ended")

    op.drop_table("teleexpertises")
    op.drop_table("teleexpertise_contacts")
